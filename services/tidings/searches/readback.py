"""A search said in plain words, so that a reader sees what was understood (pure).

``New studies that mention “triple negative breast cancer”, led from Arizona, funded by NCI``. What
is said is exact: alternatives inside of what must all hold, and the other way round, stand behind
``either``, or in parentheses where they are deeper.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tidings.rendering.speech import ENGLISH, Sayable, Speech
from tidings.searches.query import And, Comparison, Not, Or, Query, is_about_changes
from tidings.searches.saying import ARE, MENTION, Range, Said, merged, said


@dataclass(frozen=True)
class _Joined:
    """Clauses that all hold, or one of which does."""

    is_all: bool
    parts: tuple["_Part", ...]

    @property
    def apart(self) -> list["_Part"]:
        return [one.set_apart if isinstance(one, Said) else one for one in self.parts]


_Part = Said | _Joined

NEW_STUDIES = Sayable("New studies")
STUDIES = Sayable("Studies")


def read_back(query: Query, *, noun: str = NEW_STUDIES, speech: Speech = ENGLISH) -> str:
    """Return a search as a sentence without its full stop.

    ``noun`` is what it finds; a search about changes finds changes of studies whatever it is.
    """
    part = _part(query, speech, is_not=False)
    parts = part.parts if isinstance(part, _Joined) and part.is_all else (part,)
    if is_about_changes(query):
        happened = [one for one in parts if isinstance(one, Said) and one.is_of_change]
        noun = _changes(happened, speech)
        parts = [one for one in parts if one not in happened]
    told = (_mentions(parts, speech), _traits(parts, speech), _choices(parts, speech))
    return speech.say(noun) + "".join(told)


def in_words(query: Query, *, speech: Speech = ENGLISH) -> str:
    """Return one clause of a search, or a few, without the noun: ``“tumor” in the title``."""
    return _short(_part(query, speech, is_not=False), speech)


def _part(query: Query, speech: Speech, *, is_not: bool) -> _Part:
    """Return a query in words, NOT moved inwards and what stands alike in one list."""
    match query:
        case Not(part):
            return _part(part, speech, is_not=not is_not)
        case And(parts) | Or(parts):
            is_and = isinstance(query, And)
            bounds = _with_ranges(parts) if is_and else parts
            said_parts = [
                said(one, is_not=is_not, speech=speech)
                if isinstance(one, Range)
                else _part(one, speech, is_not=is_not)
                for one in bounds
            ]
            return _join(said_parts, is_all=is_and is not is_not)
        case _:
            return said(query, is_not=is_not, speech=speech)


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


def _changes(parts: Sequence[Said], speech: Speech) -> str:
    levels = next((one for one in parts if one.is_of_severity and not one.is_not), None)
    others = [one for one in parts if one is not levels]
    others = [one if one.is_of_severity else replace(one, frame="{value}") for one in others]
    kinds = ", ".join(one.short for one in others)
    if levels and kinds:
        words = speech.say(
            "{levels} changes ({kinds}) of studies", levels=levels.value, kinds=kinds
        )
    elif levels:
        words = speech.say("{levels} changes of studies", levels=levels.value)
    elif kinds:
        words = speech.say("changes ({kinds}) of studies", kinds=kinds)
    else:
        words = speech.say("changes of studies")
    return words[:1].upper() + words[1:]


def _mentions(parts: Sequence[_Part], speech: Speech) -> str:
    there = [one for one in parts if isinstance(one, Said) and one.verb == MENTION]
    wanted = [one for one in there if not one.is_not]
    unwanted = [one for one in there if one.is_not]
    if not there:
        return ""
    apart = wanted if len(there) == 1 else [one.set_apart for one in wanted]
    text = speech.chained([one.whole for one in apart or unwanted], is_all=True)
    if wanted and unwanted:
        if len(there) == 2 and wanted[0].is_bare and unwanted[0].is_bare:
            text = speech.say("{mentions} but not {words}", mentions=text, words=unwanted[0].value)
        else:
            others = speech.chained([one.whole for one in unwanted], is_all=True)
            text = speech.say("{mentions} but {others}", mentions=text, others=others)
    return f" {speech.say('that {mentions}', mentions=text)}"


def _traits(parts: Sequence[_Part], speech: Speech) -> str:
    told = [one.short for one in parts if isinstance(one, Said) and one.verb == ARE]
    told += [
        speech.say("either {values}", values=_short(one, speech))
        for one in parts
        if _is_of_traits(one)
    ]
    has_mentions = any(isinstance(one, Said) and one.verb == MENTION for one in parts)
    return f"{', ' if has_mentions else ' '}{', '.join(told)}" if told else ""


def _choices(parts: Sequence[_Part], speech: Speech) -> str:
    choices = [one for one in parts if isinstance(one, _Joined) and not _is_of_traits(one)]
    if not choices:
        return ""
    told = [speech.say("that either {choices}", choices=_whole(one, speech)) for one in choices]
    divide = f", {speech.say('and')} " if len(parts) > len(choices) else " "
    return divide + speech.chained(told, is_all=True, divide=",")


def _is_of_traits(part: _Part) -> bool:
    if isinstance(part, Said):
        return False
    return all(isinstance(one, Said) and one.verb == ARE for one in part.parts)


def _short(part: _Part, speech: Speech, *, is_deep: bool = False) -> str:
    if isinstance(part, Said):
        return part.short
    texts = [_short(one, speech, is_deep=True) for one in part.apart]
    text = speech.chained(texts, is_all=part.is_all)
    return f"({text})" if is_deep else text


def _whole(part: _Part, speech: Speech, *, depth: int = 0) -> str:
    """Say alternatives, each with its verb; what all holds within one needs no parentheses yet."""
    if isinstance(part, Said):
        return part.whole
    texts = [_whole(one, speech, depth=depth + 1) for one in part.apart]
    divide = "," if depth == 0 and any(isinstance(one, _Joined) for one in part.parts) else ""
    text = speech.chained(texts, is_all=part.is_all, divide=divide)
    return f"({text})" if depth > 1 else text
