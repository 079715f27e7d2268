"""A store in memory in which one saved search lives through what has happened elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.db.upsert import insert_ignore
from tidings.flows.save_search import save_search
from tidings.notices.letter_queries import readings_until
from tidings.notices.moving import move_waiting
from tidings.projects.models import Award, Change, Project, Sweep
from tidings.projects.past import PastAward, said_by
from tidings.projects.past_queries import (
    Span,
    awards_of_projects,
    changes_in,
    keys_of,
    receipts,
)
from tidings.projects.queries import changes_by_ids
from tidings.projects.sweep_queries import projects_by_ids, update_awards
from tidings.rendering.speech import SOURCE_LANGUAGE
from tidings.searches.grammar import parse
from tidings.searches.models import SavedSearch
from tidings.searches.queries import add_search
from tidings.subscribers.models import Cadence, Subscriber, SubscriberState
from tidings.tables import metadata

NOBODY = 0
"""The number of a reader, or of a saved search, that no store ever gives."""


@dataclass(frozen=True)
class Reader:
    """Who is to be told, at which hours of their own clock, and in which language.

    The numbers stand in the links of mails and name what those end: whoever is no reader yet is
    NOBODY, so that no link can end what is another's.
    """

    time_zone: str = "America/New_York"
    digest_hour: int = 8
    subscriber_id: int = NOBODY
    saved_search_id: int = NOBODY
    search_id: int = NOBODY
    names_searches: bool = False
    language: str = SOURCE_LANGUAGE
    quiet_from: int = 21
    quiet_until: int = 7


@dataclass(frozen=True)
class Saved:
    """A saved search as its reader has it, or would have it."""

    text: str
    cadence: Cadence
    name: str
    reader: Reader = Reader()
    cadence_by_kind: Mapping[str, str] = field(default_factory=dict[str, str])
    threshold: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True)
class Past:
    """What is known of some projects: their awards in all versions, and what happened when.

    ``changes`` have the moments at which they were matched; ``earlier`` are those, older, that
    they undo.
    """

    keys: Mapping[int, str]
    awards: Mapping[int, Sequence[PastAward]]
    changes: Sequence[tuple[datetime, Change]]
    earlier: Sequence[Change]
    sweeps: Sequence[Mapping[str, Any]]


def read_past(session: Session, finds: Collection[tuple[int, int]], span: Span) -> Past:
    """Return what a search needs to live through that time, given what it finds.

    ``finds`` are projects, each with a sweep after which it is told of. All that happened to the
    project in that sweep is part of it, and so is what later takes back what was told.
    """
    project_ids = {project_id for project_id, _ in finds}
    changes = _told(changes_in(session, span, project_ids), finds)
    there = {change.id for _, change in changes}
    undone = {change.reverses_id for _, change in changes if change.reverses_id is not None}
    earlier = changes_by_ids(session, undone - there)
    sweeps = {change.sweep_id for change in (*(one for _, one in changes), *earlier)}
    sweeps |= {one.sweep_id for one in readings_until(session, span.until)}
    return Past(
        keys_of(session, project_ids),
        awards_of_projects(session, project_ids),
        changes,
        earlier,
        receipts(session, sweeps),
    )


def _told(
    changes: Sequence[tuple[datetime, Change]], finds: Collection[tuple[int, int]]
) -> list[tuple[datetime, Change]]:
    wanted = set(finds)
    told: set[int | None] = set()
    for _, change in changes:  # what is taken back came before, and may be taken back once more
        key = change.project_id, change.sweep_id
        if key in wanted or change.reverses_id in told:
            wanted.add(key)
            told.add(change.id)
    return [entry for entry in changes if (entry[1].project_id, entry[1].sweep_id) in wanted]


class Scratch:
    """The store: brings its rows to where they stood at a moment, and moves on only.

    Numbers of projects, awards, changes and sweeps are those of the real store.
    """

    def __init__(self, session: Session, past: Past) -> None:
        self.session = session
        self._past = past
        self._here: set[int] = set()
        self._seen: set[int] = set()
        self._coming = _arrivals(past)
        self._next = 0
        insert_ignore(session, Sweep, past.sweeps)

    def save(self, saved: Saved, *, now: datetime) -> None:
        """Let the reader save the search.

        Nothing is in the store yet: what the search knows from the start is left out of the past.
        """
        reader = Subscriber(
            id=saved.reader.subscriber_id,
            address=b"",
            address_hash="the reader",
            time_zone=saved.reader.time_zone,
            language=saved.reader.language,
            digest_hour=saved.reader.digest_hour,
            quiet_from=saved.reader.quiet_from,
            quiet_until=saved.reader.quiet_until,
            names_searches=saved.reader.names_searches,
            state=SubscriberState.ACTIVE,
            created_at=now,
            confirmed_at=now,
        )
        self.session.add(reader)
        search = add_search(self.session, parse(saved.text), now=now)
        search.id = saved.reader.search_id  # as links name it
        self.session.flush()
        row: SavedSearch = save_search(
            self.session,
            subscriber_id=stored_id(reader.id),
            name=saved.name,
            text=saved.text,
            cadence=saved.cadence,
            now=now,
        )
        row.id = saved.reader.saved_search_id
        row.cadence_by_kind, row.threshold = dict(saved.cadence_by_kind), dict(saved.threshold)
        move_waiting(self.session, reader, row, now=now)

    def move_to(self, moment: datetime) -> None:
        """Bring awards and projects to the versions that they had then."""
        latest: dict[int, PastAward] = {}
        while self._next < len(self._coming) and self._coming[self._next][0] <= moment:
            award = self._coming[self._next][1]
            latest[award.appl_id] = award
            self._next += 1
        if latest:
            self.session.flush()
            self._let_speak({award.project_id for award in latest.values()}, moment)
            self._write(latest.values(), moment)
            self.session.flush()
            self.session.expire_all()

    def offer(self, changes: Sequence[Change]) -> None:
        """Let these changes wait to be matched."""
        self._add([change.model_dump() | {"processed_at": None} for change in changes])

    def remember(self, moment: datetime) -> None:
        """Bring in the older changes that later ones undo: nobody is told of them."""
        self._add([change.model_dump() | {"processed_at": moment} for change in self._past.earlier])

    def _add(self, rows: Sequence[dict[str, Any]]) -> None:
        insert_ignore(self.session, Change, rows)

    def _write(self, awards: Any, moment: datetime) -> None:
        rows = [award.row(award.version_at(moment)) for award in awards]
        update_awards(self.session, [row for row in rows if row["appl_id"] in self._seen])
        insert_ignore(
            self.session, Award, [row for row in rows if row["appl_id"] not in self._seen]
        )
        self._seen.update(row["appl_id"] for row in rows)

    def _let_speak(self, project_ids: set[int], moment: datetime) -> None:
        said = {
            project_id: columns
            for project_id in project_ids
            if (columns := said_by(self._past.awards[project_id], moment)) is not None
        }
        for project in projects_by_ids(self.session, said.keys() & self._here):
            project.sqlmodel_update(said[stored_id(project.id)])
        fresh = sorted(said.keys() - self._here)
        insert_ignore(
            self.session,
            Project,
            [
                {
                    "id": number,
                    "key": self._past.keys[number],
                    "first_seen_at": moment,
                    "last_changed_at": moment,
                    **said[number],
                }
                for number in fresh
            ],
        )
        self._here.update(fresh)


@contextmanager
def scratch_store(past: Past) -> Generator[Scratch]:
    """Give an empty store in memory, gone at the end; only this thread can use it."""
    engine = make_engine("sqlite://")
    try:
        metadata.create_all(engine)
        with open_session(engine) as session:
            yield Scratch(session, past)
    finally:
        engine.dispose()


def _arrivals(past: Past) -> list[tuple[datetime, PastAward]]:
    """Return when each version of each award was seen, oldest first."""
    return sorted(
        (
            (step.seen_at, award)
            for awards in past.awards.values()
            for award in awards
            for step in award.steps
        ),
        key=lambda arrival: (arrival[0], arrival[1].appl_id),
    )


def by_moment(
    changes: Sequence[tuple[datetime, Change]],
) -> Iterator[tuple[datetime, list[Change]]]:
    """Give the changes that were matched together, oldest first."""
    together: defaultdict[datetime, list[Change]] = defaultdict(list)
    for at, change in changes:
        together[at].append(change)
    yield from sorted(together.items())
