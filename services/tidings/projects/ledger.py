"""The public ledger of changes: its order, and what a line of it says (pure).

Changes come in the order in which their sweeps ended, and within a sweep by id. A sweep that has
ended finds nothing more, so what a reader has passed never grows.
"""

import re
from typing import NamedTuple

import orjson

from tidings.errors import RejectedError
from tidings.projects.models import Change, ChangeKind
from tidings.rendering.speech import Sayable

_CURSOR = re.compile(r"(\d{1,9})-(\d{1,9})", re.ASCII)  # no id in a database is longer


class Place(NamedTuple):
    """A place in the ledger: that of the change ``change_id`` of the sweep that ended as ``no``."""

    no: int = 0
    change_id: int = 0


class Entry(NamedTuple):
    """A change at its place, and the key of the project that it happened to."""

    place: Place
    key: str
    change: Change


def write_cursor(place: Place) -> str:
    """Return a place as readers keep it; it holds for ever."""
    return f"{place.no}-{place.change_id}"


def read_cursor(text: str) -> Place:
    """Return the place that a cursor names, the start for none; RejectedError for another text."""
    if not text:
        return Place()
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise RejectedError(
            Sayable("This is no cursor of the ledger. Leave it out to read from the start.")
        )
    return Place(int(found[1]), int(found[2]))


def line(entry: Entry) -> bytes:
    """Return the line of one change: a JSON object, and the end of the line."""
    change = entry.change
    said = {
        "cursor": write_cursor(entry.place),
        "id": change.id,
        "project": entry.key,
        "appl_id": change.appl_id,
        "version": change.version,
        "kind": change.kind,
        "severity": change.severity,
        "field": change.field_name,
        "before": change.before,
        "after": change.after,
        "dated": change.after if change.kind is ChangeKind.END_CUT else None,
        "seen_at": change.seen_at,
        "sweep": change.sweep_id,
        "reverses": change.reverses_id,
    }
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)
