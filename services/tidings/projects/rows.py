"""The rows that a reading leads to, as values to insert (pure)."""

from datetime import datetime
from typing import Any

from tidings.projects.canonicalise import Canonical
from tidings.projects.codec import NO_DELTA, pack
from tidings.projects.diff import FieldChange
from tidings.projects.outline import outline
from tidings.projects.reading import Reading
from tidings.projects.stored import StoredAward
from tidings.projects.verdict import Verdict

ARRIVED = "award"
"""The ``field`` of a change that is about the whole award: it came, went or came back."""


def project_row(reading: Reading, now: datetime) -> dict[str, Any]:
    """Return the row of a project that ``reading`` speaks for and makes known."""
    return {
        "key": reading.key,
        **project_columns(reading.canonical),
        "first_seen_at": now,
        "last_changed_at": now,
    }


def project_columns(canonical: Canonical) -> dict[str, Any]:
    """Return what a project says of itself, taken from the award that speaks for it."""
    columns = outline(canonical)
    return {
        "title": canonical.get("project_title", ""),
        "organization": columns["organization"],
        "institute": columns["institute"],
        "is_active": columns["is_active"],
        "current_appl_id": columns["appl_id"],
    }


def award_row(reading: Reading, project_id: int, now: datetime) -> dict[str, Any]:
    """Return the row of an award seen for the first time."""
    return {
        **award_columns(reading, version=1, now=now),
        "project_id": project_id,
        "first_seen_at": now,
    }


def award_columns(reading: Reading, *, version: int, now: datetime) -> dict[str, Any]:
    """Return what an award's row holds of its latest version."""
    return {
        **reading.columns,
        "version": version,
        "content_hash": reading.content_hash,
        "body": pack(reading.canonical),
        "changed_at": now,
        "absent_since": None,
        "absent_sweeps": 0,
        "missing_since": None,
    }


def snapshot_row(
    reading: Reading, *, version: int, sweep_id: int, now: datetime, delta: bytes = NO_DELTA
) -> dict[str, Any]:
    """Return the row that keeps one version."""
    return {
        "appl_id": reading.appl_id,
        "version": version,
        "sweep_id": sweep_id,
        "seen_at": now,
        "content_hash": reading.content_hash,
        "delta": delta,
    }


def arrival_of(appl_id: int) -> FieldChange:
    """Return the difference that an award's coming makes."""
    return FieldChange(ARRIVED, None, appl_id)


def departure_of(appl_id: int) -> FieldChange:
    """Return the difference that an award's going makes."""
    return FieldChange(ARRIVED, appl_id, None)


def change_row(
    change: FieldChange, verdict: Verdict, *, award: StoredAward, sweep_id: int, now: datetime
) -> dict[str, Any]:
    """Return the row of a change that led to this version of an award."""
    return {
        "project_id": award.project_id,
        "appl_id": award.appl_id,
        "version": award.version,
        "sweep_id": sweep_id,
        "kind": verdict.kind,
        "severity": verdict.severity,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "reverses_id": verdict.reverses_id,
        "seen_at": now,
    }
