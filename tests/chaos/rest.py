"""When nothing is left to do: asked of the rows, in words of its own."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

LEFT = {
    "the weekly sweep": "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM sweep "
    "WHERE purpose = 'weekly' AND state = 'complete')",
    "a running sweep": "SELECT 1 FROM sweep WHERE state = 'running'",
    "changes to match": "SELECT 1 FROM change WHERE processed_at IS NULL AND held_at IS NULL",
    "alerts to write": "SELECT 1 FROM notice n JOIN subscriber s ON s.id = n.subscriber_id "
    "WHERE n.state = 'waiting' AND n.cadence = 'immediate' AND s.state = 'active'",
    "digests to write": "SELECT 1 FROM digest_run WHERE state = 'started'",
    "mail to send": "SELECT 1 FROM delivery WHERE state IN ('pending', 'sending', 'deferred')",
    "digests that are due": "SELECT 1 FROM digest_schedule d "
    "JOIN subscriber s ON s.id = d.subscriber_id "
    "WHERE s.state = 'active' AND d.next_due_at <= :now",
}

WAITING = (
    "SELECT DISTINCT n.subscriber_id FROM notice n JOIN subscriber s ON s.id = n.subscriber_id "
    "WHERE n.state = 'waiting' AND n.cadence = 'weekly' AND s.state = 'active'"
)


def left_to_do(session: Session, *, visitors: bool) -> str:
    """Name the first thing that is left to do; nothing when all is at rest."""
    connection = session.connection()
    now = _now(session)
    for what, statement in LEFT.items():
        if connection.execute(text(f"{statement} LIMIT 1"), {"now": now}).first():
            return what
    return "the visitors" if visitors else ""


def let_a_week_pass(session: Session, *, offset: int = 0) -> bool:
    """Let the digest of everybody come due for whom something waits; False when nothing does.

    ``offset`` is how many seconds the clock of those who look is ahead of ours.
    """
    connection = session.connection()
    waiting = [row[0] for row in connection.execute(text(WAITING))]
    for reader in waiting:
        connection.execute(
            text("UPDATE digest_schedule SET next_due_at = :now WHERE subscriber_id = :reader"),
            {"now": _now(session, offset), "reader": reader},
        )
    session.commit()
    return bool(waiting)


def _now(session: Session, offset: int = 0) -> datetime:
    now = datetime.now(UTC) + timedelta(seconds=offset)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return now.replace(tzinfo=None) if is_sqlite else now
