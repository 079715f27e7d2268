"""Adding chosen names to the text of a search, which stays as it was typed (pure)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tidings.errors import QueryError, RejectedError
from tidings.rendering.speech import Sayable
from tidings.searches.canonical import canonical_form
from tidings.searches.condition_names import written
from tidings.searches.condition_places import Place, Span, in_field, place_of, spans
from tidings.searches.conditions import Choice
from tidings.searches.grammar import MAX_LENGTH, MAX_TERMS, parse
from tidings.searches.query import And, Query, leaves
from tidings.searches.text import words


@dataclass(frozen=True)
class LeftOut:
    """A choice that was not added, and why."""

    choice: Choice
    reason: str


@dataclass(frozen=True)
class Added:
    """A search with names added, and those that were not, in the order in which they were met."""

    text: str
    left_out: tuple[LeftOut, ...] = ()


def value_of(choice: Choice) -> str:
    """Return a choice as the value of a form's field."""
    return json.dumps([choice.at, choice.clause, choice.name], ensure_ascii=False)


def read_choice(value: str) -> Choice:
    """Read what ``value_of`` wrote. Raises RejectedError for anything else."""
    try:
        match json.loads(value):
            case [int(at), str(clause), str(name)] if not isinstance(at, bool):
                return Choice(at, clause, name)
            case _:
                pass
    except (ValueError, RecursionError):
        pass
    raise RejectedError(Sayable("A name that was chosen cannot be read; load the page again."))


def add_names(text: str, choices: Sequence[Choice]) -> Added:
    """Return the search that also finds studies by the chosen names, and what was left out.

    A clause becomes ``(clause OR name OR "another name")``; all else stays as it was typed, and
    whatever the search found it finds still. A name that is there already is not added again.
    Where not all fit in the limits of a search, each clause gets its first names. Raises
    QueryError for a text that does not parse, RejectedError for a name without letter or digit.
    """
    query = parse(text)
    left_out: list[LeftOut] = []
    wanted = _wanted(text, query, choices, left_out)
    fitting = _fitting(text, query, wanted, left_out)
    for span, chosen in sorted(fitting, key=lambda pair: -pair[0].start):
        place = place_of(text, parse(text), span)  # what stands after it has grown
        longer = place and _with_names(text, place, [written(one.name) for one in chosen])
        if longer is None:
            reason = Sayable("parentheses would stand too deep")
            left_out += [LeftOut(choice, reason) for choice in chosen]
        else:
            text = longer
    return Added(text, tuple(left_out))


Wanted = list[tuple[Place, list[Choice]]]


def _wanted(text: str, query: Query, choices: Sequence[Choice], left_out: list[LeftOut]) -> Wanted:
    """Return the places of the clauses, each with the names that are not there yet."""
    found: dict[Span, tuple[Place, list[Choice]]] = {}
    standing: dict[tuple[int, str], list[Place]] = {}
    for choice in dict.fromkeys(choices):
        clause = _clause_of(choice)
        typed = (choice.at, choice.clause)
        places = standing.get(typed)
        if places is None:
            places = standing[typed] = _standing(text, query, choice)
        if not places or _overlaps(places[0].span, found):
            reason = Sayable("the search has no clause {clause} by itself", clause=choice.clause)
            left_out.append(LeftOut(choice, reason))
        elif not any(_has(place, clause) for place in places):
            chosen = found.setdefault(places[0].span, (places[0], []))[1]
            if all(_clause_of(other) != clause for other in chosen):
                chosen.append(choice)
    return list(found.values())


def _clause_of(choice: Choice) -> Query:
    if not words(choice.name):
        raise RejectedError(
            Sayable("The name “{name}” has no letter or digit to search for.", name=choice.name)
        )
    return parse(written(choice.name))


def _standing(text: str, query: Query, choice: Choice) -> list[Place]:
    """Return where the clause stands: where it was, or anywhere if the text was edited since."""
    same = [span for span in spans(text) if text[span.start : span.end] == choice.clause]
    there = [span for span in same if span.start == choice.at]
    found = (place_of(text, query, span) for span in there or same)
    return [place for place in found if place is not None]


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(
        span != other and span.start < other.end and other.start < span.end for other in others
    )


def _has(place: Place, clause: Query) -> bool:
    name = canonical_form(in_field(clause, place.field))
    return any(canonical_form(there) == name for there in place.instead)


def _fitting(
    text: str, query: Query, wanted: Wanted, left_out: list[LeftOut]
) -> list[tuple[Span, list[Choice]]]:
    """Return the names that fit in the limits; first every clause's first, then the second ones."""
    terms, length = sum(1 for _ in leaves(query)), len(text)
    fitting: Wanted = [(place, []) for place, _ in wanted]
    for rank in range(max((len(chosen) for _, chosen in wanted), default=0)):
        for (place, chosen), (_, kept) in zip(wanted, fitting, strict=True):
            if rank >= len(chosen):
                continue
            more = len(" OR ") + len(written(chosen[rank].name))
            more += 0 if kept else len("".join(_framed(text, place))) - len(text)
            if terms + 1 > MAX_TERMS:
                reason = Sayable("a search has at most {n} terms", n=MAX_TERMS)
                left_out.append(LeftOut(chosen[rank], reason))
            elif length + more > MAX_LENGTH:
                reason = Sayable("a search has at most {n} characters", n=MAX_LENGTH)
                left_out.append(LeftOut(chosen[rank], reason))
            else:
                kept.append(chosen[rank])
                terms, length = terms + 1, length + more
    return [(place.span, kept) for place, kept in fitting if kept]


def _framed(text: str, place: Place) -> tuple[str, str]:
    """Return the text up to where names follow a clause, and the rest of it.

    Words side by side stand in parentheses of their own, and so does the whole where no other do.
    """
    start, end = place.span.start, place.span.end
    before, after = text[:start].rstrip(), text[end:].lstrip()
    is_enclosed = before.endswith("(") and after.startswith(")")
    is_list = is_enclosed and before[:-1].rstrip().endswith(":")  # title:(...), which stay
    is_several = isinstance(place.instead[0], And)
    own = text[start:end]
    if is_several and is_enclosed and not is_list:
        start, end = len(before) - 1, len(text) - len(after) + 1
        own, is_enclosed = text[start:end], False
    elif is_several:
        own = f"({own})"
    if is_enclosed or (place.is_in_or and not before.endswith(":")):
        return text[:start] + own, text[end:]
    return f"{text[:start]}({own}", f"){text[end:]}"


def _with_names(text: str, place: Place, names: Sequence[str]) -> str | None:
    """Return the text with names beside a clause; None where it would not mean that."""
    head, tail = _framed(text, place)
    new = " OR ".join((head, *names)) + tail
    meant = place.with_others(tuple(in_field(parse(name), place.field) for name in names))
    try:
        return new if canonical_form(parse(new)) == canonical_form(meant) else None
    except QueryError:
        return None
