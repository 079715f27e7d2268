"""What recordings contain, told straight from their rows: no code of the pipeline is used here.

The rules are the reader's: an end date counts by its day, a contact's name without case and
spacing, a title without white space, an amount as it is.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WAVES: dict[str, tuple[str, ...]] = {
    "2024-10-21": ("full_study_section",),
    "2024-11-18": ("organization_type",),
    "2024-12-09": ("organization_type",),
    "2025-03-21": ("geo_lat_lon", "agency_ic_fundings"),
    "2025-04-07": ("program_officers",),
    "2025-04-21": (
        "project_start_date",
        "project_end_date",
        "budget_start",
        "budget_end",
        "award_notice_date",
        "date_added",
    ),
    "2025-06-30": ("terms", "pref_terms"),
    "2025-08-11": ("cfda_code",),
}
"""Days on which most records changed alike, and the fields in which they did."""

RULES: dict[str, Callable[[Any], Any]] = {
    "project_end_date": lambda value: str(value or "")[:10],
    "award_amount": lambda value: value,
    "contact_pi_name": lambda value: "".join(str(value or "").split()).casefold(),
    "project_title": lambda value: "".join(str(value or "").split()),
}
"""The fields of which every move has to be there, and by what they are compared."""


@dataclass(frozen=True)
class Move:
    """A field of an award that was otherwise in the recording before."""

    recorded_at: str
    appl_id: int
    field: str
    before: Any
    after: Any


def read_recordings(path: Path) -> list[dict[str, Any]]:
    """Return the recordings in a file, in order."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def moves(recordings: Sequence[dict[str, Any]]) -> Iterator[Move]:
    """Yield every move that counts, of awards that were seen before."""
    last: dict[int, dict[str, Any]] = {}
    for recording in recordings:
        for row in recording["results"]:
            known = last.get(row["appl_id"]) or row
            for field, rule in RULES.items():
                before, after = rule(known[field]), rule(row[field])
                if before != after:
                    yield Move(recording["recorded_at"], row["appl_id"], field, before, after)
        for row in recording["results"]:
            last[row["appl_id"]] = row


def comparable(field: str, value: Any) -> Any:
    """Return a value of the pipeline's output by what it is to be compared."""
    return RULES[field](value)
