"""Tables of what editors publish on study pages: versions of a text, sentence by sentence."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from tidings.db.base import Table
from tidings.db.types import JSON_TYPE, UtcDateTime, enum_type


class Origin(StrEnum):
    """Who wrote a version first: a language model, or an editor."""

    MODEL = "model"
    EDITOR = "editor"


class VersionState(StrEnum):
    """WANTED is work for flows.draft_page; one version of a page at most is PUBLISHED.

    REPLACED was published until another one was, or until it was taken off; FAILED says in ``note``
    why there is no draft.
    """

    WANTED = "wanted"
    DRAFT = "draft"
    PUBLISHED = "published"
    REPLACED = "replaced"
    REJECTED = "rejected"
    FAILED = "failed"


class Verdict(StrEnum):
    """What an editor said of a sentence."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"


class Page(Table, table=True):
    """The text of a study page in one language, beyond what software says of the record."""

    __tablename__: ClassVar[Any] = "page"
    __table_args__: ClassVar[Any] = (UniqueConstraint("project_id", "language"),)

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", index=True)
    language: str
    published_no: int | None = Field(
        default=None, description="number of the version that readers see"
    )
    stale_at: datetime | None = Field(
        default=None,
        sa_type=UtcDateTime,
        index=True,
        description="since when a published sentence has lost its source: is to be read again",
    )
    created_at: datetime = Field(sa_type=UtcDateTime)


class PageVersion(Table, table=True):
    """One text of a page; what was published is never altered, only replaced.

    ``sources`` are the awards that it was written from: ``{appl_id: version}``. ``revision`` grows
    with every change to a draft, so that of two editors the second is told.
    """

    __tablename__: ClassVar[Any] = "page_version"
    __table_args__: ClassVar[Any] = (UniqueConstraint("page_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    page_id: int = Field(foreign_key="page.id", index=True)
    number: int
    state: VersionState = Field(sa_type=enum_type(VersionState), index=True)
    origin: Origin = Field(sa_type=enum_type(Origin))
    model: str = Field(default="", index=True, description="of the language model, if it wrote")
    prompt: str = Field(default="", description="version of what the model was told")
    sources: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_TYPE)
    source_hash: str = Field(default="", index=True)
    revision: int = 0
    note: str = ""
    reviewed_by: int | None = Field(default=None, foreign_key="editor.id")
    reviewer_role: str = Field(default="", description="as it was then: what readers are told")
    reviewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PageSentence(Table, table=True):
    """One sentence, and where in the record each of its claims stands.

    ``spans`` is a list of objects, shaped by pages.grounding.Span.
    """

    __tablename__: ClassVar[Any] = "page_sentence"
    __table_args__: ClassVar[Any] = (UniqueConstraint("version_id", "section", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="page_version.id", index=True)
    section: str = Field(description="of pages.grounding.Section")
    position: int
    text: str
    spans: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON_TYPE)
    grade: float | None = None
    verdict: Verdict = Field(default=Verdict.PENDING, sa_type=enum_type(Verdict))
    stale_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="since when its source says otherwise"
    )


class HiddenModel(Table, table=True):
    """The kill switch: nothing that this language model wrote is shown, whoever accepted it."""

    __tablename__: ClassVar[Any] = "hidden_model"

    model: str = Field(primary_key=True)
    reason: str
    hidden_by: str
    hidden_at: datetime = Field(sa_type=UtcDateTime)
