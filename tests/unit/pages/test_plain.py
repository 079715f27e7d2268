"""A study page in plain words: what it says of records that are odd, empty or hostile."""

from typing import Any

import pytest

from tidings.pages.grounding import Section, Sentence, Span, broken, fixed, holds, items, stated
from tidings.pages.plain import PlainPage, plain_page
from tidings.projects.canonicalise import canonical_fields
from tidings.rendering.speech import speech_of

HOSTILE = (
    "<script>alert(1)</script> {names} {0} %s %(x)s\u202e\u2066 ignore the above; "
    "{{ 7 * 7 }} {% trans %} \u0007</p> it's"
)


def page_of(**fields: Any) -> PlainPage:
    return plain_page(canonical_fields({"appl_id": 7, **fields}))


def texts(page: PlainPage, section: Section) -> list[str]:
    return [str(one.text) for one in page.of(section)]


def test_a_record_of_a_number_alone_gives_a_page_without_facts() -> None:
    page = page_of()
    assert page.headline.text == "A study in RePORTER"
    assert all(one.is_fixed for one in page.sentences)
    assert page.conditions == page.quotes == page.evidence.cues == ()
    assert page.official_title == ""
    assert texts(page, Section.WHO)[-1] == "This page cannot tell if a study fits you."


def test_a_record_with_neither_abstract_nor_narrative_says_so_and_is_still_good() -> None:
    page = page_of(
        project_title="Asthma in schools",
        activity_code="R01",
        organization={"org_name": "UNIVERSITY OF UTAH", "org_city": "SALT LAKE CITY"},
        project_start_date="2024-07-01",
    )
    assert page.headline.text == "A study about asthma at the University of Utah"
    assert "The record has no text by the researchers." in texts(page, Section.LOOKS_AT)
    assert "It began on 1 Jul 2024." in texts(page, Section.LOOKS_AT)
    assert texts(page, Section.WHY) == ["The record has no note on why it matters."]
    assert "It is in Salt Lake City." in texts(page, Section.WHERE)


@pytest.mark.parametrize(
    ("code", "headline"),
    [
        ("R01", "A study at Mayo Clinic Arizona"),
        ("T32", "A training program at Mayo Clinic Arizona"),
        ("D43", "A training program at Mayo Clinic Arizona"),
        ("F31", "A fellowship at Mayo Clinic Arizona"),
        ("P30", "A research center at Mayo Clinic Arizona"),
        ("R13", "A conference at Mayo Clinic Arizona"),
        ("S10", "Equipment for research at Mayo Clinic Arizona"),
        ("C06", "Rooms for research at Mayo Clinic Arizona"),
        ("U24", "A shared resource for research at Mayo Clinic Arizona"),
        ("QQ9", "A study at Mayo Clinic Arizona"),
    ],
)
def test_a_headline_says_what_kind_of_award_it_is(code: str, headline: str) -> None:
    page = page_of(activity_code=code, organization={"org_name": "MAYO CLINIC ARIZONA"})
    assert page.headline.text == headline
    assert {span.field for span in page.headline.spans} == {
        "activity_code",
        "organization.org_name",
    }


def test_rooms_and_tools_are_about_no_condition() -> None:
    title = {"project_title": "A scanner for asthma"}
    assert page_of(activity_code="S10", **title).headline.text == "Equipment for research"
    assert page_of(activity_code="T32", **title).headline.text == "A training program about asthma"


def test_a_page_counts_papers_and_trials_and_says_when_there_are_none() -> None:
    record = canonical_fields({"appl_id": 7})
    none, some = plain_page(record), plain_page(record, papers=1, trials=2)
    assert "RePORTER links no papers to it." in texts(none, Section.SIMILAR)
    assert not any("trial" in text for text in texts(none, Section.WHO))
    assert texts(some, Section.SIMILAR) == ["RePORTER links 1 paper to it."]
    assert "RePORTER links 2 clinical trials to it." in texts(some, Section.WHO)


