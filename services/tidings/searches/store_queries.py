"""SQL that looks for stored awards which a search may find; ``evaluate`` has the last word."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, exists, false, literal, or_, true, union_all
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from tidings.db.word_index import Wanted, ids_having
from tidings.projects.models import Award, Change, ChangeKind, Project, Severity
from tidings.searches.candidates import Condition, Every, Happened, Some, needed
from tidings.searches.facets import Traits
from tidings.searches.models import AwardWords
from tidings.searches.query import Comparison, DateField, NumberField, Query, Value, ValueField

_COLUMNS: Mapping[NumberField | DateField, Any] = {
    NumberField.FY: col(Award.fiscal_year),
    NumberField.AMOUNT: col(Award.amount),
    DateField.START: col(Award.project_start_on),
    DateField.END: col(Award.project_end_on),
}

SCATTER, PRIME = 7_919, 65_537


class Standing(NamedTuple):
    """A project, and the award that speaks for it."""

    project_id: int
    appl_id: int


class Latest(NamedTuple):
    """An award in its latest version; ``body`` as projects.codec packs it."""

    appl_id: int
    project_id: int
    version: int
    body: bytes


class Told(NamedTuple):
    """The kinds and severities of what was told of an award."""

    kinds: frozenset[ChangeKind] = frozenset()
    severities: frozenset[Severity] = frozenset()


NOTHING_TOLD = Told()


def candidate_ids(
    session: Session, query: Query, *, ever: bool, limit: int | None = None
) -> Sequence[int]:
    """Return the awards that the query may find, those that changed last first.

    None that it finds is missing, whatever was told of it. ``ever`` asks for awards that it may
    have found in any version that was ever stored. One statement, so one moment of the store.
    """
    ids = select(col(Award.appl_id)).where(_may_hold(session, needed(query, ever=ever)))
    newest = (col(Award.changed_at).desc(), col(Award.appl_id).desc())
    return session.exec(ids.order_by(*newest).limit(limit)).all()


def standing_candidates(session: Session, query: Query) -> list[Standing]:
    """Return the projects that the query may find by the award that speaks for them.

    Those that changed last come first.
    """
    found = session.connection().execute(
        select_columns(col(Project.id), col(Award.appl_id))
        .join(Award, col(Award.appl_id) == col(Project.current_appl_id))
        .where(_may_hold(session, needed(query)))
        .order_by(col(Project.last_changed_at).desc(), col(Project.id).desc())
    )
    return [Standing(*row) for row in found]


def standing_sample(session: Session, query: Query, *, step: int) -> list[Standing]:
    """Return about one in ``step`` of the projects that the query may find, in no order.

    Numbers are scattered before they are counted off, or every second project might be alike.
    """
    scattered = col(Project.id) * literal(SCATTER, BigInteger) % PRIME
    found = session.connection().execute(
        select_columns(col(Project.id), col(Award.appl_id))
        .join(Award, col(Award.appl_id) == col(Project.current_appl_id))
        .where(_may_hold(session, needed(query)), scattered % step == 0)
    )
    return [Standing(*row) for row in found]


def candidate_count(session: Session, query: Query) -> int:
    """Return how many projects the query may find."""
    return session.exec(
        select(func.count(col(Project.id)))
        .join(Award, col(Award.appl_id) == col(Project.current_appl_id))
        .where(_may_hold(session, needed(query)))
    ).one()


def traits_of(session: Session, appl_ids: Collection[int]) -> Mapping[int, Traits]:
    """Return what these awards say of themselves for facets."""
    found = session.connection().execute(
        select_columns(
            col(Award.appl_id),
            col(Award.institute),
            col(Award.state),
            col(Award.activity_code),
            col(Award.fiscal_year),
            col(Award.project_end_on),
        ).where(col(Award.appl_id).in_(appl_ids))
    )
    return {row[0]: Traits(*row[1:]) for row in found}


def standing_count(session: Session) -> int:
    """Return how many projects there are."""
    return session.exec(select(func.count(col(Project.id)))).one()


def latest_of(session: Session, appl_ids: Collection[int]) -> Mapping[int, Latest]:
    """Return the latest versions of these awards, by ascending number."""
    found = session.connection().execute(
        select_columns(
            col(Award.appl_id), col(Award.project_id), col(Award.version), col(Award.body)
        )
        .where(col(Award.appl_id).in_(appl_ids))
        .order_by(col(Award.appl_id))
    )
    return {row[0]: Latest(*row) for row in found}


def told_of(session: Session, appl_ids: Collection[int]) -> Mapping[int, Told]:
    """Return what was told of each of these awards of which anything was."""
    if not appl_ids:
        return {}
    kinds: dict[int, set[ChangeKind]] = {}
    severities: dict[int, set[Severity]] = {}
    rows = session.exec(
        select(col(Change.appl_id), col(Change.kind), col(Change.severity))
        .where(col(Change.appl_id).in_(appl_ids), _IS_TOLD)
        .distinct()
    )
    for appl_id, kind, severity in rows:
        kinds.setdefault(appl_id, set()).add(kind)
        severities.setdefault(appl_id, set()).add(severity)
    return {one: Told(frozenset(kinds[one]), frozenset(severities[one])) for one in kinds}


_IS_TOLD = col(Change.severity) != Severity.QUIET


def _may_hold(session: Session, condition: Condition | None) -> ColumnElement[bool]:
    match condition:
        case None:
            return true()
        case Every(parts):
            return and_(*(_may_hold(session, part) for part in parts))
        case Some(parts):
            return or_(*(_may_hold(session, part) for part in parts))
        case Comparison(field, operator, number):
            return _COLUMNS[field].op(operator)(_operand(field, number))
        case Happened(value):
            return exists().where(
                col(Change.appl_id) == col(Award.appl_id), _IS_TOLD, _happened(value)
            )
        case _:
            return col(Award.appl_id).in_(_having(session, condition))


def _having(session: Session, wanted: Wanted) -> Any:
    """Return the question for the awards whose words hold it, and those that have no words yet."""
    indexed = select_columns(col(AwardWords.appl_id)).where(
        col(AwardWords.id).in_(ids_having(session, wanted))
    )
    return union_all(
        indexed, select_columns(col(Award.appl_id)).where(col(Award.is_indexed) == false())
    )


def _happened(value: Value) -> ColumnElement[bool]:
    is_kind = value.field is ValueField.CHANGE
    return (col(Change.kind) if is_kind else col(Change.severity)) == value.value


def _operand(field: NumberField | DateField, number: int) -> ColumnElement[Any]:
    """Return what the column is compared with; a search may ask for more than columns hold."""
    if isinstance(field, DateField):
        return literal(date.fromordinal(number))
    return literal(number, BigInteger)
