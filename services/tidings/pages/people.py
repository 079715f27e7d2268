"""The people whom a record names, and the fields that hold each name (pure)."""

from dataclasses import dataclass
from typing import Any

from tidings.pages.grounding import Span, span_of
from tidings.pages.showing import fit_to_show
from tidings.projects.canonicalise import Canonical
from tidings.projects.names import person, title_case

_PARTS = ("first_name", "middle_name", "last_name")


@dataclass(frozen=True)
class Person:
    """Somebody a record names, as one writes the name.

    ``spans`` are what the name is made of, and what makes them the contact.
    """

    name: str
    is_contact: bool
    spans: tuple[Span, ...]


def leaders_of(canonical: Canonical) -> tuple[Person, ...]:
    """Return those who lead the work, the contact first; of some old records that one alone."""
    found = _people(canonical, "principal_investigators")
    contact = span_of(canonical, "contact_pi_name")
    if not found and contact:
        return (Person(fit_to_show(person(contact.text)), is_contact=True, spans=(contact,)),)
    return tuple(sorted(found, key=lambda one: (not one.is_contact, one.name)))


def officers_of(canonical: Canonical) -> tuple[Person, ...]:
    """Return those who look after the award at the funder."""
    return tuple(_people(canonical, "program_officers"))


def _people(canonical: Canonical, field: str) -> list[Person]:
    rows: list[dict[str, Any]] = canonical.get(field, [])
    made = (_person(canonical, row, f"{field}.{at}") for at, row in enumerate(rows))
    return [one for one in made if one.name]


def _person(canonical: Canonical, row: dict[str, Any], path: str) -> Person:
    parts = [part for part in _PARTS if row.get(part)] or ["full_name"]
    named = [span for part in parts if (span := span_of(canonical, f"{path}.{part}"))]
    name = " ".join(fit_to_show(title_case(span.text)) for span in named)
    is_contact = bool(row.get("is_contact_pi"))
    said = span_of(canonical, f"{path}.is_contact_pi") if is_contact else None
    spans = (*named, said) if said else tuple(named)
    return Person(" ".join(name.split()), is_contact, spans)
