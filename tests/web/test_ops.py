"""What operators see: a sentence first, the action beside the row."""

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from site_of_tests import LATER, Filled, Visitor
from sqlalchemy import Engine
from sqlmodel import Session, select, update

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryEvent, DeliveryEventKind, DeliveryState
from tidings.flows.pull_brake import pull_brake
from tidings.jobs import Job, JobArgument, Queue
from tidings.migrations.migrate import migrate
from tidings.projects.models import Change
from tidings.upkeep.models import AuditEntry
from tidings.upkeep.queries import beat, count_up, ring_slot
from tidings.upkeep.timetable import TIMETABLE
from tidings.web.app import create_app


def mark_well(engine: Engine) -> None:
    with open_session(engine) as session:
        for queue in Queue:
            beat(session, "here:1", queue)
        for entry in TIMETABLE:
            ring_slot(session, entry.name, entry.slot(machine_now()))
        session.commit()


def change_all(engine: Engine, **values: object) -> None:
    with open_session(engine) as session:
        session.exec(update(Delivery).values(**values))
        session.commit()


def test_an_empty_store_says_what_is_missing(site: Visitor) -> None:
    page = site.get("/ops").text
    assert "No sweep has ended yet." in page
    assert "Nobody consumes from mail" in page
    assert "Is the scheduler running?" in page
    assert "Everything that was due is sent." in page


def test_where_all_is_well_four_sentences_say_so(
    engine: Engine, settings: Settings, filled: Filled
) -> None:
    mark_well(engine)
    app = create_app(settings, engine, queue_depths=lambda: dict.fromkeys(Queue, 0))
    site = Visitor(app)
    page = site.get("/ops").text
    for sentence in (
        "Sweep 2 examined 2 records of 2.",
        "Every queue is being consumed, and nothing is late.",
        "Everything was rung when it was due.",
        "Everything that was due is sent.",
    ):
        assert sentence in page
    assert page.count('<details class="lane">') == 4
    assert filled.subscriber_id


def test_a_broker_that_is_away_is_said(engine: Engine, settings: Settings) -> None:
    mark_well(engine)
    site = Visitor(create_app(settings, engine, queue_depths=lambda: None))
    assert "The broker cannot be asked." in site.get("/ops").text


def test_late_mail_names_what_the_relay_answers(
    site: Visitor, engine: Engine, filled: Filled
) -> None:
    since = machine_now() - timedelta(minutes=12)
    answer = "relay answers 421"
    change_all(engine, state=DeliveryState.DEFERRED, due_at=since, last_error=answer)
    assert "Mail is 12 minutes late: relay answers 421." in site.get("/ops").text
    assert filled.subscriber_id


def test_a_dead_letter_is_sent_again_by_its_button(
    engine: Engine, settings: Settings, filled: Filled
) -> None:
    rung: list[tuple[Job, tuple[JobArgument, ...]]] = []

    def ring(job: Job, *arguments: JobArgument) -> None:
        rung.append((job, arguments))

    change_all(engine, state=DeliveryState.FAILED, last_error="550 no such user")
    site = Visitor(create_app(settings, engine, enqueue=ring))
    assert "550 no such user" in site.get("/ops").text
    assert site.post("/ops/deliveries/1/replay", follow_redirects=False).status_code == 303
    assert site.post("/ops/deliveries/1/replay").status_code == 400
    with open_session(engine) as session:
        assert session.get_one(Delivery, 1).state is DeliveryState.PENDING
        assert session.exec(select(AuditEntry.actor)).all() == ["local operator"]
    assert rung == [(Job.DELIVERY_SEND, ([1],))]
    assert filled.subscriber_id


def test_what_the_storm_breaker_holds_is_released_by_its_button(
    site: Visitor, session: Session, filled: Filled
) -> None:
    session.exec(update(Change).values(held_at=machine_now(), processed_at=None))
    session.commit()
    page = site.get("/ops").text
    assert "held by the storm breaker" in page
    sweep_id = session.exec(select(Change.sweep_id)).first()
    session.rollback()
    site.post(f"/ops/sweeps/{sweep_id}/release")
    session.expire_all()
    assert set(session.exec(select(Change.held_at))) == {None}
    assert filled.subscriber_id


def test_mail_that_is_stopped_is_said_with_who_when_and_why(
    site: Visitor, session: Session, settings: Settings, filled: Filled
) -> None:
    pull_brake(session, reason="a wrong footer", by="eva", settings=settings, now=LATER)
    assert "All mail is stopped since 30 Nov 2026, 12:00 UTC by eva: a wrong footer." in (
        site.get("/ops").text
    )
    assert filled.subscriber_id


def test_the_same_numbers_are_there_for_prometheus(site: Visitor, filled: Filled) -> None:
    families = {one.name: one for one in text_string_to_metric_families(site.get("/metrics").text)}
    sent = [
        sample.value
        for sample in families["tidings_deliveries"].samples
        if sample.labels == {"state": "sent"}
    ]
    assert sent == [1]
    assert families["tidings_last_sweep_complete"].samples[0].value == 1
    assert filled.subscriber_id


def test_alive_and_ready_are_two_things(settings: Settings) -> None:
    engine = make_engine(f"sqlite:///{settings.data_dir}/new.db")
    settings.data_dir.mkdir(exist_ok=True)
    site = Visitor(create_app(settings, engine))
    assert site.get("/healthz").text == "ok"
    assert site.get("/readyz").status_code == 503
    migrate(engine)
    assert site.get("/readyz").json() == {"ready": True, "last_sweep": None}
    engine.dispose()


@pytest.mark.parametrize("path", ["/ops/deliveries/9/replay", "/ops/sweeps/9/release"])
def test_an_action_on_nothing_is_refused_in_words(path: str, site: Visitor, filled: Filled) -> None:
    assert site.post(path).status_code in {400, 404}
    assert filled.subscriber_id


@pytest.mark.usefixtures("filled")
def test_the_delivery_lane_tells_what_came_back_and_alarms_at_one_complaint_in_a_thousand(
    engine: Engine, site: Visitor
) -> None:
    now = machine_now()
    with open_session(engine) as session:
        for kind, count in (("accepted", 999), ("bounced_soft", 20), ("complained", 2)):
            for _ in range(count):
                event = DeliveryEvent(delivery_id=1, kind=DeliveryEventKind(kind), at=now)
                session.add(event)
        count_up(session, {"intake.bounced": 20})
        session.commit()
    page = " ".join(site.get("/ops").text.split())
    assert "0.20% of the mails of the last 7 days were reported as spam;" in page
    assert "Of 1,000 mails in the last 7 days 2.00% came back" in page
    numbers = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(site.get("/metrics").text)
        for sample in family.samples
    }
    assert numbers["tidings_mail_returned_ratio", "complained"] == 0.002
    assert numbers["tidings_mail_returned_ratio", "bounced"] == 0.02
    assert numbers["tidings_intake_total", "bounced"] == 20
    assert numbers["tidings_unreadable_mail",] == 0
