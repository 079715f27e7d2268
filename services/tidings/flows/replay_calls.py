"""Make the calls again that an endpoint missed."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.delivery import endpoint_queries as queries
from tidings.delivery.endpoints import is_live
from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable
from tidings.upkeep.queries import note_audit


def replay_calls(
    session: Session,
    endpoint_id: int,
    *,
    subscriber_id: int,
    since: datetime,
    now: datetime,
    operator: str = "",
) -> list[int]:
    """Put back into the outbox what was made for an endpoint since then and did not arrive.

    Each call keeps its webhook-id. Returns the calls. Safe to call twice: the second time they
    wait already. Raises RejectedError where there is no such endpoint, or while it is switched off.
    """
    endpoint = queries.endpoint_of(session, endpoint_id, subscriber_id)
    if endpoint is None:
        raise RejectedError(Sayable("There is no such address."))
    if not is_live(endpoint):
        raise RejectedError(Sayable("Nothing goes there before it has answered a test."))
    by = operator or "its reader"
    ids = queries.replay_calls(session, endpoint_id, since=since, detail=f"by {by}", now=now)
    if operator:
        thing = f"endpoint {endpoint_id} since {since:%Y-%m-%d %H:%M}"
        note_audit(session, actor=operator, action="replay calls", thing=thing)
    commit(session, "calls.replayed")
    return ids
