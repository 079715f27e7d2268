"""What a record must have before it is believed (pure).

An absent field is no empty field. Were a record without its end date taken for one whose end date
was removed, readers would be told so; RePORTER names every field in every record, so it is flawed.
"""

from collections.abc import Iterable

from tidings.reporter.body import FlawedRow, RawRow
from tidings.reporter.wire import Record

NEVER_EMPTY = ("appl_id", "project_num", "fiscal_year", "project_title")
"""Fields that had a value in each of 5,300 recorded records."""

NEEDED = frozenset(NEVER_EMPTY) | {
    "abstract_text",
    "agency_ic_admin",
    "award_amount",
    "award_type",
    "budget_end",
    "budget_start",
    "contact_pi_name",
    "core_project_num",
    "is_active",
    "organization",
    "phr_text",
    "principal_investigators",
    "project_end_date",
    "project_serial_num",
    "project_start_date",
    "subproject_id",
}
"""Fields that say what project a record belongs to, or whose changes readers are told of."""

KNOWN = frozenset(Record.model_fields)


def checked(row: RawRow) -> RawRow:
    """Return a row of a whole record; what lacks something it needs comes back as a FlawedRow."""
    fields = row.fields
    if fields is None or isinstance(fields, FlawedRow):
        return row
    reasons = [f"{name} is absent" for name in sorted(NEEDED - fields.keys())]
    reasons += [f"{name} is empty" for name in NEVER_EMPTY if fields.get(name, "?") in (None, "")]
    return RawRow(row.raw, FlawedRow(fields, "; ".join(reasons))) if reasons else row


def without_contradictions(rows: Iterable[RawRow]) -> tuple[RawRow, ...]:
    """Return rows; those of an award that comes twice with different content as FlawedRow.

    It has happened while RePORTER filled its index, and nothing says which of the two is true.
    """
    rows = tuple(rows)
    first: dict[object, object] = {}
    torn: set[object] = set()
    for row in rows:
        if (number := _number(row)) is not None and first.setdefault(
            number, row.value
        ) != row.value:
            torn.add(number)
    reason = "the award came twice with different content"
    return tuple(
        RawRow(row.raw, FlawedRow(row.fields or {}, reason)) if _number(row) in torn else row
        for row in rows
    )


def _number(row: RawRow) -> int | None:
    number = (row.fields or {}).get("appl_id")
    return number if isinstance(number, int) else None


def absent_fields(rows: Iterable[RawRow]) -> frozenset[str]:
    """Name the fields that we know and that some good row does not have."""
    good = [row.fields for row in rows if not isinstance(row.value, FlawedRow)]
    return frozenset[str]().union(*(KNOWN - one.keys() for one in good if one is not None))
