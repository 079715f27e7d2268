"""The pipeline, stage by stage, at the time of each recording."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_reader, open_session
from tidings.delivery.queries import due_delivery_ids, put_off_until
from tidings.delivery.senders.base import Sender
from tidings.delivery.senders.make import make_sender
from tidings.errors import RejectedError
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.deliver import deliver
from tidings.flows.enroll import enroll
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.follow import follow
from tidings.flows.match_changes import match_changes
from tidings.flows.save_search import save_search
from tidings.flows.start_digests import start_digests
from tidings.flows.start_sweep import start_sweep
from tidings.migrations.migrate import migrate
from tidings.notices.backlog import digests_due_since
from tidings.projects.models import Purpose
from tidings.projects.queries import last_sweep, projects_page
from tidings.reporter.client import ReporterClient
from tidings.reporter.criteria import Criteria
from tidings.reporter.scope import Part
from tidings.sandbox.recordings import Recordings
from tidings.sandbox.running import Options, running_sandbox
from tidings.subscribers.models import Cadence
from tidings.subscribers.queries import live_follows
from tidings.wiring import open_engine, open_reporter

EVERYTHING = (Part("all", Criteria()),)
ZONE = "America/New_York"
BATCH = 500
STEP_SECONDS = 60.0


@dataclass(frozen=True)
class Readers:
    """Who reads along: followers of every project, at once or by digest, and a saved search."""

    follow_all: bool = False
    digest: Cadence | None = None
    search: str = ""

    def followers(self) -> list[tuple[str, Cadence]]:
        """Return the addresses that follow every project, with their cadences."""
        at_once = [("at-once@readers.example", Cadence.IMMEDIATE)] if self.follow_all else []
        return at_once + ([(f"{self.digest}@readers.example", self.digest)] if self.digest else [])


@dataclass(frozen=True)
class Stage:
    """What each step of a replay works with."""

    settings: Settings
    engine: Engine
    client: ReporterClient
    sender: Sender
    readers: Readers


def play(
    file: Path, readers: Readers, *, settings: Settings, on_step: Callable[[int, int], None]
) -> int:
    """Play the recordings of ``file`` that the store of ``settings`` has not seen, oldest first.

    Returns how many were played. ``on_step`` gets (done, of) after each. A recording no later than
    the last sweep is passed over, so a replay that was stopped goes on, and a second one does
    nothing. Raises RejectedError for a file that holds no recordings.
    """
    Recordings(file)  # refuses, in words, what is none
    with running_sandbox(Options(recordings=file)) as sandbox:
        total = int(sandbox.describe()["recordings"])
        own = settings.model_copy(update={"reporter_url": sandbox.url, "reporter_interval": 0.0})
        engine = open_engine(own)
        sender = make_sender(own)
        try:
            migrate(engine)
            with open_reporter(own, engine) as client:
                stage = Stage(own, engine, client, sender, readers)
                played = 0
                for index in range(total):
                    sandbox.show(index)
                    played += _step(stage, _moment(sandbox.describe()["recorded_at"]))
                    on_step(index + 1, total)
                return played
        finally:
            sender.close()
            engine.dispose()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise RejectedError(f"a recording was made at {text!r}, which is no time") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _step(stage: Stage, now: datetime) -> bool:
    """Live through the time up to a recording, then sweep it; False when that was done before."""
    with open_reader(stage.engine) as session:
        last = last_sweep(session)
    if last is not None and last.finished_at is not None and last.started_at >= now:
        return False
    _send_digests(stage, until=now)
    _sweep(stage, now)
    _welcome(stage, now)
    more = True
    while more:
        with open_session(stage.engine) as session:
            more = match_changes(session, now=now).more
    with open_session(stage.engine) as session:
        while compose_alerts(session, settings=stage.settings, now=now):
            _send(stage, now)
    return True


def _sweep(stage: Stage, now: datetime) -> None:
    with open_session(stage.engine) as session:
        sweep_id = start_sweep(
            session, purpose=Purpose.WEEKLY, settings=stage.settings, now=now, scope=EVERYTHING
        )
        last = last_sweep(session)
    going = sweep_id or (last.id if last else None)  # one that a stopped replay left goes on
    if going is None:
        raise LookupError("a sweep was started and is not stored")
    while not advance_sweep(stage.engine, stage.client, going, now=now, seconds=STEP_SECONDS):
        pass
    finish_sweep(stage.engine, stage.client, going, now=now)


def _welcome(stage: Stage, now: datetime) -> None:
    """Let the readers read along: on the first day, and for projects that are new since."""
    with open_session(stage.engine) as session:
        ids = [stored_id(project.id) for project in projects_page(session, limit=1_000_000)]
        for address, cadence in stage.readers.followers():
            reader = _enroll(stage, session, address, now)
            known = {row.project_id for row in live_follows(session, reader)}
            for project_id in sorted(set(ids) - known):
                follow(
                    session, subscriber_id=reader, project_id=project_id, cadence=cadence, now=now
                )
        if stage.readers.search:
            save_search(
                session,
                subscriber_id=_enroll(stage, session, "search@readers.example", now),
                name=stage.readers.search[:80],
                text=stage.readers.search,
                cadence=Cadence.IMMEDIATE,
                now=now,
            )


def _enroll(stage: Stage, session: Session, address: str, now: datetime) -> int:
    return enroll(session, address, time_zone=ZONE, settings=stage.settings, now=now)


def _send_digests(stage: Stage, *, until: datetime) -> None:
    """Send each digest, and each alert that was put off, at its time."""
    last = datetime.min.replace(tzinfo=UTC)
    while True:
        with open_reader(stage.engine) as session:
            put_off = put_off_until(session, after=last, until=until)
            digests = digests_due_since(session, now=until)
        due = min((moment for moment in (put_off, digests) if moment), default=None)
        if due is None:
            return
        with open_session(stage.engine) as session:
            runs = start_digests(session, now=due)
            compose_digest(session, runs, settings=stage.settings, now=due)
        _send(stage, due)
        last = due


def _send(stage: Stage, now: datetime) -> None:
    while True:
        with open_reader(stage.engine) as session:
            ids = due_delivery_ids(session, now=now, limit=BATCH)
        if not ids:
            return
        deliver(
            stage.engine,
            stage.sender,
            ids,
            settings=stage.settings,
            owner="replay",
            now=now,
        )
