"""Who may publish: active readers whom an operator named, until it ends."""

import pytest
from builders import make_reader
from conftest import NOW
from drafts import make_editor
from sqlalchemy import Engine
from sqlmodel import Session, select

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.errors import RejectedError
from tidings.flows.end_editor import end_editor
from tidings.flows.enroll import enroll
from tidings.flows.grant_editor import grant_editor
from tidings.flows.unsubscribe import unsubscribe
from tidings.subscribers.editor_queries import live_editor, live_editors
from tidings.subscribers.models import EndedReason, SubscriberState
from tidings.subscribers.tokens import Scope
from tidings.upkeep.audit_log import verify_audit_log
from tidings.upkeep.models import AuditEntry

ADDRESS = "nurse@clinic.org"


def grant(session: Session, settings: Settings, role: str = "nurse") -> int:
    return grant_editor(session, ADDRESS, role=role, by="eva", settings=settings, now=NOW)


def reader(session: Session, settings: Settings) -> int:
    return enroll(session, ADDRESS, time_zone="UTC", settings=settings, now=NOW)


def actions(session: Session) -> list[str]:
    assert verify_audit_log(session) is None
    return [entry.action for entry in session.exec(select(AuditEntry).order_by("id"))]


def test_an_active_reader_becomes_an_editor_once(session: Session, settings: Settings) -> None:
    reader_id = reader(session, settings)
    first = grant(session, settings)
    assert grant(session, settings, " nurse ") == first
    editor = live_editor(session, reader_id)
    assert editor is not None
    assert (editor.id, editor.role, editor.granted_by) == (first, "nurse", "eva")
    assert actions(session) == ["editor.grant"]


def test_another_role_is_another_row_so_that_the_old_one_stays_with_what_was_published(
    session: Session, settings: Settings
) -> None:
    reader(session, settings)
    first, second = grant(session, settings), grant(session, settings, "physician")
    assert second != first
    assert [one.editor.role for one in live_editors(session)] == ["physician"]


@pytest.mark.parametrize("state", [SubscriberState.PENDING, SubscriberState.ENDED])
def test_nobody_becomes_an_editor_who_is_no_active_reader(
    session: Session, settings: Settings, state: SubscriberState
) -> None:
    with pytest.raises(RejectedError, match="no active reader"):
        grant(session, settings)
    row = make_reader(session, "someone", state=state)
    assert row.id is not None
    make_editor(session, row.id)
    assert live_editor(session, row.id) is None


@pytest.mark.parametrize("role", ["", "  ", "x" * 61])
def test_a_role_is_a_few_words(session: Session, settings: Settings, role: str) -> None:
    reader(session, settings)
    with pytest.raises(RejectedError, match="a role is a few words"):
        grant(session, settings, role)


def test_an_editor_who_is_ended_is_none_any_more_and_ending_twice_is_told(
    session: Session, settings: Settings
) -> None:
    reader_id = reader(session, settings)
    grant(session, settings)
    end_editor(session, ADDRESS, by="eva", settings=settings, now=NOW)
    assert live_editor(session, reader_id) is None
    with pytest.raises(RejectedError, match="nobody with this address is an editor"):
        end_editor(session, ADDRESS, by="eva", settings=settings, now=NOW)
    assert actions(session) == ["editor.grant", "editor.end"]


def test_a_reader_who_leaves_and_comes_back_is_no_editor_by_that(
    engine: Engine, settings: Settings
) -> None:
    with open_session(engine) as session:
        reader_id = reader(session, settings)
        grant(session, settings)
        reason = EndedReason.UNSUBSCRIBED
        unsubscribe(session, Scope(reader_id), reason=reason, settings=settings, now=NOW)
        assert stored_id(reader(session, settings)) == reader_id
        assert live_editor(session, reader_id) is None
        assert actions(session) == ["editor.grant", "editor.end"]
