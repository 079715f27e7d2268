"""Hundreds of days of digests: two schedulers, lost and repeated ticks, outages, clock changes.

``python -m tests.chaos.days --days 400`` plays them on SQLite and on PostgreSQL and compares what
was started and told with what watched clocks say (tests/chaos/watched.py).
"""

import argparse
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from tests.chaos.stores import fast_folder, postgresql_server
from tests.chaos.watched import Expected, due, expected

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.delivery.models import Delivery
from tidings.flows.compose_digest import compose_digest
from tidings.flows.start_digests import start_digests
from tidings.notices.backlog import started_runs
from tidings.notices.models import DigestRun, DigestRunState, Notice, NoticeState
from tidings.notices.schedules import ensure_schedule
from tidings.projects.models import Project, Purpose, Severity, Sweep, SweepState
from tidings.subscribers.models import DIGEST_CADENCES, Cadence, Subscriber, SubscriberState
from tidings.tables import metadata

ZONES = (
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",  # summer time of half an hour, southern
    "America/St_Johns",  # three and a half hours off
    "Asia/Kolkata",  # no summer time
    "Africa/Casablanca",  # summer time but in Ramadan
    "Pacific/Chatham",  # three quarters of an hour off, jumps at a quarter to
)
HOURS = (1, 2, 3, 8)
START = datetime(2026, 2, 15, 12, 34, 56, tzinfo=UTC)
"""Before Ramadan, and before any clock of 2026 is changed."""

LOST, REPEATED, NEARLY, UNHEARD = 0.05, 0.1, 0.1, 0.05
OUTAGE_EVERY_DAYS = 20
NEWS_AFTER = timedelta(seconds=1)

Pair = tuple[int, Cadence]
"""A reader and a cadence: what has a schedule."""


@dataclass
class Plan:
    """When the schedulers tick, and what goes wrong."""

    start: datetime
    days: int
    seed: int
    zones: Sequence[str] = ZONES
    hours: Sequence[int] = HOURS
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        """Start the dice."""
        self.random = Random(self.seed)  # noqa: S311 - a test's

    @property
    def end(self) -> datetime:
        """The last moment at which a digest may be due."""
        return self.start + timedelta(days=self.days)

    def due(self, zone: str, hour: int, cadence: Cadence) -> list[datetime]:
        """Return when the digests of such a reader are due."""
        return due(zone, hour, cadence.value, self.start, self.end)

    def ticks(self) -> list[datetime]:
        """Return a tick soon after each moment at which one is due, and some just before it.

        The ticks of the minutes between would find nothing. In an outage there are none.
        """
        moments = {
            at
            for zone in self.zones
            for hour in self.hours
            for at in self.due(zone, hour, Cadence.DAILY)
        }
        down = list(self._outages())
        ticks = [tick for at in sorted(moments) for tick in self._around(at)]
        last = self.end + timedelta(minutes=1)
        return [one for one in ticks if not any(begin <= one < end for begin, end in down)] + [last]

    def _around(self, at: datetime) -> Iterator[datetime]:
        if self.random.random() < NEARLY:
            yield at - 2 * NEWS_AFTER
        yield at + timedelta(seconds=self.random.randint(0, 58))

    def _outages(self) -> Iterator[tuple[datetime, datetime]]:
        at = self.start
        while at < self.end:
            at += timedelta(days=self.random.uniform(2, 2 * OUTAGE_EVERY_DAYS - 2))
            yield at, at + timedelta(hours=self.random.uniform(2, 72))


@dataclass
class Days:
    """One database on which the days are played."""

    engine: Engine
    plan: Plan
    settings: Settings
    readers: dict[int, tuple[str, int]] = field(default_factory=dict[int, tuple[str, int]])
    heard: list[datetime] = field(default_factory=list[datetime])

    def play(self) -> None:
        """Let the days pass."""
        self._settle()
        with ThreadPoolExecutor(2) as schedulers:
            for tick in self.plan.ticks():
                self._tick(schedulers, tick)

    def _settle(self) -> None:
        with open_session(self.engine) as session:
            for zone in self.plan.zones:
                for hour in self.plan.hours:
                    reader = _reader(session, zone, hour)
                    self.readers[stored_id(reader.id)] = zone, hour
                    session.add(_project(stored_id(reader.id)))
                    for cadence in DIGEST_CADENCES:
                        ensure_schedule(session, reader, cadence, now=self.plan.start)
            session.commit()
        pairs = [(one, cadence) for one in self.readers for cadence in DIGEST_CADENCES]
        self._bring_news(pairs, self.plan.start)

    def _tick(self, schedulers: ThreadPoolExecutor, now: datetime) -> None:
        dice = self.plan.random
        is_last = now > self.plan.end  # all that was left lying is done with
        calls = sum(
            0 if dice.random() < LOST and not is_last else 1 + (dice.random() < REPEATED)
            for _ in range(2)
        )
        if not calls:
            return
        self.heard.append(now)
        started = [run for runs in schedulers.map(self._start, [now] * calls) for run in runs]
        self._bring_news(started, now)
        if dice.random() < UNHEARD and not is_last:
            return
        with open_session(self.engine) as session:
            left = [run_id for run_id, _ in started_runs(session, limit=1000)]
        workers = 2 if dice.random() < REPEATED else 1
        list(schedulers.map(self._compose, [left] * workers, [now] * workers))

    def _start(self, now: datetime) -> list[Pair]:
        with open_session(self.engine) as session:
            new = start_digests(session, now=now)
            runs = session.exec(select(DigestRun).where(col(DigestRun.id).in_(new))).all()
            return [(run.subscriber_id, run.cadence) for run in runs]

    def _compose(self, run_ids: list[int], now: datetime) -> None:
        with open_session(self.engine) as session:
            compose_digest(session, run_ids, settings=self.settings, now=now)

    def _bring_news(self, pairs: Sequence[Pair], at: datetime) -> None:
        """Give each something to be told of in its next digest: it came after this one's period."""
        if not pairs:
            return
        now = at + NEWS_AFTER
        with open_session(self.engine) as session:
            sweeps = {cadence: _sweep(session, now) for cadence in {one for _, one in pairs}}
            session.add_all(_notice(pair, sweeps[pair[1]], now) for pair in pairs)
            session.commit()


