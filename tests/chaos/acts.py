"""What the scenarios do, and how they are judged."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Engine, inspect, text
from sqlmodel import Session
from tests.chaos import world
from tests.chaos.scene import DEAD_LETTER, PATIENCE, REFUSED, SECONDS, Scene

from tidings.clock import machine_now
from tidings.db.session import open_session
from tidings.db.time import database_now
from tidings.delivery.queries import due_delivery_ids
from tidings.delivery.senders.make import make_sender
from tidings.errors import RejectedError, RetryableError
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.deliver import deliver
from tidings.flows.enroll import enroll
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.load_conditions import load_conditions
from tidings.flows.recover import recover
from tidings.flows.release_sweep import release_sweep
from tidings.flows.replay_delivery import replay_delivery
from tidings.flows.start_sweep import start_sweep
from tidings.flows.unsubscribe import unsubscribe
from tidings.migrations.migrate import check, downgrade, is_current, migrate
from tidings.projects.models import Purpose
from tidings.projects.sweep_queries import running_sweep
from tidings.reporter.client import ReporterClient
from tidings.sandbox.faults import Mode
from tidings.searches.condition_lines import Entry
from tidings.subscribers.models import EndedReason
from tidings.subscribers.tokens import Scope
from tidings.upkeep.breaker import DatabaseBreaker
from tidings.upkeep.models import Breaker
from tidings.upkeep.pacing import DatabasePacer


def nothing(_scene: Scene, _engine: Engine) -> None:
    """Do nothing."""


def nothing_to_heal(_scene: Scene) -> None:
    """Heal nothing."""


def migrate_up(_scene: Scene, engine: Engine) -> None:
    """Bring the database to its newest revision."""
    migrate(engine)


def migrate_down(_scene: Scene, engine: Engine) -> None:
    """Take the database back to before its first revision."""
    downgrade(engine)


def is_migrated(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the tables are those of the code."""
    engine = session.get_bind().engine
    check(engine)
    if not is_current(engine):
        yield "the database is not at its newest revision"


