"""The only place that asks for the time.

There are two times. *Calendar* time is what readers and RePORTER live by: sweeps, digests and
"seen on" dates. The demo lets it run fast, so that a week lasts seconds. *Machine* time is what
leases, heartbeats and pacing are measured in; it never runs fast.
"""

from datetime import UTC, datetime

from pydantic import BaseModel


class Clock(BaseModel, frozen=True):
    """Calendar time as a function of machine time, equal in every process that shares it.

    ``speed`` 1 is ordinary time. With another speed, calendar time stood at ``calendar_epoch``
    when machine time stood at ``machine_epoch`` and has run ``speed`` times as fast since.
    """

    speed: float = 1.0
    calendar_epoch: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    machine_epoch: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the calendar time, in UTC."""
        return self.calendar_epoch + (machine_now() - self.machine_epoch) * self.speed


def machine_now() -> datetime:
    """Return the machine's own time, in UTC."""
    return datetime.now(UTC)
