"""What the API says of studies and changes: the shapes of its public answers."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from tidings.projects.models import ChangeKind, Severity

Key = Annotated[
    str,
    Field(description="the study through the years: institute and serial", examples=["CA286969"]),
]
Url = Annotated[str, Field(description="where people read it on this site")]


class Change(BaseModel):
    """One difference between two versions of an award."""

    id: int
    study: Key
    award: int = Field(description="RePORTER's appl_id of the award")
    version: int = Field(description="of the award, as we count them, that brought the change")
    kind: ChangeKind = Field(description="what happened", examples=["end_cut"])
    severity: Severity = Field(description="how much it may matter", examples=["critical"])
    field: str = Field(description="as RePORTER names it", examples=["project_end_date"])
    before: Any = Field(description="null where there was nothing", examples=["2027-07-31"])
    after: Any = Field(description="null where there is nothing", examples=["2026-11-20"])
    words: str = Field(
        description="the same for people",
        examples=["End date: was 31 Jul 2027, now 20 Nov 2026"],
    )
    seen_at: datetime = Field(description="when we saw it; RePORTER itself says no time")
    sweep: int = Field(description="the reading that it was found in, see /sweeps/ and its number")
    reverses: int | None = Field(description="the id of an earlier change that this one undoes")


class LedgerChange(Change):
    """A change at its place in the ledger."""

    cursor: str = Field(description="its place; go on after it", examples=["48-1201"])


class Changes(BaseModel):
    """Changes in the order of the ledger, and where to go on."""

    changes: list[LedgerChange]
    next: str = Field(
        description="the cursor to ask after next, even when nothing came; it holds for ever",
        examples=["48-1201"],
    )


class StudyChanges(BaseModel):
    """What was told of a study, newest first."""

    changes: list[Change]
    before: int | None = Field(description="ask before this id for older ones; null: there is none")


class Clause(BaseModel):
    """A part of a search that held, and the words it held on."""

    clause: str = Field(examples=["title:trop2"])
    field: str = Field(description="as RePORTER names it", examples=["project_title"])
    excerpt: str = Field(description="up to 160 characters of the field, untrusted text")
    spans: list[tuple[int, int]] = Field(description="[start, end) in the excerpt")


class StudyLine(BaseModel):
    """A study in a list."""

    key: Key
    title: str
    organization: str
    institute: str = Field(examples=["NCI"])
    is_active: bool
    award: int = Field(description="the appl_id that speaks for the study now")
    last_changed_at: datetime
    url: Url
    found_by: list[Clause] = Field(description="empty where nothing was searched for")


class Studies(BaseModel):
    """What a search finds, the last changed first; without a search, all studies."""

    means: str | None = Field(description="the search read back as a sentence")
    count: int | None = Field(description="how many it finds")
    is_exact: bool = Field(description="false: the count is reckoned from a sample")
    studies: list[StudyLine]
    next_offset: int | None = Field(description="where there are more; null: there are none")


class Version(BaseModel):
    """One version of an award, never altered."""

    version: int
    seen_at: datetime
    content_hash: str = Field(description="of the record's canonical form")


class AwardVersions(BaseModel):
    """One RePORTER record of a study, with the versions that we hold."""

    award: int = Field(description="RePORTER's appl_id")
    number: str = Field(examples=["5R00CA286969-04"])
    fiscal_year: int | None
    amount: int | None = Field(description="US dollars of this award")
    version: int = Field(description="the one that this answer is made from")
    versions: list[Version] = Field(description="up to the day asked for, newest first")
    url: str = Field(description="the record at RePORTER")


class Researcher(BaseModel):
    """One investigator, as the record names them."""

    name: str
    is_contact: bool


class Facts(BaseModel):
    """What the record says, in RePORTER's terms; null or empty where it says nothing."""

    kind: str = Field(description="kind of award, in words")
    status: str
    is_active: bool
    starts: date | None
    ends: date | None
    fiscal_year: int | None
    money: int | None = Field(description="US dollars, the latest award")
    money_in_all: int | None = Field(description="US dollars, all awards that we know")
    funder: str
    institution: str
    place: str
    researchers: list[Researcher]
    categories: list[str]


class Source(BaseModel):
    """Where in a record a sentence has its words from."""

    award: int
    field: str = Field(examples=["organization.org_name"])
    start: int
    end: int
    text: str


class PlainSentence(BaseModel):
    """One sentence that software wrote from the record, with its sources."""

    section: str = Field(examples=["looks_at"])
    text: str
    sources: list[Source] = Field(description="empty for what states no fact of the record")


class PublishedSentence(BaseModel):
    """One sentence that an editor vouched for, with its sources."""

    section: str = Field(examples=["looks_at"])
    text: str
    sources: list[Source]
    is_stale: bool = Field(description="its source says otherwise by now; pages leave it out")


class PublishedText(BaseModel):
    """What an editor has read and published beyond what software says."""

    number: int = Field(description="the version of the text")
    role: str = Field(description="of who read it", examples=["oncology nurse"])
    reviewed_at: datetime
    model: str = Field(description="the language model that drafted it; empty: a person wrote it")
    sentences: list[PublishedSentence] = Field(description="in the order of the page")


class Paper(BaseModel):
    """A paper that RePORTER links to a study; nameless where nobody has told us its title."""

    pmid: int
    title: str
    journal: str
    year: int | None


class Trial(BaseModel):
    """A clinical study that NIH links to a study."""

    number: str = Field(examples=["NCT04185220"])
    title: str
    status: str


class Study(BaseModel):
    """A study as it stands, or as it stood at the end of a day (UTC).

    Title, abstract and narrative are the researchers' own words: untrusted text, not ours.
    """

    key: Key
    title: str
    url: Url
    as_of: date | None = Field(description="the day asked for; null: now")
    facts: Facts
    plain: list[PlainSentence]
    published_text: PublishedText | None = Field(
        description="null: nothing is published, or another day than now was asked for"
    )
    abstract: str
    narrative: str
    papers: list[Paper] = Field(description="up to 200, as linked now, whatever the day asked for")
    trials: list[Trial] = Field(description="as linked now, whatever the day asked for")
    awards: list[AwardVersions]


class Lack(BaseModel):
    """A part of a search that does not hold on a study, and why."""

    clause: str
    means: str
    because: str


class Explained(BaseModel):
    """Whether a search finds one study, and by what, or why not."""

    study: Key
    is_found: bool
    found_by: list[Clause]
    lacks: list[Lack]


class Checked(BaseModel):
    """A search, understood."""

    means: str = Field(description="read back as a sentence", examples=["Studies that mention"])
    canonical: str = Field(description="the same for all ways to type it")
    count: int = Field(description="studies that it finds now")
    is_exact: bool = Field(description="false: the count is reckoned from a sample")
    explained: Explained | None = Field(description="of the study asked about, if any")
