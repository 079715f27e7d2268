"""Delete what the retention rules say."""

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from tidings.db.session import commit
from tidings.db.time import database_now
from tidings.delivery.prune_queries import delete_deliveries_to
from tidings.subscribers.prune_queries import (
    delete_api_tokens,
    delete_subscribers,
    delete_tokens,
    unconfirmed_ids,
)
from tidings.upkeep.queries import delete_old_heartbeats, delete_old_ticks

log = structlog.get_logger()

UNCONFIRMED_LIFE = timedelta(days=30)
TOKEN_LIFE = timedelta(days=30)
TICK_LIFE = timedelta(days=2)
HEARTBEAT_LIFE = timedelta(days=1)


def prune(session: Session, *, now: datetime) -> dict[str, int]:
    """Delete what nobody needs any more; return how many rows of each kind went.

    | what | kept for |
    |---|---|
    | readers who never confirmed, with their tokens and mails | 30 days |
    | tokens that were used or have expired | 30 days after that |
    | tokens of readers' programs that were ended or have expired | 30 days after that |
    | ticks, but the last of each entry | 2 days |
    | heartbeats of processes that are gone | 1 day |

    Snapshots, changes, notices and deliveries explain past messages and stay. Safe to call twice.
    """
    machine = database_now(session)
    unconfirmed = unconfirmed_ids(session, before=now - UNCONFIRMED_LIFE)
    delete_deliveries_to(session, unconfirmed)
    gone = {
        "subscriber": delete_subscribers(session, unconfirmed),
        "token": delete_tokens(session, before=now - TOKEN_LIFE),
        "api_token": delete_api_tokens(session, before=now - TOKEN_LIFE),
        "tick": delete_old_ticks(session, before=machine - TICK_LIFE),
        "heartbeat": delete_old_heartbeats(session, before=machine - HEARTBEAT_LIFE),
    }
    commit(session, "rows.pruned")
    log.info("rows.pruned", **gone)
    return gone
