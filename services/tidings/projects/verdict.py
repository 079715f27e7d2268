"""What classification says of one difference (plain values)."""

from dataclasses import dataclass
from typing import Any

from tidings.projects.models import ChangeKind, Severity


@dataclass(frozen=True)
class Verdict:
    """A kind and a severity, and the earlier change that is undone, if one is."""

    kind: ChangeKind
    severity: Severity
    reverses_id: int | None = None


COSMETIC = Verdict(ChangeKind.COSMETIC, Severity.QUIET)
"""Kept, shown on request, never told."""


@dataclass(frozen=True)
class PastChange:
    """An earlier change of the same award that was let through and not undone since."""

    id: int
    kind: ChangeKind
    severity: Severity
    field: str
    before: Any
    after: Any
