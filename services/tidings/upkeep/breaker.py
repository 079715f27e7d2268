"""A circuit breaker that all processes share: its state is a row, its time the database's."""

from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import col, select, update

from tidings.db.session import commit, open_reader, open_session
from tidings.db.time import database_now
from tidings.db.upsert import insert_ignore
from tidings.errors import RetryableError
from tidings.upkeep.circuit import Circuit, Limits, after_failure
from tidings.upkeep.models import Breaker

LONGEST_REASON = 500


class DatabaseBreaker:
    """Leaves ``name`` alone after ``threshold`` failures in a row, whoever met them.

    When a pause is over, one caller may try; until that one has an answer, or ``cool_off`` has
    passed without one, all others are still refused. Make one for each thread: it remembers what
    its own last question found.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        *,
        threshold: int = 8,
        cool_off: timedelta = timedelta(minutes=1),
        longest: timedelta = timedelta(minutes=30),
    ) -> None:
        self._engine = engine
        self._name = name
        self._limits = Limits(threshold, cool_off, longest)
        self._is_troubled = False
        self._is_probing = False

    def check(self) -> None:
        """Return if ``name`` may be asked; RetryableError says why not, and when to come back."""
        with open_reader(self._engine) as session:
            row = session.get(Breaker, self._name)
            self._is_troubled, self._is_probing = row is not None and row.failures > 0, False
            if row is None or row.open_until is None:
                return
            left = row.open_until - database_now(session)
        # One longer than any pause is from before the database's clock was set back.
        if timedelta(0) < left <= max(self._limits.longest, self._limits.cool_off):
            raise RetryableError(_refusal(row), after=left)
        if not self._take_probe(row.open_until):
            raise RetryableError(_refusal(row), after=self._limits.cool_off)
        self._is_probing = True

    def failed(self, reason: str) -> None:
        """Count a failure; from the one too many on, ``check`` refuses for a while.

        Called twice for one failure it counts two, which costs a pause that comes early.
        """
        with open_session(self._engine) as session:
            insert_ignore(session, Breaker, [{"name": self._name}])
            query = select(Breaker).where(col(Breaker.name) == self._name).with_for_update()
            row = session.exec(query).one()
            circuit = after_failure(
                Circuit(row.failures, row.openings, row.open_until),
                self._limits,
                database_now(session),
                probing=self._is_probing,
            )
            row.failures, row.openings = circuit.failures, circuit.openings
            row.open_until, row.reason = circuit.open_until, reason[:LONGEST_REASON]
            commit(session, "breaker.failed")
        self._is_troubled, self._is_probing = True, False

    def succeeded(self) -> None:
        """Forget all failures; writes nothing when the last ``check`` knew of none."""
        if not self._is_troubled:
            return
        with open_session(self._engine) as session:
            nothing = Circuit()
            session.exec(
                update(Breaker)
                .where(col(Breaker.name) == self._name)
                .values(failures=nothing.failures, openings=nothing.openings, open_until=None)
            )
            commit(session, "breaker.closed")
        self._is_troubled = self._is_probing = False

    def _take_probe(self, open_until: datetime) -> bool:
        """Take the right to try, by compare-and-set, so that of two who want it one gets it."""
        with open_session(self._engine) as session:
            taken = session.exec(
                update(Breaker)
                .where(col(Breaker.name) == self._name, col(Breaker.open_until) == open_until)
                .values(open_until=database_now(session) + self._limits.cool_off)
            )
            commit(session, "breaker.probed")
            return taken.rowcount == 1


def _refusal(row: Breaker) -> str:
    # The same words for as long as the pause lasts: who notes them has nothing new to write.
    return (
        f"{row.name} failed {row.failures} times in a row and is left alone "
        f"until {row.open_until:%H:%M:%S} UTC: {row.reason}"
    )
