"""All SQL about vocabularies of conditions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlalchemy import update as update_rows
from sqlmodel import Session, col, select

from tidings.db.base import stored_id
from tidings.db.upsert import insert_ignore, insert_or_add
from tidings.searches.condition_names import KnownCondition
from tidings.searches.models import Condition, ConditionName


class StoredCondition(NamedTuple):
    """A row of the table of conditions."""

    id: int
    words: str
    name: str
    source: str


def stored_conditions(session: Session) -> Sequence[StoredCondition]:
    """Return every condition that was loaded, in the order in which they came."""
    rows = session.exec(
        select(
            col(Condition.id), col(Condition.words), col(Condition.name), col(Condition.source)
        ).order_by(col(Condition.id))
    )
    return [StoredCondition(stored_id(number), *others) for number, *others in rows]


def stored_names(session: Session) -> Mapping[tuple[int, str], str]:
    """Return every name that was loaded, by its condition and its words."""
    names = ConditionName
    rows = session.exec(select(col(names.condition_id), col(names.words), col(names.name)))
    return {(condition_id, words): name for condition_id, words, name in rows}


def add_conditions(session: Session, rows: Sequence[Mapping[str, str]]) -> None:
    """Insert conditions, passing over those whose words are there."""
    insert_ignore(session, Condition, rows)


def rename_conditions(session: Session, rows: Sequence[StoredCondition]) -> None:
    """Give conditions the words and the name that these rows have."""
    if not rows:
        return
    change = (
        update_rows(Condition)
        .where(col(Condition.id) == bindparam("of"))
        .values(words=bindparam("new_words"), name=bindparam("new_name"))
    )
    session.connection().execute(
        change, [{"of": row.id, "new_words": row.words, "new_name": row.name} for row in rows]
    )


def set_names(session: Session, rows: Sequence[Mapping[str, int | str]]) -> None:
    """Insert names of conditions; one that is there is spelled like the new one."""
    insert_or_add(session, ConditionName, rows, add=(), replace=("name",))


def conditions_called(session: Session, keys: Collection[str]) -> list[KnownCondition]:
    """Return the conditions that were loaded and are called by one of these words.

    Others that share a name with them come too, each with no more than the names it shares.
    """
    if not keys:
        return []
    called = select(ConditionName.condition_id).where(col(ConditionName.words).in_(keys))
    names = select(ConditionName.words).where(col(ConditionName.condition_id).in_(called))
    rows = session.exec(
        select(
            col(Condition.id), col(Condition.name), col(Condition.source), col(ConditionName.name)
        )
        .join(ConditionName, col(ConditionName.condition_id) == col(Condition.id))
        .where(col(ConditionName.words).in_(names))
        .order_by(col(Condition.id), col(ConditionName.words))
    )
    return _gathered(rows)


def _gathered(rows: Iterable[tuple[int | None, str, str, str]]) -> list[KnownCondition]:
    found: dict[int | None, tuple[str, str, list[str]]] = {}
    for condition_id, name, source, other in rows:
        found.setdefault(condition_id, (name, source, []))[2].append(other)
    return [
        KnownCondition(name, source, tuple(dict.fromkeys([name, *names])))
        for name, source, names in found.values()
    ]
