"""Awards and projects as they stood at a moment that has passed (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tidings.projects.canonicalise import Canonical
from tidings.projects.codec import pack, rebuild
from tidings.projects.outline import outline, standing
from tidings.projects.rows import project_columns


class Step(NamedTuple):
    """One version of an award: when it was seen, and what leads back to the one before."""

    version: int
    seen_at: datetime
    content_hash: str
    delta: bytes


class PastAward:
    """An award in any of its versions; ``steps`` are all of them, newest first."""

    def __init__(self, appl_id: int, project_id: int, body: bytes, steps: Sequence[Step]) -> None:
        self.appl_id = appl_id
        self.project_id = project_id
        self.steps = steps
        self._body = body
        self._columns: dict[int, Mapping[str, Any]] = {}

    def version_at(self, moment: datetime) -> int:
        """Return the version that was the latest at that moment, 0 before the award was known."""
        return next((step.version for step in self.steps if step.seen_at <= moment), 0)

    def canonical(self, version: int) -> Canonical:
        """Return the canonical form of a version."""
        return rebuild(self._body, (step.delta for step in self.steps if step.version > version))

    def row(self, version: int) -> dict[str, Any]:
        """Return the row that the award had in a version."""
        step = next(step for step in self.steps if step.version == version)
        canonical = self.canonical(version)
        return {
            **outline(canonical),
            "project_id": self.project_id,
            "version": version,
            "content_hash": step.content_hash,
            "body": pack(canonical),
            "first_seen_at": self.steps[-1].seen_at,
            "changed_at": step.seen_at,
        }

    def columns(self, version: int) -> Mapping[str, Any]:
        """Return what a project says of itself when this version speaks for it, and its rank."""
        if version not in self._columns:
            canonical = self.canonical(version)
            rank = standing(outline(canonical)).rank
            self._columns[version] = {**project_columns(canonical), "rank": rank}
        return self._columns[version]


def said_by(awards: Iterable[PastAward], moment: datetime) -> dict[str, Any] | None:
    """Return the columns of a project with these awards at that moment; None before it was known.

    The award that stood highest spoke for it, as it does now.
    """
    versions = [(award, award.version_at(moment)) for award in awards]
    said = [award.columns(version) for award, version in versions if version]
    if not said:
        return None
    speaker = max(said, key=lambda columns: columns["rank"])
    return {name: value for name, value in speaker.items() if name != "rank"}
