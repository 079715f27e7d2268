"""An award as searches see it: words of its texts, values and numbers (pure)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tidings.searches.query import ALL_TEXT, NumberField, TextField, ValueField
from tidings.searches.text import Token, stem, tokens

TEXT_OF_FIELD: Mapping[str, tuple[str, ...]] = {
    ALL_TEXT: ("project_title", "abstract_text", "terms", "pref_terms"),
    TextField.TITLE: ("project_title",),
    TextField.ABSTRACT: ("abstract_text",),
    TextField.TERMS: ("terms", "pref_terms"),
    TextField.PI: ("contact_pi_name", "principal_investigators"),
    TextField.ORG: ("organization",),
}
"""The fields of the record, as RePORTER names them, that each field of a search looks at."""


@dataclass(frozen=True)
class Passage:
    """A text that no phrase reaches out of: a title, an abstract, one term, one name."""

    field: str
    text: str

    @cached_property
    def tokens(self) -> list[Token]:
        """The words of the passage in their order."""
        return tokens(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the passage, as they are."""
        return frozenset(token.word for token in self.tokens)


class Document:
    """One award in one version, and the kinds of what just happened to it."""

    def __init__(self, canonical: Mapping[str, Any], changes: Collection[str] = ()) -> None:
        self._record = canonical
        self._changes = frozenset(changes)
        self._passages: dict[str, list[Passage]] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._stems: dict[str, frozenset[str]] = {}

    def passages(self, field: str) -> Iterator[Passage]:
        """Return what a field of a search looks at, the most telling first."""
        for name in TEXT_OF_FIELD[field]:
            if name not in self._passages:
                texts = _texts(name, self._record.get(name))
                self._passages[name] = [Passage(name, text) for text in texts]
            yield from self._passages[name]

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

    def value(self, field: ValueField) -> tuple[str, frozenset[str]]:
        """Return a field's name in the record and its values, in upper case; kinds in lower."""
        match field:
            case ValueField.CHANGE:
                return "change", self._changes
            case ValueField.STATE:
                return "organization", _values(self._part("organization").get("org_state"))
            case ValueField.ACTIVITY:
                return "activity_code", _values(self._record.get("activity_code"))
            case ValueField.IC:
                institute = self._part("agency_ic_admin")
                return "agency_ic_admin", _values(
                    institute.get("abbreviation"), institute.get("code")
                )

    def number(self, field: NumberField) -> tuple[str, int | None]:
        """Return a field's name in the record and its number; None when the record has none."""
        name = "fiscal_year" if field is NumberField.FY else "award_amount"
        return name, self._record.get(name)

    def _part(self, name: str) -> Mapping[str, Any]:
        return self._record.get(name) or {}


def _values(*values: Any) -> frozenset[str]:
    return frozenset(str(value).upper() for value in values if value)


def _texts(name: str, value: Any) -> list[str]:
    if not value:
        return []
    match name:
        case "terms":
            return [term for term in value.strip("<>").split("><") if term]
        case "pref_terms":
            return [term.strip() for term in value.split(";") if term.strip()]
        case "principal_investigators":
            return [person["full_name"] for person in value if person.get("full_name")]
        case "organization":
            return [value["org_name"]] if value.get("org_name") else []
        case _:
            return [value]
