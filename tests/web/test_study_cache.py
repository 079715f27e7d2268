"""A study page that has not changed is not sent again, nor rendered again; one that has, is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from conftest import NOW
from site_of_tests import KEY, Visitor
from sources import ListedSource, record
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.pages.models import (
    HiddenModel,
    Origin,
    Page,
    PageSentence,
    PageVersion,
    Verdict,
    VersionState,
)
from tidings.projects.models import Award, Paper, Project, Publication, Trial
from tidings.web.app import create_app
from tidings.web.page_cache import PageCache

PATH = f"/studies/{KEY}"


@pytest.fixture
def site(engine: Engine, settings: Settings) -> Visitor:
    """Give a site over a store where everything is linked that may be."""
    run_sweep(engine, ListedSource([record(1), record(2)]), now=NOW)
    with open_session(engine) as session:
        session.add(Publication(project_id=1, pmid=1, first_seen_at=NOW))
        session.add(Trial(project_id=1, nct_id="NCT1", first_seen_at=NOW))
        session.add(Page(project_id=1, language="en", published_no=1, created_at=NOW))
        session.flush()
        session.add(
            PageVersion(
                page_id=1,
                number=1,
                state=VersionState.PUBLISHED,
                origin=Origin.MODEL,
                model="m-1",
                reviewed_at=NOW,
                created_at=NOW,
            )
        )
        session.flush()
        session.add(PageSentence(version_id=1, section="why", position=0, text="It may help."))
        session.commit()
    return Visitor(create_app(settings, engine))


def tag(site: Visitor, path: str = PATH) -> str:
    return site.get(path).headers["etag"]


def test_whoever_has_the_page_is_told_so(site: Visitor) -> None:
    first = site.get(PATH)
    again = site.get(PATH, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert not first.headers["etag"].startswith("W/")
    assert first.headers["cache-control"].startswith("public, max-age=300")
    assert "set-cookie" not in first.headers


def test_programs_that_ask_for_the_head_alone_get_it(site: Visitor) -> None:
    page, head = site.get(PATH), site.head(PATH)
    assert head.content == b""
    assert head.headers["content-length"] == str(len(page.content))
    assert head.headers["etag"] == page.headers["etag"]


def retitled(session: Session) -> None:
    session.get_one(Paper, 1).title = "Bells"


def stale(session: Session) -> None:
    session.get_one(PageSentence, 1).stale_at = NOW


def gone(session: Session) -> None:
    session.get_one(Award, 1).missing_since = NOW


def recruiting(session: Session) -> None:
    session.exec(select(Trial)).one().status = "Recruiting"


def linked(session: Session) -> None:
    session.add(Publication(project_id=1, pmid=2, first_seen_at=NOW))


def hidden(session: Session) -> None:
    session.add(HiddenModel(model="m-1", reason="x", hidden_by="y", hidden_at=NOW))


@pytest.mark.parametrize(
    "happens",
    [
        retitled,
        stale,
        gone,
        recruiting,
        linked,
        hidden,
    ],
    ids=["paper renamed", "stale", "gone", "trial", "new paper", "model hidden"],
)
def test_whatever_the_page_shows_changes_its_tag(
    engine: Engine, site: Visitor, happens: Callable[[Session], None]
) -> None:
    with open_session(engine) as session:
        session.add(Paper(pmid=1, title="Cells"))
        session.exec(select(PageSentence)).one().verdict = Verdict.ACCEPTED
        session.commit()
        before = tag(site), tag(site, "/studies/CA000002")
        happens(session)
        session.commit()
    assert tag(site) != before[0]
    assert tag(site, "/studies/CA000002") == before[1]


def test_a_new_version_a_new_sweep_and_another_view_have_tags_of_their_own(
    engine: Engine, site: Visitor
) -> None:
    before = tag(site)
    source = ListedSource([record(1, award_amount=5), record(2)])
    run_sweep(engine, source, now=NOW + timedelta(weeks=1))
    after = tag(site), tag(site, f"{PATH}?all=1"), tag(site, f"/es{PATH}")
    assert len({before, *after}) == 4
    assert "$5" in site.get(PATH).text


def test_a_page_that_has_not_changed_costs_few_questions_and_no_record(
    engine: Engine, settings: Settings
) -> None:
    run_sweep(engine, ListedSource([record(1)]), now=NOW)
    site = Visitor(create_app(settings, engine))
    first = site.get(PATH)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    again = site.get(PATH)
    assert again.content == first.content
    [statement] = [one for one in asked if one.startswith("SELECT")]
    assert "body" not in statement
    assert site.get(PATH, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert len([one for one in asked if one.startswith("SELECT")]) == 2


def test_without_memory_for_it_the_page_is_the_same(
    engine: Engine, settings: Settings, site: Visitor
) -> None:
    bare = Visitor(create_app(settings.model_copy(update={"page_cache_mb": 0}), engine))
    assert bare.get(PATH).content == bare.get(PATH).content == site.get(PATH).content


def test_unknown_words_in_the_address_do_not_make_a_page_of_its_own(site: Visitor) -> None:
    assert site.get(f"{PATH}?utm_source=x").content == site.get(PATH).content


def test_the_cache_keeps_what_was_asked_for_last_within_its_bytes() -> None:
    cache = PageCache(10)
    cache.put("a", b"1234")
    cache.put("b", b"1234")
    assert cache.get("a") == b"1234"
    cache.put("c", b"1234")
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (b"1234", None, b"1234")
    cache.put("c", b"12")
    assert cache.size == 6
    cache.put("d", b"12345678901")
    assert cache.get("d") is None
    assert cache.size == 6


def test_a_study_is_still_found_by_its_own_row(engine: Engine, site: Visitor) -> None:
    with open_session(engine) as session:
        project = session.exec(select(Project).where(col(Project.key) == KEY)).one()
    assert project.title in site.get(PATH).text
