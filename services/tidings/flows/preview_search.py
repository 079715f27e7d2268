"""Show what a search would bring, before anybody saves it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.session import open_reader
from tidings.errors import RejectedError
from tidings.flows.look_back import Look, look_back
from tidings.flows.replay_search import PastMail, Replay, replay_search
from tidings.flows.scratch import Reader, Saved
from tidings.flows.search_projects import Found, search_projects
from tidings.notices.windows import next_due
from tidings.projects.past_queries import Span, awards_now
from tidings.rendering.speech import Sayable
from tidings.searches.estimate import (
    WEEK,
    Advice,
    Variant,
    Week,
    count_weeks,
    hits_in,
    is_too_broad,
    judge,
    starts_of_weeks,
)
from tidings.searches.grammar import parse
from tidings.searches.query import Query, is_about_changes
from tidings.searches.readback import read_back
from tidings.searches.variants import narrower, wider
from tidings.subscribers.models import DIGEST_CADENCES, Cadence
from tidings.subscribers.zones import known_zone

MOST_WEEKS = 104

MOST_DIVIDED = 300
"""Studies that proposals for a narrower search are drawn from."""


@dataclass(frozen=True)
class Limits:
    """How much one preview does, so that it takes about three seconds at most.

    ``read`` are changed awards that are looked at, a millisecond each with what follows from them;
    ``written`` are mails that are written out, the last ones, five milliseconds each.
    """

    read: int = 1200
    written: int = 100


@dataclass(frozen=True)
class Preview:
    """What a search finds now, and what it would have sent.

    ``weeks`` are oldest first. ``mails`` are word for word what would have gone out, oldest first;
    ``mails_in_all`` counts those that are not written out as well. ``covers`` says in a sentence
    which time was looked at, ``left_out`` what was not, ``advice`` what to think of before saving.
    """

    read_back: str
    cadence: Cadence
    hits: Found
    weeks: tuple[Week, ...]
    mails: tuple[PastMail, ...]
    mails_in_all: int
    covers: str
    left_out: tuple[str, ...]
    advice: tuple[Advice, ...]


def preview_search(  # noqa: PLR0913 - what is asked, and the ways to ask it
    engine: Engine,
    text: str,
    *,
    cadence: Cadence,
    now: datetime,
    settings: Settings,
    weeks: int = 26,
    reader: Reader | None = None,
    limits: Limits = Limits(),
) -> Preview:
    """Return what ``text`` finds now, and what it would have sent in the last ``weeks``.

    The mails come from the flows that tell readers, let loose on the stored history in a store in
    memory, as if the search had been saved when that time began and were all that its reader asked
    for. What a search finds on its first day is no news. Where too much happened, the last weeks
    are replayed and those before estimated from a sample of the studies. Changes no row.

    Raises QueryError for a text that does not parse; RejectedError for a cadence that sends
    nothing, a time zone that there is not, and less than 1 or more than 104 weeks.
    """
    query = parse(text)
    reader = reader or Reader()
    known_zone(reader.time_zone)
    if cadence is Cadence.PAUSED:
        raise RejectedError(
            Sayable("A search that is paused sends nothing; choose another cadence.")
        )
    if not 1 <= weeks <= MOST_WEEKS:
        raise RejectedError(f"A preview covers 1 to {MOST_WEEKS} weeks, not {weeks}.")
    asked = Span(now - weeks * WEEK, now)
    with open_reader(engine) as session:
        hits = search_projects(session, text, limit=MOST_DIVIDED)
        look = look_back(session, query, asked, most=limits.read)
    run = _Run(look, Saved(text, cadence, text, reader), query)
    told = run.tell(settings, limits.written)
    counted = run.weeks(told)
    with open_reader(engine) as session:
        advice = _advice(session, run, hits, counted)
    return Preview(
        read_back=read_back(query),
        cadence=cadence,
        hits=hits,
        weeks=tuple(counted),
        mails=tuple(told.mails),
        mails_in_all=sum(week.mails for week in counted),
        covers=_covers(look.span, asked),
        left_out=tuple(_left_out(look, told)),
        advice=tuple(advice),
    )


@dataclass(frozen=True)
class _Run:
    look: Look
    saved: Saved
    query: Query

    def tell(self, settings: Settings, most: int) -> Replay:
        """Replay what can be replayed; of too many mails, write the last ones only."""
        look = self.look
        if look.exact.after >= look.exact.until:
            return Replay()
        expected = sorted(self.mails((find.at for find in look.finds), self.saved.cadence))
        write_from = expected[-most] if len(expected) > most else None
        return replay_search(
            look.past, self.saved, span=look.exact, settings=settings, write_from=write_from
        )

    def mails(self, moments: Iterable[datetime], cadence: Cadence) -> list[datetime]:
        """Return when mails of a cadence go out that tell of what happened at these moments."""
        if cadence not in DIGEST_CADENCES:
            return list(moments)
        zone, hour = known_zone(self.saved.reader.time_zone), self.saved.reader.digest_hour
        just_before = timedelta.resolution
        due = {next_due(cadence, zone, hour, at - just_before) for at in moments}
        return [at for at in due if at <= self.look.span.until]

    def weeks(self, told: Replay) -> list[Week]:
        """Count week by week: what the replay told, and before that what the sample says."""
        span = self.look.span
        starts = starts_of_weeks(*span) if span.after < span.until else []
        exact = [start for start in starts if start >= self.look.exact.after]
        changes: Counter[datetime] = Counter()
        for one in told.told:
            changes[one.at] += 0 if one.is_find else one.changes
        return [
            *self._estimated(starts, exact),
            *count_weeks(
                exact,
                until=span.until,
                studies=[one.at for one in told.told if one.is_find],
                changes=changes,
                mails=told.sent,
            ),
        ]

    def _estimated(self, starts: Sequence[datetime], exact: Sequence[datetime]) -> list[Week]:
        found = [find.at for find in self.look.sampled]
        changes: Counter[datetime] = Counter()
        for find in self.look.sampled:
            changes[find.at] += find.changes
        about_changes = is_about_changes(self.query)
        weeks = count_weeks(
            starts[: len(starts) - len(exact)],
            until=self.look.exact.after,
            studies=[] if about_changes else found,
            changes=changes if about_changes else {},
            mails=self.mails(found, self.saved.cadence),
            share=self.look.share,
        )
        at_once = self.saved.cadence is Cadence.IMMEDIATE  # then each find is a mail
        share = self.look.share if at_once else 1.0
        return [replace(week, mails=round(week.mails / share), is_estimate=True) for week in weeks]

    def otherwise(self) -> dict[Cadence, int]:
        """Return how many digests of each cadence there would have been."""
        moments = [find.at for find in (*self.look.sampled, *self.look.finds)]
        return {cadence: len(self.mails(moments, cadence)) for cadence in DIGEST_CADENCES}


def _advice(session: Session, run: _Run, hits: Found, weeks: Sequence[Week]) -> list[Advice]:
    is_dead = not hits_in(weeks) and not hits.count
    return judge(
        weeks,
        cadence=run.saved.cadence,
        otherwise=run.otherwise(),
        narrower=tuple(_narrower(session, run.saved.text, hits)) if is_too_broad(weeks) else (),
        wider=sorted(_wider(session, run.query), key=lambda one: -one.hits) if is_dead else (),
    )


def _narrower(session: Session, text: str, hits: Found) -> Iterator[Variant]:
    """Give searches that find less, with how much; of very many hits, as their first ones say."""
    records = awards_now(session, [hit.project.current_appl_id for hit in hits.hits])
    for one in narrower(text, records) if records else ():
        yield replace(one, hits=round(one.hits * max(hits.count / len(records), 1)))


def _wider(session: Session, query: Query) -> Iterator[Variant]:
    for text, words in wider(query):
        found = search_projects(session, text, limit=1)
        if found.count:
            yield Variant(text, words, found.count)


def _covers(span: Span, asked: Span) -> str:
    count, since = -((span.after - span.until) // WEEK), span.after
    weeks = Sayable.counted(count, "{n} week", "{n} weeks")
    if span.after >= span.until:
        return Sayable("Nothing was read from RePORTER yet, so there is no history to look at.")
    if span.after > asked.after:
        return Sayable(
            "We have read RePORTER since {day}, so this covers {weeks}.", day=since, weeks=weeks
        )
    return Sayable("This covers {weeks}, since {day}.", day=since, weeks=weeks)


def _left_out(look: Look, told: Replay) -> Iterator[str]:
    sample = Sayable("estimated from {share} of the studies", share=f"{look.share:.0%}")
    if look.exact.after >= look.exact.until and not look.is_whole:
        yield Sayable(
            "Too much happened to show any mails; all weeks are {estimated}.", estimated=sample
        )
    elif not look.is_whole:
        yield Sayable(
            "Too much happened to look at all of it. The mails are those since {day}, as if the "
            "search had been saved then; the weeks before are {estimated}.",
            day=look.exact.after,
            estimated=sample,
        )
    if (sent := len(told.sent)) > (written := len(told.mails)):
        yield Sayable(
            "Of {sent} mails, the last {written} are written out.", sent=sent, written=written
        )
