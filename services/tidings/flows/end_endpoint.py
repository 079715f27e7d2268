"""Call an endpoint no more."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery.endpoint_queries import endpoint_of, withdraw_calls


def end_endpoint(session: Session, endpoint_id: int, *, subscriber_id: int, now: datetime) -> None:
    """Forget where it was, and withdraw what waits for it.

    Its row stays, since calls that were made name it. Safe to call twice: what has ended, or is
    another reader's, is left alone.
    """
    endpoint = endpoint_of(session, endpoint_id, subscriber_id)
    if endpoint is not None:
        endpoint.ended_at = now
        endpoint.address, endpoint.secret = b"", b""
        withdraw_calls(session, stored_id(endpoint.id), reason="the endpoint was removed", now=now)
    commit(session, "endpoint.ended")
