"""The rows that flows change when an editor reviews, publishes or takes back a text."""

from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from tidings.db.base import stored_id
from tidings.db.upsert import insert_ignore
from tidings.errors import RejectedError
from tidings.pages.grounding import Span
from tidings.pages.models import HiddenModel, Page, PageSentence, PageVersion, VersionState
from tidings.projects.canonicalise import Canonical
from tidings.projects.codec import unpack
from tidings.projects.models import Award, Project
from tidings.subscribers.models import Editor


@contextmanager
def letting_go(session: Session) -> Generator[None]:
    """Let go of what is locked as soon as something is refused."""
    try:
        yield
    except RejectedError:
        session.rollback()
        raise


class UnderReview(NamedTuple):
    """A text, the page that it is of, and its study; nobody else changes the page meanwhile."""

    page: Page
    version: PageVersion
    project: Project

    @property
    def name(self) -> str:
        """What the log of what was done calls it."""
        return f"{self.project.key} {self.page.language} version {self.version.number}"


def version_locked(session: Session, version_id: int) -> UnderReview | None:
    """Return a text for review; its page is locked, and whoever comes next waits for us."""
    version = session.get(PageVersion, version_id)
    if version is None:
        return None
    page = session.exec(_locked(select(Page).where(Page.id == version.page_id))).one()
    session.refresh(version)
    return UnderReview(page, version, session.get_one(Project, page.project_id))


def page_of(session: Session, project_id: int, language: str) -> Page | None:
    """Return the page of a study in a language, if anybody ever wrote for it."""
    return session.exec(
        select(Page).where(Page.project_id == project_id, Page.language == language)
    ).one_or_none()


def made_page(session: Session, project_id: int, language: str, *, now: datetime) -> Page:
    """Return the page of a study in a language, made if need be, and locked."""
    row = {"project_id": project_id, "language": language, "created_at": now}
    insert_ignore(session, Page, [row])
    return session.exec(
        _locked(select(Page).where(Page.project_id == project_id, Page.language == language))
    ).one()


def _locked(statement: SelectOfScalar[Page]) -> SelectOfScalar[Page]:
    return statement.with_for_update().execution_options(populate_existing=True)


def version_of(session: Session, page_id: int | None, number: int) -> PageVersion | None:
    """Return a version of a page by its number."""
    return session.exec(
        select(PageVersion).where(PageVersion.page_id == page_id, PageVersion.number == number)
    ).one_or_none()


def open_draft(session: Session, page_id: int | None) -> PageVersion | None:
    """Return the newest draft of a page to work at: not published, rejected or hidden."""
    return session.exec(
        select(PageVersion)
        .where(
            PageVersion.page_id == page_id,
            PageVersion.state == VersionState.DRAFT,
            col(PageVersion.model).not_in(select(col(HiddenModel.model))),
        )
        .order_by(col(PageVersion.number).desc())
        .limit(1)
    ).one_or_none()


def add_version(session: Session, page: Page, version: PageVersion) -> int:
    """Insert a version under the page's next number; the page is locked. Return its id."""
    last = select(func.max(col(PageVersion.number))).where(PageVersion.page_id == page.id)
    version.page_id, version.number = stored_id(page.id), (session.exec(last).one() or 0) + 1
    session.add(version)
    session.flush()
    return stored_id(version.id)


def add_sentences(session: Session, rows: Iterable[PageSentence]) -> None:
    """Insert sentences."""
    session.add_all(rows)


def sentences_of(session: Session, version_id: int | None) -> Sequence[PageSentence]:
    """Return the sentences of a version, in the order in which they were written."""
    return session.exec(
        select(PageSentence)
        .where(PageSentence.version_id == version_id)
        .order_by(col(PageSentence.position), col(PageSentence.id))
    ).all()


def spans_of(sentence: PageSentence) -> tuple[Span, ...]:
    """Return where a stored sentence has its words from."""
    return tuple(Span(**span) for span in sentence.spans)


def stored_spans(spans: Iterable[Span]) -> list[dict[str, Any]]:
    """Return spans as a sentence stores them."""
    return [asdict(span) for span in spans]


class Sources(NamedTuple):
    """What records say now, and in which version, by ``appl_id``."""

    canonicals: Mapping[int, Canonical]
    versions: Mapping[int, int]

    @property
    def stored(self) -> dict[str, int]:
        """The versions as a text stores what it was checked against."""
        return {str(appl_id): version for appl_id, version in self.versions.items()}


def sources_now(session: Session, appl_ids: Collection[int]) -> Sources:
    """Return what these awards say in their latest versions; in the order that was asked for."""
    awards = session.exec(select(Award).where(col(Award.appl_id).in_(appl_ids))).all()
    by_id = {award.appl_id: award for award in awards}
    there = [by_id[appl_id] for appl_id in dict.fromkeys(appl_ids) if appl_id in by_id]
    return Sources(
        {award.appl_id: unpack(award.body) for award in there},
        {award.appl_id: award.version for award in there},
    )


def cited(project: Project, sentences: Iterable[PageSentence]) -> list[int]:
    """Return the awards that sentences rest on: the one that speaks for the study comes first."""
    found = {span["appl_id"] for one in sentences for span in one.spans}
    return list(dict.fromkeys([project.current_appl_id, *sorted(found)]))


def working_editor(session: Session, editor_id: int) -> Editor:
    """Return an editor; RejectedError for one who is none any more."""
    editor = session.get(Editor, editor_id)
    if editor is None or editor.ended_at is not None:
        raise RejectedError("You are no editor any more.")
    return editor


def actor(editor: Editor) -> str:
    """Return what the log of what was done calls an editor."""
    return f"editor {editor.id} ({editor.role})"


def sign(version: PageVersion, editor: Editor, *, now: datetime) -> None:
    """Note who read a version last, in which role, and when."""
    version.reviewed_by, version.reviewer_role = stored_id(editor.id), editor.role
    version.reviewed_at = now


def hidden_model(session: Session, model: str) -> HiddenModel | None:
    """Return why nothing of a language model is shown; None where it is."""
    return session.get(HiddenModel, model) if model else None
