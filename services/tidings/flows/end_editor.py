"""Let an editor publish no more."""

from datetime import datetime

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.grant_editor import active_reader
from tidings.subscribers.editor_queries import end_editors
from tidings.upkeep.queries import note_audit


def end_editor(
    session: Session, address: str, *, by: str, settings: Settings, now: datetime
) -> None:
    """Let a reader publish no more; what they published stays, under the role that they had.

    Safe to call twice: the second is told that there is nothing to end. Raises RejectedError for
    whoever is no editor.
    """
    reader = active_reader(session, address, settings)
    ended = end_editors(session, stored_id(reader.id), now=now)
    if not ended:
        session.rollback()
        raise RejectedError("nobody with this address is an editor")
    for editor_id in ended:
        note_audit(session, actor=by, action="editor.end", thing=f"editor {editor_id}")
    commit(session, "editor.ended")
