"""One clause of a search in words (pure)."""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tidings.projects.models import ChangeKind
from tidings.projects.wording import HEADLINES
from tidings.rendering.filters import day, money
from tidings.searches.places import find_place
from tidings.searches.query import (
    ALL_TEXT,
    Comparison,
    DateField,
    Leaf,
    Near,
    NumberField,
    Phrase,
    Prefix,
    TextField,
    Value,
    ValueField,
    Word,
)
from tidings.searches.states import REGIONS

MENTION = "mention"
ARE = "are"
_SEVERITY = "of severity "
_CHANGE = "with the change “"

_BEFORE: Mapping[str, str] = {
    TextField.CATEGORY: "in the NIH category ",
    TextField.PI: "led by ",
    TextField.ORG: "at ",
    TextField.CITY: "in the city ",
    TextField.COUNTRY: "in the country ",
    ValueField.STATE: "led from ",
    ValueField.IC: "funded by ",
    ValueField.ACTIVITY: "awarded as ",
    ValueField.PROJECT: "part of project ",
    ValueField.CHANGE: _CHANGE,
    ValueField.SEVERITY: _SEVERITY,
}
_BEHIND: Mapping[str, str] = {
    ALL_TEXT: "",
    TextField.TITLE: " in the title",
    TextField.ABSTRACT: " in the abstract",
    TextField.TERMS: " among the project terms",
}
_KINDS = {**HEADLINES, ChangeKind.END_CUT: "end date cut short"}
_DOLLARS = {
    "=": "for ",
    "<": "for less than ",
    "<=": "for at most ",
    ">": "for more than ",
    ">=": "for at least ",
}
_YEARS = {
    "=": ("of fiscal year ", ""),
    "<": ("of a fiscal year before ", ""),
    "<=": ("of fiscal year ", " or earlier"),
    ">": ("of a fiscal year after ", ""),
    ">=": ("of fiscal year ", " or later"),
}
_DATES = {
    "=": (" on ", ""),
    "<": (" before ", ""),
    "<=": (" by ", ""),
    ">": (" after ", ""),
    ">=": (" on ", " or later"),
}


@dataclass(frozen=True)
class Range:
    """A lower and an upper bound of one field, both included."""

    field: NumberField | DateField
    first: int
    last: int


@dataclass(frozen=True)
class Said:
    """A clause: studies ``mention`` a value or ``are`` so; values that stand alike are listed."""

    verb: str
    before: str
    value: str
    behind: str = ""
    is_not: bool = False
    joined: str = ""  # how the values of a list are: and, or

    @property
    def place(self) -> tuple[str, str, str, bool]:
        """What clauses have in common whose values may stand in one list."""
        return self.verb, self.before, self.behind, self.is_not

    @property
    def is_of_change(self) -> bool:
        """Whether it tells of what happened, not of the study."""
        return self.is_of_severity or self.before == _CHANGE

    @property
    def is_of_severity(self) -> bool:
        """Whether it tells how much a change may matter."""
        return self.before == _SEVERITY

    @property
    def set_apart(self) -> "Said":
        """The clause with its list marked, so that what follows is not of the list."""
        together = {"": "", "and": "both ", "or": "either "}
        return replace(self, value=f"{together['' if self.is_not else self.joined]}{self.value}")

    @property
    def short(self) -> str:
        """The clause without its verb: ``led from Arizona``."""
        return f"{'not ' if self.is_not else ''}{self.before}{self.value}{self.behind}"

    @property
    def whole(self) -> str:
        """The clause with its verb: ``are led from Arizona``."""
        if self.verb == ARE:
            return f"are {self.short}"
        said_not = "do not " if self.is_not else ""
        return f"{said_not}{self.verb} {self.before}{self.value}{self.behind}"


def merged(parts: Sequence[Said], *, is_all: bool) -> Said:
    """Return one clause with the values of several that stand alike."""
    if len(parts) == 1:
        return parts[0]
    word = "and" if is_all and not parts[0].is_not else "or"
    return replace(
        parts[0], value=listed([one.set_apart.value for one in parts], word), joined=word
    )


def said(leaf: Leaf | Range, *, is_not: bool = False) -> Said:
    """Return a clause, or what must not be, in words."""
    match leaf:
        case Word() | Phrase() | Prefix():
            value = _value_of(leaf)
            if leaf.field in _BEHIND:
                return Said(MENTION, "", value, _BEHIND[leaf.field], is_not)
            return Said(ARE, _BEFORE[leaf.field], value, is_not=is_not)
        case Value(field, value):
            behind = "”" if field is ValueField.CHANGE else ""
            return Said(ARE, _BEFORE[field], _NAMES.get(field, str)(value), behind, is_not)
        case Near(place, miles):
            found = find_place(place)
            unit = "mile" if miles == 1 else "miles"
            before = f"within {miles} {unit} of "
            return Said(ARE, before, found.title if found else place, is_not=is_not)
        case Range():
            return Said(ARE, *_between(leaf), is_not=is_not)
        case Comparison():
            return Said(ARE, *_bound(leaf), is_not=is_not)


def listed(things: Sequence[str], word: str) -> str:
    """Return ``a``, ``a or b``, ``a, b or c``."""
    return f"{', '.join(things[:-1])} {word} {things[-1]}" if len(things) > 1 else "".join(things)


def _value_of(leaf: Word | Phrase | Prefix) -> str:
    match leaf:
        case Word(_, word):
            return f"“{word}”"
        case Prefix(_, prefix):
            return f"a word that begins with “{prefix}”"
        case Phrase(_, words):
            return f"{'exactly ' if len(words) == 1 else ''}“{' '.join(words)}”"


_NAMES: Mapping[ValueField, Callable[[str], str]] = {
    ValueField.STATE: lambda code: REGIONS.get(code, code),
    ValueField.CHANGE: lambda kind: _KINDS[ChangeKind(kind)],
}


def _bound(leaf: Comparison) -> tuple[str, str, str]:
    match leaf:
        case Comparison(NumberField.FY, operator, number):
            before, behind = _YEARS[operator]
            return before, str(number), behind
        case Comparison(NumberField.AMOUNT, operator, number):
            return _DOLLARS[operator], money(number), ""
        case Comparison(field, operator, number):
            before, behind = _DATES[operator]
            return f"{field}ing{before}", day(date.fromordinal(number)), behind


def _between(one: Range) -> tuple[str, str, str]:
    match one:
        case Range(NumberField.FY, first, last):
            return "of fiscal years ", f"{first} to {last}", ""
        case Range(NumberField.AMOUNT, first, last):
            return "for ", f"{money(first)} to {money(last)}", ""
        case Range(field, first, last):
            return f"{field}ing ", _days(date.fromordinal(first), date.fromordinal(last)), ""


def _days(first: date, last: date) -> str:
    """Return ``in 2026`` and ``in Mar 2026`` for whole ones, else the first and the last day."""
    if (first.day, last.day) == (1, monthrange(last.year, last.month)[1]):
        if (first.year, first.month, last.month) == (last.year, 1, 12):
            return f"in {first.year}"
        if (first.year, first.month) == (last.year, last.month):
            return f"in {first:%b %Y}"
    return f"from {day(first)} to {day(last)}"
