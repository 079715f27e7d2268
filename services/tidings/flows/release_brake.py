"""Let mail go out again."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.upkeep.brakes import MAIL, delete_brake
from tidings.upkeep.queries import note_audit


def release_brake(session: Session, *, by: str, now: datetime, name: str = MAIL) -> None:
    """Release a brake that was pulled; what waited goes out, and the daily count begins anew.

    Raises RejectedError when it is not pulled, so that calling twice does nothing more.
    """
    if not delete_brake(session, name, now=now):
        session.rollback()
        raise RejectedError(f"{name} is not stopped")
    note_audit(session, actor=by, action=f"{name}.resume", thing=name)
    commit(session, "brake.released")
