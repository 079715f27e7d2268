"""Whether two lists of investigators name other people (pure)."""

from collections.abc import Sequence
from typing import Any

from tidings.projects.folding import fold

Person = dict[str, Any]


def people_changed(
    before: Sequence[Person], after: Sequence[Person], *, without_contact: bool
) -> bool:
    """Say whether somebody joined or left; titles and the spelling of names do not count.

    ``without_contact``: the contact's own change is told already and does not count either.
    """
    joined, left = _missing_from(before, after), _missing_from(after, before)
    return any(not (without_contact and person.get("is_contact_pi")) for person in joined + left)


def _missing_from(known: Sequence[Person], people: Sequence[Person]) -> list[Person]:
    ids = {person["profile_id"] for person in known if "profile_id" in person}
    names = {_name(person) for person in known}
    return [
        person
        for person in people
        if person.get("profile_id") not in ids and _name(person) not in names
    ]


def _name(person: Person) -> str:
    spelled = f"{person.get('first_name', '')}{person.get('middle_name', '')}"
    return fold(person.get("full_name") or f"{spelled}{person.get('last_name', '')}")
