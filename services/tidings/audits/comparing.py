"""How a stored award is compared with what RePORTER says of it now (pure)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tidings.audits.outcome import Finding, Outcome
from tidings.projects.canonicalise import Canonical, content_hash
from tidings.projects.diff import diff
from tidings.projects.reading import Reading
from tidings.rendering.filters import plural

NOT_THERE = "RePORTER does not have it"
UNREADABLE = "RePORTER's record cannot be read"


def differing(
    stored: Canonical, columns: Mapping[str, Any], stored_hash: str, reading: Reading
) -> list[str]:
    """Name what is not as the reading has it: fields of the canonical form, then our columns of it.

    A hash that is not that of the stored version differs as well: what was altered behind our back.
    """
    fields = [change.field for change in diff(stored, reading.canonical)]
    own = [f"column {name}" for name, value in columns.items() if value != reading.columns[name]]
    broken = [] if stored_hash == content_hash(stored) else ["hash of the stored version"]
    return [*fields, *sorted(own), *broken]


def canary_outcome(findings: Sequence[Finding], *, examined: int) -> Outcome:
    """Sum up; a field that differs may have changed at RePORTER since it was read last."""
    kinds = Counter(str(finding["missing"]) for finding in findings if "missing" in finding)
    said = [f"{plural(count, 'award')}: {kind}" for kind, count in sorted(kinds.items())]
    return Outcome(examined, examined - len(findings), findings, "; ".join(said))
