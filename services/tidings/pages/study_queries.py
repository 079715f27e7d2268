"""What a study page is made of: as it stands, and as it stood at the end of a day."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from tidings.pages.models import Page
from tidings.pages.published_queries import PublishedText, published_text
from tidings.projects.canonicalise import Canonical
from tidings.projects.linked_queries import Linked, LinkedTrial, papers_of, trials_of
from tidings.projects.models import (
    Award,
    Change,
    Project,
    Publication,
    Purpose,
    Sweep,
    SweepState,
    Trial,
)
from tidings.projects.past import PastAward
from tidings.projects.past_queries import awards_of_projects
from tidings.projects.queries import awards_of, canonical_of, timeline


class StudyState(NamedTuple):
    """All that a study page depends on, read without opening a single record.

    ``marks`` are numbers that move whenever an award, a change or the project's row does.
    """

    project_id: int
    marks: tuple[Any, ...]
    checked_at: datetime | None
    linked: Linked
    trials: tuple[LinkedTrial, ...]
    published: PublishedText | None

    def tag(self, *others: object) -> str:
        """Return a strong ETag of the page in this state; ``others`` is what else it shows."""
        written = repr((self, *others)).encode()
        return f'"{blake2b(written, digest_size=12).hexdigest()}"'


class Study(NamedTuple):
    """One study: the award that speaks for it, the others, and what happened, newest first."""

    project: Project
    award: Award
    current: Canonical
    others: Sequence[Canonical]
    changes: Sequence[Change]

    @property
    def numbers(self) -> dict[int, str]:
        """The project numbers of its awards, by ``appl_id``."""
        forms = (self.current, *self.others)
        return {form["appl_id"]: form.get("project_num", "") for form in forms}


class Held(NamedTuple):
    """A version of an award that stood at a moment."""

    appl_id: int
    number: str
    version: int
    content_hash: str


class PastStudy(NamedTuple):
    """A study at a moment that has passed; ``speaker`` is the award that spoke for it."""

    current: Canonical
    others: tuple[Canonical, ...]
    speaker: Held
    held: tuple[Held, ...]


def study_state(session: Session, key: str, language: str) -> StudyState | None:
    """Return what the page of a study depends on, in one statement where nothing is linked."""
    row = session.connection().execute(_STATE, {"key": key, "language": language}).one_or_none()
    if row is None:
        return None
    project_id, papers, trials, published, checked_at, *marks = row
    return StudyState(
        project_id,
        tuple(marks),
        checked_at,
        papers_of(session, project_id) if papers else Linked((), 0),
        tuple(trials_of(session, project_id)) if trials else (),
        published_text(session, project_id, language) if published else None,
    )


def load_study(session: Session, project_id: int, *, cosmetic: bool) -> Study:
    """Return a study as it stands; ``cosmetic`` adds the changes that nobody is told of."""
    project = session.get_one(Project, project_id)
    awards = awards_of(session, project_id)
    current = next(award for award in awards if award.appl_id == project.current_appl_id)
    others = [canonical_of(award) for award in awards if award is not current]
    changes = timeline(session, project_id, cosmetic=cosmetic)
    return Study(project, current, canonical_of(current), others, changes)


def past_study(session: Session, project_id: int, moment: datetime) -> PastStudy | None:
    """Return a study as the store had it at that moment; None before it was known."""
    awards = awards_of_projects(session, [project_id]).get(project_id, [])
    stood = [(award, version) for award in awards if (version := award.version_at(moment))]
    if not stood:
        return None
    ranked = sorted(stood, key=lambda one: one[0].columns(one[1])["rank"], reverse=True)
    forms = [award.canonical(version) for award, version in ranked]
    held = tuple(
        _held(award, version, form) for (award, version), form in zip(ranked, forms, strict=True)
    )
    return PastStudy(forms[0], tuple(forms[1:]), held[0], held)


def _held(award: PastAward, version: int, form: Canonical) -> Held:
    step = next(step for step in award.steps if step.version == version)
    return Held(award.appl_id, form.get("project_num", ""), version, step.content_hash)


def _one(column: Any, *conditions: Any) -> Any:
    return select_columns(column).where(*conditions).scalar_subquery()


_MINE: Any = col(Project.id)
_CHECKED = (
    select_columns(col(Sweep.finished_at))
    .where(
        col(Sweep.state) == SweepState.COMPLETE,
        col(Sweep.purpose).in_((Purpose.WEEKLY, Purpose.BACKFILL)),
    )
    .order_by(col(Sweep.id).desc())
    .limit(1)
)
_STATE = select_columns(
    _MINE,
    _one(func.count(), col(Publication.project_id) == _MINE),
    _one(func.count(), col(Trial.project_id) == _MINE),
    _one(
        col(Page.published_no),
        col(Page.project_id) == _MINE,
        col(Page.language) == bindparam("language"),
    ),
    _CHECKED.scalar_subquery(),
    col(Project.title),
    col(Project.current_appl_id),
    col(Project.last_changed_at),
    _one(func.count(), col(Award.project_id) == _MINE),
    _one(func.sum(Award.version), col(Award.project_id) == _MINE),
    _one(func.count(col(Award.missing_since)), col(Award.project_id) == _MINE),
    _one(func.count(), col(Change.project_id) == _MINE),
    _one(func.max(col(Change.id)), col(Change.project_id) == _MINE),
).where(col(Project.key) == bindparam("key"))
