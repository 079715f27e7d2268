"""Read the mailbox that returned mail arrives in."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.mailboxes.base import Mailbox
from tidings.flows.count_intake import count_intake
from tidings.flows.take_mail import take_mail

log = structlog.get_logger()

LIMIT = 200


@dataclass(frozen=True)
class Reading:
    """How many messages were of each kind, and the mails that answer them."""

    kinds: Counter[str] = field(default_factory=Counter[str])
    goodbyes: list[int] = field(default_factory=list[int])


def read_mailbox(
    engine: Engine, mailbox: Mailbox, *, settings: Settings, now: datetime, limit: int = LIMIT
) -> Reading:
    """Take in the messages that wait, the oldest first, at most ``limit``.

    A message is settled once what it says is committed: whoever dies in between has it read again,
    which changes nothing. Safe to call twice, also at the same time. Raises RetryableError when
    the mailbox cannot be reached; what was read until then is done.
    """
    reading = Reading()
    try:
        for key, raw in mailbox.messages(limit=limit):
            with open_session(engine) as session:
                taken = take_mail(session, raw, settings=settings, now=now)
            mailbox.settle(key, taken.fate)
            reading.kinds[taken.kind] += 1
            if taken.goodbye is not None:
                reading.goodbyes.append(taken.goodbye)
    finally:
        if reading.kinds:
            count_intake(engine, reading.kinds)
            log.info("mailbox.read", **reading.kinds)
    return reading
