"""What an audit comes to (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Finding = Mapping[str, Any]
"""One thing that did not agree, in numbers and plain words; never an address or a search's text."""

MOST_FINDINGS = 100
"""Findings that are kept: the numbers are whole, the list is to look at."""


@dataclass(frozen=True)
class Outcome:
    """How much was looked at, how much of that was as it should be, and what was not."""

    examined: int
    agreed: int
    findings: Sequence[Finding] = ()
    note: str = ""

    @property
    def is_well(self) -> bool:
        """All of it agreed."""
        return self.agreed == self.examined

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The findings that are kept."""
        return [dict(finding) for finding in self.findings[:MOST_FINDINGS]]
