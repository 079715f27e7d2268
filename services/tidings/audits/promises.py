"""Whether what is to be told was told, or still may be in time (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tidings.delivery.models import DeliveryState
from tidings.notices.models import NoticeState
from tidings.notices.preferences import Preference, choose, choose_find
from tidings.notices.reasons import FollowReason, Reason, SearchReason
from tidings.projects.models import Change, ChangeKind
from tidings.rendering.filters import moment
from tidings.subscribers.models import Cadence, SubscriberState

PERIODS = {
    Cadence.IMMEDIATE: timedelta(),
    Cadence.DAILY: timedelta(days=1),
    Cadence.WEEKLY: timedelta(days=7),
    Cadence.MONTHLY: timedelta(days=31),
}
"""How long a notice may wait for its mail to be written, at most."""

WAITING = (DeliveryState.PENDING, DeliveryState.DEFERRED)

AT_ONCE, GRACE = timedelta(minutes=15), timedelta(hours=1)
"""What the system itself may take: for what is told at once, and for a digest or a mail."""


@dataclass(frozen=True)
class Subscription:
    """A live follow or saved search as it stands now, and its reader's consent."""

    subscriber_id: int
    cadence: Cadence
    muted_until: datetime | None
    consent: SubscriberState
    since: datetime
    follow_id: int | None = None
    saved_search_id: int | None = None
    by_kind: Mapping[str, str] = field(default_factory=dict[str, str])
    threshold: Mapping[str, int] = field(default_factory=dict[str, int])

    def silence(self, at: datetime, changes: Sequence[Change] = ()) -> str:
        """Say why nothing was to be told of these changes, or of a find; nothing if it was."""
        if self.consent is not SubscriberState.ACTIVE:
            return "without consent"
        preference = Preference(
            self.cadence,
            {ChangeKind(kind): Cadence(cadence) for kind, cadence in self.by_kind.items()},
            self.threshold,
            self.muted_until,
        )
        choice = choose if changes else choose_find
        return choice(preference, changes, at=at).why_not


@dataclass(frozen=True)
class Standing:
    """A notice and its mail as they stand now.

    ``waits_since`` is when it was made, or when a digest that may be lost let it wait again.
    """

    state: NoticeState
    cadence: Cadence
    waits_since: datetime
    reasons: Sequence[Reason]
    skipped_reason: str
    mail_state: DeliveryState | None
    mail_due_at: datetime | None


def names_search(reasons: Sequence[Reason], saved_search_id: int) -> bool:
    """Say whether a notice tells because of a saved search."""
    return any(
        isinstance(reason, SearchReason) and reason.saved_search_id == saved_search_id
        for reason in reasons
    )


def names_change(reasons: Sequence[Reason], change_id: int) -> bool:
    """Say whether a notice tells a follower of a change; follows of one pair succeed each other."""
    return any(
        isinstance(reason, FollowReason) and change_id in reason.change_ids for reason in reasons
    )


def broken_promise(
    standing: Standing, *, now: datetime, speed: float = 1.0, is_stopped: bool = False
) -> str:
    """Say what is wrong with a notice that should be told, or nothing.

    Told, in a mail, waiting for one in time, held, or skipped with a reason: all of these are well.
    ``speed`` is the calendar's: what the system itself may take is counted in machine time. No mail
    is late while all mail ``is_stopped``.
    """
    match standing.state:
        case NoticeState.WAITING:
            own = AT_ONCE if standing.cadence is Cadence.IMMEDIATE else GRACE
            promised = PERIODS.get(standing.cadence, timedelta()) + own * speed
            if standing.waits_since + promised < now:
                return f"its notice waits since {moment(standing.waits_since)}"
        case NoticeState.BUNDLED:
            broken = _broken_mail(standing, now=now, speed=speed)
            return "" if is_stopped and standing.mail_state in WAITING else broken
        case NoticeState.TOLD:
            return "" if standing.mail_state is not None else "it counts as told in no mail"
        case NoticeState.SKIPPED:
            return "" if standing.skipped_reason else "its notice was skipped without a reason"
        case NoticeState.HELD:
            pass
    return ""


def _broken_mail(standing: Standing, *, now: datetime, speed: float) -> str:
    # One that failed for good, or whose reply was lost, is on the operators' page: it is not lost.
    match standing.mail_state:
        case None:
            return "its notice is in a mail that is not there"
        case DeliveryState.SENT:
            return "its mail was sent and the notice does not know"
        case state if state in WAITING:
            due = standing.mail_due_at
            late = due is not None and due + GRACE * speed < now
            return f"its mail is due since {moment(due)}" if late else ""
        case _:
            return ""
