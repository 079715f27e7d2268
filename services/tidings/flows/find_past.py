"""What a search would have found in a time that has passed, had it been saved before."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from tidings.projects.models import ChangeKind, Severity
from tidings.projects.past import PastAward
from tidings.projects.past_queries import Happening, Span, awards_of_projects, past_awards
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.query import Query, is_about_changes

AT_ONCE = 500
"""Awards whose versions are in memory at a time."""


class Find(NamedTuple):
    """A search would have told of a project after a sweep, with so many changes."""

    at: datetime
    project_id: int
    sweep_id: int
    changes: int


@dataclass(frozen=True)
class Event:
    """What happened to an award in a sweep, as it was matched; ``told`` may reach readers."""

    at: datetime
    sweep_id: int
    project_id: int
    appl_id: int
    told: tuple[tuple[ChangeKind, Severity], ...]


def events_of(happened: Sequence[Happening]) -> list[Event]:
    """Return what was matched together, in the order in which it was."""
    together: defaultdict[tuple[datetime, int, int, int], list[Happening]] = defaultdict(list)
    for one in happened:
        together[one.at, one.sweep_id, one.project_id, one.appl_id].append(one)
    return [
        Event(
            *key,
            tuple((one.kind, one.severity) for one in ones if one.severity is not Severity.QUIET),
        )
        for key, ones in sorted(together.items(), key=lambda entry: entry[0])
    ]


def worth_a_look(
    events: Sequence[Event], query: Query, span: Span, moved: Mapping[int, Sequence[datetime]]
) -> list[Event]:
    """Return those of the events, oldest first, at which the search may find something new.

    For a search for changes, those that are told of. For others, those before which the award was
    seen with other values of the fields that searches look at; ``moved`` says when that was.
    """
    if is_about_changes(query):
        return [event for event in events if event.told]
    before: dict[int, datetime] = {}
    kept: list[Event] = []
    for event in events:
        since = before.get(event.appl_id, span.after)
        before[event.appl_id] = event.at
        seen = moved.get(event.appl_id, ())
        if bisect_right(seen, since) < bisect_right(seen, event.at):
            kept.append(event)
    return kept


def find_past(
    session: Session,
    query: Query,
    events: Sequence[Event],
    *,
    span: Span,
    known: Collection[int] = (),
    among: Collection[int],
) -> list[Find]:
    """Return what the search would have told of ``events``, oldest first.

    A search for studies tells of a project once, and not of one that it found when ``span`` began;
    ``known`` are projects that it had found before that. Awards that are not ``among`` these fit in
    no version. Half a millisecond an event.
    """
    finds = _holding(session, query, events)
    if is_about_changes(query):
        return _merged(find for find, event in finds if event.told)
    first: dict[int, Find] = {}
    for find, _ in finds:
        first.setdefault(find.project_id, find)
    found_at_first = _found_at(session, query, first.keys() - set(known), span.after, among)
    return [find for find in first.values() if find.project_id not in {*known, *found_at_first}]


def _holding(session: Session, query: Query, events: Sequence[Event]) -> list[tuple[Find, Event]]:
    of_award: defaultdict[int, list[Event]] = defaultdict(list)
    for event in events:
        of_award[event.appl_id].append(event)
    numbers = sorted(of_award)
    found: list[tuple[Find, Event]] = []
    for start in range(0, len(numbers), AT_ONCE):
        awards = past_awards(session, numbers[start : start + AT_ONCE])
        for appl_id, award in awards.items():
            found += _holding_of(query, award, of_award[appl_id])
    return sorted(found, key=lambda pair: pair[0])


def _holding_of(
    query: Query, award: PastAward, events: Sequence[Event]
) -> Iterator[tuple[Find, Event]]:
    about_changes = is_about_changes(query)
    judged: dict[int, bool] = {}
    for event in events:
        version = award.version_at(event.at)
        if version == 0:
            continue
        if about_changes or version not in judged:
            judged[version] = holds(query, _document(award, version, event))
        if judged[version]:
            yield Find(event.at, event.project_id, event.sweep_id, len(event.told)), event


def _document(award: PastAward, version: int, event: Event) -> Document:
    kinds, severities = ({one[part] for one in event.told} for part in (0, 1))
    return Document(award.canonical(version), kinds, severities)


def _merged(finds: Iterator[Find]) -> list[Find]:
    """Return one find for what becomes one notice: a project, after a sweep."""
    merged: dict[tuple[int, int], Find] = {}
    for find in finds:
        key = find.project_id, find.sweep_id
        known = merged.get(key)
        changes = find.changes + (known.changes if known else 0)
        merged[key] = (known or find)._replace(changes=changes)
    return list(merged.values())


def _found_at(
    session: Session,
    query: Query,
    project_ids: Collection[int],
    moment: datetime,
    among: Collection[int],
) -> set[int]:
    """Return those of the projects that the search found at that moment, by any of their awards."""
    families: Mapping[int, list[PastAward]] = awards_of_projects(session, project_ids)
    return {
        project_id
        for project_id, awards in families.items()
        if any(
            holds(query, Document(award.canonical(version)))
            for award in awards
            if award.appl_id in among and (version := award.version_at(moment))
        )
    }
