"""What a search may ask, field by field (pure)."""

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

EXAMPLES: tuple[tuple[str, str], ...] = (
    (Sayable("triple-negative breast cancer"), '"triple-negative breast cancer"'),
    (Sayable("Alzheimer's and sleep"), "alzheimer sleep"),
    (Sayable("cut short, or no longer active"), "change:(end_cut OR went_inactive)"),
    (Sayable("near Phoenix, Arizona"), 'near:"Phoenix, AZ" within 50mi'),
)
"""Searches to begin with, as a reader would say them and as they are written."""
