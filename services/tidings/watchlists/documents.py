"""A published list as a file: ``tidings-watchlist/1``, JSON that its site signed (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from enum import Enum
from typing import Any, Literal, cast

import orjson
from pydantic import BaseModel, Field, ValidationError

from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable
from tidings.watchlists.entries import (
    LONGEST_ABOUT,
    LONGEST_TITLE,
    Entry,
    SearchEntry,
    StudyEntry,
    check_count,
    clean,
    clean_lines,
)
from tidings.watchlists.models import Watchlist
from tidings.watchlists.signing import Signer, is_signed_by

FORMAT = "tidings-watchlist/1"
LARGEST = 512 * 1024
"""Bytes of a file; 200 entries are a tenth of that."""


class Document(BaseModel, frozen=True, extra="forbid"):
    """What is signed, and the signature."""

    format: Literal["tidings-watchlist/1"] = FORMAT
    title: str = Field(min_length=1, max_length=LONGEST_TITLE)
    about: str = Field(default="", max_length=LONGEST_ABOUT)
    language: str = Field(pattern="^[a-z]{2}$")
    site: str = Field(max_length=200)
    slug: str = Field(max_length=40, pattern="^[A-Za-z0-9_-]+$")
    version: int = Field(ge=1, le=2**31 - 1)
    published_at: str = Field(max_length=40)
    entries: tuple[Entry, ...]
    key_id: str = Field(max_length=64)
    signature: str = Field(max_length=200)

    @property
    def address(self) -> str:
        """Where the list says that it is."""
        return f"{self.site}/lists/{self.slug}"


class Standing(Enum):
    """What is known of a signature."""

    OURS = "ours"
    CHECKED = "checked"
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Taken:
    """A document that was read, and what is known of its signature."""

    document: Document
    standing: Standing


def written(
    row: Watchlist, entries: Sequence[StudyEntry | SearchEntry], *, site: str, signer: Signer
) -> bytes:
    """Return a list that is published as the file that its site signed."""
    published = row.published_at
    if published is None:
        raise LookupError("a list that is not published has no file")
    said: dict[str, Any] = {
        "format": FORMAT,
        "title": row.title,
        "about": row.about,
        "language": row.language,
        "site": site,
        "slug": row.slug,
        "version": row.version,
        "published_at": published.astimezone(UTC).isoformat(timespec="seconds"),
        "entries": [entry.model_dump() for entry in entries],
    }
    return orjson.dumps(signer.signed(said), option=orjson.OPT_INDENT_2)


def read(data: bytes, *, signer: Signer, public_key: str = "") -> Taken:
    """Read a file; raises RejectedError, in words, for one that is none or that was altered.

    One of ours is held against our own key, any other against ``public_key`` if there is one.
    """
    if len(data) > LARGEST:
        raise RejectedError(Sayable("This file is too large for a list."))
    try:
        raw: Any = orjson.loads(data)
        document = Document.model_validate(raw)
    except orjson.JSONDecodeError as error:
        raise RejectedError(Sayable("This is no list: it is not JSON.")) from error
    except ValidationError as error:
        raise RejectedError(
            Sayable("This is no list: {problem}.", problem=_first(error))
        ) from error
    is_ours = document.key_id == signer.key_id
    key = signer.public_key if is_ours else public_key.strip()
    if key and not is_signed_by(cast("dict[str, Any]", raw), key):
        raise RejectedError(
            Sayable("This list is not as it was signed: somebody altered it, or another key did.")
        )
    check_count(document.entries)
    return Taken(_cleaned(document), _standing(is_ours=is_ours, is_checked=bool(key)))


def _standing(*, is_ours: bool, is_checked: bool) -> Standing:
    if is_ours:
        return Standing.OURS
    return Standing.CHECKED if is_checked else Standing.UNCHECKED


def _cleaned(document: Document) -> Document:
    texts = {
        "title": clean(document.title) or document.slug,
        "about": clean_lines(document.about),
        "site": clean(document.site).rstrip("/"),
        "entries": tuple(map(_plain, document.entries)),
    }
    return document.model_copy(update=texts)


def _plain(entry: StudyEntry | SearchEntry) -> StudyEntry | SearchEntry:
    if isinstance(entry, SearchEntry):
        return SearchEntry.model_construct(text=clean(entry.text), name=clean(entry.name))
    return StudyEntry.model_construct(key=entry.key.upper(), name=clean(entry.name))


def _first(error: ValidationError) -> str:
    """Return the place of the first thing that is wrong: entries, 3, key."""
    problem = error.errors()[0]
    return ", ".join(map(str, problem["loc"])) or "JSON"
