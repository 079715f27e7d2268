"""A notice may wait as long as was promised, and is as well as the mail that it is in."""

from datetime import timedelta
from typing import Any

import pytest
from audited import DAY, LATER, WEEK, bring_news, change, look, read_once, saver
from sources import ListedSource
from sqlalchemy import Engine
from sqlmodel import Session, update

from tidings.config import Settings
from tidings.delivery.models import Delivery, DeliveryState
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.start_digests import start_digests
from tidings.notices.models import Notice, NoticeState
from tidings.subscribers.models import Cadence


@pytest.fixture
def source(engine: Engine) -> ListedSource:
    """Give a source that was read once."""
    return read_once(engine)


@pytest.mark.parametrize(
    ("cadence", "in_time", "too_late"),
    [
        (Cadence.IMMEDIATE, timedelta(minutes=14), timedelta(minutes=16)),
        (Cadence.DAILY, DAY, DAY + timedelta(hours=2)),
        (Cadence.WEEKLY, WEEK, WEEK + timedelta(hours=2)),
        (Cadence.MONTHLY, 31 * DAY, 32 * DAY),
    ],
)
def test_a_notice_may_wait_as_long_as_was_promised(
    cadence: Cadence,
    in_time: timedelta,
    too_late: timedelta,
    engine: Engine,
    session: Session,
    source: ListedSource,
) -> None:
    saver(session, cadence=cadence)
    bring_news(engine, source)
    assert look(engine, after=in_time).findings == []
    (finding,) = look(engine, after=too_late).findings
    assert finding["missing"] == "its notice waits since 30 Nov 2026, 12:00 UTC"
    assert look(engine, after=too_late, speed=1000.0).findings == []  # a fast calendar


def test_a_digest_that_may_be_lost_lets_its_notices_wait_for_the_next(
    engine: Engine, session: Session, source: ListedSource, settings: Settings
) -> None:
    saver(session)
    bring_news(engine, source)
    tomorrow = LATER + 2 * DAY
    runs = start_digests(session, now=tomorrow)
    compose_digest(session, runs, settings=settings, now=tomorrow)
    change(
        engine,
        update(Notice).values(state=NoticeState.WAITING, may_repeat=True, delivery_id=None),
    )
    assert look(engine, after=2 * DAY).findings == []
    assert len(look(engine, after=2 * DAY + timedelta(hours=3)).findings) == 1


def bundled(engine: Engine, session: Session, source: ListedSource, settings: Settings) -> None:
    saver(session, cadence=Cadence.IMMEDIATE)
    bring_news(engine, source)
    compose_alerts(session, settings=settings, now=LATER)


@pytest.mark.parametrize(
    ("mail", "missing"),
    [
        (DeliveryState.PENDING, "its mail is due since 30 Nov 2026, 12:00 UTC"),
        (DeliveryState.DEFERRED, "its mail is due since 30 Nov 2026, 12:00 UTC"),
        (DeliveryState.SENT, "its mail was sent and the notice does not know"),
        (DeliveryState.FAILED, None),
        (DeliveryState.SUPPRESSED, None),
        (DeliveryState.UNKNOWN, None),
    ],
)
def test_a_notice_in_a_mail_is_as_well_as_its_mail(
    mail: DeliveryState,
    missing: str | None,
    engine: Engine,
    session: Session,
    source: ListedSource,
    settings: Settings,
) -> None:
    bundled(engine, session, source, settings)
    assert look(engine).findings == []
    change(engine, update(Delivery).values(state=mail))
    found = [finding["missing"] for finding in look(engine, after=2 * DAY).findings]
    assert found == ([missing] if missing else [])


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"state": NoticeState.SKIPPED, "skipped_reason": "unsubscribed"}, None),
        ({"state": NoticeState.SKIPPED}, "its notice was skipped without a reason"),
        ({"state": NoticeState.HELD}, None),
        ({"state": NoticeState.TOLD}, None),
        ({"state": NoticeState.TOLD, "delivery_id": None}, "it counts as told in no mail"),
        ({"delivery_id": None}, "its notice is in a mail that is not there"),
    ],
)
def test_each_state_of_a_notice_is_judged(
    values: dict[str, Any],
    missing: str | None,
    engine: Engine,
    session: Session,
    source: ListedSource,
    settings: Settings,
) -> None:
    bundled(engine, session, source, settings)
    change(engine, update(Notice).values(**values))
    found = [finding["missing"] for finding in look(engine).findings]
    assert found == ([missing] if missing else [])
