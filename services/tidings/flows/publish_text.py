"""Publish a draft whose every sentence an editor has decided."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.review_draft import draft_locked
from tidings.pages.models import Page, PageSentence, Verdict, VersionState
from tidings.pages.published_queries import SHOWN
from tidings.pages.review_queries import (
    Sources,
    actor,
    cited,
    hidden_model,
    letting_go,
    sentences_of,
    sign,
    sources_now,
    spans_of,
    version_of,
    working_editor,
)
from tidings.pages.reviewing import unfit
from tidings.pages.turns import check_turn
from tidings.upkeep.queries import note_audit


def publish_text(
    session: Session, version_id: int, *, revision: int, editor_id: int, now: datetime
) -> None:
    """Let readers see a draft in the place of what they saw before.

    Each of its sentences must be decided, one at least accepted, and every one that is shown must
    rest on words that the record says at this moment; the versions of the records that it was
    checked against are kept with it. Raises RejectedError, naming which sentences and why, for what
    cannot be published; MeanwhileError when the draft is not as the editor saw it, so that calling
    twice does nothing more.
    """
    with letting_go(session):
        found = draft_locked(session, version_id)
        check_turn(found.version, revision)
        editor = working_editor(session, editor_id)
        rows = sentences_of(session, version_id)
        sources = sources_now(session, cited(found.project, rows))
        _check(rows, sources, found.page.language)
        if hidden_model(session, found.version.model):
            raise RejectedError(f"The model {found.version.model} is hidden: see Models.")
    retire(session, found.page, now=now)
    found.version.state, found.version.sources = VersionState.PUBLISHED, sources.stored
    sign(found.version, editor, now=now)
    found.page.published_no, found.page.stale_at = found.version.number, None
    note_audit(session, actor=actor(editor), action="text.publish", thing=found.name)
    commit(session, "text.published")


def retire(session: Session, page: Page, *, now: datetime, note: str = "") -> None:
    """Take off what readers see of a page; the caller puts something else there, or nothing."""
    shown = version_of(session, page.id, page.published_no) if page.published_no else None
    if shown is not None:
        shown.state, shown.ended_at = VersionState.REPLACED, now
        shown.note = note or shown.note
    page.published_no = page.stale_at = None


def _check(rows: Sequence[PageSentence], sources: Sources, language: str) -> None:
    pending = [number for number, row in enumerate(rows, 1) if row.verdict is Verdict.PENDING]
    if pending:
        raise RejectedError(f"Still to be decided: sentence {_listed(pending)}.")
    shown = [(number, row) for number, row in enumerate(rows, 1) if row.verdict in SHOWN]
    if not shown:
        raise RejectedError("There is nothing to publish: no sentence is accepted.")
    faults = [
        f"sentence {number}: {fault}"
        for number, row in shown
        for fault in unfit(row.text, spans_of(row), sources.canonicals, language)
    ]
    if faults:
        raise RejectedError(f"This cannot be published. {'; '.join(faults)}.")


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
