"""Counts what an audit looks at, while it looks (pure)."""

from collections import Counter

from tidings.audits.outcome import MOST_FINDINGS, Finding, Outcome
from tidings.rendering.filters import plural


class Ledger:
    """What was as it should be, what a good reason explains, and what is missing."""

    def __init__(self) -> None:
        self.examined = 0
        self._missing = 0
        self._explained: Counter[str] = Counter()
        self._findings: list[Finding] = []

    def well(self) -> None:
        """Count something that is as it should be."""
        self.examined += 1

    def explained(self, why: str) -> None:
        """Count something that is not there, for a good reason."""
        self.examined += 1
        self._explained[why] += 1

    def missing(self, finding: Finding) -> None:
        """Count something that should be there and is not."""
        self.examined += 1
        self._missing += 1
        if len(self._findings) < MOST_FINDINGS:
            self._findings.append(finding)

    def outcome(self, *notes: str) -> Outcome:
        """Sum up; ``notes`` come before what was explained, and by what."""
        why = ", ".join(f"{count:,} {why}" for why, count in sorted(self._explained.items()))
        total = self._explained.total()
        said = [*notes, f"{plural(total, 'absence')} explained: {why}" if total else ""]
        return Outcome(
            examined=self.examined,
            agreed=self.examined - self._missing,
            findings=tuple(self._findings),
            note="; ".join(filter(None, said)),
        )