def test_money_in_all_cites_the_amount_of_each_award_and_no_part() -> None:
    awards = [
        canonical_fields({"appl_id": 1, "award_amount": 100_000, "fiscal_year": 2025}),
        canonical_fields({"appl_id": 2, "award_amount": 50_500}),
        canonical_fields({"appl_id": 3, "award_amount": 7, "subproject_id": "12"}),
        canonical_fields({"appl_id": 4}),
    ]
    page = plain_page(awards[0], awards[1:])
    whole = next(one for one in page.sentences if str(one.text).startswith("In all"))
    assert whole.text == "In all 2 awards that we know, it is $150,500."
    assert [(span.appl_id, span.text) for span in whole.spans] == [(1, "100000"), (2, "50500")]
    assert "For 2025, it is $100,000." in texts(page, Section.LOOKS_AT)
    changed = {1: awards[0], 2: {**awards[1], "award_amount": 1}}
    assert broken(whole.spans, changed) == (whole.spans[1],)


def test_many_leaders_are_counted_after_the_first_ones() -> None:
    rows = [
        {"first_name": f"Ada{letter}", "last_name": "Berg", "is_contact_pi": letter == "F"}
        for letter in "ABCDEFGH"
    ]
    page = page_of(principal_investigators=rows)
    assert texts(page, Section.RESEARCHERS) == [
        "AdaF Berg leads it.",
        "It is also led by: AdaA Berg; AdaB Berg; AdaC Berg; AdaD Berg; and 3 more.",
    ]


def test_a_page_without_leaders_says_so_and_sends_nobody_to_a_list_above() -> None:
    page = page_of(principal_investigators=[{"profile_id": 3}], program_officers=[])
    assert texts(page, Section.RESEARCHERS) == ["The record names no one who leads it."]


def test_work_in_a_lab_is_told_first_of_all_that_the_page_is_not() -> None:
    about = texts(page_of(abstract_text="We use mice and cell lines."), Section.ABOUT)
    assert about[:3] == [
        "The record speaks of animals: “mice”.",
        "The record speaks of work in a lab: “cell lines”.",
        "Such work is early, and is not a treatment.",
    ]
    assert "not a treatment" not in " ".join(texts(page_of(), Section.ABOUT))


def test_a_part_of_an_award_is_called_so() -> None:
    said = texts(page_of(subproject_id="5432"), Section.LOOKS_AT)
    assert "It is one part of a larger award." in said


@pytest.mark.parametrize("language", ["en", "es"])
def test_hostile_text_stays_text(language: str) -> None:
    page = page_of(
        project_title=HOSTILE,
        abstract_text=f"{HOSTILE} patients",
        phr_text=HOSTILE,
        organization={"org_name": HOSTILE, "org_city": HOSTILE, "org_state": "{names}"},
        contact_pi_name=HOSTILE,
        agency_ic_admin={"name": HOSTILE},
    )
    speech = speech_of(language)
    said = [speech.written(one.text) for one in page.sentences]
    shown = [part.shown for quote in page.quotes for part in quote.paragraphs]
    for text in [*said, *shown, page.official_title]:
        assert not {"\u202e", "\u2066", "\u0007"} & set(text)
    assert any("<script>alert(1)</script> {names}" in text for text in said)
    assert any("{% trans %}" in text for text in shown)


def test_a_sentence_without_a_source_cannot_be_made_by_mistake() -> None:
    with pytest.raises(ValueError, match="has no source"):
        stated(Section.WHO, "It is so.", [])
    with pytest.raises(ValueError, match="has no source"):
        stated(Section.WHO, "It is so.", [Span(1, "terms", 0, 1, "a"), None])
    assert fixed(Section.WHO, "It is so.").is_fixed
    assert not Sentence(Section.WHO, "It is so.", (Span(1, "terms", 0, 1, "a"),)).is_fixed


def test_an_item_of_a_list_may_move_but_not_become_part_of_another() -> None:
    span = Span(1, "pref_terms", 0, 6, "Cancer")
    assert holds(span, {"appl_id": 1, "pref_terms": "Cancer;Mus"})
    assert holds(span, {"appl_id": 1, "pref_terms": "Asthma;Cancer"})
    assert not holds(span, {"appl_id": 1, "pref_terms": "Cancer cell;Mus"})
    terms = Span(1, "terms", 0, 6, "Cancer")
    assert holds(terms, {"appl_id": 1, "terms": "<Mus><Cancer>"})
    assert list(items("<Mus>< Cancer >;;")) == [(1, 4, "Mus"), (7, 13, "Cancer")]
