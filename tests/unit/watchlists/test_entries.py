"""A line names a study or a search, whatever way it is written; anything else is told by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import RejectedError
from tidings.watchlists.entries import (
    APPL,
    LONGEST_NAME,
    MOST_ENTRIES,
    MOST_SEARCHES,
    SearchEntry,
    StudyEntry,
    distinct,
    entry_at,
    read_lines,
    write_lines,
)

KEYS = st.from_regex(r"[A-Z0-9][A-Z0-9.:_/()-]{0,30}", fullmatch=True).filter(
    lambda key: "://" not in key and not key.startswith("SEARCH:")
)
NAMES = st.text("abc äñ<>&\"'.,;", max_size=30).map(lambda text: " ".join(text.split()))
SEARCHES = st.sampled_from(["title:trop2 AND state:AZ", '"immune cells"', "melanoma NOT mice"])
ENTRY = st.builds(StudyEntry, key=KEYS, name=NAMES) | st.builds(
    SearchEntry, text=SEARCHES, name=NAMES
)


@given(st.lists(ENTRY, max_size=MOST_SEARCHES))
def test_what_is_written_is_read_as_it_was(entries: list[StudyEntry | SearchEntry]) -> None:
    assert [entry for _, entry in read_lines(write_lines(entries))] == entries


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("ca286969", StudyEntry(key="CA286969")),
        ("https://tidings.example/es/studies/CA286969", StudyEntry(key="CA286969")),
        (
            "https://x.example/studies/CA1/feed.atom | It",
            StudyEntry(key="CA1", name="It"),
        ),
        (
            "https://reporter.nih.gov/project-details/10930512",
            StudyEntry(key=f"{APPL}10930512"),
        ),
        ("Search: trop2 | T", SearchEntry(text="trop2", name="T")),
        ("https://x.example/studies?q=title%3Atrop2", SearchEntry(text="title:trop2")),
    ],
)
def test_each_way_to_name_something_is_understood(
    line: str, entry: StudyEntry | SearchEntry
) -> None:
    assert read_lines(f"\n \n{line}") == ((3, entry),)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("javascript://x/studies/CA1", "neither the key of a study"),
        ("https://elsewhere.example/page", "neither the key of a study"),
        ("CA1 | two | bars", "neither the key of a study"),
        ("two words", "neither the key of a study"),
        ("search: title:(", "Line 2: "),
        ("https://x.example/studies?q=%28", "Line 2: "),
        ("CA1 | " + "x" * (LONGEST_NAME + 1), "A name has at most 80 characters"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(line: str, said: str) -> None:
    with pytest.raises(RejectedError, match="Line 2: ") as raised:
        read_lines(f"CA1\n{line}")
    assert said in raised.value.text


def test_there_are_only_so_many_lines_and_searches() -> None:
    read_lines("\n".join(f"CA{number}" for number in range(MOST_ENTRIES)))
    with pytest.raises(RejectedError, match="at most 200 lines"):
        read_lines("\n".join(f"CA{number}" for number in range(MOST_ENTRIES + 1)))
    with pytest.raises(RejectedError, match="20 searches"):
        read_lines("\n".join(f"search: a{number}" for number in range(MOST_SEARCHES + 1)))


def test_what_turns_a_line_around_or_ends_it_is_taken_out() -> None:
    ((_, entry),) = read_lines("CA1 | safe\u202eexe.gpj\x00\x1b[31m")
    assert entry.name == "safe exe.gpj [31m"


def test_each_thing_is_named_once() -> None:
    entries = [
        StudyEntry(key="CA1"),
        StudyEntry(key="CA1", name="again"),
        SearchEntry(text="A B"),
        SearchEntry(text="B A"),
    ]
    assert list(distinct(entries, lambda one: "".join(sorted(one.text)))) == entries[::2]


def test_an_address_that_is_too_long_for_a_search_names_nothing() -> None:
    assert entry_at(f"https://x.example/studies?q={'a' * 2001}") is None
