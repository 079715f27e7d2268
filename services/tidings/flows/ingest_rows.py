"""Take rows of RePORTER into the store: versions, changes, projects."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.upsert import insert_ignore
from tidings.failpoints import failpoint
from tidings.flows.index_words import index_readings, index_stored
from tidings.projects import sweep_queries as queries
from tidings.projects.batch import Batch, Known, Planner, is_altered
from tidings.projects.models import (
    Award,
    Change,
    ChangeKind,
    Project,
    Purpose,
    Quarantine,
    Snapshot,
    Sweep,
)
from tidings.projects.queries import canonical_of
from tidings.projects.reading import PageReading, Reading, read_rows
from tidings.projects.rows import project_columns, project_row
from tidings.projects.stored import StoredAward
from tidings.reporter.client import RawRow

log = structlog.get_logger()


def ingest_rows(
    session: Session, sweep: Sweep, rows: Sequence[RawRow], *, now: datetime
) -> tuple[int, ...]:
    """Take in rows in the caller's transaction; return the awards that they name, sorted.

    A record equal to its latest version writes nothing, so rows may come any number of times.
    A row that cannot be read is set aside with its bytes. The sweep of an empty store (BACKFILL)
    keeps versions and makes no changes: nothing is news on the first day. Beside the rows, some
    awards are indexed that were stored before there was an index of words.
    """
    page = read_rows((row.raw, row.value) for row in rows)
    stored = queries.stored_awards(session, [reading.appl_id for reading in page.readings])
    _set_aside(session, sweep, page, now=now)
    batch = Planner(
        _known(session, page.readings, stored, now=now), sweep_id=stored_id(sweep.id), now=now
    ).plan(page.readings)
    _write(session, sweep, batch)
    index_readings(session, page.readings, stored)
    index_stored(session)
    _let_speak(session, batch, page.readings, now=now)
    queries.clear_absences(
        session, [award.appl_id for award in stored.values() if award.absent_since is not None]
    )
    _count(sweep, page, batch)
    named = [one.appl_id for one in (*page.readings, *page.unreadable) if one.appl_id is not None]
    return tuple(sorted(set(named)))


def _set_aside(session: Session, sweep: Sweep, page: PageReading, *, now: datetime) -> None:
    for row in page.unreadable:
        log.warning("record.quarantined", sweep_id=sweep.id, reason=row.reason)
        session.add(
            Quarantine(
                sweep_id=stored_id(sweep.id),
                appl_id=row.appl_id,
                raw=row.raw,
                reason=row.reason,
                seen_at=now,
            )
        )


def _known(
    session: Session,
    readings: Sequence[Reading],
    stored: dict[int, StoredAward],
    *,
    now: datetime,
) -> Known:
    fresh = [reading for reading in readings if reading.appl_id not in stored]
    altered = [
        stored[reading.appl_id]
        for reading in readings
        if reading.appl_id in stored and is_altered(stored[reading.appl_id], reading)
    ]
    project_ids = _projects(session, fresh, now=now)
    touched = {*project_ids.values(), *(award.project_id for award in altered)}
    return Known(
        stored=stored,
        project_ids=project_ids,
        standings=queries.standings(session, touched),
        past=queries.past_changes(session, [award.appl_id for award in altered]),
    )


def _projects(session: Session, fresh: Iterable[Reading], *, now: datetime) -> dict[str, int]:
    """Return the project of each new award by key, made where there is none."""
    families: defaultdict[str, list[Reading]] = defaultdict(list)
    for reading in fresh:
        families[reading.key].append(reading)
    known = queries.project_ids(session, families.keys())
    speakers = [
        max(family, key=lambda reading: reading.standing.rank)
        for key, family in families.items()
        if key not in known
    ]
    insert_ignore(session, Project, [project_row(speaker, now) for speaker in speakers])
    return known | queries.project_ids(session, [speaker.key for speaker in speakers])


def _write(session: Session, sweep: Sweep, batch: Batch) -> None:
    insert_ignore(session, Award, [row | {"is_indexed": True} for row in batch.new_awards])
    queries.update_awards(session, batch.updates)
    failpoint("page.awards")
    insert_ignore(session, Snapshot, batch.snapshots)
    failpoint("page.snapshots")
    if sweep.purpose is not Purpose.BACKFILL:
        insert_ignore(session, Change, batch.changes)
        failpoint("page.changes")


def _let_speak(
    session: Session, batch: Batch, readings: Iterable[Reading], *, now: datetime
) -> None:
    """Bring the projects that the page touched up to date with the awards that speak for them."""
    said = {reading.appl_id: reading.canonical for reading in readings}
    told = {row["project_id"] for row in batch.changes if row["kind"] is not ChangeKind.COSMETIC}
    for project in queries.projects_by_ids(session, batch.speakers.keys()):
        speaker = batch.speakers[stored_id(project.id)]
        if speaker in said:
            project.sqlmodel_update(project_columns(said[speaker]))
        elif speaker != project.current_appl_id:
            project.sqlmodel_update(project_columns(canonical_of(session.get_one(Award, speaker))))
        if project.id in told:
            project.last_changed_at = now


def _count(sweep: Sweep, page: PageReading, batch: Batch) -> None:
    sweep.new += len(batch.new_awards)
    sweep.changed += len(batch.updates)
    sweep.quarantined += len(page.unreadable)
    if page.doubled:
        log.warning("record.doubled", sweep_id=sweep.id, appl_ids=page.doubled)
    if drifted := page.drifted - set(sweep.drifted):
        log.warning("record.drifted", sweep_id=sweep.id, fields=sorted(drifted))
        sweep.drifted = sorted({*sweep.drifted, *drifted})