def judge(days: Days) -> Iterator[str]:
    """Say everything that is not as watched clocks would have it."""
    wanted = {
        (reader, cadence): expected(days.plan.due(zone, hour, cadence), days.heard, days.plan.start)
        for reader, (zone, hour) in days.readers.items()
        for cadence in DIGEST_CADENCES
    }
    with open_session(days.engine) as session:
        runs = session.exec(select(DigestRun).order_by(col(DigestRun.period_end))).all()
        yield from _judge_runs(days, runs, wanted)
        yield from _judge_told(session, runs, wanted)


def _judge_runs(
    days: Days, runs: Sequence[DigestRun], wanted: Mapping[Pair, Sequence[Expected]]
) -> Iterator[str]:
    found: dict[Pair, list[Expected]] = {pair: [] for pair in wanted}
    for run in runs:
        found[run.subscriber_id, run.cadence].append(
            Expected(run.period_start, run.period_end, run.started_at)
        )
        if run.state is not DigestRunState.COMPOSED:
            yield f"run {run.id} is {run.state}"
    for (reader, cadence), theirs in wanted.items():
        who = f"{cadence} at {days.readers[reader][1]} in {days.readers[reader][0]}"
        yield from (f"missing, {who}: {one}" for one in theirs if one not in found[reader, cadence])
        yield from (
            f"too many, {who}: {one}" for one in found[reader, cadence] if one not in theirs
        )
        if len(found[reader, cadence]) != len(theirs):
            yield f"{len(found[reader, cadence])} digests instead of {len(theirs)}, {who}"


def _judge_told(
    session: Session, runs: Sequence[DigestRun], wanted: Mapping[Pair, Any]
) -> Iterator[str]:
    mails = [run.delivery_id for run in runs]
    if len(set(mails)) != len(runs):
        yield "two digests are one mail"
    if set(mails) != set(session.exec(select(Delivery.id)).all()):
        yield "there are other mails than those of the digests"
    notices = session.exec(select(Notice)).all()
    told = Counter(one.delivery_id for one in notices if one.state is NoticeState.BUNDLED)
    if told != Counter(mails):
        yield "a digest tells nothing, or more than what was new"
    waiting = Counter(
        (one.subscriber_id, one.cadence) for one in notices if one.state is NoticeState.WAITING
    )
    if waiting != Counter(wanted.keys()):
        yield "what was new last is lost, or there twice"


def _reader(session: Session, zone: str, hour: int) -> Subscriber:
    name = f"{zone} {hour}"
    reader = Subscriber(
        address=name.encode(),
        address_hash=name,
        time_zone=zone,
        digest_hour=hour,
        state=SubscriberState.ACTIVE,
        created_at=START,
    )
    session.add(reader)
    session.flush()
    return reader


def _project(reader_id: int) -> Project:
    return Project(
        id=reader_id,
        key=f"CA{reader_id}",
        title="A study",
        current_appl_id=1,
        first_seen_at=START,
        last_changed_at=START,
    )


def _sweep(session: Session, now: datetime) -> int:
    sweep = Sweep(
        purpose=Purpose.WEEKLY, state=SweepState.COMPLETE, started_at=now, finished_at=now
    )
    session.add(sweep)
    session.flush()
    return stored_id(sweep.id)


def _notice(pair: Pair, sweep_id: int, now: datetime) -> Notice:
    return Notice(
        subscriber_id=pair[0],
        project_id=pair[0],
        sweep_id=sweep_id,
        severity=Severity.NOTABLE,
        reasons=[],
        cadence=pair[1],
        created_at=now,
    )


def play_and_judge(engine: Engine, plan: Plan) -> tuple[str, list[str]]:
    """Play the days on an empty database; return a line of totals and what is wrong."""
    began = monotonic()
    days = Days(engine, plan, Settings(mail_from="news@tidings.example"))
    days.play()
    wrong = list(judge(days))
    with open_session(engine) as session:
        runs = session.exec(select(DigestRun)).all()
    late = sum(run.started_at - run.period_end > timedelta(minutes=1) for run in runs)
    total = (
        f"days: {plan.days} days on {engine.dialect.name}, seed {plan.seed}, "
        f"{len(plan.zones)} zones, {len(days.heard)} ticks, {len(runs)} digests "
        f"({late} caught up), {len(wrong)} violations, {monotonic() - began:.0f} s"
    )
    return total, wrong


def main() -> int:
    """Play the days on both databases; 1 when anything is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    folder = fast_folder("days")
    try:
        failed = _run(f"sqlite:///{folder / 'days.db'}", given.days, given.seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    with postgresql_server() as server:
        return int(_run(server.get_uri(), given.days, given.seed) or failed)


def _run(url: str, days: int, seed: int) -> bool:
    engine = make_engine(url)
    metadata.create_all(engine)
    total, wrong = play_and_judge(engine, Plan(START, days, seed))
    say: Callable[[str], None] = print
    for line in (*wrong[:20], total):
        say(line)
    engine.dispose()
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
