"""Calls: what a reader is told goes to their endpoints, at once, signed, and again until taken."""

import threading
from collections.abc import Generator
from datetime import timedelta
from time import monotonic

import orjson
import pytest
from builders import make_follow, make_notice, make_project, make_reader, make_sweep
from calling import (
    SHORT,
    call,
    endpoint,
    endpoint_row,
    one_call,
    row,
    waiting_notice,
    webhook,
)
from conftest import NOW
from endpoint_of_tests import EndpointServer, Reply, running_endpoint
from outbox import trail
from site_of_tests import KEY, LATER, fill
from sqlalchemy import Engine
from sqlmodel import Session, col, select, update
from standardwebhooks import Webhook, WebhookVerificationError

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import (
    Delivery,
    DeliveryState,
    EndpointKind,
)
from tidings.delivery.queries import CALLS, claim, due_delivery_ids
from tidings.flows.add_endpoint import EndpointWish
from tidings.flows.compose_calls import MOST_LINES_OF_CHAT, compose_calls
from tidings.flows.match_changes import match_changes
from tidings.flows.recover import recover
from tidings.flows.unsubscribe import unsubscribe
from tidings.jobs import Job
from tidings.notices.models import Notice, NoticeState
from tidings.subscribers.models import Cadence, EndedReason, Subscriber
from tidings.subscribers.tokens import Scope


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"allow_local_endpoints": True})


@pytest.fixture
def server() -> Generator[EndpointServer]:
    with running_endpoint() as running:
        yield running


def test_a_change_becomes_one_signed_call_of_each_endpoint_whatever_the_cadence_of_the_mail(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    filled = fill(engine, settings)
    with open_session(engine) as session:
        added = webhook(session, settings, server.url, reader=filled.subscriber_id)
        webhook(session, settings, f"{server.url}other", reader=filled.subscriber_id)
        session.exec(update(Notice).values(calls_waiting=True, cadence=Cadence.MONTHLY))
        session.commit()
        assert len(compose_calls(session, settings=settings, now=LATER)) == 2
    assert call(engine, settings, now=LATER).states == {DeliveryState.SENT: 2}
    got = next(one for one in server.calls if one.path == "/")
    event = Webhook(added.secret).verify(got.body, dict(got.headers))
    assert event["type"] == "study.changed"
    assert event["data"]["study"] == {
        "key": KEY,
        "title": "How stiff tissue keeps immune cells out of tumors",
        "url": f"{settings.site_url}/studies/{KEY}",
    }
    [change] = event["data"]["changes"]
    assert (change["kind"], change["field"], change["after"]) == (
        *("end_cut", "project_end_date"),
        "2026-11-20",
    )
    assert change["words"].startswith("End date: was ")
    assert event["data"]["reasons"] == [
        {"type": "follow", "search_id": None, "name": None, "query": None}
    ]
    assert event["data"]["sweep"]["receipt_url"].endswith("/sweeps/2")
    with pytest.raises(WebhookVerificationError):
        Webhook(added.secret).verify(got.body.replace(b"end_cut", b"extended"), dict(got.headers))


def test_a_notice_of_a_reader_with_a_live_endpoint_waits_for_its_calls(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    filled = fill(engine, settings)
    with open_session(engine) as session:
        assert not session.exec(select(Notice)).one().calls_waiting
        webhook(session, settings, server.url, reader=filled.subscriber_id)
        session.exec(update(Notice).values(sweep_id=1))
        session.connection().exec_driver_sql("UPDATE change SET processed_at = NULL")
        session.commit()
        match_changes(session, now=LATER)
        notices = session.exec(select(Notice).order_by(col(Notice.id))).all()
        assert [notice.calls_waiting for notice in notices] == [False, True]


def test_a_second_composing_makes_no_second_call(session: Session, settings: Settings) -> None:
    notice = waiting_notice(session)
    webhook(session, settings, "https://hooks.example.org/", reader=notice.subscriber_id)
    assert len(compose_calls(session, settings=settings, now=NOW)) == 1
    assert compose_calls(session, settings=settings, now=NOW) == []
    session.exec(update(Notice).values(calls_waiting=True))
    session.commit()
    assert compose_calls(session, settings=settings, now=NOW) == []


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE subscriber SET state = 'ended'",
        "UPDATE notice SET state = 'skipped'",
        "UPDATE endpoint SET disabled_at = created_at, disabled_reason = 'failing'",
        "UPDATE endpoint SET ended_at = created_at",
    ],
)
def test_what_is_not_to_be_told_any_more_makes_no_call_and_waits_no_longer(
    session: Session, settings: Settings, spoil: str
) -> None:
    notice = waiting_notice(session)
    webhook(session, settings, "https://hooks.example.org/", reader=notice.subscriber_id)
    session.connection().exec_driver_sql(spoil)
    session.commit()
    assert compose_calls(session, settings=settings, now=NOW) == []
    session.expire_all()
    assert not session.get_one(Notice, notice.id).calls_waiting


