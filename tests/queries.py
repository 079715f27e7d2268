"""Random searches, and random records of a small vocabulary that they often meet (Hypothesis)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tidings.searches.breadth import why_too_broad
from tidings.searches.document import Document
from tidings.searches.query import (
    ALL_TEXT,
    And,
    Comparison,
    DateField,
    Leaf,
    Near,
    Not,
    NumberField,
    Operator,
    Or,
    Phrase,
    Prefix,
    Query,
    TextField,
    Value,
    ValueField,
    Word,
)

WORDS = (
    "tumor", "tumors", "cancer", "breast", "triple", "negative", "cells", "study", "TGFβ", "x-ray",
    "immunology",
)  # fmt: skip
CITIES = ("Scottsdale", "Phoenix", "La Jolla", "Bethesda")
PLACES = ("SCOTTSDALE, AZ", "PHOENIX, AZ", "LA JOLLA, CA", "BETHESDA, MD")
POINTS = ((33.5092, -111.899), (33.4484, -112.074), (32.8473, -117.2742), (38.9807, -77.1003))
COUNTRIES = ("UNITED STATES", "CANADA")
CATEGORIES = ("Cancer", "Breast Cancer", "Lung", "Rare Diseases")
PEOPLE = ("Wu, Bogang", "José García", "Breast, A")
VALUES: Mapping[ValueField, Sequence[str]] = {
    ValueField.STATE: ("AZ", "CA", "MD"),
    ValueField.IC: ("NCI", "CA", "NIA"),
    ValueField.ACTIVITY: ("R01", "U01", "K99"),
    ValueField.PROJECT: ("CA286969", "R01CA286969", "1R01CA286969-01", "CA000001"),
    ValueField.CHANGE: ("end_cut", "reversed", "extended", "new_project"),
    ValueField.SEVERITY: ("critical", "notable", "info"),
}
SERIALS = ("286969", "000001", "12345")
YEARS = tuple(range(2023, 2028))
AMOUNTS = (0, 1, 99_999, 100_000, 250_000, 250_001, 10**7)
DAYS = tuple(
    date(year, month, day) for year in (2024, 2026) for month in (1, 2) for day in (1, 15, 28)
)
OPERATORS: Sequence[Operator] = ("=", "<", "<=", ">", ">=")
_PLAIN_WORDS = ("tumor", "tumors", "cancer", "breast", "triple", "negative", "tgf", "beta", "cells")
_TEXTS: Mapping[str, Sequence[str]] = {
    ALL_TEXT: _PLAIN_WORDS,
    TextField.TITLE: _PLAIN_WORDS,
    TextField.ABSTRACT: _PLAIN_WORDS,
    TextField.TERMS: _PLAIN_WORDS,
    TextField.CATEGORY: ("cancer", "breast", "diseases"),
    TextField.PI: ("wu", "bogang", "garcia"),
    TextField.ORG: _PLAIN_WORDS,
    TextField.CITY: ("la", "jolla", "phoenix"),
    TextField.COUNTRY: ("united", "states", "canada"),
}


def leaf_queries() -> SearchStrategy[Leaf]:
    """Return leaves of every kind."""
    texts = st.sampled_from([(field, word) for field, some in _TEXTS.items() for word in some])
    fields = st.sampled_from(list(_TEXTS))
    runs = st.one_of(
        *(st.tuples(st.just(field), st.lists(st.sampled_from(some), min_size=1, max_size=3))
          for field, some in _TEXTS.items())
    )  # fmt: skip
    values = st.sampled_from([(field, one) for field, some in VALUES.items() for one in some])
    operators = st.sampled_from(OPERATORS)
    return st.one_of(
        texts.map(lambda one: Word(*one)),
        runs.map(lambda one: Phrase(one[0], tuple(one[1]))),
        st.builds(Prefix, fields, st.sampled_from(["tum", "can", "cell", "immun", "neg", "sta"])),
        values.map(lambda one: Value(*one)),
        st.builds(Comparison, st.just(NumberField.FY), operators, st.sampled_from(YEARS)),
        st.builds(Comparison, st.just(NumberField.AMOUNT), operators, st.sampled_from(AMOUNTS)),
        st.builds(
            Comparison,
            st.sampled_from(DateField),
            operators,
            st.sampled_from(DAYS).map(date.toordinal),
        ),
        st.builds(Near, st.sampled_from(PLACES), st.sampled_from([1, 10, 12, 50, 500])),
    )


def any_queries(*, max_leaves: int = 12) -> SearchStrategy[Query]:
    """Return trees of leaves, also those that find nearly everything, as ``NOT x`` does."""
    return st.recursive(
        leaf_queries(),
        lambda parts: st.one_of(
            st.lists(parts, min_size=1, max_size=4).map(lambda some: And(tuple(some))),
            st.lists(parts, min_size=1, max_size=4).map(lambda some: Or(tuple(some))),
            parts.map(Not),
        ),
        max_leaves=max_leaves,
    )


def queries(*, max_leaves: int = 12) -> SearchStrategy[Query]:
    """Return trees that a reader may save: NOT inside OR, and pure negatives beside a filter."""
    anchors = st.sampled_from(
        [
            Word(ALL_TEXT, "cancer"),
            Value(ValueField.STATE, "AZ"),
            Comparison(NumberField.FY, ">=", 2025),
        ]
    )
    return st.builds(_anchored, any_queries(max_leaves=max_leaves), anchors)


def _anchored(query: Query, anchor: Leaf) -> Query:
    return And((anchor, query)) if why_too_broad(query) else query


def _texts(words: Sequence[str], *, most: int) -> SearchStrategy[str]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=most).map(" ".join)


def _terms() -> SearchStrategy[list[str]]:
    return st.lists(_texts(WORDS, most=3), min_size=1, max_size=4)


def _organizations() -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "org_name": _texts(WORDS, most=3),
            "org_city": st.sampled_from(CITIES),
            "org_country": st.sampled_from(COUNTRIES),
            "org_state": st.sampled_from(VALUES[ValueField.STATE]),
        },
    )


def records() -> SearchStrategy[dict[str, Any]]:
    """Return canonical records; each field but the number of the award may be absent."""
    days = st.sampled_from(DAYS).map(date.isoformat)
    ic = {"abbreviation": st.sampled_from(["NCI", "NIA"]), "code": st.sampled_from(["CA", "AG"])}
    optional: dict[str, SearchStrategy[Any]] = {
        "project_title": _texts(WORDS, most=5),
        "abstract_text": _texts((*WORDS, ".\n"), most=30),
        "terms": _terms().map(lambda some: f"<{'><'.join(some)}>"),
        "pref_terms": _terms().map(";".join),
        "spending_categories_desc": st.lists(
            st.sampled_from(CATEGORIES), min_size=1, max_size=3
        ).map("; ".join),
        "contact_pi_name": st.sampled_from(PEOPLE),
        "principal_investigators": st.lists(
            st.sampled_from(PEOPLE).map(lambda name: {"full_name": name}), max_size=2
        ),
        "organization": _organizations(),
        "agency_ic_admin": st.fixed_dictionaries({}, optional=ic),
        "activity_code": st.sampled_from(VALUES[ValueField.ACTIVITY]),
        "fiscal_year": st.sampled_from(YEARS),
        "award_amount": st.sampled_from(AMOUNTS),
        "project_start_date": days,
        "project_end_date": days,
        "geo_lat_lon": st.builds(_point, st.sampled_from(POINTS), _SHIFTS, _SHIFTS),
    }
    serials = st.sampled_from(SERIALS)
    numbers = st.builds(_numbers, st.sampled_from(VALUES[ValueField.ACTIVITY]), serials)
    fields = st.fixed_dictionaries({"appl_id": st.integers(1, 9_999_999)}, optional=optional)
    return st.builds(_together, fields, st.one_of(st.just(_NO_NUMBERS), numbers))


_NO_NUMBERS: dict[str, Any] = {}
_SHIFTS = st.sampled_from([-7.0, -0.7, -0.15, 0.0, 0.01, 0.7])
"""Degrees by which a record lies beside a place: 480, 48, 10, 0, 0.7 and 48 miles to the north."""


def _together(fields: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    return fields | others


def _numbers(activity: str, serial: str) -> dict[str, Any]:
    return {
        "project_num": f"1{activity}CA{serial}-01",
        "core_project_num": f"{activity}CA{serial}",
        "project_serial_num": f"CA{serial}",
    }


def _point(point: tuple[float, float], north: float, east: float) -> dict[str, float]:
    return {"lat": point[0] + north, "lon": point[1] + east}


Happened = tuple[frozenset[str], frozenset[str]]


def happenings() -> SearchStrategy[Happened]:
    """Return kinds and severities of what happened to a record."""
    return st.tuples(
        st.frozensets(st.sampled_from(VALUES[ValueField.CHANGE]), max_size=2),
        st.frozensets(st.sampled_from(VALUES[ValueField.SEVERITY]), max_size=2),
    )


def documents() -> SearchStrategy[Document]:
    """Return records as searches see them, with what happened to them."""
    return st.builds(_document, records(), happenings())


def _document(record: dict[str, Any], happened: Happened) -> Document:
    return Document(record, *happened)
