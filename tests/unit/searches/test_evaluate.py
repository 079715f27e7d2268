"""What a search finds, and how it says why."""

from typing import Any

import pytest
from hypothesis import given
from queries import documents, queries

from tidings.searches.document import Document
from tidings.searches.evaluate import EXCERPT, ClauseHit, evaluate, holds
from tidings.searches.grammar import parse, parse_canonical
from tidings.searches.query import Query

STUDY: dict[str, Any] = {
    "appl_id": 11_000_001,
    "project_num": "1K99CA286969-01",
    "core_project_num": "K99CA286969",
    "project_serial_num": "CA286969",
    "project_title": "Stiff matrix in triple-negative breast cancer",
    "abstract_text": "We study the role of TGFβ in tumours.\nCells were studied in mice.",
    "terms": "<Immunotherapy><mouse model><Stage IV>",
    "pref_terms": "Cancer Biology;Collagen",
    "spending_categories_desc": "Breast Cancer; Stem Cell Research - Human",
    "contact_pi_name": "WU, BOGANG",
    "principal_investigators": [{"full_name": "José García"}],
    "organization": {
        "org_name": "MAYO CLINIC ARIZONA",
        "org_state": "AZ",
        "org_city": "SCOTTSDALE",
        "org_country": "UNITED STATES",
    },
    "agency_ic_admin": {"abbreviation": "NCI", "code": "CA"},
    "activity_code": "R01",
    "fiscal_year": 2026,
    "award_amount": 400_000,
    "project_start_date": "2024-02-01",
    "project_end_date": "2027-01-31",
    "geo_lat_lon": {"lat": 33.58, "lon": -111.79},
}
NOW = Document(STUDY, {"end_cut"}, {"critical"})


@pytest.mark.parametrize(
    "text",
    [
        "cancer",
        "cancers",
        "studies",
        '"triple negative breast cancer"',
        "triple-negative",
        '"tgf beta"',
        "TGF-beta",
        "immuno*",
        "title:stiff",
        "abstract:mice",
        "terms:collagen",
        'terms:"mouse model"',
        'category:"stem cell research"',
        "category:human",
        "pi:wu",
        "pi:garcia",
        'org:"mayo clinic"',
        "city:scottsdale",
        'country:"united states"',
        "state:AZ ic:NCI activity:R01 fy>=2026 amount>399999",
        "ic:ca",
        "project:CA286969",
        "project:K99CA286969",
        "project:1k99ca286969-01",
        "end:2027-01-31 start>=2024-02-01",
        "end:2027 start:2024-02",
        "fy:2020..2026 amount:400000..400000",
        'near:"Scottsdale, AZ" within 10mi',
        'near:"Tucson, AZ" within 120mi',
        "cancer NOT lung",
        "lung OR (breast AND title:matrix)",
        "change:(end_cut OR reversed)",
        "severity:critical",
    ],
)
def test_it_finds(text: str) -> None:
    assert evaluate(parse(text), NOW)


@pytest.mark.parametrize(
    "text",
    [
        "lung",
        '"cancers"',
        '"negative triple"',
        '"model stage"',  # of two terms: no phrase reaches from one into the other
        '"cancer we"',  # of title and abstract
        'category:"cancer stem"',
        "title:mice",
        "abstract:stiff",
        "state:CA",
        "city:tempe",
        "project:CA286968",
        "fy<2026",
        "amount>400000",
        "end<2027-01-31",
        "end:2026",
        "start>2024-02",
        'near:"Scottsdale, AZ" within 5mi',
        "cancer NOT breast",
        "change:extended",
        "severity:notable",
        "collagens*",
    ],
)
def test_it_does_not_find(text: str) -> None:
    assert evaluate(parse(text), NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "amount<5",
        "amount>5",
        "end<2027",
        "end>=2027",
        'near:"Tucson, AZ" within 500mi',
        "project:CA286969",
    ],
)
def test_a_record_that_does_not_say_fits_neither_way(text: str) -> None:
    assert not holds(parse_canonical(text), Document({}))
    assert holds(parse_canonical(f"NOT {text}"), Document({}))


def test_a_place_that_the_record_does_not_know_is_not_in_the_sea() -> None:
    nowhere = Document({"geo_lat_lon": {"lat": 0, "lon": 0}})
    assert nowhere.point is None


@pytest.mark.parametrize("typed", ["PQ", "QC", "Quebec"])
@pytest.mark.parametrize("recorded", ["PQ", "QC"])
def test_quebec_is_one_whichever_code_is_typed_or_recorded(typed: str, recorded: str) -> None:
    there = Document({"organization": {"org_state": recorded}})
    assert holds(parse(f"state:{typed}"), there)
    assert not holds(parse("state:ON"), there)


def test_a_hit_names_clause_and_field_and_marks_the_words() -> None:
    hits = evaluate(parse("cancer state:AZ (lung OR mice) NOT rats"), NOW)
    assert hits is not None
    assert [hit.clause for hit in hits] == ["cancer", 'state:"AZ"', "mice"]
    assert [hit.field for hit in hits] == ["project_title", "organization", "abstract_text"]
    start, end = hits[0].spans[0]
    assert hits[0].excerpt[start:end] == "cancer"


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("end<2028", ClauseHit("end<=2027-12-31", "project_end_date", "2027-01-31")),
        ("amount>=400000", ClauseHit("amount>=400000", "award_amount", "400000")),
        (
            'near:"Scottsdale, AZ" within 10mi',
            ClauseHit(
                'near:"SCOTTSDALE, AZ" within 10mi', "geo_lat_lon", "8 miles from Scottsdale, AZ"
            ),
        ),
        ("severity:critical", ClauseHit('severity:"critical"', "severity", "")),
        ("project:ca286969", ClauseHit('project:"CA286969"', "project_num", "CA286969")),
        ("city:scottsdale", ClauseHit("city:scottsdale", "organization", "SCOTTSDALE", ((0, 10),))),
    ],
)
def test_a_hit_says_what_the_record_has(text: str, hit: ClauseHit) -> None:
    assert evaluate(parse(text), NOW) == (hit,)


@given(queries(), documents())
def test_what_is_found_is_shown_in_short_with_its_marks_inside(
    query: Query, document: Document
) -> None:
    hits = evaluate(query, document)
    assert (hits is not None) == holds(query, document)
    for hit in hits or ():
        assert holds(parse_canonical(hit.clause), document)
        assert len(hit.excerpt) <= EXCERPT
        assert all(0 <= start < end <= len(hit.excerpt) for start, end in hit.spans)
