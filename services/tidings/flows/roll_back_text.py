"""Let readers see an earlier version of a text again."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.publish_text import retire
from tidings.flows.review_draft import draft_locked
from tidings.pages.grounding import broken
from tidings.pages.models import PageSentence, PageVersion, Verdict, VersionState
from tidings.pages.published_queries import SHOWN
from tidings.pages.review_queries import (
    UnderReview,
    actor,
    add_sentences,
    add_version,
    cited,
    hidden_model,
    letting_go,
    sentences_of,
    sign,
    sources_now,
    spans_of,
    working_editor,
)
from tidings.pages.turns import check_published
from tidings.upkeep.queries import note_audit


def roll_back_text(
    session: Session, version_id: int, *, seen_no: int | None, editor_id: int, now: datetime
) -> int:
    """Publish what an earlier published version said, as a version of its own; return its number.

    Its sentences are checked against today's record: those that it no longer bears are left out,
    and the note says so. ``seen_no`` is the version that readers saw when the editor looked.
    Raises MeanwhileError if they see another now, so that calling twice does nothing more;
    RejectedError for what was never published, or has no sentence left that can be.
    """
    with letting_go(session):
        found = draft_locked(session, version_id)
        check_published(found.page.published_no, seen_no)
        editor = working_editor(session, editor_id)
        if found.version.state is not VersionState.REPLACED:
            raise RejectedError("Only what was published before can be published again.")
        if hidden_model(session, found.version.model):
            raise RejectedError(f"The model {found.version.model} is hidden: see Models.")
        rows = [row for row in sentences_of(session, version_id) if row.verdict in SHOWN]
        sources = sources_now(session, cited(found.project, rows))
        lost = {stored_id(row.id) for row in rows if broken(spans_of(row), sources.canonicals)}
        if len(lost) == len(rows):
            raise RejectedError("The record bears none of its sentences any more.")
    again = _again(found, sources.stored, len(lost), now=now)
    sign(again, editor, now=now)
    retire(session, found.page, now=now)
    again_id = add_version(session, found.page, again)
    add_sentences(session, (_copy(row, again_id, is_lost=row.id in lost) for row in rows))
    found.page.published_no = again.number
    thing = f"{found.name} again, as version {again.number}"
    note_audit(session, actor=actor(editor), action="text.roll_back", thing=thing)
    commit(session, "text.rolled_back")
    return again.number


def _again(found: UnderReview, sources: dict[str, int], lost: int, *, now: datetime) -> PageVersion:
    left_out = f"; {lost} of its sentences left out, which the record no longer bears"
    return PageVersion(
        page_id=found.version.page_id,
        number=0,
        state=VersionState.PUBLISHED,
        origin=found.version.origin,
        model=found.version.model,
        prompt=found.version.prompt,
        sources=sources,
        note=f"version {found.version.number} again{left_out if lost else ''}",
        created_at=now,
    )


def _copy(row: PageSentence, version_id: int, *, is_lost: bool) -> PageSentence:
    return PageSentence(
        version_id=version_id,
        section=row.section,
        position=row.position,
        text=row.text,
        spans=row.spans,
        grade=row.grade,
        verdict=Verdict.REJECTED if is_lost else row.verdict,
    )
