"""Take a text off a study page, and put none in its place."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.flows.publish_text import retire
from tidings.flows.review_draft import draft_locked
from tidings.pages.review_queries import actor, letting_go, working_editor
from tidings.pages.turns import check_published, needed_reason
from tidings.upkeep.queries import note_audit


def unpublish_text(
    session: Session, version_id: int, *, reason: str, editor_id: int, now: datetime
) -> None:
    """Let readers see the record's facts alone; the version stays, and can be published again.

    Raises MeanwhileError when readers do not see this version, so that calling twice does nothing
    more; RejectedError without a reason.
    """
    with letting_go(session):
        words = needed_reason(reason)
        found = draft_locked(session, version_id)
        check_published(found.page.published_no, found.version.number)
        editor = working_editor(session, editor_id)
    retire(session, found.page, now=now, note=f"taken off: {words}")
    thing = f"{found.name}: {words}"
    note_audit(session, actor=actor(editor), action="text.unpublish", thing=thing)
    commit(session, "text.unpublished")
