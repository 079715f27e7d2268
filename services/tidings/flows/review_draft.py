"""Keep what an editor says of the sentences of a draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.pages.models import PageSentence
from tidings.pages.review_queries import (
    UnderReview,
    add_sentences,
    cited,
    letting_go,
    sentences_of,
    sign,
    sources_now,
    spans_of,
    stored_spans,
    version_locked,
    working_editor,
)
from tidings.pages.reviewing import Judged, UnfitError, Written, grade_of, judge
from tidings.pages.turns import check_turn

NEW = "new"
"""What a form calls the sentence that it adds."""


@dataclass(frozen=True)
class Review:
    """What an editor says of a draft that they saw in this revision; ``added`` is one of theirs."""

    revision: int
    written: Mapping[int, Written]
    added: Written | None = None


def review_draft(
    session: Session, version_id: int, review: Review, *, editor_id: int, now: datetime
) -> int:
    """Keep the verdicts and words of an editor; return the draft's new revision.

    All or nothing: a sentence that is accepted must rest on words that the record says today, else
    ``UnfitError`` says of each what is wrong. Raises MeanwhileError, saying what happened, when
    somebody else changed the draft after this editor had opened it: by compare-and-set, so that
    calling twice changes nothing more.
    """
    with letting_go(session):
        found = draft_locked(session, version_id)
        language = found.page.language
        check_turn(found.version, review.revision)
        editor = working_editor(session, editor_id)
        rows = sentences_of(session, version_id)
        sources = sources_now(session, cited(found.project, rows)).canonicals
        known = {stored_id(row.id): row for row in rows}
        judged = {
            row_id: judge(
                written,
                before=(known[row_id].text, known[row_id].verdict, spans_of(known[row_id])),
                sources=sources,
                language=language,
            )
            for row_id, written in review.written.items()
            if row_id in known
        }
        added = (
            judge(review.added, before=None, sources=sources, language=language)
            if review.added
            else None
        )
        _check(
            {str(row_id): one for row_id, one in judged.items()} | ({NEW: added} if added else {})
        )
    for row_id, one in judged.items():
        row = known[row_id]
        row.text, row.verdict, row.spans = one.text, one.verdict, stored_spans(one.spans)
        row.grade = grade_of(one.text, language)
    if added and review.added:
        row = PageSentence(
            version_id=version_id,
            section=review.added.section,
            position=max((row.position for row in rows), default=0) + 1,
            text=added.text,
            spans=stored_spans(added.spans),
            grade=grade_of(added.text, language),
            verdict=added.verdict,
        )
        add_sentences(session, [row])
    found.version.revision += 1
    sign(found.version, editor, now=now)
    commit(session, "draft.reviewed")
    return found.version.revision


def draft_locked(session: Session, version_id: int) -> UnderReview:
    """Return a text for review; RejectedError when there is none. The caller has the lock."""
    found = version_locked(session, version_id)
    if found is None:
        raise RejectedError("There is no such text.")
    return found


def _check(judged: Mapping[str, Judged]) -> None:
    faults = {name: one.faults for name, one in judged.items() if one.faults}
    if faults:
        raise UnfitError(faults)
