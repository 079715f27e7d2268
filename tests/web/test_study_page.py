"""The page of a study: what it says, whose words those are, and what it makes of any record."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import NOW
from site_of_tests import KEY, Visitor
from sources import ListedSource, record
from sqlalchemy import Engine
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.pages.grounding import Span
from tidings.pages.models import Origin, Page, PageSentence, PageVersion, Verdict, VersionState
from tidings.projects.models import Award, Paper, Publication, Trial
from tidings.web.app import create_app

ABSTRACT = "PROJECT SUMMARY In mouse models we ask how macrophages shape a tumor. " * 3

Shown = Callable[..., str]


@pytest.fixture
def shown(sqlite_engine: Engine, settings: Settings) -> Shown:
    """Give what shows the page of one record with these fields."""

    def show(path: str = "", **fields: Any) -> str:
        run_sweep(sqlite_engine, ListedSource([record(1, **fields)]), now=NOW)
        page = Visitor(create_app(settings, sqlite_engine)).get(f"{path}/studies/{KEY}")
        assert page.status_code == 200
        return page.text

    return show


def headings(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*>([^<]+)</h2>", page)


def test_the_sections_stand_in_the_order_that_people_know(shown: Shown) -> None:
    assert headings(shown(abstract_text=ABSTRACT)) == [
        "Quick facts",
        "What this study looks at",
        "Who could benefit",
        "Why it matters",
        "How similar work has done",
        "Where this research is happening",
        "Researchers",
        "What this page is, and is not",
        "What has changed",
        "Follow this study",
    ]


def test_each_section_names_the_fields_that_it_comes_from(shown: Shown) -> None:
    page = shown(project_end_date="2027-03-31")
    assert "<dt>End date</dt><dd>2027-03-31</dd>" in page
    assert "<dt>Researchers</dt><dd>Bogang Wu</dd>" in page


def test_words_of_research_are_explained_beside_the_text_once_each(shown: Shown) -> None:
    page = shown(abstract_text=ABSTRACT)
    assert page.count(">macrophages</button>") == 1
    buttons = re.findall(r'popovertarget="(tip-\d+)"', page)
    tips = re.findall(r'id="(tip-\d+)" popover', page)
    assert buttons == tips == [f"tip-{number}" for number in range(1, len(tips) + 1)]
    assert len(tips) >= 2


def test_the_page_says_first_that_work_with_animals_is_no_treatment(shown: Shown) -> None:
    about = shown(abstract_text=ABSTRACT).partition("What this page is, and is not")[2]
    assert "The record speaks of animals: “mouse models”." in about
    assert about.index("mouse models") < about.index("It is not medical advice.")


def test_papers_and_trials_are_linked_by_title_where_it_is_known(
    sqlite_engine: Engine, settings: Settings, shown: Shown
) -> None:
    shown()
    with open_session(sqlite_engine) as session:
        for pmid in range(100, 113):
            session.add(Publication(project_id=1, pmid=pmid, first_seen_at=NOW))
        session.add(Paper(pmid=112, title="Stiff <tissue>", journal="Cell", year=2026))
        session.add(Trial(project_id=1, nct_id="NCT01234567", first_seen_at=NOW))
        session.commit()
    page = Visitor(create_app(settings, sqlite_engine)).get(f"/studies/{KEY}").text
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/112/" rel="noreferrer"' in page
    assert "Stiff &lt;tissue&gt;" in page
    assert "PubMed 111" in page
    assert "PubMed 102" not in page
    assert "And 3 more, which RePORTER lists." in page
    assert 'href="https://clinicaltrials.gov/study/NCT01234567" rel="noreferrer"' in page


def publish(engine: Engine, *, model: str, language: str = "en") -> None:
    with open_session(engine) as session:
        page = Page(project_id=1, language=language, published_no=2, created_at=NOW)
        session.add(page)
        session.flush()
        version = PageVersion(
            page_id=page.id or 0,
            number=2,
            state=VersionState.PUBLISHED,
            origin=Origin.MODEL if model else Origin.EDITOR,
            model=model,
            reviewer_role="patient advocate",
            reviewed_at=NOW,
            created_at=NOW,
        )
        session.add(version)
        session.flush()
        said = [
            ("headline", "Helping cells reach tumors", None),
            ("why", "It may help.", None),
            ("why", "It has lost its source.", NOW),
        ]
        for position, (section, text, stale_at) in enumerate(said):
            session.add(
                PageSentence(
                    version_id=version.id or 0,
                    section=section,
                    position=position,
                    text=text,
                    spans=[asdict(Span(1, "phr_text", 3, 11, "may help"))],
                    verdict=Verdict.ACCEPTED,
                    stale_at=stale_at,
                )
            )
        session.commit()


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            "m-1",
            "Written with a language model, read by an editor (patient advocate) on 23 Nov 2026.",
        ),
        ("", "Written by an editor, patient advocate, on 23 Nov 2026."),
    ],
)
def test_what_an_editor_published_stands_in_its_section_and_says_who_read_it(
    sqlite_engine: Engine, settings: Settings, shown: Shown, model: str, said: str
) -> None:
    assert "Not read by a person yet." in shown()
    publish(sqlite_engine, model=model)
    page = Visitor(create_app(settings, sqlite_engine)).get(f"/studies/{KEY}").text
    assert "<h1>Helping cells reach tumors</h1>" in page
    assert "It may help." in page
    assert said in page
    assert "It has lost its source." not in page
    assert "1 sentence has lost its source since, and is left out." in page


def test_a_record_without_any_text_is_a_page_that_is_not_to_be_indexed(shown: Shown) -> None:
    assert '<meta name="robots" content="noindex">' in shown(abstract_text=None, phr_text=None)


def test_a_record_of_a_title_alone_is_a_page(shown: Shown) -> None:
    nothing = dict.fromkeys(record().keys() - {"appl_id"})
    bare = nothing | {
        "project_title": "Cells",
        "core_project_num": "R01CA000001",
        "project_num": "1R01CA000001-01",
        "project_serial_num": "CA000001",
    }
    page = shown(**bare)
    assert "Cells</span>" in page
    assert "None" not in page


def test_texts_are_texts_and_never_markup(shown: Shown) -> None:
    bad = "</script><script>alert(1)</script> <img src=x onerror=1>\x07\u202e & <b>cells</b>"
    page = shown(project_title=bad, abstract_text=bad, phr_text=bad, contact_pi_name=bad)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert "\u202e" not in page
    assert "\x07" not in page
    assert page.count("<script") == page.count("</script>") == 1


def test_two_hundred_researchers_are_named_behind_the_first_few(shown: Shown) -> None:
    people = [{"profile_id": n, "full_name": f"Person N{n}"} for n in range(200)]
    page = shown(principal_investigators=people, contact_pi_name="")
    assert "All 200 who lead it" in page
    assert page.count("Person N199") == 1
    assert len(page) < 45_000


def test_a_study_that_is_gone_from_reporter_says_so_first(
    sqlite_engine: Engine, settings: Settings, shown: Shown
) -> None:
    shown()
    with open_session(sqlite_engine) as session:
        session.get_one(Award, 1).missing_since = NOW
        session.commit()
    page = Visitor(create_app(settings, sqlite_engine)).get(f"/studies/{KEY}").text
    said = "RePORTER has not listed this study since 23 Nov 2026."
    assert page.index(said) < page.index("<h1>")


def test_a_timeline_shows_the_words_that_changed_and_details_when_asked(
    sqlite_engine: Engine, settings: Settings
) -> None:
    source = ListedSource([record(1, abstract_text="We study old cells.", cfda_code="310")])
    run_sweep(sqlite_engine, source, now=NOW)
    source.records[0] |= {"abstract_text": "We study how the skin of people ages."}
    source.records[0] |= {"cfda_code": "311"}
    run_sweep(sqlite_engine, source, now=NOW + timedelta(weeks=1))
    site = Visitor(create_app(settings, sqlite_engine))
    page = site.get(f"/studies/{KEY}").text
    assert '<del><span class="unseen">removed: </span>old cells.</del>' in page
    assert '<ins><span class="unseen">added: </span>how the skin' in page
    assert f'href="/studies/{KEY}@2026-11-29...2026-11-30"' in page
    assert "Federal program number" not in page
    whole = site.get(f"/studies/{KEY}?all=1").text
    assert "Federal program number" in whole
    assert '<meta name="robots" content="noindex">' in whole


def test_search_engines_are_told_what_it_is_and_where_it_is(shown: Shown) -> None:
    page = shown(abstract_text=ABSTRACT, project_title="Cells </script> & more")
    url = f"http://127.0.0.1:8000/studies/{KEY}"
    assert f'<link rel="canonical" href="{url}">' in page
    assert f'<meta property="og:url" content="{url}">' in page
    assert "noindex" not in page
    [written] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    web_page, study = json.loads(written)["@graph"]
    assert web_page["breadcrumb"]["itemListElement"][1]["item"] == url
    assert date.fromisoformat(web_page["dateModified"]) == NOW.date()
    assert study["name"] == "Cells </script> & more"
    assert study["funding"]["@type"] == "MonetaryGrant"
    assert study["funding"]["amount"]["value"] == 400_000
    assert study["funding"]["funder"]["name"] == "National Cancer Institute (NCI)"


def test_a_citation_names_the_record_the_day_and_the_hash_of_what_it_said(
    sqlite_engine: Engine, shown: Shown
) -> None:
    page = shown()
    with open_session(sqlite_engine) as session:
        known = session.get_one(Award, 1).content_hash
    assert f"NIH RePORTER record 1 as of 23 Nov 2026, Tidings version {known}." in page
    assert f"http://127.0.0.1:8000/studies/{KEY}@2026-11-23</p>" in page


def test_in_spanish_all_is_said_in_spanish_but_the_record(shown: Shown) -> None:
    page = shown("/es", abstract_text=ABSTRACT)
    assert headings(page)[:3] == [
        "Datos básicos",
        "Qué investiga este estudio",
        "A quién podría ayudar",
    ]
    assert '<blockquote lang="en">' in page


def test_in_spanish_the_role_of_whoever_read_it_is_marked_as_english(
    sqlite_engine: Engine, settings: Settings, shown: Shown
) -> None:
    shown()
    publish(sqlite_engine, model="m-1", language="es")
    page = Visitor(create_app(settings, sqlite_engine)).get(f"/es/studies/{KEY}").text
    assert page.count('<span lang="en">patient advocate</span>') == 2
    assert page.count("patient advocate") == 2


def test_programs_are_given_what_an_editor_published_also_what_has_lost_its_source(
    sqlite_engine: Engine, settings: Settings, shown: Shown
) -> None:
    shown()
    site, path = Visitor(create_app(settings, sqlite_engine)), f"/api/v1/studies/{KEY}"
    assert site.get(path).json()["published_text"] is None
    publish(sqlite_engine, model="m-1")
    text = site.get(path).json()["published_text"]
    sentences = text.pop("sentences")
    assert text.pop("reviewed_at").startswith("2026-11-23")
    assert text == {"number": 2, "role": "patient advocate", "model": "m-1"}
    assert [(one["section"], one["is_stale"]) for one in sentences] == [
        ("headline", False),
        ("why", False),
        ("why", True),
    ]
    (source,) = sentences[1]["sources"]
    assert (source["award"], source["field"], source["text"]) == (1, "phr_text", "may help")
    assert site.get(f"{path}?as_of={NOW:%Y-%m-%d}").json()["published_text"] is None


def test_an_unknown_study_is_said_to_be_unknown_beside_a_search_box(
    sqlite_engine: Engine, settings: Settings
) -> None:
    page = Visitor(create_app(settings, sqlite_engine)).get("/studies/CA999999")
    assert page.status_code == 404
    assert "We know no such study." in page.text
    assert 'role="search"' in page.text
