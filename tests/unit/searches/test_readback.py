"""A search in plain words."""

import pytest
from hypothesis import given
from queries import any_queries

from tidings.rendering.speech import Speech
from tidings.searches.canonical import canonical_form
from tidings.searches.grammar import parse, parse_canonical
from tidings.searches.query import Query
from tidings.searches.readback import in_words, read_back


@pytest.mark.parametrize(
    ("text", "means"),
    [
        (
            '"triple-negative breast cancer" state:AZ ic:NCI',
            (
                "New studies that mention “triple negative breast cancer”, led from Arizona, "
                "funded by NCI"
            ),
        ),
        ("breast cancer", "New studies that mention “breast” and “cancer”"),
        ("cancer NOT mouse", "New studies that mention “cancer” but not “mouse”"),
        (
            "cancer (breast OR lung)",
            "New studies that mention “cancer” and either “breast” or “lung”",
        ),
        (
            'immuno* "cells"',
            "New studies that mention a word that begins with “immuno” and exactly “cells”",
        ),
        (
            "title:(a b) x NOT abstract:c",
            (
                "New studies that mention both “a” and “b” in the title and mention “x” but do not "
                "mention “c” in the abstract"
            ),
        ),
        ("NOT x state:AZ", "New studies that do not mention “x”, led from Arizona"),
        (
            "state:(AZ OR CA) NOT ic:(NCI OR NIA) fy:2020..2024 amount:100000..500000",
            (
                "New studies led from Arizona or California, not funded by NCI or NIA, of fiscal "
                "years 2020 to 2024, for $100,000 to $500,000"
            ),
        ),
        (
            "fy>=2024 amount>250000",
            "New studies of fiscal year 2024 or later, for more than $250,000",
        ),
        (
            'near:"Scottsdale, AZ" within 50mi end<2027-03-31 start>=2024-06',
            (
                "New studies within 50 miles of Scottsdale, AZ, ending before 31 Mar 2027, "
                "starting on 1 Jun 2024 or later"
            ),
        ),
        ("end:2026 start:2024-02", "New studies ending in 2026, starting in February 2024"),
        ("end:2026-01..2026-06", "New studies ending from 1 Jan 2026 to 30 Jun 2026"),
        (
            'pi:wu org:"mayo clinic" city:"la jolla" country:canada category:cancer activity:R01',
            (
                "New studies led by “wu”, at “mayo clinic”, in the city “la jolla”, in the country "
                "“canada”, in the NIH category “cancer”, awarded as R01"
            ),
        ),
        (
            "cancer (state:AZ OR ic:NCI)",
            "New studies that mention “cancer”, either led from Arizona or funded by NCI",
        ),
        (
            "cancer (state:AZ OR lung)",
            (
                "New studies that mention “cancer”, and that either are led from Arizona or "
                "mention “lung”"
            ),
        ),
        (
            "lung OR (breast (title:matrix OR state:AZ))",
            (
                "New studies that either mention “lung”, or mention “breast” and (mention “matrix” "
                "in the title or are led from Arizona)"
            ),
        ),
        (
            "cancer NOT (state:AZ lung)",
            (
                "New studies that mention “cancer”, and that either are not led from Arizona or do "
                "not mention “lung”"
            ),
        ),
        (
            "change:(end_cut OR reversed) cancer project:CA286969",
            (
                "Changes (end date cut short or an earlier change was undone) of studies that "
                "mention “cancer”, part of project CA286969"
            ),
        ),
        (
            "severity:(critical OR notable) change:extended state:AZ",
            "Critical or notable changes (extended) of studies led from Arizona",
        ),
        (
            "change:extended NOT severity:info",
            "Changes (extended, not of severity info) of studies",
        ),
        (
            "(change:extended state:AZ) OR change:renewed",
            (
                "Changes of studies that either are with the change “extended” and are led from "
                "Arizona, or are with the change “renewed”"
            ),
        ),
    ],
)
def test_a_search_reads_back_in_words(text: str, means: str) -> None:
    assert read_back(parse(text)) == means


def test_the_noun_is_what_the_page_shows() -> None:
    assert read_back(parse("cancer"), noun="Studies") == "Studies that mention “cancer”"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("title:cancer", "“cancer” in the title"),
        ("NOT cancer", "not “cancer”"),
        ("state:AZ", "led from Arizona"),
        ("fy:2024", "of fiscal year 2024"),
        ("end<2027", "ending before 1 Jan 2027"),
        ("cancer OR (lung state:AZ)", "“cancer” or (“lung” and led from Arizona)"),
    ],
)
def test_a_clause_reads_back_alone(text: str, means: str) -> None:
    assert in_words(parse_canonical(text)) == means


@given(any_queries())
def test_every_search_reads_back_whole(query: Query) -> None:
    for one in (query, parse_canonical(canonical_form(query))):
        for text in (read_back(one), in_words(one)):
            assert text.count("(") == text.count(")")
            assert text.count("“") == text.count("”")
            assert not text.endswith((" ", ","))
            assert "  " not in text


@pytest.mark.parametrize(
    ("text", "means"),
    [
        (
            '"breast cancer" state:(AZ OR IL) ic:NCI',
            (
                "Estudios nuevos que mencionan “breast cancer”, dirigidos desde Arizona o "
                "Illinois, financiados por NCI"
            ),
        ),
        ("cancer NOT mouse", "Estudios nuevos que mencionan “cancer” pero no “mouse”"),
        (
            "immuno* NOT state:(UT OR OH)",
            (
                "Estudios nuevos que mencionan una palabra que empieza por “immuno”, no dirigidos "
                "desde Utah u Ohio"
            ),
        ),
        (
            'near:"Scottsdale, AZ" within 50mi end<2027-03-31 amount>=250000 fy:2024..2026',
            (
                "Estudios nuevos situados a 50 millas o menos de Scottsdale, AZ, previstos para "
                "terminar antes del 31 mar 2027, dotados con $250,000 como mínimo, asignados a los "
                "años fiscales 2024 a 2026"
            ),
        ),
        (
            "cancer (title:(a b) OR ic:NCI)",
            (
                "Estudios nuevos que mencionan “cancer”, y que o bien mencionan a la vez “a” y “b” "
                "en el título o están financiados por NCI"
            ),
        ),
        (
            "severity:(critical OR notable) state:AZ start:2024-02",
            (
                "Cambios de gravedad crítica o notable en estudios dirigidos desde Arizona, "
                "previstos para empezar en febrero de 2024"
            ),
        ),
    ],
)
def test_a_search_reads_back_in_spanish(text: str, means: str) -> None:
    assert read_back(parse(text), speech=Speech("es")) == means
