"""Records as they come over the wire."""

import gzip
from datetime import date
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import QuarantinedError
from tidings.reporter.wire import Record, read_publication, read_record, unknown_fields

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_every_recorded_record_is_read_and_every_field_known(real_data: Path) -> None:
    with gzip.open(real_data / "projects.jsonl.gz") as lines:
        rows = [cast("dict[str, Any]", orjson.loads(line)) for line in lines]
    assert len(rows) == 200
    for row in rows:
        record = read_record(row)
        assert unknown_fields(record) == ("_source",)
        assert record.appl_id == row["appl_id"]
        assert record.award_amount == row["award_amount"]
        assert str(record.project_end_date) == row["project_end_date"][:10]


def test_every_field_but_the_id_may_be_null() -> None:
    nulls: dict[str, Any] = dict.fromkeys(Record.model_fields)
    record = read_record(nulls | {"appl_id": 1})
    assert record.known() == nulls | {"appl_id": 1}


def test_every_field_of_a_part_may_be_null() -> None:
    for name, field in Record.model_fields.items():
        inner = dict.fromkeys(["org_name", "code", "name", "lon", "fy", "profile_id"])
        if "wire." in str(field.annotation):
            one = [inner] if "tuple" in str(field.annotation) else inner
            assert read_record({"appl_id": 1, name: one}).appl_id == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("appl_id", None),
        ("appl_id", "abc"),
        ("appl_id", -3),
        ("award_amount", "much"),
        ("award_amount", True),
        ("award_amount", 1.5),
        ("project_end_date", "soon"),
        ("project_end_date", 20260101),
        ("principal_investigators", {"name": "x"}),
        ("organization", "MIT"),
        ("spending_categories", [1, "two"]),
        ("project_title", ["a"]),
    ],
)
def test_a_wrong_type_names_the_field(field: str, value: object) -> None:
    with pytest.raises(QuarantinedError, match=f"^{field}"):
        read_record({"appl_id": 7} | {field: value})


def test_a_flaw_deep_inside_names_the_way_to_it() -> None:
    row = {"appl_id": 7, "agency_ic_fundings": [{"fy": 2026}, {"fy": "late"}]}
    with pytest.raises(QuarantinedError, match=r"^agency_ic_fundings\.1\.fy"):
        read_record(row)


@pytest.mark.parametrize("row", [None, 5, "x", [], [{"appl_id": 1}]])
def test_a_row_that_is_no_object_is_set_aside(row: object) -> None:
    with pytest.raises(QuarantinedError, match="is an object"):
        read_record(row)


@given(JSON)
def test_no_json_breaks_the_reader_otherwise(value: object) -> None:
    try:
        read_record({"appl_id": 1, "organization": value, "project_title": value})
    except QuarantinedError:
        return


def test_both_ways_of_writing_a_date_give_the_day() -> None:
    for text in ("2021-09-15T12:09:00Z", "2021-09-15T00:00:00", "2021-09-15"):
        record = read_record({"appl_id": 1, "project_end_date": text})
        assert record.project_end_date == date(2021, 9, 15)
    assert read_record({"appl_id": 1, "project_end_date": ""}).project_end_date is None


def test_unknown_fields_are_reported_at_every_depth_and_left_out_of_what_is_known() -> None:
    row = {"appl_id": 1, "mood": "good", "agency_ic_admin": {"code": "CA", "admin_org_id": "9"}}
    record = read_record(row)
    assert unknown_fields(record) == ("agency_ic_admin.admin_org_id", "mood")
    assert record.known() == {"appl_id": 1, "agency_ic_admin": {"code": "CA"}}


def test_a_publication_link_needs_its_project_and_paper() -> None:
    link = read_publication({"coreproject": "R01CA123456", "pmid": 37, "applid": 5})
    assert (link.coreproject, link.pmid, link.applid) == ("R01CA123456", 37, 5)
    with pytest.raises(QuarantinedError, match="pmid"):
        read_publication({"coreproject": "R01CA123456", "pmid": None})
