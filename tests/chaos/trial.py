"""One trial: everything runs, something is killed, and it comes to rest."""

import os
import shutil
import signal
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic, sleep

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool
from sqlmodel import Session
from tests.chaos import actors, rest
from tests.chaos.actors import Stage, become
from tests.chaos.history import History
from tests.chaos.lossy import LossyQueue
from tests.chaos.points import points
from tests.chaos.stores import Store, fast_folder

from tidings.db.engine import make_engine
from tidings.failpoints import Plan, Strike

REST_WITHIN = 60.0
"""Seconds after the last kill within which nothing may be left to do."""

ROLES: Mapping[str, Callable[[Stage], None]] = {
    "worker 1": actors.worker,
    "worker 2": actors.worker,
    "ringer": actors.ringer,
    "visitors": actors.visitors,
}
LOOK_SECONDS = 0.2
NEVER = 1_000_000_000
POINTS = "points"
"""The folder of a stage that counts how often each point was passed."""


@dataclass(frozen=True)
class Hit:
    """What is killed: whoever reaches a point for the nth time, or somebody now and then.

    ``counting`` kills nobody, and counts how often every point is passed.
    """

    point: str = ""
    nth: int = 1
    seed: int = 0
    random_kills: int = 0
    counting: bool = False

    @property
    def audits(self) -> bool:
        """Whether audits run as well."""
        return self.counting or "audit" in self.point

    def plan(self, folder: Path) -> Plan | None:
        """Return what the processes are armed with; ``folder`` counts for all of them."""
        if self.counting:
            return Plan({point: Strike("sleep:0", NEVER) for point in points()}, folder)
        return Plan({self.point: Strike("kill", self.nth)}, folder) if self.point else None


@dataclass
class Outcome:
    """How a trial went; ``rest`` is how long after the last kill it came to rest."""

    hit: Hit
    kind: str
    sender: str
    kills: int = 0
    rest: float = 0.0
    violations: list[str] = field(default_factory=list[str])
    mails: int = 0
    copies: int = 0


@dataclass
class Cast:
    """The processes of a trial; whoever dies is started again, as a supervisor would."""

    stage: Stage
    pids: dict[str, int] = field(default_factory=dict[str, int])
    kills: int = 0
    last_kill: float = field(default_factory=monotonic)

    def start(self) -> None:
        """Start everybody."""
        for role, act in ROLES.items():
            self.pids[role] = become(self.stage, role, act)

    def watch(self) -> None:
        """Start again who died; note who ended otherwise than by a kill."""
        for role, pid in list(self.pids.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            del self.pids[role]
            if os.WIFSIGNALED(status):
                self.kills, self.last_kill = self.kills + 1, monotonic()
                self.stage.history.add("killed", role=role, by=os.WTERMSIG(status))
                self.pids[role] = become(self.stage, role, ROLES[role])
            elif status:
                self.pids[role] = become(self.stage, role, ROLES[role])

    def kill_somebody(self, chance: Random) -> None:
        """Kill one of those who run."""
        if self.pids:
            os.kill(chance.choice(sorted(self.pids.values())), signal.SIGKILL)

    def end(self) -> None:
        """End everybody."""
        for pid in self.pids.values():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


@contextmanager
def _stage(store: Store, hit: Hit, env: dict[str, str], history: History) -> Generator[Stage]:
    folder = fast_folder("trial")
    url = store.copy()
    queue = LossyQueue()
    history.begin()
    counts = folder / POINTS
    counts.mkdir()
    own = {"TIDINGS_DATA_DIR": str(folder / "data"), "TIDINGS_DATABASE_URL": url}
    try:
        yield Stage(folder, env | own, queue, history, hit.seed, hit.plan(counts), hit.audits)
    finally:
        queue.close()
        store.drop(url)
        shutil.rmtree(folder, ignore_errors=True)


def run_trial(
    store: Store,
    hit: Hit,
    env: dict[str, str],
    history: History,
    check: Callable[[Stage, Session, Outcome], None],
    *,
    keep_log: Path | None = None,
) -> Outcome:
    """Run a trial to its rest, and let ``check`` judge it."""
    outcome = Outcome(hit, store.kind, env["TIDINGS_SENDER"])
    with _stage(store, hit, env, history) as stage:
        cast = Cast(stage)
        cast.start()
        try:
            _run(cast, hit, outcome)
        finally:
            cast.end()
        outcome.kills = cast.kills
        with _looking(stage) as session:
            check(stage, session, outcome)
        if outcome.violations and keep_log is not None:
            _keep(stage, outcome, keep_log)
    return outcome


def _run(cast: Cast, hit: Hit, outcome: Outcome) -> None:
    chance = Random(hit.seed)  # noqa: S311 - chance, no secret
    weeks = 0
    while True:
        sleep(LOOK_SECONDS)
        cast.watch()
        if cast.kills < hit.random_kills and chance.random() < 0.25:
            cast.kill_somebody(chance)
            continue
        outcome.rest = monotonic() - cast.last_kill
        with _looking(cast.stage) as session:
            try:
                left = rest.left_to_do(session, visitors="visitors" in cast.pids)
                if not left and rest.let_a_week_pass(session):
                    weeks += 1
                    continue
            except OperationalError as error:
                left = str(error)
        if not left and cast.kills >= hit.random_kills:
            return
        if outcome.rest > REST_WITHIN or weeks > 6:
            outcome.violations.append(f"not at rest after {outcome.rest:.0f} s: {left}")
            return


@contextmanager
def _looking(stage: Stage) -> Generator[Session]:
    """Look into the store by a connection that is gone afterwards: we fork again."""
    url = stage.env["TIDINGS_DATABASE_URL"]
    if make_url(url).get_backend_name() == "sqlite":
        engine = make_engine(url)
    else:
        engine = create_engine(make_engine(url).url, poolclass=NullPool)
    try:
        with Session(engine, expire_on_commit=False) as session:
            yield session
    finally:
        engine.dispose()


def _keep(stage: Stage, outcome: Outcome, folder: Path) -> None:
    name = f"{outcome.kind}-{outcome.hit.point or 'random'}-{outcome.hit.seed}".replace(":", "-")
    kept = folder / name
    kept.mkdir(parents=True, exist_ok=True)
    if stage.log.exists():
        shutil.copy(stage.log, kept / "log")
    shutil.copy(stage.history.path, kept / "history")
    if outcome.kind == "sqlite":
        path = make_url(stage.env["TIDINGS_DATABASE_URL"]).database or ""
        for part in Path(path).parent.glob(f"{Path(path).name}*"):
            shutil.copy(part, kept / part.name)
