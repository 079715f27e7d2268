"""A search said in plain words, so that a reader sees what was understood (pure).

``New studies that mention “triple negative breast cancer”, led from Arizona, funded by NCI``. What
is said is exact: alternatives inside of what must all hold, and the other way round, stand behind
``either``, or in parentheses where they are deeper.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tidings.searches.query import And, Comparison, Not, Or, Query, is_about_changes
from tidings.searches.saying import ARE, MENTION, Range, Said, merged, said


@dataclass(frozen=True)
class _Joined:
    """Clauses that all hold, or one of which does."""

    is_all: bool
    parts: tuple["_Part", ...]

    @property
    def word(self) -> str:
        return "and" if self.is_all else "or"

    @property
    def apart(self) -> list["_Part"]:
        return [one.set_apart if isinstance(one, Said) else one for one in self.parts]


_Part = Said | _Joined


def read_back(query: Query, *, noun: str = "New studies") -> str:
    """Return a search as a sentence without its full stop.

    ``noun`` is what it finds; a search about changes finds changes of studies whatever it is.
    """
    part = _part(query, is_not=False)
    parts = part.parts if isinstance(part, _Joined) and part.is_all else (part,)
    if is_about_changes(query):
        happened = [one for one in parts if isinstance(one, Said) and one.is_of_change]
        noun = _changes(happened)
        parts = [one for one in parts if one not in happened]
    return noun + _mentions(parts) + _traits(parts) + _choices(parts)


def in_words(query: Query) -> str:
    """Return one clause of a search, or a few, without the noun: ``“tumor” in the title``."""
    return _short(_part(query, is_not=False))


def _part(query: Query, *, is_not: bool) -> _Part:
    """Return a query in words, NOT moved inwards and what stands alike in one list."""
    match query:
        case Not(part):
            return _part(part, is_not=not is_not)
        case And(parts) | Or(parts):
            is_and = isinstance(query, And)
            bounds = _with_ranges(parts) if is_and else parts
            said_parts = [
                said(one, is_not=is_not) if isinstance(one, Range) else _part(one, is_not=is_not)
                for one in bounds
            ]
            return _join(said_parts, is_all=is_and is not is_not)
        case _:
            return said(query, is_not=is_not)


def _with_ranges(parts: Sequence[Query]) -> list[Query | Range]:
    """Put each lower bound and its upper bound, both included, into one."""
    found: list[Query | Range] = []
    for part in parts:
        pair = next((one for one in found if _is_pair(one, part)), None)
        if isinstance(pair, Comparison) and isinstance(part, Comparison):
            first, last = sorted((pair, part), key=lambda one: one.operator, reverse=True)
            found[found.index(pair)] = Range(part.field, first.number, last.number)
        else:
            found.append(part)
    return found


def _is_pair(one: Query | Range, other: Query) -> bool:
    if not isinstance(one, Comparison) or not isinstance(other, Comparison):
        return False
    return one.field is other.field and {one.operator, other.operator} == {">=", "<="}


def _join(parts: Sequence[_Part], *, is_all: bool) -> _Part:
    flat: list[_Part] = []
    for part in parts:
        if isinstance(part, _Joined) and part.is_all is is_all:
            flat += part.parts
        else:
            flat.append(part)
    alike: dict[object, list[Said]] = {}
    slots: list[_Part | list[Said]] = []
    for part in flat:
        if isinstance(part, Said) and (is_all or not part.is_not):
            if part.place not in alike:
                alike[part.place] = []
                slots.append(alike[part.place])
            alike[part.place].append(part)
        else:
            slots.append(part)
    done = tuple(merged(one, is_all=is_all) if isinstance(one, list) else one for one in slots)
    return done[0] if len(done) == 1 else _Joined(is_all, done)


def _changes(parts: Sequence[Said]) -> str:
    levels = [one for one in parts if one.is_of_severity and not one.is_not]
    kinds = [one for one in parts if one not in levels]
    first = f"{levels[0].value.capitalize()} changes" if levels else "Changes"
    told = ", ".join(
        one.short if one.is_of_severity else f"{'not ' if one.is_not else ''}{one.value}"
        for one in kinds
    )
    return f"{first} ({told}) of studies" if told else f"{first} of studies"


def _mentions(parts: Sequence[_Part]) -> str:
    there = [one for one in parts if isinstance(one, Said) and one.verb == MENTION]
    wanted = [one for one in there if not one.is_not]
    unwanted = [one for one in there if one.is_not]
    if not there:
        return ""
    if not wanted:
        return f" that {' and '.join(one.whole for one in unwanted)}"
    apart = wanted if len(there) == 1 else [one.set_apart for one in wanted]
    text = f" that {' and '.join(one.whole for one in apart)}"
    if len(there) == 2 and unwanted and not wanted[0].behind and not unwanted[0].behind:
        return f"{text} but not {unwanted[0].value}"
    return f"{text} but {' and '.join(one.whole for one in unwanted)}" if unwanted else text


def _traits(parts: Sequence[_Part]) -> str:
    told = [one.short for one in parts if isinstance(one, Said) and one.verb == ARE]
    told += [f"either {_short(one)}" for one in parts if _is_of_traits(one)]
    has_mentions = any(isinstance(one, Said) and one.verb == MENTION for one in parts)
    return f"{', ' if has_mentions else ' '}{', '.join(told)}" if told else ""


def _choices(parts: Sequence[_Part]) -> str:
    choices = [one for one in parts if isinstance(one, _Joined) and not _is_of_traits(one)]
    others = len(parts) > len(choices)
    told = [f"that either {_whole(one)}" for one in choices]
    return f"{', and ' if others else ' '}{', and '.join(told)}" if told else ""


def _is_of_traits(part: _Part) -> bool:
    if isinstance(part, Said):
        return False
    return all(isinstance(one, Said) and one.verb == ARE for one in part.parts)


def _short(part: _Part, *, is_deep: bool = False) -> str:
    if isinstance(part, Said):
        return part.short
    text = f" {part.word} ".join(_short(one, is_deep=True) for one in part.apart)
    return f"({text})" if is_deep else text


def _whole(part: _Part, *, depth: int = 0) -> str:
    """Say alternatives, each with its verb; what all holds within one needs no parentheses yet."""
    if isinstance(part, Said):
        return part.whole
    texts = [_whole(one, depth=depth + 1) for one in part.apart]
    divide = "," if depth == 0 and any(isinstance(one, _Joined) for one in part.parts) else ""
    text = f"{divide} {part.word} ".join(texts)
    return f"({text})" if depth > 1 else text
