"""Values that programs send, checked as strictly as the description says."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StringConstraints

from tidings.flows.change_follow import LONGEST_NOTE
from tidings.flows.change_search import LONGEST_NAME
from tidings.notices.preferences import DAYS, DOLLARS, MOST, PERCENT
from tidings.projects.models import ChangeKind
from tidings.subscribers.models import Cadence

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
EARLIEST, LATEST = 2000, 9998
"""Years of a moment that make sense: a zone moves none of them out of what can be stored."""


def _day(value: Any) -> Any:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("A day is written like 2026-11-20.")
    return value


def _moment(value: Any) -> datetime:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("A moment is written like 2027-01-31T12:00:00Z.")
    found = datetime.fromisoformat(value.upper())
    if not EARLIEST <= found.year <= LATEST:
        raise ValueError(f"A moment is in the years {EARLIEST} to {LATEST}.")
    return found.astimezone(UTC)


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]

PLAIN = r"^[^\x00]*$"
"""No database keeps the character that ends texts in C."""

Key = Annotated[
    str, Path(pattern="^[ -~]+$", description="of a study, in any case", examples=["CA286969"])
]
SearchId = Annotated[
    int, Path(ge=1, le=2**31 - 1, description="of a saved search of the reader", examples=[1])
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=PLAIN)]
Note = Annotated[str, StringConstraints(max_length=LONGEST_NOTE, pattern=PLAIN)]
SearchText = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=PLAIN)]


class Asked(BaseModel):
    """The base of every body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid")


class Threshold(Asked):
    """What is too little to tell; a name that is left out, or 0, sets no limit."""

    percent: Annotated[StrictInt, Field(ge=0, le=MOST[PERCENT])] = 0
    dollars: Annotated[StrictInt, Field(ge=0, le=MOST[DOLLARS])] = 0
    days: Annotated[StrictInt, Field(ge=0, le=MOST[DAYS])] = 0


class Wishes(Asked):
    """What may be changed of a follow or saved search; what is left out stays as it is."""

    cadence: Cadence = Field(default=Cadence.WEEKLY, description="how often to be told")
    cadence_by_kind: dict[ChangeKind, Cadence] = Field(
        default={},
        description="kinds of change that are told otherwise; all of them, it is not added to",
        examples=[{"end_cut": "immediate"}],
    )
    threshold: Threshold = Field(default=Threshold(), description="what is too little to tell")
    muted_until: Moment | None = Field(
        default=None, description="nothing is told until then; null ends a mute"
    )

    def changes(self, *, now: datetime) -> dict[str, Any]:
        """Return what the flows take: what was sent, and nothing else."""
        asked = self.model_dump(mode="json", exclude={"muted_until"}, exclude_unset=True)
        if "cadence" in asked:
            asked["cadence"] = self.cadence
        if "muted_until" in self.model_fields_set:
            asked["muted_until"] = self.muted_until or now
        return asked


class FollowAsked(Asked):
    """How to follow a study."""

    cadence: Cadence = Field(default=Cadence.WEEKLY, description="how often to be told")


class FollowWishes(Wishes):
    """What to change of a follow; what is left out stays as it is."""

    note: Note | None = Field(default=None, description="yours, to yourself")


class SearchAsked(Asked):
    """A search to save."""

    name: Name = Field(description="what it is called in mails", examples=["Trop2 in Arizona"])
    text: SearchText = Field(examples=["title:trop2 AND state:AZ"])
    cadence: Cadence = Field(default=Cadence.WEEKLY, description="how often to be told")


class SearchWishes(Wishes):
    """What to change of a saved search; what is left out stays as it is."""

    name: Name | None = Field(default=None, description="what it is called in mails")
