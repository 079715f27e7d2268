"""Take in what a mail provider told in one call."""

from collections import Counter
from datetime import datetime

import structlog
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.providers.base import Told
from tidings.errors import RejectedError
from tidings.flows.count_intake import count_intake
from tidings.flows.take_feedback import take_feedback

log = structlog.get_logger()


def take_call(
    engine: Engine, told: Told, *, provider: str, settings: Settings, now: datetime
) -> Counter[str]:
    """Take in each thing that was told, and return how many were of each kind.

    When it returns all of it is stored, each in a transaction of its own, so the caller may say
    yes to the provider. Safe to call twice: providers call again whenever they doubt, and what is
    noted already is passed over.
    """
    kinds: Counter[str] = Counter(other=told.others)
    for feedback in told.feedback:
        kind = feedback.kind.value
        with open_session(engine) as session:
            try:
                is_new = take_feedback(session, feedback, settings=settings, now=now)
            except RejectedError:
                kinds["unknown"] += 1
                continue
        kinds[kind if is_new else f"{kind}_again"] += 1
    if told.confirm_url:
        log.warning("hook.asks_to_confirm", provider=provider, url=told.confirm_url)
    count_intake(engine, kinds)
    log.info("hook.taken", provider=provider, **kinds)
    return kinds
