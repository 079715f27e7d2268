"""What a search would have brought, judged before anybody saves it (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidings.rendering.speech import Sayable
from tidings.subscribers.models import Cadence

WEEK = timedelta(weeks=1)

MANY_HITS = 30
"""Hits a week, on average, that are too many for anybody to read."""

MANY_MAILS = 5
"""Mails a week, on average, that are better one digest."""


@dataclass(frozen=True)
class Week:
    """Seven days: studies found, changes told of known ones, and mails.

    ``is_estimate`` when the numbers come from a sample of the studies.
    """

    starts_at: datetime
    studies: int
    changes: int
    mails: int
    is_estimate: bool = False


@dataclass(frozen=True)
class Advice:
    """A sentence for whoever is about to save a search, and what it proposes, if anything.

    ``text`` is the search that it proposes instead, ``cadence`` how often to be told.
    """

    words: str
    text: str = ""
    cadence: Cadence | None = None


@dataclass(frozen=True)
class Variant:
    """Another search: its text, what is other about it, and the studies that it finds now."""

    text: str
    words: str
    hits: int


def starts_of_weeks(after: datetime, until: datetime) -> list[datetime]:
    """Return when each week begins; the last ends ``until``, the first may be short."""
    count = -((after - until) // WEEK)
    return [max(after, until - number * WEEK) for number in range(count, 0, -1)]


def count_weeks(
    starts: Sequence[datetime],
    *,
    until: datetime,
    studies: Sequence[datetime],
    changes: Mapping[datetime, int],
    mails: Sequence[datetime],
    share: float = 1.0,
) -> list[Week]:
    """Return what fell into each week, the last of which ends ``until``.

    ``changes`` are counts by their moments. Of studies and changes a ``share`` was looked at, and
    the counts are raised to the whole; ``mails`` are counted as they are.
    """
    ends = [*starts[1:], until] if starts else []
    return [
        Week(
            start,
            studies=_scaled(sum(start < at <= end for at in studies), share),
            changes=_scaled(
                sum(count for at, count in changes.items() if start < at <= end), share
            ),
            mails=sum(start < at <= end for at in mails),
            is_estimate=share < 1,
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def judge(
    weeks: Sequence[Week],
    *,
    cadence: Cadence,
    otherwise: Mapping[Cadence, int],
    narrower: Sequence[Variant] = (),
    wider: Sequence[Variant] = (),
) -> list[Advice]:
    """Return what to think of before this search is saved; nothing when all is well.

    ``otherwise`` says how many mails each other cadence would have sent; ``narrower`` and ``wider``
    are variants to propose to a search that finds too much, or nothing at all.
    """
    if not weeks:
        return []
    mails = sum(week.mails for week in weeks)
    return [
        *_too_many_mails(mails, weeks, cadence, otherwise),
        *(_too_broad(weeks, narrower) if is_too_broad(weeks) else ()),
        *(_dead(weeks, wider) if not hits_in(weeks) else ()),
    ]


def hits_in(weeks: Sequence[Week]) -> int:
    """Return how many studies and changes a search would have told of."""
    return sum(week.studies + week.changes for week in weeks)


def is_too_broad(weeks: Sequence[Week]) -> bool:
    """Say whether a search tells of more than anybody reads."""
    return hits_in(weeks) > MANY_HITS * len(weeks)


def _too_many_mails(
    mails: int, weeks: Sequence[Week], cadence: Cadence, otherwise: Mapping[Cadence, int]
) -> list[Advice]:
    fewer = otherwise.get(Cadence.WEEKLY, mails)
    if mails <= MANY_MAILS * len(weeks) or cadence is Cadence.WEEKLY or fewer >= mails:
        return []
    words = Sayable(
        "This would have sent {mails} mails in {weeks}; a weekly digest would have sent {fewer}.",
        mails=_about(mails, weeks),
        weeks=_weeks(len(weeks)),
        fewer=fewer,
    )
    return [Advice(words, cadence=Cadence.WEEKLY)]


def _too_broad(weeks: Sequence[Week], narrower: Sequence[Variant]) -> list[Advice]:
    a_week = round(hits_in(weeks) / len(weeks))
    words = Sayable(
        "This finds {number} things a week, more than most people read; a digest shows the first "
        "of them.",
        number=_about(a_week, weeks),
    )
    proposal = Sayable("{words} it would leave {studies} now.")
    return [Advice(words), *(_proposal(one, proposal) for one in narrower)]


def _dead(weeks: Sequence[Week], wider: Sequence[Variant]) -> list[Advice]:
    if not wider:
        return []
    period = _weeks(len(weeks))
    words = Sayable("This finds nothing now, and found nothing in {weeks}.", weeks=period)
    proposal = Sayable("{words} it finds {studies} now.")
    return [Advice(words), *(_proposal(one, proposal) for one in wider)]


def _proposal(variant: Variant, frame: Sayable) -> Advice:
    studies = Sayable.counted(variant.hits, "{n} study", "{n} studies")
    return Advice(Sayable(frame, words=variant.words, studies=studies), text=variant.text)


def _scaled(count: int, share: float) -> int:
    return round(count / share)


def _about(number: int, weeks: Sequence[Week]) -> int | Sayable:
    is_estimate = any(week.is_estimate for week in weeks)
    return Sayable("about {number}", number=number) if is_estimate else number


def _weeks(count: int) -> Sayable:
    return Sayable.counted(count, "{n} week", "{n} weeks")
