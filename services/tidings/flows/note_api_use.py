"""Note that a program has changed something with its token."""

from datetime import datetime, timedelta

from sqlmodel import Session

from tidings.db.session import commit
from tidings.subscribers.api_token_queries import note_api_token

SELDOM = timedelta(hours=1)


def note_api_use(session: Session, token_id: int, *, now: datetime) -> None:
    """Write down when a token was used last, at most once an hour.

    Only what changes something calls it: whoever merely reads leaves no trace, and reading stays
    without effect. Safe to call twice.
    """
    note_api_token(session, token_id, before=now - SELDOM, now=now)
    commit(session, "api_token.used")
