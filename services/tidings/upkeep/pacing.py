"""The pace at which the upstream is asked, kept by all processes together."""

import random
from datetime import timedelta
from time import monotonic, sleep

from sqlalchemy import Engine, or_
from sqlmodel import Session, col, update

from tidings.db.session import commit, open_reader, open_session
from tidings.db.time import database_now
from tidings.db.upsert import insert_ignore
from tidings.errors import RetryableError
from tidings.upkeep.models import Pace

GUARD = timedelta(milliseconds=150)
"""Added to every interval. What counts is when requests arrive, and one may be on its way for
longer than the next: it waits for a processor, or opens a connection first. Eight processes on two
busy processors were seen to lose 75 ms."""

LATE = GUARD / 5
"""Whoever was held up for longer between the row and the road moves the row on once more."""

SPREAD = 0.05
"""Seconds over which those who wait wake up, lest they all be in the way of the one who goes."""

LONGEST_QUIET = timedelta(days=1)
"""No quiet lasts longer. A row that says so is from before the database's clock was set back."""

LONGEST_WAIT = timedelta(seconds=20)
"""For more than this nobody waits here: the caller is told to come back later."""


class DatabasePacer:
    """Lets one request go in ``interval`` seconds, whoever asks and from wherever.

    A row holds the time from which the next request may go. Whoever finds that it has come moves
    it on, and goes at once: nobody holds a place in a queue, so nobody who wakes late can go
    too close to the next. Sleeping holds no transaction, and follows no clock that can be set.
    """

    def __init__(
        self,
        engine: Engine,
        interval: float,
        *,
        name: str = "reporter",
        longest: timedelta = LONGEST_WAIT,
    ) -> None:
        self._engine = engine
        self._step = timedelta(seconds=interval) + GUARD if interval else timedelta(0)
        self._name = name
        self._longest = longest

    def wait(self) -> None:
        """Return when a request may go. RetryableError if that is too long to wait for here."""
        while True:
            left = self._left()
            if left > self._longest:
                raise RetryableError(f"{self._name} allows no more requests for now", after=left)
            sleep(left.total_seconds() + random.random() * SPREAD if left else 0)  # noqa: S311 - spreading, no secret
            if not self._step or self._take():
                return

    def keep_quiet(self, span: timedelta) -> None:
        """Let no request go for so long, whoever asks. Called twice it lasts from the later on."""
        with open_session(self._engine) as session:
            until = database_now(session) + min(span, LONGEST_QUIET)
            row = {"name": self._name, "next_at": until}
            if not insert_ignore(session, Pace, [row]):
                session.exec(
                    update(Pace)
                    .where(col(Pace.name) == self._name, col(Pace.next_at) < until)
                    .values(next_at=until)
                )
            commit(session, "pace.quieted")

    def _left(self) -> timedelta:
        with open_reader(self._engine) as session:
            pace = session.get(Pace, self._name)
            left = timedelta(0) if pace is None else pace.next_at - database_now(session)
            return left if timedelta(0) < left <= LONGEST_QUIET else timedelta(0)

    def _take(self) -> bool:
        """Move the time on if it has come, by compare-and-set; False when another was quicker."""
        with open_session(self._engine) as session:
            began = monotonic()
            taken = self._move(session)
            commit(session, "pace.taken")
        if taken and monotonic() - began > LATE.total_seconds():
            self.keep_quiet(self._step)
        return taken

    def _move(self, session: Session) -> bool:
        now = database_now(session)
        moved = session.exec(
            update(Pace)
            .where(
                col(Pace.name) == self._name,
                or_(col(Pace.next_at) <= now, col(Pace.next_at) > now + LONGEST_QUIET),
            )
            .values(next_at=now + self._step)
        )
        if moved.rowcount:
            return True
        row = {"name": self._name, "next_at": now + self._step}
        return insert_ignore(session, Pace, [row]) == 1
