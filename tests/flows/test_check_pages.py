"""When a record moves, exactly the published sentences that it bore no longer are marked."""

from datetime import timedelta

import pytest
from conftest import NOW
from drafts import ABSTRACT, NARRATIVE, Desk, accept_all, add_draft, fill_desk, page_now
from sqlalchemy import Engine
from sweeps import run_sweep

from tidings.db.session import open_session
from tidings.flows.begin_text import begin_text
from tidings.flows.check_pages import Checked, check_pages
from tidings.flows.publish_text import publish_text
from tidings.flows.roll_back_text import roll_back_text
from tidings.flows.unpublish_text import unpublish_text
from tidings.pages.desk_queries import Shelf, shelf
from tidings.pages.models import Verdict
from tidings.pages.published_queries import published_text
from tidings.pages.review_queries import sentences_of, version_of
from tidings.projects.models import Purpose

LATER = NOW + timedelta(weeks=1)
LATEST = NOW + timedelta(weeks=2)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    made = fill_desk(engine)
    with open_session(engine) as session:
        accept_all(session, made.version_id)
        publish_text(session, made.version_id, revision=0, editor_id=made.editor_id, now=NOW)
    return made


def sweep(engine: Engine, desk: Desk, at: int, **fields: object) -> None:
    """Let the record say otherwise, and read it in a real sweep."""
    desk.source.records[0] |= fields
    run_sweep(engine, desk.source, now=NOW + timedelta(weeks=at), purpose=Purpose.WEEKLY)


def stale(engine: Engine, desk: Desk) -> list[bool]:
    """Return of each sentence that readers see whether it is marked."""
    with open_session(engine) as session:
        text = published_text(session, desk.project_id, "en")
        assert text is not None
        assert text.stale_count == sum(one.is_stale for one in text.sentences)
        return [one.is_stale for one in text.sentences]


def test_exactly_the_sentences_that_lost_their_words_are_marked_and_the_rest_is_still_shown(
    engine: Engine, desk: Desk
) -> None:
    assert check_pages(engine, now=NOW) == Checked()
    sweep(engine, desk, 1, abstract_text=ABSTRACT.replace("120", "200"))
    assert check_pages(engine, now=LATER) == Checked(pages=1, lost=1)
    assert stale(engine, desk) == [False, True, False]
    assert check_pages(engine, now=LATEST) == Checked(pages=1)
    with open_session(engine) as session:
        assert page_now(session).stale_at == LATER
        (entry,) = shelf(session, Shelf.STALE)
        assert entry.project.key == "CA000001"


def test_words_that_only_moved_within_their_text_are_not_lost(engine: Engine, desk: Desk) -> None:
    sweep(engine, desk, 1, abstract_text=f"A new beginning.\n\n{ABSTRACT}", award_amount=1)
    assert check_pages(engine, now=LATER) == Checked(pages=1)
    assert stale(engine, desk) == [False, False, False]


def test_a_sentence_whose_words_come_back_is_marked_no_more(engine: Engine, desk: Desk) -> None:
    sweep(engine, desk, 1, phr_text="We say nothing.", abstract_text=None)
    assert check_pages(engine, now=LATER).lost == 3
    sweep(engine, desk, 2, phr_text=NARRATIVE)
    assert check_pages(engine, now=LATEST).found == 1
    assert stale(engine, desk) == [True, True, False]
    sweep(engine, desk, 3, abstract_text=ABSTRACT)
    assert check_pages(engine, now=LATEST).found == 2
    with open_session(engine) as session:
        assert page_now(session).stale_at is None
        assert shelf(session, Shelf.STALE) == []


def test_a_revision_asks_of_the_marked_sentences_alone_and_clears_the_queue(
    engine: Engine, desk: Desk
) -> None:
    sweep(engine, desk, 1, abstract_text=ABSTRACT.replace("120", "200"))
    check_pages(engine, now=LATER)
    with open_session(engine) as session:
        number = begin_text(session, desk.project_id, "en", editor_id=desk.editor_id, now=LATER)
        version = version_of(session, page_now(session).id, number)
        assert version is not None
        assert version.id is not None
        rows = sentences_of(session, version.id)
        verdicts = [row.verdict for row in rows]
        assert verdicts == [Verdict.ACCEPTED, Verdict.PENDING, Verdict.ACCEPTED]
        rows[1].verdict = Verdict.REJECTED
        session.commit()
        publish_text(session, version.id, revision=0, editor_id=desk.editor_id, now=LATER)
        assert page_now(session).stale_at is None
    assert stale(engine, desk) == [False, False]
    assert check_pages(engine, now=LATEST) == Checked()


def test_what_is_published_again_leaves_out_what_the_record_lost_and_says_so(
    engine: Engine, desk: Desk
) -> None:
    with open_session(engine) as session:
        unpublish_text(
            session, desk.version_id, reason="for a while", editor_id=desk.editor_id, now=NOW
        )
    sweep(engine, desk, 1, abstract_text=ABSTRACT.replace("120", "200"))
    with open_session(engine) as session:
        number = roll_back_text(
            session, desk.version_id, seen_no=None, editor_id=desk.editor_id, now=LATER
        )
        version = version_of(session, page_now(session).id, number)
        assert version is not None
        assert version.note.startswith("version 1 again; 1 of its sentences left out")
        verdicts = [row.verdict for row in sentences_of(session, version.id)]
        assert verdicts == [Verdict.ACCEPTED, Verdict.REJECTED, Verdict.ACCEPTED]
    assert stale(engine, desk) == [False, False]


def test_pages_are_looked_at_batch_by_batch_and_none_is_passed_over(
    engine: Engine, desk: Desk
) -> None:
    publish_in_spanish(engine, desk)
    sweep(engine, desk, 1, phr_text="We say nothing.")
    assert check_pages(engine, now=LATER, batch=1) == Checked(pages=2, lost=2)
    with open_session(engine) as session:
        text = published_text(session, desk.project_id, "es")
        assert text is not None
        assert text.stale_count == 1


def publish_in_spanish(engine: Engine, desk: Desk) -> None:
    """Publish the same text as the Spanish one: it rests on the same words."""
    with open_session(engine) as session:
        project = shelf(session, Shelf.PUBLISHED)[0].project
        version_id = add_draft(session, project, language="es")
        accept_all(session, version_id)
        publish_text(session, version_id, revision=0, editor_id=desk.editor_id, now=NOW)
