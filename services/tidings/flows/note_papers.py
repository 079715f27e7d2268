"""Note what RePORTER said of the papers of some projects."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.upsert import insert_ignore
from tidings.flows.ask_papers import Links
from tidings.projects import paper_queries as queries
from tidings.projects import sweep_queries as sweeps
from tidings.projects.diff import FieldChange
from tidings.projects.models import (
    Change,
    ChangeKind,
    Project,
    Publication,
    Quarantine,
    Severity,
    Sweep,
    SweepPage,
)
from tidings.projects.papers import Asked, PapersVerdict, by_project, field_of, judge
from tidings.projects.rows import change_row
from tidings.projects.verdict import Verdict
from tidings.reporter.paging import PAGE, expected_rows

NEWS = Verdict(ChangeKind.NEW_PUBLICATION, Severity.INFO)


def note_papers(
    session: Session, sweep: Sweep, group: Sequence[Asked], links: Links, *, now: datetime
) -> None:
    """Keep the links of a group, count them on the receipt, and tell of those that are news.

    In the caller's transaction, which has locked the sweep. Safe to call twice: a project that this
    reading has noted already is passed over, and so are its pages.
    """
    said = by_project(group, links.papers)
    projects = [
        project
        for project in sweeps.projects_by_ids(session, said.keys())
        if project.papers_read_at is None or project.papers_read_at < sweep.started_at
    ]
    if not projects:
        return
    known = queries.known_papers(session, said.keys())
    verdicts: dict[int, PapersVerdict] = {}
    for project in projects:
        project_id, is_first = stored_id(project.id), project.papers_read_at is None
        before, after = known.get(project_id, set()), said[project_id]
        verdicts[project_id] = judge(before, after, is_first=is_first, is_whole=links.is_whole)
        project.papers_read_at = now
    _store(session, verdicts, now=now)
    _tell(session, sweep, projects, verdicts, now=now)
    _count(sweep, verdicts, links)
    _keep_answer(session, sweep, group, links, now=now)


def _store(session: Session, verdicts: dict[int, PapersVerdict], *, now: datetime) -> None:
    rows = [
        {"project_id": project_id, "pmid": pmid, "first_seen_at": now}
        for project_id, verdict in verdicts.items()
        for pmid in verdict.added
    ]
    insert_ignore(session, Publication, rows)
    for project_id, verdict in verdicts.items():
        queries.drop_links(session, project_id, verdict.gone)


def _tell(
    session: Session,
    sweep: Sweep,
    projects: Sequence[Project],
    verdicts: dict[int, PapersVerdict],
    *,
    now: datetime,
) -> None:
    """Make one change of each project that has news, of the award that speaks for it."""
    sweep_id = stored_id(sweep.id)
    telling = [project for project in projects if verdicts[stored_id(project.id)].news]
    awards = sweeps.stored_awards(session, {project.current_appl_id for project in telling})
    for project in telling:
        project.last_changed_at = now
        news = list(verdicts[stored_id(project.id)].news)
        change = FieldChange(field_of(sweep_id), None, news)
        award = awards[project.current_appl_id]
        row = change_row(change, NEWS, award=award, sweep_id=sweep_id, now=now)
        insert_ignore(session, Change, [row])


def _count(sweep: Sweep, verdicts: dict[int, PapersVerdict], links: Links) -> None:
    """Count on the receipt: projects asked about, links new to us, projects with news."""
    sweep.examined += len(verdicts)
    sweep.new += sum(len(verdict.added) for verdict in verdicts.values())
    sweep.changed += sum(bool(verdict.news) for verdict in verdicts.values())
    sweep.quarantined += len(links.unreadable)
    (part,) = sweep.scope
    gone = sum(len(verdict.gone) for verdict in verdicts.values())
    sweep.scope = [{**part, "gone": part["gone"] + gone}]


def _keep_answer(
    session: Session, sweep: Sweep, group: Sequence[Asked], links: Links, *, now: datetime
) -> None:
    """Keep a row for each page, by which the requests of a reading are counted."""
    sweep_id = stored_id(sweep.id)
    pages: list[dict[str, Any]] = [
        {
            "sweep_id": sweep_id,
            "partition": f"{group[0].project_id}-{group[-1].project_id}",
            "offset": page.offset,
            "expected": expected_rows(page.total, page.offset, PAGE),
            "received": len(page.rows),
            "total": page.total,
            "appl_ids": [],
            "fetched_at": now,
        }
        for page in links.pages
    ]
    insert_ignore(session, SweepPage, pages)
    for row in links.unreadable:
        session.add(Quarantine(sweep_id=sweep_id, raw=row.raw, reason=row.reason, seen_at=now))
