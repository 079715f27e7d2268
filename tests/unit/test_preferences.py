"""What of the news is told, and how soon: kinds, thresholds, mutes, and bad news taken back."""

from datetime import timedelta
from typing import Any

import pytest
from conftest import NOW
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import RejectedError
from tidings.notices.preferences import (
    FOREVER,
    MUTED,
    PAUSED,
    TOO_LITTLE,
    Preference,
    asked_for,
    choose,
    choose_find,
    is_too_little,
)
from tidings.projects.models import Change, ChangeKind, Severity
from tidings.subscribers.models import CADENCE_ORDER, Cadence

KINDS = st.sampled_from(ChangeKind)
CADENCES = st.sampled_from(Cadence)


def change(kind: ChangeKind = ChangeKind.TITLE_CHANGED, **values: Any) -> Change:
    """Make a change that is not stored."""
    plain: dict[str, Any] = {"severity": Severity.INFO, "before": "a", "after": "b"}
    return Change(kind=kind, **plain | values)


def amount(before: int | None, after: int | None, severity: Severity = Severity.NOTABLE) -> Change:
    """Make a changed sum."""
    return change(ChangeKind.AMOUNT_CHANGED, before=before, after=after, severity=severity)


def end(before: str, after: str, kind: ChangeKind = ChangeKind.EXTENDED) -> Change:
    """Make a moved date."""
    return change(kind, before=before, after=after)


@st.composite
def preferences(draw: st.DrawFn) -> Preference:
    muted = st.sampled_from([None, NOW, NOW + timedelta(days=1), FOREVER])
    units = st.sampled_from(["percent", "dollars", "days"])
    return Preference(
        draw(CADENCES),
        draw(st.dictionaries(KINDS, CADENCES, max_size=4)),
        draw(st.dictionaries(units, st.integers(1, 100))),
        draw(muted),
    )


@st.composite
def changes(draw: st.DrawFn) -> Change:
    kind = draw(KINDS)
    values: Any = st.integers(0, 200) if kind is ChangeKind.AMOUNT_CHANGED else st.dates()
    severity = draw(st.sampled_from([Severity.CRITICAL, Severity.NOTABLE, Severity.INFO]))
    before, after = draw(values), draw(values)
    if kind is not ChangeKind.AMOUNT_CHANGED:
        before, after = before.isoformat(), after.isoformat()
    undoes = draw(st.sampled_from([None, 1, 2]))
    return change(kind, severity=severity, before=before, after=after, reverses_id=undoes)


def test_each_kind_is_told_as_soon_as_is_asked_and_all_of_it_at_the_soonest() -> None:
    asked = Preference(Cadence.WEEKLY, {ChangeKind.END_CUT: Cadence.IMMEDIATE})
    title, cut = change(), change(ChangeKind.END_CUT, severity=Severity.CRITICAL)
    assert choose(asked, [title], at=NOW).cadence is Cadence.WEEKLY
    both = choose(asked, [title, cut], at=NOW)
    assert (both.told, both.cadence, both.why_not) == ((title, cut), Cadence.IMMEDIATE, "")


def test_a_paused_kind_is_left_out_and_alone_it_is_not_told() -> None:
    asked = Preference(Cadence.DAILY, {ChangeKind.TITLE_CHANGED: Cadence.PAUSED})
    title, paper = change(), change(ChangeKind.NEW_PUBLICATION)
    assert choose(asked, [title, paper], at=NOW).told == (paper,)
    alone = choose(asked, [title], at=NOW)
    assert (alone.told, alone.cadence, alone.why_not) == ((), Cadence.PAUSED, PAUSED)


def test_a_paused_follow_may_still_ask_for_one_kind() -> None:
    asked = Preference(Cadence.PAUSED, {ChangeKind.END_CUT: Cadence.IMMEDIATE})
    cut = change(ChangeKind.END_CUT, severity=Severity.CRITICAL)
    assert choose(asked, [change(), cut], at=NOW).told == (cut,)
    assert asked.cadences == {Cadence.IMMEDIATE}


BOTH = {"percent": 10, "dollars": 50_000}


@pytest.mark.parametrize(
    ("threshold", "changed", "too_little"),
    [
        (BOTH, amount(400_000, 430_000), True),
        (BOTH, amount(400_000, 440_000), False),  # a tenth
        (BOTH, amount(4_000_000, 4_050_000), False),  # 50,000 dollars
        ({"percent": 10}, amount(400_000, 370_000), True),
        ({"dollars": 50_000}, amount(60_000, 30_000), True),
        ({"percent": 10}, amount(0, 5), False),
        (BOTH, amount(None, 5), False),
        (BOTH, amount(5, None), False),
        ({}, amount(400_000, 400_001), False),
        ({"percent": 100}, amount(400_000, 1, Severity.CRITICAL), False),
        ({"days": 30}, end("2027-01-31", "2027-02-28"), True),
        ({"days": 30}, end("2027-02-28", "2027-01-20", ChangeKind.SHORTENED), False),
        ({"days": 30}, end("2027-01-01", "2027-01-02", ChangeKind.DATES_CHANGED), True),
        ({"days": 30}, amount(400_000, 400_001), False),
        ({"days": 30}, change(ChangeKind.DATES_CHANGED, before=None, after="2027-01-02"), False),
    ],
)
def test_what_is_below_every_limit_that_is_set_is_too_little(
    threshold: dict[str, int], changed: Change, *, too_little: bool
) -> None:
    assert is_too_little(changed, threshold) is too_little
    told = choose(Preference(Cadence.DAILY, threshold=threshold), [changed], at=NOW)
    assert told.why_not == (TOO_LITTLE if too_little else "")


