"""One clause of a search in words (pure).

A frame is a text with ``{value}`` where the values stand, so that several values can share it:
``led from {value}``. Frames that follow ``are`` say a trait of studies, in every language.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tidings.projects.models import ChangeKind, Severity
from tidings.projects.wording import HEADLINES
from tidings.rendering.speech import ENGLISH, Sayable, Speech
from tidings.searches.frames import (
    DATES,
    DOLLARS,
    MENTIONED,
    RANGES,
    SEVERITIES,
    TRAITS,
    YEARS,
)
from tidings.searches.places import find_place
from tidings.searches.query import (
    Comparison,
    DateField,
    Leaf,
    Near,
    NumberField,
    Phrase,
    Prefix,
    Value,
    ValueField,
    Word,
)
from tidings.searches.states import REGIONS

MENTION = "mention"
ARE = "are"
_KINDS = {**HEADLINES, ChangeKind.END_CUT: Sayable("end date cut short")}


@dataclass(frozen=True)
class Range:
    """A lower and an upper bound of one field, both included."""

    field: NumberField | DateField
    first: int
    last: int


@dataclass(frozen=True)
class Said:
    """A clause: studies ``mention`` a value or ``are`` so; values that stand alike are listed.

    ``frame`` and ``value`` are in the language of ``speech``; ``about`` is the field of a clause
    that tells of what happened, not of the study.
    """

    verb: str
    frame: str
    value: str
    is_not: bool = False
    about: ValueField | None = None
    joined: str = ""  # how the values of a list are: and, or
    speech: Speech = ENGLISH

    @property
    def place(self) -> tuple[str, str, bool]:
        """What clauses have in common whose values may stand in one list."""
        return self.verb, self.frame, self.is_not

    @property
    def is_of_change(self) -> bool:
        """Whether it tells of what happened, not of the study."""
        return self.about is not None

    @property
    def is_of_severity(self) -> bool:
        """Whether it tells how much a change may matter."""
        return self.about is ValueField.SEVERITY

    @property
    def is_bare(self) -> bool:
        """Whether its value stands in no frame: words anywhere in a text."""
        return self.frame == "{value}"

    @property
    def set_apart(self) -> "Said":
        """The clause with its list marked, so that what follows is not of the list."""
        if self.is_not or not self.joined:
            return self
        value = self.speech.say(
            "both {values}" if self.joined == "and" else "either {values}", values=self.value
        )
        return replace(self, value=value)

    @property
    def short(self) -> str:
        """The clause without its verb: ``led from Arizona``."""
        said = self.frame.format(value=self.value)
        return self.speech.say("not {trait}", trait=said) if self.is_not else said

    @property
    def whole(self) -> str:
        """The clause with its verb: ``are led from Arizona``."""
        said = self.frame.format(value=self.value)
        if self.verb == ARE:
            return self.speech.say("are not {trait}" if self.is_not else "are {trait}", trait=said)
        return self.speech.say(
            "do not mention {words}" if self.is_not else "mention {words}", words=said
        )


def merged(parts: Sequence[Said], *, is_all: bool) -> Said:
    """Return one clause with the values of several that stand alike."""
    if len(parts) == 1:
        return parts[0]
    speech = parts[0].speech
    word = "and" if is_all and not parts[0].is_not else "or"
    values = [one.set_apart.value for one in parts]
    listed = speech.listed(values) if word == "and" else speech.either(values)
    return replace(parts[0], value=listed, joined=word)


def said(leaf: Leaf | Range, *, is_not: bool = False, speech: Speech = ENGLISH) -> Said:
    """Return a clause, or what must not be, in words."""
    verb, about = ARE, None
    match leaf:
        case Word() | Phrase() | Prefix():
            verb = MENTION if leaf.field in MENTIONED else ARE
            frame: str = {**MENTIONED, **TRAITS}[leaf.field]
            value = _value_of(leaf, speech)
        case Value(field, value):
            about = field if field in {ValueField.CHANGE, ValueField.SEVERITY} else None
            frame = TRAITS[field]
            value = speech.say(_NAMES[field](value)) if field in _NAMES else value
        case Near(place, miles):
            found = find_place(place)
            frame, value = _within(miles), found.title if found else place
        case Range():
            frame, value = _between(leaf, speech)
        case Comparison():
            frame, value = _bound(leaf, speech)
    return Said(verb, speech.say(frame), value, is_not, about, speech=speech)


def _value_of(leaf: Word | Phrase | Prefix, speech: Speech) -> str:
    match leaf:
        case Word(_, word):
            return f"“{word}”"
        case Prefix(_, prefix):
            return speech.say("a word that begins with “{prefix}”", prefix=prefix)
        case Phrase(_, words):
            quoted = f"“{' '.join(words)}”"
            return speech.say("exactly {word}", word=quoted) if len(words) == 1 else quoted


_NAMES: Mapping[ValueField, Callable[[str], str]] = {
    ValueField.STATE: lambda code: REGIONS.get(code, code),
    ValueField.CHANGE: lambda kind: _KINDS[ChangeKind(kind)],
    ValueField.SEVERITY: lambda severity: SEVERITIES[Severity(severity)],
}


def _within(miles: int) -> Sayable:
    return Sayable.counted(
        miles, "within {n} mile of {value}", "within {n} miles of {value}", value="{value}"
    )


def _bound(leaf: Comparison, speech: Speech) -> tuple[str, str]:
    match leaf:
        case Comparison(NumberField.FY, operator, number):
            return YEARS[operator], str(number)
        case Comparison(NumberField.AMOUNT, operator, number):
            return DOLLARS[operator], speech.money(number)
        case Comparison(field, operator, number):
            return DATES[field][operator], speech.day(date.fromordinal(number))


def _between(one: Range, speech: Speech) -> tuple[str, str]:
    match one:
        case Range(NumberField.FY, first, last):
            ends = speech.say("{first} to {last}", first=first, last=last)
        case Range(NumberField.AMOUNT, first, last):
            money = speech.money
            ends = speech.say("{first} to {last}", first=money(first), last=money(last))
        case Range(_, first, last):
            ends = _days(date.fromordinal(first), date.fromordinal(last), speech)
    return RANGES[one.field], ends


def _days(first: date, last: date, speech: Speech) -> str:
    """Return ``in 2026`` and ``in March 2026`` for whole ones, else the first and the last day."""
    if (first.day, last.day) == (1, monthrange(last.year, last.month)[1]):
        if (first.year, first.month, last.month) == (last.year, 1, 12):
            return speech.say("in {year}", year=first.year)
        if (first.year, first.month) == (last.year, last.month):
            return speech.say("in {month}", month=speech.month(first))
    return speech.say("from {first} to {last}", first=speech.day(first), last=speech.day(last))
