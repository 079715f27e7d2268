"""Differences of two versions of an award, field by field (pure)."""

from dataclasses import dataclass
from typing import Any

from tidings.projects.canonicalise import Canonical


@dataclass(frozen=True)
class FieldChange:
    """A top-level field that was otherwise before; None where it had no value."""

    field: str
    before: Any
    after: Any


def diff(before: Canonical, after: Canonical) -> tuple[FieldChange, ...]:
    """Return the fields that differ, by name in alphabetical order."""
    return tuple(
        FieldChange(field, before.get(field), after.get(field))
        for field in sorted(before.keys() | after.keys())
        if before.get(field) != after.get(field)
    )
