"""Tables of what RePORTER says: sweeps, projects, awards, snapshots, changes."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from tidings.db.base import Table
from tidings.db.types import JSON_TYPE, UtcDateTime, enum_type


class Purpose(StrEnum):
    """Why a sweep was made. The first sweep of an empty store is a BACKFILL: it tells nobody."""

    WEEKLY = "weekly"
    PROBE = "probe"
    FOLLOWED = "followed"
    RECONCILE = "reconcile"
    BACKFILL = "backfill"
    RELEASE = "release"
    PAPERS = "papers"


class SweepState(StrEnum):
    """HELD: the source's answer is not to be believed (shrunken, or its counts disagree)."""

    RUNNING = "running"
    COMPLETE = "complete"
    HELD = "held"
    FAILED = "failed"


class Sweep(Table, table=True):
    """One reading of the scope. The row is the receipt: what was asked, seen, left unexamined."""

    __tablename__: ClassVar[Any] = "sweep"

    id: int | None = Field(default=None, primary_key=True)
    purpose: Purpose = Field(sa_type=enum_type(Purpose))
    state: SweepState = Field(default=SweepState.RUNNING, sa_type=enum_type(SweepState), index=True)
    scope: list[dict[str, Any]] = Field(
        default_factory=list,
        sa_type=JSON_TYPE,
        description="what is to be read: one {name, criteria} a part",
    )
    partitions: list[dict[str, Any]] = Field(
        default_factory=list,
        sa_type=JSON_TYPE,
        description="the pieces that it is asked in, in order, see projects.coverage",
    )
    total_first: int | None = Field(
        default=None, description="source totals, all partitions, before"
    )
    total_last: int | None = Field(default=None, description="the same, asked again at the end")
    examined: int = Field(default=0, description="distinct awards read")
    new: int = 0
    changed: int = 0
    quarantined: int = 0
    unexamined: int = Field(
        default=0, description="records that the source counted and we never saw"
    )
    ids_digest: str | None = Field(default=None, description="hash of the sorted appl_ids seen")
    drifted: list[str] = Field(
        default_factory=list, sa_type=JSON_TYPE, description="fields in the records new to us"
    )
    note: str = Field(default="", description="why it was held or failed, in words")
    trouble: str = Field(default="", description="why the source does not answer at the moment")
    ledger_no: int | None = Field(
        default=None,
        unique=True,
        description="1 for the sweep that ended first: the order of the public ledger",
    )
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SweepPage(Table, table=True):
    """One page that counts, written in the transaction of its rows: the checkpoint of a sweep."""

    __tablename__: ClassVar[Any] = "sweep_page"
    __table_args__: ClassVar[Any] = (UniqueConstraint("sweep_id", "partition", "offset"),)

    id: int | None = Field(default=None, primary_key=True)
    sweep_id: int = Field(foreign_key="sweep.id", index=True)
    partition: str
    offset: int
    expected: int
    received: int
    total: int = Field(description="the source's total for the partition, as this page gave it")
    appl_ids: list[int] = Field(sa_type=JSON_TYPE)
    fetched_at: datetime = Field(sa_type=UtcDateTime)


class Project(Table, table=True):
    """What people follow: one piece of work through the years, known by institute and serial."""

    __tablename__: ClassVar[Any] = "project"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, description="CA286969; the core number where there is no serial")
    title: str
    organization: str = ""
    institute: str = Field(default="", index=True, description="abbreviation, e.g. NCI")
    is_active: bool = False
    current_appl_id: int = Field(
        description="the award that speaks for the project now", index=True
    )
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_changed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    papers_read_at: datetime | None = Field(
        default=None,
        sa_type=UtcDateTime,
        index=True,
        description="when RePORTER was last asked which papers it links to this project",
    )


class Award(Table, table=True):
    """One RePORTER record in its latest version."""

    __tablename__: ClassVar[Any] = "award"
    __table_args__: ClassVar[Any] = (
        Index(
            "ix_award_unindexed",
            "appl_id",
            sqlite_where=text("is_indexed = 0"),
            postgresql_where=text("NOT is_indexed"),
        ),
    )

    appl_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    project_id: int = Field(foreign_key="project.id", index=True)
    subproject_id: str | None = None
    project_num: str
    core_project_num: str = Field(default="", index=True)
    fiscal_year: int | None = Field(default=None, index=True)
    award_type: str = ""
    activity_code: str = ""
    institute: str = ""
    organization: str = ""
    state: str = ""
    amount: int | None = None
    project_start_on: date | None = None
    project_end_on: date | None = None
    is_active: bool = False
    version: int = 1
    content_hash: str
    body: bytes = Field(description="zstd of the canonical JSON, see projects.codec")
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    absent_since: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="first complete sweep that did not see it"
    )
    absent_sweeps: int = 0
    missing_since: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="when its absence was confirmed and told"
    )
    is_indexed: bool = Field(
        default=False, description="the words of all of its versions are in the word index"
    )


