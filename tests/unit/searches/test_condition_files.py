"""Which lines of a vocabulary are taken, and what is said of the others."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import RejectedError
from tidings.searches.condition_files import our_conditions, read_file
from tidings.searches.condition_lines import (
    LONGEST_LINE,
    LONGEST_NAME,
    Entry,
    Refused,
    joined,
    read_lines,
)
from tidings.searches.condition_names import key_of


def line(**fields: object) -> bytes:
    return json.dumps({"id": "X:1", "name": "gout"} | fields).encode()


@pytest.mark.parametrize(
    ("given_line", "reason"),
    [
        (b"gout", "is no JSON"),
        (b'{"id": "X:1", "name": "\xff"}', "is no JSON"),
        (b'["gout"]', "is no JSON object"),
        (b'{"name": "gout"}', "has no id"),
        (b'{"id": "X:1"}', "has no name"),
        (line(id=7), "has a id that is no text: 7"),
        (line(name=["gout"]), "has a name that is no text: ['gout']"),
        (line(name=" \t "), "has a name with an invisible character"),
        (line(name="  "), "has an empty name"),
        (line(name="+/-"), "has a name without a letter or digit: +/-"),
        (line(name="x" * (LONGEST_NAME + 1)), f"has a name of over {LONGEST_NAME} characters: xx"),
        (line(name="go\u0000ut"), "has a name with an invisible character: 'go\\x00ut'"),
        (line(name="go\u202eut"), "has a name with an invisible character: 'go\\u202eut'"),
        (line(synonyms="podagra"), "has synonyms that are no list"),
        (line(note="x" * LONGEST_LINE), "is longer than 1,000,000 bytes"),
        (b"[" * 9999, "is no JSON"),
    ],
)
def test_a_bad_line_is_refused_by_its_number_and_the_rest_is_read(
    given_line: bytes, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "some.jsonl"
    path.write_bytes(b"\n".join([b"", given_line, line(name="Lyme disease")]) + b"\n")
    bad, good = read_file(path)
    assert isinstance(bad, Refused)
    assert (bad.line, bad.reason[: len(reason)]) == (2, reason)
    assert len(bad.reason) < 150
    assert good == Entry("X:1", "Lyme disease", {"lyme disease": "Lyme disease"})


def test_a_bad_synonym_is_refused_and_its_condition_kept() -> None:
    found = list(read_lines([line(synonyms=["podagra", 3, "", "Gout", " big  toe "])]))
    assert [str(one.reason) for one in found if isinstance(one, Refused)] == [
        "has a synonym that is no text: 3",
        "has an empty synonym",
    ]
    assert found[-1] == Entry("X:1", "gout", {"gout": "gout", "podagra": "podagra"} | BIG_TOE)


BIG_TOE = {"big toe": "big toe"}


def test_conditions_that_read_the_same_become_one() -> None:
    found = joined(
        one
        for one in read_lines(
            [
                line(name="MYC+ lymphoma", synonyms=["first"]),
                line(id="X:2", name="MYC- lymphoma", synonyms=["second"]),
            ]
        )
        if isinstance(one, Entry)
    )
    assert [(one.source, one.name, list(one.names.values())) for one in found] == [
        ("X:1", "MYC+ lymphoma", ["MYC+ lymphoma", "first", "second"])
    ]


def test_a_file_is_read_gzipped_or_not_and_with_a_byte_order_mark(tmp_path: Path) -> None:
    plain, zipped = tmp_path / "plain", tmp_path / "zipped"
    plain.write_bytes(b"\xef\xbb\xbf" + line() + b"\r\n" + line(name="Lyme disease"))
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    assert list(read_file(plain)) == list(read_file(zipped))
    assert [one.name for one in read_file(plain) if isinstance(one, Entry)] == [
        "gout",
        "Lyme disease",
    ]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(line())[:-9])
    spoilt = tmp_path / "spoilt.gz"
    spoilt.write_bytes(b"\x1f\x8b" + bytes(range(100)))
    for path in (cut, spoilt, tmp_path, tmp_path / "nowhere"):
        with pytest.raises(RejectedError, match=f"{path} cannot be read: "):
            list(read_file(path))


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_any_bytes_are_read_or_refused(lines: list[bytes]) -> None:
    for one in read_lines(lines):
        assert isinstance(one, Refused)


def test_our_own_list_knows_what_people_type() -> None:
    ours = our_conditions()
    called: dict[str, set[str]] = {}
    for one in ours:
        for key in one.keys:
            called.setdefault(key, set()).add(one.name)
    assert len(ours) >= 120
    assert called[key_of("TNBC")] == {"triple-negative breast cancer"}
    assert called["ms"] == {"multiple sclerosis", "mitral stenosis"}
    assert called["copd"] == {"chronic obstructive pulmonary disease"}
    assert {one.source for one in ours} == {f"tidings:{one.key.replace(' ', '-')}" for one in ours}
    assert [one.name for one in ours if len(one.names) != len(one.keys)] == []
