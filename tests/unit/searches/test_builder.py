"""The form that writes a search: nothing typed leaves its field, and what fits is read back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from queries import queries, records

from tidings.searches.builder import Form, form_of, written_form
from tidings.searches.canonical import canonical_form
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.grammar import parse
from tidings.searches.query import Query
from tidings.searches.writing import written


@given(queries(max_leaves=6), st.lists(records(), max_size=4))
def test_a_form_that_is_filled_from_a_search_asks_the_same(
    query: Query, some: list[dict[str, Any]]
) -> None:
    meant = parse(written(query))
    form = form_of(meant)
    if form is not None:
        again = parse(written_form(form))
        for one in map(Document, some):
            assert holds(again, one) == holds(meant, one)


FILLED = Form(
    words='immune "cell death"',
    phrase="breast cancer",
    any_of='melanoma "soft tissue"',
    none_of="mice rats",
    state="AZ",
    institute="NCI",
    activity="R01",
    since="2024",
    amount="250000",
    near="Scottsdale, AZ",
    miles="30",
    changes=("end_cut", "reversed"),
)


def test_every_field_of_the_form_is_written_and_read_back() -> None:
    text = written_form(FILLED)
    assert text == (
        'immune "cell death" "breast cancer" (melanoma OR "soft tissue") NOT mice NOT rats '
        'state:AZ ic:NCI activity:R01 fy>=2024 amount>=250000 near:"Scottsdale, AZ" within 30mi '
        "change:(end_cut OR reversed)"
    )
    read = form_of(parse(text))
    assert read is not None
    assert (read.words, read.phrase) == ('immune "breast cancer"', "cell death")
    assert canonical_form(parse(written_form(read))) == canonical_form(parse(text))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (Form(words="stiff OR ) soft"), 'stiff "OR" soft'),
        (Form(words="HLA-B*27 (cell)"), '"HLA-B 27" "(cell)"'),
        (Form(state='AZ" OR ic:NCI'), 'state:"AZ  OR ic:NCI"'),
        (Form(phrase='side" OR "by'), '"side OR by"'),
        (Form(words=" ", none_of="()"), ""),
        (Form(near='Tucson, AZ" within 5mi', miles="x"), 'near:"Tucson, AZ within 5mi" within 0mi'),
    ],
)
def test_what_is_typed_into_a_field_stays_in_that_field(form: Form, text: str) -> None:
    assert written_form(form) == text


@pytest.mark.parametrize(
    "text",
    ["title:stiff", "a1 (b2 OR c3) (d4 OR e5)", "fy:2024", "state:AZ OR state:CA", "ic:NCI ic:NIA"],
)
def test_what_no_form_can_say_fills_none(text: str) -> None:
    assert form_of(parse(text)) is None
