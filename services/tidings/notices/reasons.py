"""Why a reader is told: the shapes inside ``notice.reasons`` (pure)."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter


class Clause(BaseModel, frozen=True):
    """One clause of a search that held, with the text that it held on."""

    clause: str = Field(description="as it stands in the canonical search, e.g. title:trop2")
    field: str = Field(description="field of the record, as RePORTER names it")
    excerpt: str = Field(default="", description="up to 160 characters of that field")
    spans: tuple[tuple[int, int], ...] = Field(
        default=(), description="[start, end) in the excerpt, to highlight"
    )


class FollowReason(BaseModel, frozen=True):
    """The reader follows the project, and these changes happened to it."""

    type: Literal["follow"] = "follow"
    follow_id: int
    change_ids: tuple[int, ...]


class SearchReason(BaseModel, frozen=True):
    """A saved search of the reader found the project, or one of its changes."""

    type: Literal["search"] = "search"
    saved_search_id: int
    appl_id: int
    version: int
    clauses: tuple[Clause, ...]
    change_ids: tuple[int, ...] = ()


Reason = Annotated[FollowReason | SearchReason, Field(discriminator="type")]
REASONS = TypeAdapter[tuple[Reason, ...]](tuple[Reason, ...])
"""Reads and writes the JSON: ``REASONS.validate_python(notice.reasons)``, ``dump_python``."""
