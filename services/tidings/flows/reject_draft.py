"""Reject a draft as a whole."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.flows.review_draft import draft_locked
from tidings.pages.models import VersionState
from tidings.pages.review_queries import actor, letting_go, sign, working_editor
from tidings.pages.turns import check_turn, needed_reason
from tidings.upkeep.queries import note_audit


def reject_draft(
    session: Session,
    version_id: int,
    *,
    reason: str,
    revision: int,
    editor_id: int,
    now: datetime,
) -> None:
    """Put a draft away, for a reason that stays in its history.

    Raises MeanwhileError when it is not as the editor saw it, so that calling twice does nothing
    more; RejectedError without a reason.
    """
    with letting_go(session):
        words = needed_reason(reason)
        found = draft_locked(session, version_id)
        check_turn(found.version, revision)
        editor = working_editor(session, editor_id)
    found.version.state, found.version.note = VersionState.REJECTED, words
    found.version.ended_at = now
    sign(found.version, editor, now=now)
    thing = f"{found.name}: {words}"
    note_audit(session, actor=actor(editor), action="text.reject", thing=thing)
    commit(session, "draft.rejected")
