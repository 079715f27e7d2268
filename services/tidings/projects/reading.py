"""The rows of a page as readings: canonical, hashed, with the columns of an award (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from tidings.errors import QuarantinedError
from tidings.projects.canonicalise import Canonical, canonicalise, content_hash
from tidings.projects.identity import Standing, project_key
from tidings.projects.outline import LARGEST_COLUMN, outline, standing
from tidings.reporter.wire import read_record, unknown_fields


@dataclass(frozen=True)
class Reading:
    """One award as a page gave it."""

    appl_id: int
    canonical: Canonical
    content_hash: str
    columns: dict[str, Any]
    key: str
    standing: Standing


@dataclass(frozen=True)
class Unreadable:
    """One row that is no record, and why."""

    raw: bytes
    reason: str
    appl_id: int | None


@dataclass(frozen=True)
class PageReading:
    """All that a page said.

    ``doubled`` are awards that it held twice with different content: the latter counts.
    ``drifted`` are fields that we do not know.
    """

    readings: tuple[Reading, ...]
    unreadable: tuple[Unreadable, ...]
    doubled: tuple[int, ...]
    drifted: frozenset[str]


def read_rows(rows: Iterable[tuple[bytes, object]]) -> PageReading:
    """Read each row, given as its raw bytes and its JSON value; one bad row spoils no other."""
    readings: dict[int, Reading] = {}
    unreadable: list[Unreadable] = []
    doubled: set[int] = set()
    drifted: set[str] = set()
    for raw, value in rows:
        try:
            reading, unknown = _read(value)
        except QuarantinedError as error:
            unreadable.append(Unreadable(raw, str(error), _appl_id(value)))
            continue
        drifted |= unknown
        earlier = readings.get(reading.appl_id, reading)
        if earlier.content_hash != reading.content_hash:
            doubled.add(reading.appl_id)
        readings[reading.appl_id] = reading
    return PageReading(
        tuple(readings.values()), tuple(unreadable), tuple(sorted(doubled)), frozenset(drifted)
    )


def _read(value: object) -> tuple[Reading, set[str]]:
    record = read_record(value)
    canonical = canonicalise(record)
    columns = outline(canonical)
    reading = Reading(
        appl_id=columns["appl_id"],
        canonical=canonical,
        content_hash=content_hash(canonical),
        columns=columns,
        key=project_key(canonical),
        standing=standing(columns),
    )
    return reading, set(unknown_fields(record))


def _appl_id(value: object) -> int | None:
    fields = cast("dict[Any, Any]", value) if isinstance(value, dict) else {}
    found = fields.get("appl_id")
    known = isinstance(found, int) and not isinstance(found, bool) and 0 < found <= LARGEST_COLUMN
    return found if known else None
