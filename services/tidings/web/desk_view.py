"""What the page of a text shows: its sentences beside the source, and its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.pages.desk_queries import versions_of
from tidings.pages.grounding import Section, Span, holds
from tidings.pages.marking import Mark, Shown, shown
from tidings.pages.models import (
    HiddenModel,
    Page,
    PageSentence,
    PageVersion,
    Verdict,
    VersionState,
)
from tidings.pages.review_queries import (
    cited,
    hidden_model,
    open_draft,
    page_of,
    sentences_of,
    sources_now,
    spans_of,
)
from tidings.pages.reviewing import WRITTEN, flat, level_of
from tidings.pages.word_diff import Piece, hunks, word_diff
from tidings.projects.canonicalise import Canonical
from tidings.projects.models import Project


@dataclass(frozen=True)
class Line:
    """One sentence as it is shown; ``lost`` are words of its source that the record has no more."""

    number: int
    id: int
    section: str
    text: str
    quotes: str
    verdict: Verdict
    level: str
    held: bool
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Past:
    """A version in the history, and how its words differ from those of the one before it."""

    version: PageVersion
    changes: tuple[Piece, ...]


@dataclass(frozen=True)
class TextView:
    """A version of a text, the page and study that it is of, its source and its siblings."""

    project: Project
    language: str
    page: Page | None
    version: PageVersion | None
    lines: tuple[Line, ...]
    sources: tuple[Shown, ...]
    history: tuple[Past, ...]
    hidden: HiddenModel | None
    has_draft: bool

    @property
    def is_draft(self) -> bool:
        """Whether there is something to decide."""
        return self.version is not None and self.version.state is VersionState.DRAFT

    @property
    def published_no(self) -> int | None:
        """The version that readers see, if they see one."""
        return self.page.published_no if self.page else None


def text_view(
    session: Session, project: Project, language: str, number: int | None = None
) -> TextView | None:
    """Return a version of a study's text, by default the one that an editor is to look at.

    None for a number that there is not.
    """
    page = page_of(session, stored_id(project.id), language)
    versions = tuple(versions_of(session, page.id)) if page else ()
    draft = open_draft(session, page.id) if page else None
    version = _chosen(versions, draft, page, number)
    if version is None and number is not None:
        return None
    rows = sentences_of(session, version.id) if version else ()
    sources = sources_now(session, cited(project, rows)).canonicals
    lines = tuple(_line(number, row, language, sources) for number, row in enumerate(rows, 1))
    marks = [
        Mark(number, span)
        for number, row in enumerate(rows, 1)
        if row.verdict is not Verdict.REJECTED
        for span in spans_of(row)
    ]
    return TextView(
        project=project,
        language=language,
        page=page,
        version=version,
        lines=lines,
        sources=shown(sources, marks, first=project.current_appl_id),
        history=_history(session, versions),
        hidden=hidden_model(session, version.model) if version else None,
        has_draft=draft is not None,
    )


MOST_COMPARED = 20
"""Of so many versions, the newest, the words that changed are shown."""


def _chosen(
    versions: Sequence[PageVersion],
    draft: PageVersion | None,
    page: Page | None,
    number: int | None,
) -> PageVersion | None:
    """Return the version asked for; else the newest draft, else what readers see, else the last."""
    if number is not None:
        return next((one for one in versions if one.number == number), None)
    seen = [one for one in versions if page and one.number == page.published_no]
    return draft or next(iter([*seen, *versions]), None)


def _line(number: int, row: PageSentence, language: str, sources: Mapping[int, Canonical]) -> Line:
    spans = spans_of(row)
    return Line(
        number=number,
        id=stored_id(row.id),
        section=WRITTEN.get(Section(row.section), row.section),
        text=row.text,
        quotes="\n".join(flat(span.text) for span in spans),
        verdict=Verdict.ACCEPTED if row.verdict is Verdict.EDITED else row.verdict,
        level=level_of(row.text, language),
        held=any(_holds(span, sources) for span in spans),
        lost=tuple(flat(span.text) for span in spans if not _holds(span, sources)),
    )


def _holds(span: Span, sources: Mapping[int, Canonical]) -> bool:
    return holds(span, sources.get(span.appl_id, {}))


def _history(session: Session, versions: Sequence[PageVersion]) -> tuple[Past, ...]:
    """Return all versions; with what changed, as far as that is shown."""
    texts = [_text(session, one) for one in versions[: MOST_COMPARED + 1]]
    changes = [hunks(word_diff(before, after)) for after, before in pairwise(texts)]
    return tuple(
        Past(version, changes[at] if at < len(changes) else ())
        for at, version in enumerate(versions)
    )


def _text(session: Session, version: PageVersion) -> str:
    """Return the words that readers saw of a version, or would see."""
    rows = sentences_of(session, version.id)
    return " ".join(row.text for row in rows if row.verdict is not Verdict.REJECTED)
