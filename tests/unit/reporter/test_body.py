"""Bodies are read row by row, with the bytes of each."""

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.reporter.body import read_body

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
