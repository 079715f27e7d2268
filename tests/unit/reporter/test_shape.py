"""A record is believed when it has what every record has."""

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest

from tidings.projects import classify
from tidings.reporter.body import FlawedRow, RawRow
from tidings.reporter.shape import (
    NEEDED,
    NEVER_EMPTY,
    absent_fields,
    checked,
    without_contradictions,
)
from tidings.reporter.wire import Record

WHOLE: dict[str, Any] = dict.fromkeys(Record.model_fields) | {
    "appl_id": 7,
    "project_num": "1R01CA000001-01",
    "fiscal_year": 2026,
    "project_title": "How cells age",
}


def row(fields: object) -> RawRow:
    return RawRow(b"raw", fields)


def reason(fields: dict[str, Any]) -> str:
    value = checked(row(fields)).value
    return value.reason if isinstance(value, FlawedRow) else ""


def test_a_record_with_every_field_is_believed_although_most_are_empty() -> None:
    assert checked(row(WHOLE)) == row(WHOLE)
    assert absent_fields([row(WHOLE)]) == frozenset()


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_a_record_without_a_field_that_readers_are_told_of_is_flawed(name: str) -> None:
    short = {field: value for field, value in WHOLE.items() if field != name}
    assert reason(short) == f"{name} is absent"
    assert checked(row(short)).raw == b"raw"


@pytest.mark.parametrize("name", NEVER_EMPTY)
@pytest.mark.parametrize("nothing", [None, ""])
def test_a_field_that_is_never_empty_is_not_believed_to_be_so(name: str, nothing: object) -> None:
    assert reason(WHOLE | {name: nothing}) == f"{name} is empty"


def test_whatever_readers_are_told_of_is_needed() -> None:
    told = {*classify.ALWAYS, *classify.BY_VALUES, *classify.BY_CASE}
    assert told <= NEEDED


def test_another_field_that_is_absent_is_reported() -> None:
    short = {field: value for field, value in WHOLE.items() if field != "cfda_code"}
    assert checked(row(short)) == row(short)
    flawed = checked(row({"appl_id": 1}))
    assert absent_fields([row(WHOLE), row(short), flawed, row(5)]) == {"cfda_code"}


def test_an_award_that_contradicts_itself_is_not_believed_and_the_others_are() -> None:
    one, two = WHOLE | {"appl_id": 1}, WHOLE | {"appl_id": 2}
    rows = without_contradictions(map(row, [one, two, one | {"award_amount": 5}, two, {}, {}, 7]))
    flawed = [isinstance(found.value, FlawedRow) for found in rows]
    assert flawed == [True, False, True, False, False, False, False]
    assert rows[0].value == one


def test_every_recorded_record_is_believed(real_data: Path) -> None:
    with gzip.open(real_data / "icc-eval" / "recordings.jsonl.gz") as lines:
        records = [record for line in lines for record in orjson.loads(line)["results"]]
    assert len(records) > 5000
    assert {reason(record) for record in records} == {""}
