"""What the scenarios of calls and endpoints do, and how they are judged."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Engine, text
from sqlmodel import Session, select
from tests.chaos import world
from tests.chaos.acts import recover_all
from tests.chaos.scene import Scene

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Endpoint, EndpointKind
from tidings.delivery.queries import CALLS, due_delivery_ids
from tidings.delivery.senders.calls import make_call_senders
from tidings.errors import RejectedError
from tidings.flows.add_endpoint import EndpointWish, add_endpoint
from tidings.flows.compose_calls import compose_calls
from tidings.flows.deliver_calls import deliver_calls
from tidings.flows.end_endpoint import end_endpoint
from tidings.flows.enroll import enroll
from tidings.flows.replay_calls import replay_calls
from tidings.flows.rotate_secret import rotate_secret
from tidings.flows.try_endpoint import CallSite, try_endpoint
from tidings.rendering.speech import ENGLISH

MOST_COPIES = 2
"""Of one call when its worker is killed once."""

BATCHES = 5
"""Times that a worker looks for calls that wait."""


def _settings(scene: Scene) -> Settings:
    return scene.settings.model_copy(update={"allow_local_endpoints": True})


def set_up_endpoint(scene: Scene, engine: Engine) -> None:
    """Add a webhook, test it, and change its secret, as far as that is not done yet."""
    settings, now = _settings(scene), machine_now()
    with open_session(engine) as session:
        reader = enroll(session, world.VOUCHED, time_zone="UTC", settings=settings, now=now)
        session.connection().execute(text("DELETE FROM lease"))
        session.commit()
        wish = EndpointWish(EndpointKind.WEBHOOK, scene.endpoint.url)
        with suppress(RejectedError):  # it is there
            add_endpoint(session, wish, subscriber_id=reader, settings=settings, now=now)
        endpoint_id = _endpoint(session)
        session.rollback()
        site = CallSite(engine, settings, make_call_senders(settings))
        try_endpoint(site, endpoint_id, subscriber_id=reader, speech=ENGLISH, now=now)
        rotate_secret(session, endpoint_id, subscriber_id=reader, settings=settings, now=now)


def is_set_up_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether there is one webhook, and it is on."""
    endpoints = session.exec(select(Endpoint)).all()
    if [one.disabled_at for one in endpoints] != [None]:
        yield f"{len(endpoints)} endpoints, not one that is on"


def let_a_call_wait(scene: Scene, engine: Engine) -> None:
    """Leave a notice of a reader with a webhook."""
    set_up_endpoint(scene, engine)
    scene_rows = (
        "INSERT INTO notice (subscriber_id, project_id, sweep_id, severity, reasons, cadence,"
        " state, skipped_reason, may_repeat, calls_waiting, created_at) SELECT"
        " e.subscriber_id, p.id, 1, 'info', '[]', 'paused', 'waiting', '', false, true,"
        " e.created_at FROM endpoint e, project p ORDER BY p.id LIMIT 1"
    )
    with open_session(engine) as session:
        session.connection().execute(text(scene_rows))
        session.commit()


def make_the_call(scene: Scene, engine: Engine) -> None:
    """Make what calls wait, once dead workers' leases have ended.

    On a busy machine a batch may run out of its short lease before it begins: the call waits on.
    """
    settings = _settings(scene)
    with open_session(engine) as session:
        is_leased = bool(_count(session, "delivery WHERE state = 'sending'"))
    if is_leased:
        scene.wait_for_leases()
        recover_all(scene, engine)
    with open_session(engine) as session:
        compose_calls(session, settings=settings, now=machine_now())
    senders = make_call_senders(settings)
    for _ in range(BATCHES):
        with open_session(engine) as session:
            ids = due_delivery_ids(session, now=machine_now(), limit=9, channels=CALLS)
        deliver_calls(engine, senders, ids, settings=settings, owner="act", now=machine_now())


def is_called_under_one_name(scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the call was taken, under one webhook-id, and told twice at the very most."""
    named = [one.headers["webhook-id"] for one in scene.endpoint.calls]
    calls = [name for name in named if name.startswith("call:")]
    if len(set(calls)) != 1 or len(calls) > MOST_COPIES:
        yield f"calls under {calls}"
    yield from _one(session, "delivery WHERE channel = 'webhook' AND state = 'sent'")
    yield from _one(session, "delivery WHERE channel = 'webhook'")


def miss_the_call(scene: Scene, engine: Engine) -> None:
    """Leave a call that its endpoint missed."""
    let_a_call_wait(scene, engine)
    with open_session(engine) as session:
        compose_calls(session, settings=_settings(scene), now=machine_now())
        session.connection().execute(
            text("UPDATE delivery SET state = 'failed' WHERE channel = 'webhook'")
        )
        session.commit()


def replay_the_call(_scene: Scene, engine: Engine) -> None:
    """Send again what was missed."""
    now = machine_now()
    with open_session(engine) as session:
        endpoint = session.exec(select(Endpoint)).one()
        replay_calls(
            session,
            stored_id(endpoint.id),
            subscriber_id=endpoint.subscriber_id,
            since=now - timedelta(days=1),
            now=now,
        )


def waits_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the call waits, and whether that was written down once."""
    yield from _one(session, "delivery WHERE channel = 'webhook' AND state = 'pending'")
    yield from _one(session, "delivery_event WHERE kind = 'replayed'")


def remove_the_endpoint(_scene: Scene, engine: Engine) -> None:
    """Remove the webhook, unless that is done."""
    with open_session(engine) as session:
        endpoint = session.exec(select(Endpoint)).one()
        reader, now = endpoint.subscriber_id, machine_now()
        end_endpoint(session, stored_id(endpoint.id), subscriber_id=reader, now=now)


def is_removed(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether nothing is left to be called."""
    yield from _one(session, "endpoint WHERE ended_at IS NOT NULL")
    yield from _one(session, "delivery WHERE channel = 'webhook' AND state = 'suppressed'")


def compose_the_call(scene: Scene, engine: Engine) -> None:
    """Leave a call that waits."""
    let_a_call_wait(scene, engine)
    with open_session(engine) as session:
        compose_calls(session, settings=_settings(scene), now=machine_now())


def _endpoint(session: Session) -> int:
    return stored_id(session.exec(select(Endpoint)).one().id)


def _one(session: Session, rows: str) -> Iterator[str]:
    if (found := _count(session, rows)) != 1:
        yield f"{found} of {rows}, not 1"


def _count(session: Session, rows: str) -> int:
    statement = text(f"SELECT count(*) FROM {rows}")  # noqa: S608 - written above
    return session.connection().execute(statement).scalar_one()