@pytest.mark.parametrize("kind", [ChangeKind.END_CUT, ChangeKind.REVERSED])
def test_no_threshold_holds_back_a_cut_or_what_undoes_it(kind: ChangeKind) -> None:
    grave = end("2026-11-30", "2026-11-29", kind)
    grave.severity = Severity.CRITICAL
    assert not is_too_little(grave, {"days": 3660, "percent": 100, "dollars": 10**9})


@pytest.mark.parametrize(
    "asked",
    [
        Preference(Cadence.WEEKLY, muted_until=FOREVER),
        Preference(Cadence.PAUSED),
        Preference(Cadence.WEEKLY, {ChangeKind.REVERSED: Cadence.PAUSED}),
        Preference(Cadence.MONTHLY),
    ],
)
def test_bad_news_is_taken_back_as_soon_as_it_was_told_whatever_was_asked_since(
    asked: Preference,
) -> None:
    back = change(ChangeKind.REVERSED, severity=Severity.CRITICAL, reverses_id=7)
    choice = choose(asked, [back], at=NOW, undone={7: Cadence.DAILY})
    assert (choice.told, choice.cadence) == ((back,), Cadence.DAILY)


def test_a_find_counts_as_a_new_project_and_brings_along_what_happened() -> None:
    asked = Preference(
        Cadence.MONTHLY,
        {ChangeKind.NEW_PROJECT: Cadence.DAILY, ChangeKind.TITLE_CHANGED: Cadence.PAUSED},
    )
    new, title = change(ChangeKind.NEW_PROJECT), change()
    choice = choose_find(asked, [new, title], at=NOW)
    assert (choice.told, choice.cadence, choice.why_not) == ((new,), Cadence.DAILY, "")
    muted = Preference(Cadence.DAILY, muted_until=NOW + timedelta(seconds=1))
    assert choose_find(muted, [new], at=NOW).why_not == MUTED
    assert choose_find(muted, [new], at=NOW + timedelta(seconds=1)).why_not == ""
    paused = Preference(Cadence.DAILY, {ChangeKind.NEW_PROJECT: Cadence.PAUSED})
    assert choose_find(paused, [new], at=NOW).why_not == PAUSED


@given(preferences(), st.lists(changes(), max_size=6), st.dictionaries(st.just(1), CADENCES))
def test_what_is_told_is_some_of_it_in_order_and_soon_enough_for_each(
    asked: Preference, happened: list[Change], undone: dict[int, Cadence]
) -> None:
    choice = choose(asked, happened, at=NOW, undone=undone)
    assert [one for one in happened if any(one is told for told in choice.told)] == list(
        choice.told
    )
    assert bool(choice.told) == (not choice.why_not)
    for one in happened:
        is_told = any(one is told for told in choice.told)
        if one.reverses_id in undone:
            assert is_told
        elif asked.is_muted(NOW) or asked.cadence_of(one.kind) is Cadence.PAUSED:
            assert not is_told
        if is_told and one.reverses_id not in undone:
            wanted = CADENCE_ORDER.index(asked.cadence_of(one.kind))
            assert CADENCE_ORDER.index(choice.cadence) <= wanted
    alone = [choose(asked, [one], at=NOW, undone=undone) for one in happened]
    assert choice.told == tuple(told for one in alone for told in one.told)


@pytest.mark.parametrize(
    ("by_kind", "threshold", "words"),
    [
        ({"explosion": "daily"}, None, "no such kind"),
        ({"cosmetic": "daily"}, None, "no such kind"),
        ({"end_cut": "hourly"}, None, "that often"),
        (None, {"euros": 5}, "in percent, in dollars or in days"),
        (None, {"percent": -1}, "not below zero"),
        (None, {"percent": 101}, "not that large"),
    ],
)
def test_nonsense_is_refused_in_words(
    by_kind: dict[str, str] | None, threshold: dict[str, int] | None, words: str
) -> None:
    with pytest.raises(RejectedError, match=words):
        asked_for(None, by_kind, threshold)


def test_what_is_asked_is_kept_in_one_form() -> None:
    asked = asked_for(Cadence.DAILY, {"renewed": "weekly", "end_cut": "immediate"}, {"percent": 0})
    assert asked == {
        "cadence": Cadence.DAILY,
        "cadence_by_kind": {"end_cut": "immediate", "renewed": "weekly"},
        "threshold": {},
    }
    assert asked_for(None, None, None) == {}
