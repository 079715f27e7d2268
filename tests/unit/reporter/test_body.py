"""Bodies are read row by row, with the bytes of each."""

import gzip
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import QuarantinedError
from tidings.reporter.body import FlawedRow, read_body
from tidings.reporter.wire import read_record

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(rows=st.lists(VALUES, max_size=5), indented=st.booleans())
def test_rows_come_with_their_value_and_their_own_bytes(rows: list[Any], *, indented: bool) -> None:
    option = orjson.OPT_INDENT_2 if indented else 0
    content = orjson.dumps({"meta": {"total": 1}, "results": rows, "facets": []}, option=option)
    body = read_body(content)
    assert [row.value for row in body.rows] == rows
    assert [orjson.loads(row.raw) for row in body.rows] == rows
    assert all(row.raw in content for row in body.rows)


def test_a_recorded_answer_is_read_row_by_row(real_data: Path) -> None:
    with gzip.open(real_data / "icc-eval" / "recordings.jsonl.gz") as lines:
        line = next(iter(lines))
    body = read_body(line)
    assert body.meta["total"] == 92
    assert [row.value for row in body.rows] == orjson.loads(line)["results"]
    assert b", ".join(row.raw for row in body.rows) in line


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", "{ expected"),
        (b"<html>", "{ expected"),
        (b"[]", "{ expected"),
        (b"{}", "missing"),
        (b'{"meta":{},"results":{}}', r"\[ expected"),
        (b'{"meta":[],"results":[]}', "missing"),
        (b'{"meta":{"total":1},"results":[{"appl_id":1},{"app', "at character"),
        (b'{"meta":{"total":1},"results":[]} extra', "after the end"),
        (b'{"meta":{"total":NaN},"results":[]}', "NaN"),
        (b'{"meta":{"total":1,"total":2},"results":[]}', "total stands there twice"),
        (b'{"meta":{"total":1},"meta":{"total":2},"results":[]}', "meta stands there twice"),
        (b'{1:2,"meta":{},"results":[]}', "no text"),
        (b'{"meta":{},"results":' + b"[" * 100_000, "deeply"),
    ],
)
def test_a_body_that_is_none_says_where_it_breaks(content: bytes, flaw: str) -> None:
    with pytest.raises(ValueError, match=flaw):
        read_body(content)


@given(st.binary(max_size=40))
def test_no_bytes_break_the_reader_otherwise(noise: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any words will do
        read_body(b'{"meta":' + noise)


def test_control_characters_and_broken_bytes_spoil_no_other_row() -> None:
    content = b'{"meta":{"total":2},"results":[{"t":"a\x01\tb\xff"},{"t":"ok"}]}'
    body = read_body(content)
    assert body.rows[0].raw == b'{"t":"a\x01\tb\xff"}'
    assert body.rows[1].value == {"t": "ok"}


@pytest.mark.parametrize(
    ("flawed", "reason", "left"),
    [
        (b'{"appl_id":7,"a":NaN}', "NaN is no JSON", 7),
        (b'{"appl_id":7,"a":[{"b":-Infinity}]}', "-Infinity is no JSON", 7),
        (b'{"appl_id":7,"a":1,"a":2}', "a stands there twice", 7),
        (b'{"appl_id":7,"in":{"b":1,"b":1}}', "b stands there twice", 7),
        (b'{"appl_id":7,"appl_id":8}', "appl_id stands there twice", None),
        (b'{"appl_id":7,"a":1' + b"0" * 5000 + b"}", "a number has 5001 digits", 7),
        (b"[NaN]", "NaN is no JSON", None),
    ],
)
def test_a_row_that_is_written_badly_is_flawed_and_the_others_are_not(
    flawed: bytes, reason: str, left: int | None
) -> None:
    content = b'{"meta":{"total":3},"results":[{"appl_id":1},' + flawed + b',{"appl_id":2}]}'
    first, middle, last = read_body(content).rows
    assert (first.value, last.value) == ({"appl_id": 1}, {"appl_id": 2})
    assert not isinstance(last.value, FlawedRow)
    assert middle.raw == flawed
    assert isinstance(middle.value, FlawedRow)
    assert middle.value.reason == reason
    assert middle.value.get("appl_id") == left
    with pytest.raises(QuarantinedError, match=re.escape(reason)):
        read_record(middle.value)
