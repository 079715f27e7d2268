"""Why a reader was not told of a study: what the answer may be, and how a notice answers (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tidings.db.base import stored_id
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState
from tidings.delivery.standings import standing_of
from tidings.notices.models import Notice, NoticeState
from tidings.rendering.filters import moment
from tidings.searches.explain import Failure
from tidings.subscribers.models import Cadence, EndedReason


class Outcome(StrEnum):
    """What became of the news of one study for one reader."""

    TOLD = "told"
    RETURNED = "returned"
    IN_MAIL = "in_mail"
    DEFERRED = "deferred"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"
    WAITS_FOR_ALERT = "waits_for_alert"
    WAITS_FOR_DIGEST = "waits_for_digest"
    HELD_BACK = "held_back"
    SKIPPED = "skipped"
    BEING_READ = "being_read"
    HELD_AS_STORM = "held_as_storm"
    TO_BE_MATCHED = "to_be_matched"
    ENDED = "ended"
    PAUSED = "paused"
    MUTED = "muted"
    TOO_LITTLE = "too_little"
    NOT_MATCHED = "not_matched"
    KNOWN = "known"
    COSMETIC = "cosmetic"
    NO_CHANGE = "no_change"
    READER_PENDING = "reader_pending"
    READER_ENDED = "reader_ended"
    ADDRESS_SUPPRESSED = "address_suppressed"
    NOTHING_ASKED = "nothing_asked"
    NEVER_SEEN = "never_seen"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Finding:
    """One answer, with the sentence that says it.

    ``about`` names the follow or the saved search; it is empty for what concerns the whole reader
    or project. A search that does not find the study names the record and version that came
    nearest, the clauses that fail on it, and how many other records came no nearer.
    """

    outcome: Outcome
    words: str
    about: str = ""
    delivery_id: int | None = None
    appl_id: int | None = None
    version: int | None = None
    failures: tuple[Failure, ...] = ()
    others: int = 0


@dataclass(frozen=True)
class Silence:
    """All that explains why a reader was, or was not, told of a project."""

    reader_id: int
    project_key: str
    title: str
    findings: tuple[Finding, ...]

    @property
    def is_explained(self) -> bool:
        """Whether there is a good reason for everything."""
        return all(finding.outcome is not Outcome.UNEXPLAINED for finding in self.findings)


@dataclass(frozen=True)
class Post:
    """What is known of a reader's mail: when digests are due, and which deliveries came back.

    ``stopped`` says who has stopped all mail and why, if anybody has.
    """

    due: Mapping[Cadence, datetime]
    returned: Mapping[int, str]
    stopped: str = ""


def finding_of(notice: Notice, delivery: Delivery | None, post: Post, *, about: str) -> Finding:
    """Say what became of a notice and the mail that it is in."""
    match notice.state:
        case NoticeState.WAITING:
            return _waiting(notice, post, about)
        case NoticeState.HELD:
            words = f"It was noticed on {moment(notice.created_at)} and is held back."
            return Finding(Outcome.HELD_BACK, words, about)
        case NoticeState.SKIPPED:
            words = (
                f"It was noticed, and then skipped: {notice.skipped_reason or 'no reason kept'}."
            )
            return Finding(Outcome.SKIPPED, words, about)
        case _:
            return _mailed(delivery, post, about)


def _waiting(notice: Notice, post: Post, about: str) -> Finding:
    repeat = (
        " An earlier digest may have told it: its answer was lost." if notice.may_repeat else ""
    )
    noticed = f"It was noticed on {moment(notice.created_at)} and waits for"
    if notice.cadence is Cadence.IMMEDIATE:
        return Finding(Outcome.WAITS_FOR_ALERT, f"{noticed} its own mail.{repeat}", about)
    due = post.due.get(notice.cadence)
    when = f"is due {moment(due)}" if due else "has no due time yet"
    many = f" There were {notice.skipped_reason}." if notice.skipped_reason else ""
    words = f"{noticed} the {notice.cadence} digest, which {when}.{many}{repeat}"
    return Finding(Outcome.WAITS_FOR_DIGEST, words, about)


def ended_words(what: str, at: datetime | None, reason: EndedReason | None) -> str:
    """Say that a reader ended something, when and how."""
    how = f" ({reason.replace('_', ' ')})" if reason else ""
    return f"{what} on {moment(at)}{how}."


_OUTCOMES = {
    DeliveryState.PENDING: Outcome.IN_MAIL,
    DeliveryState.SENDING: Outcome.IN_MAIL,
    DeliveryState.SENT: Outcome.TOLD,
    DeliveryState.DEFERRED: Outcome.DEFERRED,
    DeliveryState.FAILED: Outcome.FAILED,
    DeliveryState.SUPPRESSED: Outcome.SUPPRESSED,
    DeliveryState.UNKNOWN: Outcome.UNKNOWN,
}


_UNSENT = (Outcome.IN_MAIL, Outcome.DEFERRED)


def _mailed(delivery: Delivery | None, post: Post, about: str) -> Finding:
    if delivery is None:
        return Finding(Outcome.UNEXPLAINED, "Its mail is no longer there.", about)
    outcome, delivery_id = _OUTCOMES[delivery.state], stored_id(delivery.id)
    others = ", with all of its sweep" if delivery.kind is DeliveryKind.ROLL_UP else ""
    words = f"It is in delivery {delivery_id}{others}, which {standing_of(delivery)}."
    if post.stopped and outcome in _UNSENT:
        words = f"{words} {post.stopped}"
    if outcome is Outcome.TOLD and (said := post.returned.get(delivery_id)) is not None:
        outcome, words = Outcome.RETURNED, f"{words} The mail came back: {said}."
    return Finding(outcome, words, about, delivery_id=delivery_id)
