"""What editors have published for a study page, as readers are to see it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from tidings.pages.grounding import Section, Span
from tidings.pages.models import HiddenModel, Page, PageSentence, PageVersion, Verdict

SHOWN = (Verdict.ACCEPTED, Verdict.EDITED)
"""The sentences of a published version that readers see."""


@dataclass(frozen=True)
class PublishedSentence:
    """A sentence that an editor vouched for; stale: the record no longer says where it is from."""

    section: Section
    text: str
    spans: tuple[Span, ...]
    is_stale: bool


@dataclass(frozen=True)
class PublishedText:
    """What was published, as which version, by somebody of which role, and when it was read.

    ``model`` is empty where no language model wrote. The sentences stand in the page's order.
    """

    number: int
    role: str
    reviewed_at: datetime
    model: str
    sentences: tuple[PublishedSentence, ...]

    @property
    def stale_count(self) -> int:
        """How many of the sentences are to be read again, since their source has changed."""
        return sum(one.is_stale for one in self.sentences)


def published_text(session: Session, project_id: int, language: str) -> PublishedText | None:
    """Return what readers see of a study in one language beyond what software says of it.

    None where nothing is published, and where a language model that was hidden wrote it: the page
    then says what the record says, and no older version takes the place unasked.
    """
    version = session.exec(
        select(PageVersion)
        .join(Page, col(Page.id) == col(PageVersion.page_id))
        .where(
            Page.project_id == project_id,
            Page.language == language,
            PageVersion.number == Page.published_no,
            col(PageVersion.model).not_in(select(col(HiddenModel.model))),
        )
    ).one_or_none()
    if version is None or version.reviewed_at is None:
        return None
    sentences = session.exec(
        select(PageSentence)
        .where(PageSentence.version_id == version.id, col(PageSentence.verdict).in_(SHOWN))
        .order_by(col(PageSentence.position), col(PageSentence.id))
    ).all()
    order = list(Section)
    shown = sorted(
        (
            PublishedSentence(
                Section(one.section),
                one.text,
                tuple(Span(**span) for span in one.spans),
                one.stale_at is not None,
            )
            for one in sentences
        ),
        key=lambda one: order.index(one.section),
    )
    role, model = version.reviewer_role, version.model
    return PublishedText(version.number, role, version.reviewed_at, model, tuple(shown))
