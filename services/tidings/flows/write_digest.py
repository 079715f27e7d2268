"""Write letters that tell of studies: alerts, roll-ups and digests."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.delivery.models import Delivery
from tidings.errors import RejectedError
from tidings.flows.write_studies import Stories, Told, read_stories, search_links
from tidings.notices import letter_queries as queries
from tidings.notices.digest_words import digest_subject, in_studies, preheader
from tidings.notices.letters import (
    MOST_GROUPS,
    MOST_PER_SEARCH,
    MOST_STUDIES,
    AlertLetter,
    DigestLetter,
    HeartbeatLetter,
    Receipt,
    RollUpLetter,
    SearchBlock,
)
from tidings.notices.models import DigestRun
from tidings.notices.rolling import grouped, roll_up, storms
from tidings.notices.voices import Voice
from tidings.projects.models import Sweep
from tidings.projects.wording import headline
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import Cadence, Subscriber

USUAL = {Cadence.DAILY: 1, Cadence.WEEKLY: 7, Cadence.MONTHLY: 31}
"""Days that a digest covers."""

LATE = timedelta(days=1)
"""A digest that covers so much more than usual says why."""

STALE = timedelta(days=10)
"""RePORTER is read weekly: when the last reading is older than this, a digest says so."""

WHY = {
    Cadence.DAILY: Sayable("You get this daily digest of what you follow and search for."),
    Cadence.WEEKLY: Sayable("You get this weekly digest of what you follow and search for."),
    Cadence.MONTHLY: Sayable("You get this monthly digest of what you follow and search for."),
}


@dataclass(frozen=True)
class News:
    """All that letters of a batch tell of studies."""

    stories: Stories
    runs: Mapping[int, DigestRun]
    sweeps: Mapping[int, Sweep]
    readings: Sequence[queries.Reading]

    def alert(self, delivery: Delivery, voice: Voice) -> AlertLetter:
        """Return the letter about one study; RejectedError when there is nothing left to tell."""
        told = self._told(delivery, voice)
        first, speech = told[0], voice.speech
        names = speech.listed([f"“{saved.name}”" for saved in first.saved])
        why = (
            speech.say("You get this at once because you follow this study.")
            if first.is_followed
            else speech.say("You get this at once because of your search {names}.", names=names)
        )
        return AlertLetter(
            headline=headline(first.changes, voice.speech),
            preheader=preheader(
                first.changes,
                speech,
                speech.say("You follow this study.")
                if first.is_followed
                else speech.say("One of your searches found it."),
            ),
            study=first.study,
            receipt=self._receipt(first.sweep_id, voice),
            search=None if first.is_followed else search_links(first.saved[0], voice),
            footer=voice.footer(why),
        )

    def roll_up(self, delivery: Delivery, voice: Voice) -> RollUpLetter:
        """Return the letter about many studies of one sweep."""
        told = sorted(self._told(delivery, voice), key=Told.order)
        groups = list(grouped(told).values())
        shown = [roll_up(group, voice) for group in groups[:MOST_GROUPS]]
        return RollUpLetter(
            preheader=preheader([one for each in told for one in each.changes], voice.speech),
            studies=len(told),
            groups=tuple(shown),
            more=sum(len(group) for group in groups[MOST_GROUPS:]),
            all_url=voice.links.mail,
            csv_url=voice.links.mail_csv,
            receipt=self._receipt(told[0].sweep_id, voice),
            footer=voice.footer(
                voice.speech.say(
                    "You get this at once because much happened in one reading to studies that "
                    "you follow or search for."
                )
            ),
        )

    def digest(self, delivery: Delivery, reader: Subscriber, voice: Voice) -> DigestLetter:
        """Return the letter about everything of a period."""
        told, run = self._told(delivery, voice), self._run(delivery)
        rolled, rest = storms(told)
        followed = sorted((one for one in rest if one.is_followed), key=Told.order)
        changed = [one for one in told if one.is_followed]
        changes = [change for one in changed for change in one.changes]
        shown = followed[:MOST_STUDIES]
        names = list(dict.fromkeys(one.saved[0].name for one in told if not one.is_followed))
        return DigestLetter(
            cadence=run.cadence.value,
            starts_on=voice.day(run.period_start),
            ends_on=voice.day(run.period_end),
            subject=digest_subject(
                len(changes),
                len(changed),
                len(told) - len(changed),
                names if reader.names_searches else (),
                voice.speech,
            ),
            preheader=preheader(changes, voice.speech, in_studies(len(changed), voice.speech)),
            changes=len(changes),
            changed=len(changed),
            found=len(told) - len(changed),
            followed=tuple(one.study for one in shown),
            more_followed=len(followed) - len(shown),
            rolled=tuple(roll_up(group, voice) for group in rolled),
            searches=tuple(_blocks(rest, voice, room=MOST_STUDIES - len(shown))),
            receipts=self._receipts(told, voice),
            all_url=voice.links.mail,
            csv_url=voice.links.mail_csv,
            late=run.period_end - run.period_start > timedelta(days=USUAL[run.cadence]) + LATE,
            stale_since=self._stale_since(run.period_end, voice),
            footer=voice.footer(voice.speech.say(WHY[run.cadence])),
        )

    def heartbeat(
        self, delivery: Delivery, watched: tuple[int, int], voice: Voice
    ) -> HeartbeatLetter:
        """Return the letter that says that there was nothing to tell of so much that is watched."""
        run, (follows, searches) = self._run(delivery), watched
        last = self._last_reading(run.period_end)
        return HeartbeatLetter(
            starts_on=voice.day(run.period_start),
            ends_on=voice.day(run.period_end),
            follows=follows,
            searches=searches,
            receipt=self._receipt(last.sweep_id, voice) if last else None,
            stale_since=self._stale_since(run.period_end, voice),
            footer=voice.footer(
                voice.speech.say(
                    "You get this because you asked for a word when there is nothing to tell."
                )
            ),
        )

    def _told(self, delivery: Delivery, voice: Voice) -> list[Told]:
        told = self.stories.told_by(stored_id(delivery.id), voice)
        if not told:
            raise RejectedError("there is nothing left to tell")
        return told

    def _run(self, delivery: Delivery) -> DigestRun:
        run = self.runs.get(stored_id(delivery.id))
        if run is None:
            raise RejectedError("there is no digest run behind this mail any more")
        return run

    def _receipts(self, told: Iterable[Told], voice: Voice) -> tuple[Receipt, ...]:
        receipts = (
            self._receipt(number, voice)
            for number in sorted({number for one in told for number in one.sweep_ids})
        )
        return tuple(one for one in receipts if one is not None)

    def _receipt(self, sweep_id: int, voice: Voice) -> Receipt | None:
        sweep = self.sweeps.get(sweep_id)
        return receipt_of(sweep, voice) if sweep else None

    def _last_reading(self, moment: datetime) -> queries.Reading | None:
        return _last_before(self.readings, moment)

    def _stale_since(self, moment: datetime, voice: Voice) -> date | None:
        last = self._last_reading(moment)
        return voice.day(last.started_at) if last and moment - last.finished_at > STALE else None


def receipt_of(sweep: Sweep, voice: Voice) -> Receipt:
    """Return what a letter says of a sweep."""
    return Receipt(
        swept_on=sweep.started_at.date(),
        examined=sweep.examined,
        changed=sweep.changed,
        unexamined=sweep.unexamined,
        url=voice.links.sweep(stored_id(sweep.id)),
    )


def _last_before(readings: Sequence[queries.Reading], moment: datetime) -> queries.Reading | None:
    place = bisect_right(readings, moment, key=lambda one: one.finished_at)
    return readings[place - 1] if place else None


def _blocks(told: Sequence[Told], voice: Voice, *, room: int) -> list[SearchBlock]:
    found: dict[int, list[Told]] = {}
    for one in told:
        if not one.is_followed:  # a study is shown once, under the first search that found it
            found.setdefault(one.saved[0].search_id, []).append(one)
    blocks: list[SearchBlock] = []
    for search_id, ones in found.items():
        shown = ones[: min(MOST_PER_SEARCH, max(room, 0))]
        room -= len(shown)
        blocks.append(
            SearchBlock(
                search=search_links(ones[0].saved[0], voice),
                studies=tuple(one.study for one in shown),
                more=len(ones) - len(shown),
                more_url=f"{voice.links.mail}#search-{search_id}",
            )
        )
    return blocks


def read_news(session: Session, deliveries: Collection[Delivery]) -> News:
    """Read all that the letters of these deliveries tell of studies, each table once."""
    ids = [stored_id(one.id) for one in deliveries]
    stories = read_stories(session, ids)
    runs = queries.runs_of(session, ids) if ids else {}
    ends = [run.period_end for run in runs.values()]
    readings = queries.readings_until(session, max(ends)) if ends else ()
    shown = {row.notice.sweep_id for told in stories.notices.values() for row in told}
    latest = {last.sweep_id for end in ends if (last := _last_before(readings, end))}
    return News(
        stories=stories,
        runs=runs,
        sweeps=queries.sweeps_told(session, shown | latest),
        readings=readings,
    )
