"""Which project an award belongs to, and which award speaks for its project (pure)."""

import re
from dataclasses import dataclass
from typing import Any

from tidings.projects.canonicalise import Canonical

SUPPLEMENT = "3"
_SERIAL = re.compile(r"[A-Z]{2}\d{4,}")
_SUPPORT_YEAR = re.compile(r"-(\d{1,3})")


def project_key(canonical: Canonical) -> str:
    """Return what the project is known by through the years: institute and serial, ``CA286969``.

    Kinds of work without a serial are known by their core number, else by their full number.
    """
    split: dict[str, Any] = canonical.get("project_num_split", {})
    serials = (
        canonical.get("project_serial_num", ""),
        f"{split.get('ic_code', '')}{split.get('serial_num', '')}",
    )
    for serial in serials:
        if _SERIAL.fullmatch(found := _plain(serial)):
            return found
    core, full = (_plain(canonical.get(name, "")) for name in ("core_project_num", "project_num"))
    return core or full or f"APPL{canonical['appl_id']}"


def _plain(name: Any) -> str:
    return "".join(str(name).split()).upper()


@dataclass(frozen=True)
class Standing:
    """What decides where an award stands among the awards of its project."""

    appl_id: int
    project_num: str
    fiscal_year: int | None
    award_type: str
    subproject_id: str | None

    @property
    def digit(self) -> str:
        """The type without its letter: ``4N`` and ``4C`` are both type 4."""
        return self.award_type[:1]

    @property
    def is_component(self) -> bool:
        """Part of a larger award, which speaks for it."""
        return self.subproject_id is not None

    @property
    def year(self) -> int:
        """The fiscal year; an unknown one is the oldest."""
        return self.fiscal_year or 0

    @property
    def support_year(self) -> int:
        """Which year of support a number such as ``5R01CA123456-03S1`` names, else 0."""
        found = _SUPPORT_YEAR.search(self.project_num)
        return int(found.group(1)) if found else 0

    @property
    def rank(self) -> tuple[bool, bool, int, int, int]:
        """The highest of a project speaks for it: the newest award that is no part or supplement.

        A component or a supplement speaks only while nothing better is known.
        """
        supplement = self.digit == SUPPLEMENT
        return (
            not self.is_component,
            not supplement,
            self.year,
            self.support_year,
            self.appl_id,
        )
