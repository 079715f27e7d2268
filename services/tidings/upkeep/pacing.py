"""The pace at which the upstream is asked, kept by all processes together."""

from datetime import datetime, timedelta
from time import sleep

from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from tidings.clock import machine_now
from tidings.db.session import commit, open_session
from tidings.db.upsert import insert_ignore
from tidings.upkeep.models import Pace


class DatabasePacer:
    """Lets one request go in ``interval`` seconds, whoever asks and from wherever.

    A row holds the time from which the next request may go. Each caller moves it on by one
    interval in a short transaction of its own, and sleeps until the time that it took.
    """

    def __init__(self, engine: Engine, interval: float, *, name: str = "reporter") -> None:
        self._engine = engine
        self._interval = timedelta(seconds=interval)
        self._name = name

    def wait(self) -> None:
        """Return when a request may go."""
        with open_session(self._engine) as session:
            start = self._reserve(session)
            commit(session, "pace.taken")
        sleep(max(0.0, (start - machine_now()).total_seconds()))

    def _reserve(self, session: Session) -> datetime:
        insert_ignore(session, Pace, [{"name": self._name, "next_at": machine_now()}])
        statement = select(Pace).where(col(Pace.name) == self._name).with_for_update()
        start = max(session.exec(statement).one().next_at, machine_now())
        session.exec(
            update(Pace).where(col(Pace.name) == self._name).values(next_at=start + self._interval)
        )
        return start
