"""Take in a vocabulary of conditions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from tidings.db.session import commit
from tidings.searches.condition_lines import Entry, joined
from tidings.searches.condition_queries import (
    StoredCondition,
    add_conditions,
    rename_conditions,
    set_names,
    stored_conditions,
    stored_names,
)

CHUNK = 1_000


@dataclass(frozen=True)
class Loaded:
    """What a vocabulary holds, and what of it was new."""

    conditions: int
    names: int
    new_conditions: int
    renamed: int
    new_names: int
    respelled: int


def load_conditions(
    session: Session, entries: Sequence[Entry], *, on_step: Callable[[int, int], None]
) -> Loaded:
    """Store conditions and their names; ``on_step`` gets (names written, names to write).

    All or nothing. Safe to call twice: what is there as it should be is not written again. A newer
    file renames conditions and adds names; it takes none away.
    """
    merged = joined(entries)
    renames = _renames(merged, stored_conditions(session))
    rename_conditions(session, renames)
    known = {row.words for row in stored_conditions(session)}
    new = [entry for entry in merged if entry.key not in known]
    add_conditions(
        session,
        [{"words": entry.key, "name": entry.name, "source": entry.source} for entry in new],
    )
    ids = {row.words: row.id for row in stored_conditions(session)}
    rows, new_names = _names_to_set(merged, ids, stored_names(session))
    for start in range(0, len(rows), CHUNK):
        set_names(session, rows[start : start + CHUNK])
        on_step(min(start + CHUNK, len(rows)), len(rows))
    commit(session, "conditions.loaded")
    return Loaded(
        conditions=len(merged),
        names=sum(len(entry.names) for entry in merged),
        new_conditions=len(new),
        renamed=len(renames),
        new_names=new_names,
        respelled=len(rows) - new_names,
    )


def _renames(entries: Sequence[Entry], stored: Sequence[StoredCondition]) -> list[StoredCondition]:
    """Return the stored conditions that have another name now.

    It is the same condition when its name reads the same, or else when a vocabulary calls what it
    brought once by another name now.
    """
    by_words = {row.words: row for row in stored}
    here = {entry.key for entry in entries}
    by_source = {row.source: row for row in reversed(stored) if row.words not in here}
    renames: list[StoredCondition] = []
    for entry in entries:
        row = by_words.get(entry.key) or by_source.pop(entry.source, None)
        if row is not None and (row.words, row.name) != (entry.key, entry.name):
            renames.append(row._replace(words=entry.key, name=entry.name))
    return renames


def _names_to_set(
    entries: Sequence[Entry], ids: Mapping[str, int], stored: Mapping[tuple[int, str], str]
) -> tuple[list[dict[str, int | str]], int]:
    """Return the names that are not stored as they are spelled, and how many of them are new."""
    rows: list[dict[str, int | str]] = []
    new = 0
    for entry in entries:
        condition_id = ids[entry.key]
        for key, name in entry.names.items():
            there = stored.get((condition_id, key))
            if there != name:
                rows.append({"condition_id": condition_id, "words": key, "name": name})
                new += there is None
    return rows, new
