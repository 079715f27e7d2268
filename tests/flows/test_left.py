"""What recover counts: rows that nobody came for in time, each of them once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from builders import make_follow, make_notice, make_project, make_reader, make_sweep
from conftest import NOW
from prometheus_client.parser import text_string_to_metric_families
from site_of_tests import Visitor
from sqlalchemy import Engine
from sqlmodel import Session, update

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState
from tidings.flows.recover import recover
from tidings.notices.models import DigestRun
from tidings.notices.schedules import ensure_schedule
from tidings.projects.models import (
    Award,
    Change,
    ChangeKind,
    Purpose,
    Severity,
    SweepPage,
    SweepState,
)
from tidings.subscribers.models import Cadence, DigestSchedule
from tidings.upkeep.models import Tick
from tidings.upkeep.queries import ring_slot, take_lease, tallies
from tidings.upkeep.timetable import TIMETABLE
from tidings.web.app import create_app

MINUTE = timedelta(minutes=1)
SOON = timedelta(seconds=20)
EPOCHS = {"clock_calendar_epoch": NOW, "clock_machine_epoch": NOW}
WEEKLY = next(entry for entry in TIMETABLE if entry.arguments == (Purpose.WEEKLY.value,))


@pytest.fixture
def count(engine: Engine, settings: Settings) -> Any:
    """Let recover look, and give what its tallies say since the test began."""

    def counted(now: datetime = NOW, speed: float = 1.0) -> dict[str, int]:
        fast = settings.model_copy(update={"clock_speed": speed} | EPOCHS)
        recover(engine, settings=fast, is_idempotent=False, now=now)
        with open_session(engine) as session:
            found = tallies(session, prefix="recovered.")
            return {one.name.removeprefix("recovered."): one.count for one in found if one.count}

    return counted


def deliver_late(session: Session, since: datetime, key: str = "a", **values: Any) -> None:
    plain: dict[str, Any] = {
        "key": key,
        "subscriber_id": make_reader(session, key).id,
        "kind": DeliveryKind.CHANGE_ALERT,
        "message_id": f"<{key}@x>",
        "due_at": since,
        "created_at": since,
    }
    session.add(Delivery(**plain | values))
    session.commit()


def test_what_is_due_only_now_is_no_more_than_due(session: Session, count: Any) -> None:
    deliver_late(session, NOW)
    assert count() == {}
    assert count(NOW + SOON) == {}


def test_a_row_is_counted_once_however_long_it_waits(session: Session, count: Any) -> None:
    deliver_late(session, NOW)
    assert count(NOW + MINUTE) == {"delivery": 1}
    assert count(NOW + MINUTE + SOON) == {"delivery": 1}
    deliver_late(session, NOW + 2 * SOON, "b", state=DeliveryState.DEFERRED)
    assert count(NOW + MINUTE + SOON) == {"delivery": 1}
    assert count(NOW + 600 * MINUTE) == {"delivery": 2}


def test_after_an_outage_of_everything_all_that_was_left_is_counted(
    session: Session, count: Any
) -> None:
    assert count(NOW) == {}
    for number in range(7):
        deliver_late(session, NOW + number * MINUTE, str(number))
    assert count(NOW + 6000 * MINUTE) == {"delivery": 7}


def test_two_who_look_at_once_count_a_row_once(session: Session, count: Any) -> None:
    for number in range(5):
        deliver_late(session, NOW, str(number))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, [NOW + MINUTE + timedelta(seconds=n) for n in (3, 1, 2, 0)]))
    assert count(NOW + 2 * MINUTE) == {"delivery": 5}


def test_a_clock_that_was_ahead_for_a_day_counts_again_once_it_is_right(
    session: Session, count: Any
) -> None:
    assert count(NOW + timedelta(days=1)) == {}
    assert count(NOW) == {}
    deliver_late(session, NOW)
    assert count(NOW + MINUTE) == {"delivery": 1}


def test_a_fast_calendar_is_given_a_minute_of_the_machines_time(
    session: Session, count: Any
) -> None:
    deliver_late(session, NOW)
    assert count(NOW + timedelta(hours=9), speed=600) == {}
    assert count(NOW + timedelta(hours=10), speed=600) == {"delivery": 1}


def test_alerts_digests_and_runs_are_counted_for_active_readers(
    session: Session, count: Any
) -> None:
    reader = make_reader(session)
    make_notice(session, make_follow(session, reader, make_project(session)), cadence="immediate")
    own: dict[str, Any] = {"subscriber_id": stored_id(reader.id), "cadence": Cadence.WEEKLY}
    session.add(DigestSchedule(**own, next_due_at=NOW, last_due_at=NOW - timedelta(weeks=1)))
    session.add(DigestRun(**own, period_start=NOW, period_end=NOW, started_at=NOW))
    session.commit()
    assert count(NOW + SOON) == {}
    assert count(NOW + MINUTE) == {"alert": 1, "digest": 1, "digest_run": 1}


def test_changes_wait_from_the_end_of_their_sweep(session: Session, count: Any) -> None:
    project_id = stored_id(make_project(session).id)
    award: dict[str, Any] = {
        "project_num": "1R01CA1",
        "content_hash": "",
        "body": b"",
        "first_seen_at": NOW,
    }
    session.add(Award(appl_id=1, project_id=project_id, changed_at=NOW, **award))
    sweep = make_sweep(session, finished_at=NOW + SOON)
    session.add(
        Change(
            project_id=project_id,
            appl_id=1,
            version=1,
            sweep_id=stored_id(sweep.id),
            kind=ChangeKind.EXTENDED,
            severity=Severity.NOTABLE,
            field="project_end_date",
            seen_at=NOW,
        )
    )
    session.commit()
    assert count(NOW + MINUTE) == {}
    assert count(NOW + MINUTE + SOON) == {"change": 1}


def test_a_sweep_is_left_when_nobody_has_its_lease_and_no_page_came(
    session: Session, count: Any
) -> None:
    sweep = make_sweep(session, state=SweepState.RUNNING, finished_at=None)
    page: dict[str, Any] = {"partition": "a", "offset": 0, "expected": 1, "received": 1, "total": 1}
    session.add(
        SweepPage(sweep_id=stored_id(sweep.id), appl_ids=[1], fetched_at=NOW + MINUTE, **page)
    )
    take_lease(session, f"sweep:{sweep.id}", "somebody", ttl=MINUTE)
    session.commit()
    assert count(NOW + 90 * MINUTE) == {}
    take_lease(session, f"sweep:{sweep.id}", "somebody", ttl=-MINUTE)
    session.commit()
    assert count(NOW + 90 * MINUTE) == {}, "it is counted up to here already"
    session.exec(update(SweepPage).values(fetched_at=NOW + 90 * MINUTE))
    session.commit()
    assert count(NOW + 91 * MINUTE) == {"sweep": 1}


def test_a_weekly_bell_is_counted_once_when_no_sweep_answers(session: Session, count: Any) -> None:
    ring_slot(session, WEEKLY.name, WEEKLY.slot(NOW))
    session.commit()
    assert count(NOW) == {}
    session.exec(update(Tick).values(rung_at=machine_now() - timedelta(minutes=3)))
    session.commit()
    assert count(NOW + 3 * MINUTE) == {"weekly_sweep": 1}
    assert count(NOW + 4 * MINUTE) == {"weekly_sweep": 1}


def test_what_was_settled_and_mended_is_counted_as_it_is_done(session: Session, count: Any) -> None:
    deliver_late(
        session,
        NOW,
        state=DeliveryState.SENDING,
        lease_owner="gone:1:ab",
        lease_until=machine_now() - timedelta(hours=1),
    )
    make_follow(session, make_reader(session), make_project(session))
    far = make_reader(session, "far")
    ensure_schedule(session, far, Cadence.DAILY, now=NOW + timedelta(days=9))
    session.commit()
    assert count() == {"lease": 1, "schedule": 1, "due_time": 1}
    assert count() == {"lease": 1, "schedule": 1, "due_time": 1}


def test_operators_see_every_kind_from_the_first_look_on(
    engine: Engine, settings: Settings, session: Session, count: Any
) -> None:
    deliver_late(session, NOW)
    count(NOW + MINUTE)
    site = Visitor(create_app(Settings(data_dir=settings.data_dir), engine))
    families = text_string_to_metric_families(site.get("/metrics").text)
    [family] = [one for one in families if one.name == "tidings_recovered_rows"]
    assert family.type == "counter"
    values = {sample.labels["kind"]: sample.value for sample in family.samples}
    assert values == dict.fromkeys(values, 0) | {"delivery": 1}
    assert set(values) >= {"sweep", "weekly_sweep", "change", "alert", "digest", "digest_run"}
    assert set(values) >= {"delivery", "lease", "schedule", "due_time", "period"}
