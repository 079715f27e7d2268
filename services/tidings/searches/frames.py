"""The words that the values of a search stand in, field by field (pure).

Every trait follows ``studies``, ``changes`` and ``are`` alike.
"""

from collections.abc import Mapping

from tidings.projects.models import Severity
from tidings.rendering.speech import Sayable
from tidings.searches.query import ALL_TEXT, DateField, NumberField, TextField, ValueField

MENTIONED: Mapping[str, str] = {
    ALL_TEXT: "{value}",
    TextField.TITLE: Sayable("{value} in the title"),
    TextField.ABSTRACT: Sayable("{value} in the abstract"),
    TextField.TERMS: Sayable("{value} among the project terms"),
}
"""What studies mention."""

TRAITS: Mapping[str, str] = {
    TextField.CATEGORY: Sayable("in the NIH category {value}"),
    TextField.PI: Sayable("led by {value}"),
    TextField.ORG: Sayable("at {value}"),
    TextField.CITY: Sayable("in the city {value}"),
    TextField.COUNTRY: Sayable("in the country {value}"),
    ValueField.STATE: Sayable("led from {value}"),
    ValueField.IC: Sayable("funded by {value}"),
    ValueField.ACTIVITY: Sayable("awarded as {value}"),
    ValueField.PROJECT: Sayable("part of project {value}"),
    ValueField.CHANGE: Sayable("with the change “{value}”"),
    ValueField.SEVERITY: Sayable("of severity {value}"),
}
"""What studies are, and changes."""

SEVERITIES = {
    Severity.CRITICAL: Sayable("critical"),
    Severity.NOTABLE: Sayable("notable"),
    Severity.INFO: Sayable("info"),
}

DOLLARS = {
    "=": Sayable("for {value}"),
    "<": Sayable("for less than {value}"),
    "<=": Sayable("for at most {value}"),
    ">": Sayable("for more than {value}"),
    ">=": Sayable("for at least {value}"),
}
YEARS = {
    "=": Sayable("of fiscal year {value}"),
    "<": Sayable("of a fiscal year before {value}"),
    "<=": Sayable("of fiscal year {value} or earlier"),
    ">": Sayable("of a fiscal year after {value}"),
    ">=": Sayable("of fiscal year {value} or later"),
}
DATES: Mapping[NumberField | DateField, Mapping[str, str]] = {
    DateField.START: {
        "=": Sayable("starting on {value}"),
        "<": Sayable("starting before {value}"),
        "<=": Sayable("starting by {value}"),
        ">": Sayable("starting after {value}"),
        ">=": Sayable("starting on {value} or later"),
    },
    DateField.END: {
        "=": Sayable("ending on {value}"),
        "<": Sayable("ending before {value}"),
        "<=": Sayable("ending by {value}"),
        ">": Sayable("ending after {value}"),
        ">=": Sayable("ending on {value} or later"),
    },
}
RANGES: Mapping[NumberField | DateField, str] = {
    NumberField.FY: Sayable("of fiscal years {value}"),
    NumberField.AMOUNT: Sayable("for {value}"),
    DateField.START: Sayable("starting {value}"),
    DateField.END: Sayable("ending {value}"),
}
"""Both ends are in the value: ``2020 to 2024``, ``in March 2026``."""