def is_bare(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether every table is gone."""
    names = inspect(session.get_bind()).get_table_names()
    if names != ["alembic_version"]:
        yield f"tables are left: {names}"


def fail_a_mail(scene: Scene, engine: Engine) -> None:
    """Leave a dead letter."""
    write_goodbyes(scene, engine)
    with open_session(engine) as session:
        session.connection().execute(text("UPDATE delivery SET state = 'failed'"))
        session.commit()


def replay(_scene: Scene, engine: Engine) -> None:
    """Send the dead letter again."""
    with open_session(engine) as session, suppress(RejectedError):
        replay_delivery(session, DEAD_LETTER, actor="eva", now=machine_now())


def is_replayed_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether it waits, and whether that was written down once."""
    yield from counts(
        session,
        {
            f"delivery WHERE id = {DEAD_LETTER} AND state = 'pending'": 1,
            "delivery_event WHERE kind = 'replayed'": 1,
            "audit_entry": 1,
        },
    )


def hold_a_sweep(scene: Scene, engine: Engine) -> None:
    """Sweep what moved, and hold all of it."""
    _sweep(scene, engine)
    with open_session(engine) as session:
        session.connection().execute(
            text("UPDATE change SET held_at = seen_at WHERE sweep_id = 2 AND severity <> 'quiet'")
        )
        session.commit()


def release(_scene: Scene, engine: Engine) -> None:
    """Let out what is held."""
    with open_session(engine) as session, suppress(RejectedError):
        release_sweep(session, 2, actor="eva", now=machine_now())


def is_released_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether all is let out, under one sweep."""
    yield from counts(
        session,
        {
            "change WHERE held_at IS NOT NULL": 0,
            "sweep WHERE purpose = 'release'": 1,
            "audit_entry": 1,
        },
    )


def sweep_short_pages(scene: Scene, engine: Engine) -> None:
    """Sweep a source whose pages do not add up."""
    scene.sandbox.fail(Mode.SHORT_PAGE)
    _sweep(scene, engine)


def is_held_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the sweep is held, and its page set aside once."""
    yield from counts(session, {"sweep WHERE state = 'held'": 1, "quarantine": 1})


def sweep_refused(scene: Scene, engine: Engine) -> None:
    """Sweep a source that refuses."""
    scene.sandbox.fail(Mode.STATUS, status=400)
    _sweep(scene, engine)


def has_failed_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the sweep failed, in words."""
    yield from counts(session, {"sweep WHERE state = 'failed' AND note <> ''": 1})


def sweep_unanswered(scene: Scene, engine: Engine) -> None:
    """Sweep a source that does not answer, until it does."""
    if not scene.healed:
        scene.sandbox.fail(Mode.STATUS, status=503)
    _sweep(scene, engine)


def let_the_source_answer(scene: Scene) -> None:
    """Let the source answer again."""
    scene.healed = True
    scene.sandbox.recover()


def sweep_told_to_wait(scene: Scene, engine: Engine) -> None:
    """Sweep a source that asks for a pause."""
    if not scene.healed:
        scene.sandbox.fail(Mode.RATE_LIMIT, retry_after="1", times=1)
    _sweep(scene, engine)


def is_swept(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether this week's sweep is complete, and troubled no more."""
    yield from counts(
        session, {"sweep WHERE purpose = 'weekly' AND state = 'complete' AND trouble = ''": 1}
    )


def write_goodbyes(scene: Scene, engine: Engine) -> None:
    """Let three readers leave, one of whom the mail server refuses: three mails wait."""
    with open_session(engine) as session:
        settings, now = scene.settings, machine_now()
        for address in (world.LEAVER, REFUSED, world.VOUCHED):
            reader = enroll(session, address, time_zone="UTC", settings=settings, now=now)
            reason = EndedReason.UNSUBSCRIBED
            unsubscribe(session, Scope(reader), reason=reason, settings=settings, now=now)


def write_goodbyes_behind_a_breaker(scene: Scene, engine: Engine) -> None:
    """Let mails wait for a mail server that was left alone, and may now be tried."""
    write_goodbyes(scene, engine)
    with open_session(engine) as session:
        past = database_now(session) - timedelta(seconds=1)
        name = make_sender(scene.settings).name
        session.add(Breaker(name=name, failures=9, openings=1, open_until=past, reason="away"))
        session.commit()


def send_safely(scene: Scene, engine: Engine) -> None:
    """Send what waits, over TLS and with a password, once dead workers' leases have ended."""
    scene.wait_for_leases()
    _recover(scene, engine)
    sender = make_sender(scene.settings)
    for _ in range(10):  # a lease is short here: what a batch does not begin, the next one does
        ids = _due_once_the_pause_is_over(engine, sender.name)
        deliver(engine, sender, ids, settings=scene.settings, owner="act", now=machine_now())
    sender.close()


def _due_once_the_pause_is_over(engine: Engine, relay: str) -> list[int]:
    with open_session(engine) as session:
        ids = due_delivery_ids(session, now=machine_now(), limit=100)
        session.rollback()
        breaker = session.get(Breaker, relay)
        if breaker is not None and breaker.open_until is not None:
            breaker.open_until = database_now(session) - timedelta(seconds=1)
        session.commit()
    return ids


def all_sent_once(scene: Scene, session: Session) -> Iterator[str]:
    """Look whether each mail arrived once, and the refused one is a dead letter."""
    names = [mail["message_id"] for mail in scene.history.read()]
    if len(names) != len(set(names)) or len(names) != 2:
        yield f"{len(names)} mails arrived, {len(set(names))} of them different; 2 were due"
    yield from counts(
        session,
        {
            "delivery WHERE state = 'sent'": 2,
            "delivery WHERE state = 'failed'": 1,
        },
    )


def forget_a_schedule(_scene: Scene, engine: Engine) -> None:
    """Lose when digests are due."""
    with open_session(engine) as session:
        session.connection().execute(text("DELETE FROM digest_schedule"))
        session.commit()


def recover_all(scene: Scene, engine: Engine) -> None:
    """Recover, thoroughly."""
    _recover(scene, engine)


def has_its_schedule(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the reader of digests has one again."""
    yield from counts(session, {"digest_schedule": 1})


def take_in_conditions(_scene: Scene, engine: Engine) -> None:
    """Load a vocabulary of two conditions."""
    entries = [
        Entry("X:1", "gout", {"gout": "gout", "podagra": "podagra"}),
        Entry("X:2", "measles", {"measles": "measles"}),
    ]
    with open_session(engine) as session:
        load_conditions(session, entries, on_step=lambda _done, _total: None)


def are_loaded_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether each condition is there once, with its names."""
    yield from counts(session, {"condition": 2, "condition_name": 3})


def _recover(scene: Scene, engine: Engine) -> None:
    recover(engine, settings=scene.settings, is_idempotent=False, now=machine_now())


def _sweep(scene: Scene, engine: Engine) -> None:
    """Start this week's sweep, or go on with it, as far as the source lets us."""
    settings, now = scene.settings, machine_now()
    with open_session(engine) as session:
        running = running_sweep(session)
        sweep_id = running.id if running is not None else None
        session.rollback()
        if sweep_id is None and not _has_swept(session):
            sweep_id = start_sweep(session, purpose=Purpose.WEEKLY, settings=settings, now=now)
    if sweep_id is None:
        return
    scene.wait_for_leases()
    with (
        ReporterClient(
            settings.reporter_url,
            pacer=DatabasePacer(engine, 0),
            breaker=DatabaseBreaker(engine, "reporter"),
            patience=PATIENCE,
        ) as client,
        suppress(RetryableError),
    ):
        while not advance_sweep(engine, client, sweep_id, now=now, seconds=SECONDS):
            pass
        finish_sweep(engine, client, sweep_id, now=now)


def _has_swept(session: Session) -> bool:
    return bool(_count(session, "sweep WHERE purpose = 'weekly'"))


def counts(session: Session, wanted: dict[str, int]) -> Iterator[str]:
    """Say of each of these rows, written as SQL, if there is another number of them."""
    for rows, number in wanted.items():
        if (found := _count(session, rows)) != number:
            yield f"{found} of {rows}, not {number}"


def _count(session: Session, rows: str) -> int:
    statement = text(f"SELECT count(*) FROM {rows}")  # noqa: S608 - written above
    return session.connection().execute(statement).scalar_one()
