"""Drafts of study pages for tests: each sentence rests on words of the record."""

from typing import NamedTuple

from builders import make_reader
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session
from sweeps import run_sweep

from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.pages.grounding import Section
from tidings.pages.models import (
    Origin,
    Page,
    PageSentence,
    PageVersion,
    Verdict,
    VersionState,
)
from tidings.pages.review_queries import (
    add_version,
    made_page,
    sentences_of,
    sources_now,
    stored_spans,
)
from tidings.pages.reviewing import find_quote
from tidings.projects.models import Project
from tidings.projects.queries import project_by_key
from tidings.subscribers.models import Editor

KEY = "CA000001"
ABSTRACT = (
    "Immune cells cannot enter stiff tumors.\n\nWe will measure how stiff 120 tumors of mice are. "
    "Then we will soften them and look where immune cells go."
)
NARRATIVE = "Softer tumors may let more immune cells in."
DRAFT = (
    (Section.LOOKS_AT, "Some tumors are stiff and keep immune cells out.", "cannot enter stiff"),
    (Section.LOOKS_AT, "The team measures 120 tumors of mice.", "how stiff 120 tumors of mice are"),
    (Section.WHY, "Softer tumors may let immune cells in.", "may let more immune cells in"),
)
"""Section, words, and the words of the record that they rest on."""


class Desk(NamedTuple):
    """A study that can be swept again, a draft of its page, and an editor."""

    source: ListedSource
    project_id: int
    version_id: int
    editor_id: int
    reader_id: int


def study() -> ListedSource:
    """Return a source with the study that the draft is of, and another."""
    return ListedSource(
        [
            record(1, project_title="Stiff tumors", abstract_text=ABSTRACT, phr_text=NARRATIVE),
            record(2, abstract_text=ABSTRACT, phr_text=NARRATIVE),
        ]
    )


def fill_desk(engine: Engine, *, model: str = "small-model", language: str = "en") -> Desk:
    """Sweep the study, draft a page of it, and make a reader an editor."""
    source = study()
    run_sweep(engine, source, now=NOW)
    with open_session(engine) as session:
        project = project_by_key(session, KEY)
        assert project is not None
        version_id = add_draft(session, project, model=model, language=language)
        reader = make_reader(session, "editor")
        editor_id = make_editor(session, stored_id(reader.id))
        session.commit()
        return Desk(source, stored_id(project.id), version_id, editor_id, stored_id(reader.id))


def make_editor(session: Session, reader_id: int, role: str = "patient advocate") -> int:
    """Store that a reader is an editor."""
    editor = Editor(subscriber_id=reader_id, role=role, granted_by="eva", granted_at=NOW)
    session.add(editor)
    session.flush()
    return stored_id(editor.id)


def add_draft(
    session: Session, project: Project, *, model: str = "small-model", language: str = "en"
) -> int:
    """Store a draft of a model with three sentences, all to be decided."""
    page = made_page(session, stored_id(project.id), language, now=NOW)
    sources = sources_now(session, [project.current_appl_id])
    version_id = add_version(
        session,
        page,
        PageVersion(
            page_id=stored_id(page.id),
            number=0,
            state=VersionState.DRAFT,
            origin=Origin.MODEL if model else Origin.EDITOR,
            model=model,
            sources=sources.stored,
            created_at=NOW,
        ),
    )
    for position, (section, text, quote) in enumerate(DRAFT):
        span = find_quote(quote, sources.canonicals)
        assert span is not None
        row = PageSentence(
            version_id=version_id,
            section=section,
            position=position,
            text=text,
            spans=stored_spans([span]),
        )
        session.add(row)
    session.flush()
    return version_id


def accept_all(session: Session, version_id: int) -> None:
    """Accept every sentence of a draft, past the desk."""
    for row in sentences_of(session, version_id):
        row.verdict = Verdict.ACCEPTED
    session.commit()


def page_now(session: Session, language: str = "en") -> Page:
    """Return the page of the study, as it is stored."""
    project = project_by_key(session, KEY)
    assert project is not None
    page = made_page(session, stored_id(project.id), language, now=NOW)
    session.refresh(page)
    return page
