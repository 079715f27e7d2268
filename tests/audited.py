"""A store with news in it, for the tests of the match audit."""

from datetime import timedelta
from typing import Any

from builders import make_reader
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session
from sweeps import run_sweep

from tidings.audits.models import Audit
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.flows.audit_matches import audit_matches
from tidings.flows.follow import follow
from tidings.flows.match_changes import match_changes
from tidings.flows.save_search import save_search
from tidings.projects.queries import project_by_key
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Cadence, Follow

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
LATER = NOW + WEEK


def read_once(engine: Engine) -> ListedSource:
    """Return a source that was swept once: a study of cells, and one that is none."""
    made = ListedSource([record(1), record(2, project_title="A vaccine trial", abstract_text="")])
    run_sweep(engine, made, now=NOW)
    return made


def saver(session: Session, text: str = "cells", cadence: Cadence = Cadence.DAILY) -> SavedSearch:
    """Save a search for a reader of its own."""
    reader = stored_id(make_reader(session, f"saver of {text}").id)
    return save_search(
        session, subscriber_id=reader, name=text, text=text, cadence=cadence, now=NOW
    )


def follower(session: Session, cadence: Cadence = Cadence.WEEKLY) -> Follow:
    """Let a reader follow the study of cells."""
    project = project_by_key(session, "CA000001")
    assert project is not None
    reader = stored_id(make_reader(session, "follower").id)
    return follow(
        session,
        subscriber_id=reader,
        project_id=stored_id(project.id),
        cadence=cadence,
        now=NOW,
    )


def sweep(engine: Engine, source: ListedSource, *, weeks: int = 1) -> None:
    """Read the source again and match what changed."""
    run_sweep(engine, source, now=NOW + weeks * WEEK)
    with open_session(engine) as session:
        match_changes(session, now=NOW + weeks * WEEK)


def bring_news(engine: Engine, source: ListedSource) -> None:
    """Let a study arrive that is found by "cells", and cut the one that is followed."""
    source.records.append(record(3))
    source.records[0]["project_end_date"] = "2026-11-20"
    sweep(engine, source)


def look(engine: Engine, *, after: timedelta = timedelta(minutes=1), **values: Any) -> Audit:
    """Run the audit a while after the news."""
    return audit_matches(engine, now=LATER + after, **values)


def change(engine: Engine, statement: Any) -> None:
    """Change rows behind everybody's back."""
    with open_session(engine) as session:
        session.exec(statement)
        session.commit()
