"""What a search may ask, field by field, and the simple form that writes one (pure)."""

from collections.abc import Mapping
from typing import NamedTuple

from tidings.rendering.speech import Sayable
from tidings.searches.fields import Field
from tidings.searches.query import DateField, NumberField, TextField, ValueField


class Help(NamedTuple):
    """What a field looks at, and a search that uses it."""

    what: str
    example: str


WORDS: tuple[Help, ...] = (
    Help(Sayable("all of these words, in any inflection"), "immune cells"),
    Help(Sayable("words side by side, as they are"), '"breast cancer"'),
    Help(Sayable("every word that begins so"), "immuno*"),
    Help(Sayable("one or the other"), "melanoma OR sarcoma"),
    Help(Sayable("but not"), "melanoma NOT mice"),
    Help(Sayable("parts together"), "(melanoma OR sarcoma) title:vaccine"),
)
"""What can be written without a field."""

FIELDS: Mapping[Field | str, Help] = {
    TextField.TITLE: Help(Sayable("the title"), "title:trop2"),
    TextField.ABSTRACT: Help(Sayable("the abstract"), 'abstract:"clinical trial"'),
    TextField.TERMS: Help(Sayable("the terms that RePORTER gives"), 'terms:"breast cancer"'),
    TextField.CATEGORY: Help(Sayable("NIH's spending categories"), "category:pediatric"),
    TextField.PI: Help(Sayable("the investigators"), "pi:smith"),
    TextField.ORG: Help(Sayable("the institution"), 'org:"mayo clinic"'),
    TextField.CITY: Help(Sayable("its city"), "city:tucson"),
    TextField.COUNTRY: Help(Sayable("its country"), "country:canada"),
    ValueField.STATE: Help(Sayable("its state"), "state:AZ"),
    "near": Help(Sayable("how far from a place it is"), 'near:"Scottsdale, AZ" within 50mi'),
    ValueField.IC: Help(Sayable("the institute that pays"), "ic:NCI"),
    ValueField.ACTIVITY: Help(Sayable("the kind of award"), "activity:(R01 OR R21)"),
    ValueField.PROJECT: Help(Sayable("the number of the study"), "project:CA286969"),
    NumberField.FY: Help(Sayable("the fiscal year"), "fy:2024..2026"),
    NumberField.AMOUNT: Help(Sayable("dollars in that year"), "amount>=250000"),
    DateField.START: Help(Sayable("the day it starts"), "start>=2026-01-01"),
    DateField.END: Help(Sayable("the day it ends"), "end:2026"),
    ValueField.CHANGE: Help(Sayable("what has changed"), "change:end_cut state:AZ"),
    ValueField.SEVERITY: Help(Sayable("how much a change matters"), "severity:critical ic:NCI"),
}
"""Every field of the language."""


def written_search(*, words: str, state: str, institute: str, activity: str, since: str) -> str:
    """Return the search that the fields of a form ask; what is empty is not asked.

    What was typed into a field is quoted where it is more than one word, so that it stays there.
    """
    fields = (
        ("state:", state),
        ("ic:", institute),
        ("activity:", activity),
        ("fy>=", since),
    )
    parts = [f"{name}{_one(value)}" for name, value in fields if value.strip()]
    words = words.strip()
    if words and parts and "OR" in words.split():
        words = f"({words})"
    return " ".join(filter(None, (words, *parts)))


def _one(value: str) -> str:
    plain = value.replace('"', " ").strip()
    return plain if plain.isalnum() else f'"{plain}"'
