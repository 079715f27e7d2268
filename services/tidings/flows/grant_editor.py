"""Let a reader publish study pages."""

from datetime import datetime

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.subscribers.editor_queries import add_editor, end_editors, live_editor
from tidings.subscribers.models import Editor, Subscriber, SubscriberState
from tidings.subscribers.queries import subscriber_at
from tidings.upkeep.queries import note_audit

LONGEST_ROLE = 60


def grant_editor(
    session: Session, address: str, *, role: str, by: str, settings: Settings, now: datetime
) -> int:
    """Return the number of the editor that the reader with this address is from now on.

    Readers are told the role, never the person. Safe to call twice: who is an editor in this role
    stays one; another role ends the old row, so that what was published keeps the role of its day.
    Raises RejectedError for an address that no active reader has, and for no role.
    """
    role = " ".join(role.split())
    if not role or len(role) > LONGEST_ROLE:
        raise RejectedError(f"a role is a few words, at most {LONGEST_ROLE} characters")
    reader = active_reader(session, address, settings)
    before = live_editor(session, stored_id(reader.id))
    if before is not None and before.role == role:
        session.rollback()
        return stored_id(before.id)
    end_editors(session, stored_id(reader.id), now=now)
    row = Editor(subscriber_id=reader.id, role=role, granted_by=by, granted_at=now)
    editor_id = add_editor(session, row)
    note_audit(session, actor=by, action="editor.grant", thing=f"editor {editor_id}: {role}")
    commit(session, "editor.granted")
    return editor_id


def active_reader(session: Session, address: str, settings: Settings) -> Subscriber:
    """Return the active reader with this address, locked; RejectedError when nobody has it."""
    name = AddressBook(settings.secret).hash(normalise(address))
    reader = subscriber_at(session, name)
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        session.rollback()
        raise RejectedError("no active reader has this address: they sign up first, as all do")
    return reader
