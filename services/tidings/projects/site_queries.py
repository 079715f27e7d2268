"""Which studies there are, for those who list them all."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from tidings.projects.models import Project

PER_FILE = 50_000
"""Addresses in one file of a sitemap: the most that search engines take."""

AT_ONCE = 1000
"""Rows that are read ahead of what is written."""


def study_files(session: Session) -> Sequence[tuple[int, datetime]]:
    """Return the number of each file that has studies in it, and when one of them last changed."""
    number = ((col(Project.id) - 1) // PER_FILE + 1).label("number")
    query = select_columns(number, func.max(col(Project.last_changed_at))).group_by(number)
    rows = session.connection().execute(query.order_by(number))
    return [(int(file), changed_at) for file, changed_at in rows]


def studies_from(session: Session, number: int) -> Iterator[tuple[str, datetime]]:
    """Give the studies of one file and when each last changed, some at a time."""
    last = number * PER_FILE
    query = (
        select_columns(col(Project.key), col(Project.last_changed_at))
        .where(col(Project.id) > last - PER_FILE, col(Project.id) <= last)
        .order_by(col(Project.id))
        .execution_options(yield_per=AT_ONCE)
    )
    yield from ((key, changed_at) for key, changed_at in session.connection().execute(query))
