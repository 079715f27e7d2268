"""The right to go on with a reading of RePORTER, so that no two ask for the same page."""

from datetime import timedelta
from secrets import token_hex
from time import monotonic
from typing import Self

from sqlalchemy import Engine

from tidings.db.session import commit, open_session
from tidings.upkeep.queries import release_lease, take_lease


class Lease:
    """A lease by its name, renewed when half of its time is over; given back at the end."""

    def __init__(self, engine: Engine, name: str, *, ttl: timedelta) -> None:
        self._engine = engine
        self._name = name
        self._ttl = ttl
        self._holder = token_hex(8)
        self._renew_at: float | None = None

    def __enter__(self) -> Self:
        """Take nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give back what was taken."""
        if self._renew_at is not None:
            with open_session(self._engine) as session:
                release_lease(session, self._name, self._holder)
                commit(session, "sweep.released_lease")

    def take(self) -> bool:
        """Take or renew it, if need be; False while somebody else has it."""
        if self._renew_at is not None and monotonic() < self._renew_at:
            return True
        asked_at = monotonic()
        with open_session(self._engine) as session:
            taken = take_lease(session, self._name, self._holder, ttl=self._ttl)
            commit(session, "sweep.leased")
        self._renew_at = asked_at + self._ttl.total_seconds() / 2
        return taken
