"""Change a reader's own settings: their clock, quiet hours, language, and what mails may say."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.notices.quiet import LONGEST_QUIET, quiet_hours
from tidings.notices.schedules import ensure_schedule
from tidings.notices.windows import due_after_move, ends_period
from tidings.rendering.speech import LANGUAGES, Sayable
from tidings.subscribers.models import Cadence, DigestSchedule, Subscriber, SubscriberState
from tidings.subscribers.queries import schedules_of, subscriber_locked
from tidings.subscribers.zones import known_zone, zone_or_utc

HOURS = range(24)


def change_reader(  # noqa: PLR0913 - all that a reader may set
    session: Session,
    *,
    subscriber_id: int,
    time_zone: str | None = None,
    digest_hour: int | None = None,
    quiet_from: int | None = None,
    quiet_until: int | None = None,
    language: str | None = None,
    heartbeat: bool | None = None,
    names_searches: bool | None = None,
    now: datetime,
) -> Subscriber:
    """Return the reader with these settings; None leaves one as it is.

    Another zone or hour moves the digests that are due: none is lost, and there are not two in a
    day, week or month. No hour is quiet when ``quiet_from`` is ``quiet_until``. Who wants a
    heartbeat has a monthly digest, which may have nothing to tell. Safe to call twice. Raises
    RejectedError, in words, for what makes no sense and for a reader who is not active.
    """
    asked = {
        "time_zone": None if time_zone is None else known_zone(time_zone).key,
        "digest_hour": digest_hour,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "language": language,
        "heartbeat": heartbeat,
        "names_searches": names_searches,
    }
    reader = subscriber_locked(session, subscriber_id)
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        session.rollback()
        raise RejectedError(Sayable("Only a reader who has confirmed has settings."))
    before = reader.time_zone, reader.digest_hour
    wanted = {column: value for column, value in asked.items() if value is not None}
    _check(reader.model_dump() | wanted)
    reader.sqlmodel_update(wanted)
    if (reader.time_zone, reader.digest_hour) != before:
        _move_digests(session, reader, *before, now=now)
    if reader.heartbeat:
        ensure_schedule(session, reader, Cadence.MONTHLY, now=now)
    commit(session, "reader.changed")
    return reader


def _check(settings: dict[str, Any]) -> None:
    hours = [settings[name] for name in ("digest_hour", "quiet_from", "quiet_until")]
    if any(hour not in HOURS for hour in hours):
        raise RejectedError(Sayable("An hour is a number from 0 to 23."))
    if quiet_hours(settings["quiet_from"], settings["quiet_until"]) > LONGEST_QUIET:
        raise RejectedError(Sayable("At most {n} hours of a day may be quiet.", n=LONGEST_QUIET))
    if settings["language"] not in LANGUAGES:
        raise RejectedError(Sayable("We do not write in that language."))


def _move_digests(
    session: Session, reader: Subscriber, time_zone: str, hour: int, *, now: datetime
) -> None:
    zone, old = zone_or_utc(reader.time_zone), zone_or_utc(time_zone)
    for schedule in schedules_of(session, stored_id(reader.id)):
        if schedule.next_due_at <= now:  # is about to be told; the one after it moves by itself
            continue
        schedule.next_due_at = due_after_move(
            schedule.cadence,
            zone,
            reader.digest_hour,
            told_until=_told_until(schedule, old, hour),
            now=now,
        )


def _told_until(schedule: DigestSchedule, zone: Any, hour: int) -> datetime | None:
    """Return when the last digest ended; None before the first, when a schedule says "since"."""
    told = schedule.last_due_at
    return told if told and ends_period(schedule.cadence, zone, hour, told) else None
