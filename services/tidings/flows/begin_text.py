"""Begin a text of an editor's own for a study page: from nothing, or from what readers see."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.pages.grounding import broken
from tidings.pages.models import Origin, PageSentence, PageVersion, Verdict, VersionState
from tidings.pages.published_queries import SHOWN
from tidings.pages.review_queries import (
    add_sentences,
    add_version,
    cited,
    hidden_model,
    made_page,
    open_draft,
    sentences_of,
    sign,
    sources_now,
    spans_of,
    version_of,
    working_editor,
)
from tidings.projects.models import Project


def begin_text(
    session: Session, project_id: int, language: str, *, editor_id: int, now: datetime
) -> int:
    """Return the number of the draft that editors work at; made if there is none.

    A new one begins with the sentences that readers see: accepted where the record still bears
    them, and to be decided where it does not; of a hidden model's words it takes none. Safe to call
    twice: a page has one draft to work at.
    """
    editor = working_editor(session, editor_id)
    page = made_page(session, project_id, language, now=now)
    there = open_draft(session, page.id)
    if there is not None:
        session.rollback()
        return there.number
    project = session.get_one(Project, project_id)
    published = version_of(session, page.id, page.published_no) if page.published_no else None
    if published is not None and hidden_model(session, published.model):
        published = None
    rows = [
        row
        for row in (sentences_of(session, published.id) if published else ())
        if row.verdict in SHOWN
    ]
    sources = sources_now(session, cited(project, rows))
    draft = PageVersion(
        page_id=stored_id(page.id),
        number=0,
        state=VersionState.DRAFT,
        origin=published.origin if published else Origin.EDITOR,
        model=published.model if published else "",
        prompt=published.prompt if published else "",
        sources=sources.stored,
        note=f"begun from version {published.number}" if published else "",
        created_at=now,
    )
    sign(draft, editor, now=now)
    draft_id = add_version(session, page, draft)
    add_sentences(
        session,
        [
            PageSentence(
                version_id=draft_id,
                section=row.section,
                position=row.position,
                text=row.text,
                spans=row.spans,
                grade=row.grade,
                verdict=(
                    Verdict.PENDING if broken(spans_of(row), sources.canonicals) else row.verdict
                ),
            )
            for row in rows
        ],
    )
    commit(session, "draft.begun")
    return draft.number
