"""End a token of a reader's program."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.subscribers.api_token_queries import end_api_tokens


def end_api_token(session: Session, token_id: int, *, subscriber_id: int, now: datetime) -> None:
    """End a token at once: from now on it is as if there had never been one.

    Safe to call twice: one that has ended stays as it is, and nobody ends another reader's.
    """
    end_api_tokens(session, subscriber_id, only=token_id, now=now)
    commit(session, "api_token.ended")