def test_mail_and_calls_are_never_taken_by_each_others_sender(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    delivery_id, _ = one_call(engine, settings, server)
    with open_session(engine) as session:
        assert due_delivery_ids(session, now=NOW, limit=9) == []
        assert (
            claim(session, [delivery_id], owner="mail", lease=timedelta(minutes=1), now=NOW) == []
        )
    bells = recover(engine, settings=settings, is_idempotent=False, now=NOW)
    assert [(bell.job, bell.arguments) for bell in bells] == [(Job.CALLS_SEND, ([delivery_id],))]


def test_a_failed_call_is_made_again_under_the_same_id_with_the_same_body(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    server.replies = [Reply(500, body=b"out of order"), Reply(hang=True), Reply(reset=True)]
    delivery_id, added = one_call(engine, settings, server)
    now = NOW
    waits: list[timedelta] = []
    for _ in range(4):
        call(engine, settings, now=now, seconds=SHORT)
        later = row(engine, delivery_id).due_at
        waits.append(later - now)
        now = later
    assert row(engine, delivery_id).state is DeliveryState.SENT
    assert trail(engine, delivery_id) == ["deferred", "deferred", "deferred", "accepted"]
    assert len({(one.headers["webhook-id"], one.body) for one in server.calls}) == 1
    assert [round(wait / timedelta(seconds=10)) for wait in waits[:2]] == [
        pytest.approx(0.5, abs=0.6),
        pytest.approx(31, abs=2),
    ]
    for one in server.calls:
        Webhook(added.secret).verify(one.body, dict(one.headers))
    assert endpoint_row(engine, added.id).failures == 0


def test_after_ten_attempts_in_about_three_days_a_call_is_given_up(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    server.reply = Reply(503)
    delivery_id, _ = one_call(engine, settings, server)
    now = NOW
    while row(engine, delivery_id).state is not DeliveryState.FAILED:
        call(engine, settings, now=now)
        now = max(now, row(engine, delivery_id).due_at)
    assert len(server.calls) == 10
    assert timedelta(days=3) < now - NOW < timedelta(days=4)
    assert "given up after 10 attempts" in row(engine, delivery_id).last_error


@pytest.mark.parametrize(
    ("asked", "wait"), [("3600", timedelta(hours=1)), ("9999999", timedelta(hours=24))]
)
def test_a_pause_that_the_endpoint_asks_for_is_kept_within_reason(
    engine: Engine, settings: Settings, server: EndpointServer, asked: str, wait: timedelta
) -> None:
    server.reply = Reply(429, headers={"Retry-After": asked})
    delivery_id, _ = one_call(engine, settings, server)
    call(engine, settings)
    assert row(engine, delivery_id).due_at == NOW + wait
    with open_session(engine) as session:
        early = NOW + wait - timedelta(seconds=1)
        assert due_delivery_ids(session, now=early, limit=9, channels=CALLS) == []


def test_an_endpoint_that_hangs_holds_up_no_other_and_is_tried_once_for_all_that_wait(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    with running_endpoint() as stuck:
        stuck.reply = Reply(hang=True)
        with open_session(engine) as session:
            slow, quick = waiting_notice(session, "slow"), waiting_notice(session, "quick")
            follow = make_follow(session, make_reader(session, "y"), make_project(session, "CA3"))
            follow.subscriber_id = slow.subscriber_id
            make_notice(session, follow, calls_waiting=True)
            webhook(session, settings, stuck.url, reader=slow.subscriber_id)
            webhook(session, settings, server.url, reader=quick.subscriber_id)
            ids = compose_calls(session, settings=settings, now=NOW)
        began = monotonic()
        outcome = call(engine, settings, seconds=SHORT)
        assert monotonic() - began < SHORT * 5
        assert (len(stuck.calls), len(server.calls)) == (1, 1)
    assert len(ids) == 3
    assert outcome.states == {DeliveryState.SENT: 1, DeliveryState.DEFERRED: 2}


def test_two_workers_at_once_make_each_call_once(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    ids = [one_call(engine, settings, server, f"r{number}")[0] for number in range(6)]
    workers = [
        threading.Thread(target=call, args=(engine, settings), kwargs={"ids": ids})
        for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len({one.headers["webhook-id"] for one in server.calls}) == len(server.calls) == 6


def test_a_redirect_to_a_private_address_is_a_failure_and_is_not_followed(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    server.reply = Reply(307, headers={"Location": f"{server.url}inside"})
    delivery_id, _ = one_call(engine, settings, server)
    call(engine, settings)
    assert [one.path for one in server.calls] == ["/"]
    assert "redirect" in row(engine, delivery_id).last_error


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE subscriber SET state = 'ended'",
        "UPDATE notice SET state = 'skipped'",
        "UPDATE endpoint SET disabled_at = created_at, disabled_reason = 'failing'",
        "UPDATE endpoint SET ended_at = created_at",
    ],
)
def test_what_must_not_go_out_is_held_back_at_the_last_moment(
    engine: Engine, settings: Settings, server: EndpointServer, spoil: str
) -> None:
    delivery_id, _ = one_call(engine, settings, server)
    with engine.begin() as connection:
        connection.exec_driver_sql(spoil)
    call(engine, settings)
    assert server.calls == []
    assert row(engine, delivery_id).state is DeliveryState.SUPPRESSED


def test_who_unsubscribes_gets_no_call_that_waits_and_who_ends_one_part_keeps_the_others(
    session: Session, settings: Settings
) -> None:
    kept, ended = waiting_notice(session), None
    other = make_project(session, "CA9")
    follow = make_follow(session, make_reader(session, "z"), other)
    follow.subscriber_id = kept.subscriber_id
    ended = make_notice(session, follow, calls_waiting=True)
    webhook(session, settings, "https://hooks.example.org/", reader=kept.subscriber_id)
    compose_calls(session, settings=settings, now=NOW)
    scope = Scope(kept.subscriber_id, follow_id=stored_id(follow.id))
    unsubscribe(session, scope, reason=EndedReason.UNSUBSCRIBED, settings=settings, now=NOW)
    session.expire_all()
    states = {one.notice_id: one.state for one in session.exec(select(Delivery))}
    assert states == {kept.id: DeliveryState.PENDING, ended.id: DeliveryState.SUPPRESSED}
    assert session.get_one(Notice, ended.id).state is NoticeState.SKIPPED


def test_a_chat_gets_a_discreet_line_and_one_that_may_have_it_gets_it_once_more_at_most(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    filled = fill(engine, settings)
    with open_session(engine) as session:
        wish = EndpointWish(EndpointKind.CHAT, f"ntfy://127.0.0.1:{server.port}/news")
        assert endpoint(session, settings, wish, reader=filled.subscriber_id).secret == ""
        session.exec(update(Notice).values(calls_waiting=True))
        session.commit()
        [delivery_id] = compose_calls(session, settings=settings, now=LATER)
    server.reply = Reply(hang=True)
    for _ in range(3):
        call(engine, settings, now=LATER, seconds=SHORT)
    assert row(engine, delivery_id).state is DeliveryState.UNKNOWN
    assert len(server.calls) == 2
    said = orjson.loads(server.calls[0].body)
    assert said["title"] == "A study has changed"
    assert KEY in said["message"]
    assert "End date: was " in said["message"]
    assert f"/studies/{KEY}" in said["message"]
    assert "TUMOR" not in said["message"].upper()


@pytest.mark.parametrize("kind", EndpointKind)
def test_a_chat_waits_in_its_readers_quiet_hours_and_a_webhook_does_not(
    session: Session, settings: Settings, kind: EndpointKind
) -> None:
    notice = waiting_notice(session)
    reader = session.get_one(Subscriber, notice.subscriber_id)
    reader.time_zone, reader.quiet_from, reader.quiet_until = "UTC", 11, 14
    address = {
        EndpointKind.CHAT: "ntfys://topic",
        EndpointKind.WEBHOOK: "https://hooks.example.org",
    }
    endpoint(session, settings, EndpointWish(kind, address[kind]), reader=notice.subscriber_id)
    compose_calls(session, settings=settings, now=NOW)
    [made] = session.exec(select(Delivery)).all()
    wait = timedelta(hours=2) if kind is EndpointKind.CHAT else timedelta()
    assert made.due_at == NOW + wait
    due = due_delivery_ids(session, now=NOW, limit=9, channels=CALLS)
    assert bool(due) is (kind is EndpointKind.WEBHOOK)


def test_a_storm_is_one_line_in_a_chat_and_every_event_of_it_for_a_webhook(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    with open_session(engine) as session:
        reader = make_reader(session)
        sweep = make_sweep(session)
        for number in range(MOST_LINES_OF_CHAT + 1):
            follow = make_follow(session, reader, make_project(session, f"CA{number}"))
            make_notice(session, follow, sweep_id=sweep.id, calls_waiting=True)
        owner = stored_id(reader.id)
        webhook(session, settings, server.url, reader=owner)
        chat = EndpointWish(EndpointKind.CHAT, f"ntfy://127.0.0.1:{server.port}/news")
        endpoint(session, settings, chat, reader=owner)
        made = compose_calls(session, settings=settings, now=NOW)
    assert len(made) == MOST_LINES_OF_CHAT + 2
    assert call(engine, settings).states == {DeliveryState.SENT: len(made)}
    [line] = [one for one in server.calls if "webhook-id" not in one.headers]
    assert "There is news of 11 studies." in orjson.loads(line.body)["message"]