class Snapshot(Table, table=True):
    """One version of an award; never altered.

    ``delta`` holds the fields that version ``version - 1`` had otherwise, so that any version is
    the latest body with the deltas above it undone (projects.codec). Version 1 has an empty one.
    """

    __tablename__: ClassVar[Any] = "snapshot"

    appl_id: int = Field(foreign_key="award.appl_id", primary_key=True)
    version: int = Field(primary_key=True)
    sweep_id: int = Field(foreign_key="sweep.id", index=True)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    content_hash: str
    delta: bytes


class ChangeKind(StrEnum):
    """What happened, in the words of the product."""

    NEW_PROJECT = "new_project"
    NEXT_YEAR_FUNDED = "next_year_funded"
    RENEWED = "renewed"
    SUPPLEMENT = "supplement"
    TRANSFERRED = "transferred"
    EXTENDED = "extended"
    END_CUT = "end_cut"
    SHORTENED = "shortened"
    REVERSED = "reversed"
    DATES_CHANGED = "dates_changed"
    AMOUNT_CHANGED = "amount_changed"
    PI_CHANGED = "pi_changed"
    ORGANIZATION_CHANGED = "organization_changed"
    TITLE_CHANGED = "title_changed"
    ABSTRACT_REWRITTEN = "abstract_rewritten"
    FIRST_ABSTRACT = "first_abstract"
    NEW_PUBLICATION = "new_publication"
    NEW_TRIAL_LINK = "new_trial_link"
    WENT_INACTIVE = "went_inactive"
    MISSING = "missing"
    RETURNED = "returned"
    OVERDUE = "overdue"
    COSMETIC = "cosmetic"


class Severity(StrEnum):
    """How much a change may matter to a reader. QUIET is shown on the page and never mailed."""

    CRITICAL = "critical"
    NOTABLE = "notable"
    INFO = "info"
    QUIET = "quiet"


SEVERITY_ORDER = (Severity.CRITICAL, Severity.NOTABLE, Severity.INFO, Severity.QUIET)


class Change(Table, table=True):
    """One event of the system: what one field of one award was and is now.

    ``processed_at IS NULL`` is work for flows.match_changes; ``held_at`` is the storm breaker's.
    Never altered but for those two and the sweep that a release moves it to.
    """

    __tablename__: ClassVar[Any] = "change"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("appl_id", "version", "field", "kind"),
        Index("ix_change_processed_at_sweep_id", "processed_at", "sweep_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", index=True)
    appl_id: int = Field(foreign_key="award.appl_id", index=True)
    version: int
    sweep_id: int = Field(foreign_key="sweep.id", index=True)
    kind: ChangeKind = Field(sa_type=enum_type(ChangeKind))
    severity: Severity = Field(sa_type=enum_type(Severity))
    field: str = Field(
        description="as RePORTER names it; 'award' for a new award, papers.field_of for new papers"
    )
    before: Any = Field(default=None, sa_type=JSON_TYPE, nullable=True)
    after: Any = Field(default=None, sa_type=JSON_TYPE, nullable=True)
    reverses_id: int | None = Field(default=None, foreign_key="change.id")
    seen_at: datetime = Field(sa_type=UtcDateTime)
    held_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    processed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def field_name(self) -> str:
        """The field as others name it: without the reading that found new papers."""
        return self.field.partition(".")[0]


class Quarantine(Table, table=True):
    """A record that could not be read, with its raw bytes: nothing is dropped silently."""

    __tablename__: ClassVar[Any] = "quarantine"

    id: int | None = Field(default=None, primary_key=True)
    sweep_id: int = Field(foreign_key="sweep.id", index=True)
    appl_id: int | None = None
    raw: bytes
    reason: str
    seen_at: datetime = Field(sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Publication(Table, table=True):
    """A paper that RePORTER links to a project."""

    __tablename__: ClassVar[Any] = "publication"

    project_id: int = Field(foreign_key="project.id", primary_key=True)
    pmid: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    first_seen_at: datetime = Field(sa_type=UtcDateTime)


class Paper(Table, table=True):
    """What a paper is called, where somebody has told us: RePORTER gives numbers alone."""

    __tablename__: ClassVar[Any] = "paper"

    pmid: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    title: str
    journal: str = ""
    year: int | None = None


class Trial(Table, table=True):
    """A clinical study that NIH links to a project, by its number at ClinicalTrials.gov."""

    __tablename__: ClassVar[Any] = "trial"

    project_id: int = Field(foreign_key="project.id", primary_key=True)
    nct_id: str = Field(primary_key=True)
    title: str = ""
    status: str = Field(default="", description="as ClinicalTrials.gov had it on ``as_of_on``")
    as_of_on: date | None = None
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
