"""What forms offer, and what tables for spreadsheets hold (pure)."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from tidings.notices.kind_groups import FINDS, GROUPS, by_kind, chosen
from tidings.notices.preferences import NEVER_TOLD, checked_by_kind
from tidings.projects.models import ChangeKind
from tidings.rendering.sheet import csv_text
from tidings.subscribers.models import Cadence

EVERY = (*GROUPS, FINDS)
choices = st.dictionaries(
    st.sampled_from([group.name for group in EVERY]), st.sampled_from([*Cadence, ""])
)


def test_every_kind_that_is_told_is_in_one_group() -> None:
    kinds = [kind for group in EVERY for kind in group.kinds]
    assert sorted(kinds) == sorted(set(ChangeKind) - NEVER_TOLD)


@given(choices)
def test_what_is_chosen_is_what_the_form_shows_again(choices: dict[str, str]) -> None:
    stored = checked_by_kind(by_kind(choices))
    assert {name: cadence for name, cadence in chosen(stored).items() if cadence} == {
        name: cadence for name, cadence in choices.items() if cadence
    }


@given(st.lists(st.lists(st.text(), min_size=2, max_size=3), min_size=1))
def test_no_cell_is_a_formula_and_nothing_else_is_altered(rows: list[list[str]]) -> None:
    written = csv_text(rows)
    read = list(csv.reader(StringIO(written.removeprefix("\ufeff"), newline="")))
    for before, after in zip(rows, read, strict=True):
        for cell, shown in zip(before, after, strict=True):
            assert not shown.lstrip().startswith(("=", "+", "-", "@"))
            assert shown in (cell, f"'{cell}")
