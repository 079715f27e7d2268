"""An award as searches see it: words of its texts, values, numbers and a point (pure)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from tidings.projects.identity import project_key
from tidings.searches.query import ALL_TEXT, DateField, NumberField, TextField, ValueField
from tidings.searches.states import kept_code
from tidings.searches.text import Token, stem, tokens, words_of

Canonical = Mapping[str, Any]

TEXT_OF_FIELD: Mapping[str, tuple[str, ...]] = {
    ALL_TEXT: ("project_title", "abstract_text", "terms", "pref_terms"),
    TextField.TITLE: ("project_title",),
    TextField.ABSTRACT: ("abstract_text",),
    TextField.TERMS: ("terms", "pref_terms"),
    TextField.CATEGORY: ("spending_categories_desc",),
    TextField.PI: ("contact_pi_name", "principal_investigators"),
    TextField.ORG: ("organization",),
    TextField.CITY: ("org_city",),
    TextField.COUNTRY: ("org_country",),
}
"""The texts of a record that each field of a search looks at, by RePORTER's names."""

NUMBER_OF_FIELD: Mapping[str, str] = {
    NumberField.FY: "fiscal_year",
    NumberField.AMOUNT: "award_amount",
    DateField.START: "project_start_date",
    DateField.END: "project_end_date",
}
"""The field of the record that each number, or day, of a search is."""

POINT = "geo_lat_lon"
_NUMBERS = ("appl_id", "project_serial_num", "project_num_split", "core_project_num", "project_num")


class Passage:
    """A text that no phrase reaches out of: a title, an abstract, one term, one name.

    ``field`` is the field of the record that holds it.
    """

    def __init__(self, field: str, text: str) -> None:
        self.field = field
        self.text = text

    @cached_property
    def tokens(self) -> list[Token]:
        """The words of the passage in their order, and where they stand."""
        return tokens(self.text)

    @cached_property
    def sequence(self) -> list[str]:
        """The words of the passage in their order."""
        return words_of(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the passage, as they are."""
        return frozenset(self.sequence)


class Values(NamedTuple):
    """The field of the record, and its values: upper case, but kinds and severities of changes."""

    field: str
    values: frozenset[str]


class Document:
    """One award in one version, and the kinds and severities of what just happened to it."""

    def __init__(
        self,
        canonical: Canonical,
        changes: Collection[str] = (),
        severities: Collection[str] = (),
    ) -> None:
        self._record = canonical
        self._changes = frozenset(map(str, changes))
        self._severities = frozenset(map(str, severities))
        self._passages: dict[str, list[Passage]] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._stems: dict[str, frozenset[str]] = {}

    def passages(self, field: str) -> Sequence[Passage]:
        """Return what a field of a search looks at, the most telling first."""
        first, *others = (self._passages_of(name) for name in TEXT_OF_FIELD[field])
        return sum(others, first) if others else first

    def words(self, field: str) -> frozenset[str]:
        """Return the words of all that a field of a search looks at."""
        if field not in self._words:
            self._words[field] = frozenset().union(*(one.words for one in self.passages(field)))
        return self._words[field]

    def stems(self, field: str) -> frozenset[str]:
        """Return the stems of those words."""
        if field not in self._stems:
            self._stems[field] = frozenset(map(stem, self.words(field)))
        return self._stems[field]

    def value(self, field: ValueField) -> Values:
        """Return the values that a field of a search is compared with."""
        match field:
            case ValueField.CHANGE:
                return Values("change", self._changes)
            case ValueField.SEVERITY:
                return Values("severity", self._severities)
            case ValueField.STATE:
                state = self._part("organization").get("org_state")
                return _values("organization", state and kept_code(state))
            case ValueField.ACTIVITY:
                return _values("activity_code", self._record.get("activity_code"))
            case ValueField.IC:
                institute = self._part("agency_ic_admin")
                return _values(
                    "agency_ic_admin", institute.get("abbreviation"), institute.get("code")
                )
            case ValueField.PROJECT:
                return _values("project_num", *_project_numbers(self._record))

    def number(self, field: NumberField | DateField) -> tuple[str, int | None]:
        """Return a field's name in the record and its number, None when the record has none.

        A year, whole US dollars, or the ordinal of a day.
        """
        name = NUMBER_OF_FIELD[field]
        found = self._record.get(name)
        if found and isinstance(field, DateField):
            return name, date.fromisoformat(found).toordinal()
        return name, found

    @cached_property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude of the record in degrees; None when it has none.

        RePORTER writes 0, 0 for a place that it does not know.
        """
        place = self._part(POINT)
        latitude, longitude = place.get("lat"), place.get("lon")
        if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
            return None
        return float(latitude), float(longitude)

    def _part(self, name: str) -> Mapping[str, Any]:
        return self._record.get(name) or {}

    def _passages_of(self, name: str) -> list[Passage]:
        if name not in self._passages:
            self._passages[name] = _read(name, self._record)
        return self._passages[name]


def _values(field: str, *values: Any) -> Values:
    return Values(field, frozenset(str(value).upper() for value in values if value))


def _project_numbers(record: Canonical) -> list[str]:
    """Return the names of a project that readers meet: key, core number, full number."""
    numbers = {name: record[name] for name in _NUMBERS if record.get(name)}
    if not numbers:
        return []
    full = (str(numbers.get(name, "")) for name in ("core_project_num", "project_num"))
    return [project_key({"appl_id": "", **numbers}), *("".join(one.split()) for one in full)]


def _read(name: str, record: Canonical) -> list[Passage]:
    """Return the passages of a text of the record, each once."""
    field = "organization" if name.startswith("org") else name
    value = record.get(field)
    if not value:
        return []
    texts: list[str] = _PARTS[name](value) if name in _PARTS else [value]
    return [Passage(field, text) for text in dict.fromkeys(texts) if text]


def _part_of(*names: str) -> Callable[[Mapping[str, Any]], list[str]]:
    return lambda value: [next((value[name] for name in names if value.get(name)), "")]


_PARTS: Mapping[str, Callable[[Any], list[str]]] = {
    "terms": lambda value: value.strip("<>").split("><"),
    "pref_terms": lambda value: [term.strip() for term in value.split(";")],
    "spending_categories_desc": lambda value: [term.strip() for term in value.split(";")],
    "principal_investigators": lambda value: [one.get("full_name") or "" for one in value],
    "organization": _part_of("org_name"),
    "org_city": _part_of("org_city", "city"),
    "org_country": _part_of("org_country", "country"),
}
"""How the texts that hold several passages, or parts, are taken apart."""
