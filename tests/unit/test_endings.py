"""What is left to tell when something ends, and which digest tells what."""

from datetime import timedelta

import pytest
from conftest import NOW
from hypothesis import given
from hypothesis import strategies as st

from tidings.notices.endings import handed_over, without
from tidings.notices.models import DigestRun
from tidings.notices.reasons import FollowReason, Reason, SearchReason
from tidings.notices.shares import Waiting, share_out
from tidings.subscribers.models import DIGEST_CADENCES, Cadence

FOLLOW = FollowReason(follow_id=1, change_ids=(5,))
OTHER_FOLLOW = FollowReason(follow_id=2, change_ids=(5,))
SEARCH = SearchReason(saved_search_id=1, appl_id=9, version=1, clauses=())
ALL: tuple[Reason, ...] = (FOLLOW, OTHER_FOLLOW, SEARCH)


def test_an_ended_follow_takes_only_its_own_reason_away() -> None:
    assert without(ALL, follow_id=1) == (OTHER_FOLLOW, SEARCH)


def test_an_ended_saved_search_takes_only_its_own_reason_away() -> None:
    assert without(ALL, saved_search_id=1) == (FOLLOW, OTHER_FOLLOW)


def test_what_is_no_reason_takes_nothing_away() -> None:
    assert without(ALL, follow_id=9) == ALL
    assert without(ALL, saved_search_id=9) == ALL


def test_the_next_follow_takes_over_the_reason_of_the_one_before() -> None:
    after = (FollowReason(follow_id=7, change_ids=(5,)), OTHER_FOLLOW, SEARCH)
    assert handed_over(ALL, follow_id=1, successor_id=7) == after


LAST = NOW + timedelta(days=31)


def run(run_id: int, *, days: int, cadence: Cadence = Cadence.WEEKLY, reader: int = 1) -> DigestRun:
    end = NOW + timedelta(days=days)
    return DigestRun(
        id=run_id,
        subscriber_id=reader,
        cadence=cadence,
        period_start=end,
        period_end=end,
        started_at=end,
    )


def waiting(notice_id: int, *, days: int, reader: int = 1) -> Waiting:
    return Waiting(notice_id, reader, Cadence.WEEKLY, NOW + timedelta(days=days))


@pytest.mark.parametrize("order", [1, -1])
def test_a_notice_is_told_by_the_earliest_run_that_may_tell_it(order: int) -> None:
    runs = [run(1, days=7), run(2, days=14)][::order]
    notices = [waiting(1, days=6), waiting(2, days=7), waiting(3, days=8), waiting(4, days=15)]
    assert share_out(runs, notices, now=LAST) == {1: [1, 2], 2: [3]}


def test_a_notice_from_the_future_is_told_for_a_clock_was_set_back_since() -> None:
    runs, notices = [run(1, days=0)], [waiting(1, days=1)]
    assert share_out(runs, notices, now=NOW + timedelta(hours=1)) == {1: [1]}


def test_a_run_tells_nothing_of_another_reader_or_cadence() -> None:
    runs = [run(1, days=7, reader=2), run(2, days=7, cadence=Cadence.DAILY)]
    assert share_out(runs, [waiting(1, days=1)], now=LAST) == {}


days = st.integers(0, 30)
readers = st.integers(1, 3)
cadences = st.sampled_from(DIGEST_CADENCES)


@given(
    st.lists(st.tuples(days, cadences, readers), max_size=12),
    st.lists(st.tuples(readers, cadences, days), max_size=30),
)
def test_every_notice_that_a_run_may_tell_is_told_exactly_once(
    runs: list[tuple[int, Cadence, int]], notices: list[tuple[int, Cadence, int]]
) -> None:
    rows = [
        run(n, days=day, cadence=cadence, reader=reader)
        for n, (day, cadence, reader) in enumerate(runs)
    ]
    waits = [
        Waiting(n, reader, cadence, NOW + timedelta(days=day))
        for n, (reader, cadence, day) in enumerate(notices)
    ]
    told = share_out(rows, waits, now=LAST)
    flat = [notice for share in told.values() for notice in share]
    assert sorted(flat) == [
        notice.notice_id
        for notice in waits
        if any(
            (row.subscriber_id, row.cadence) == (notice.subscriber_id, notice.cadence)
            and notice.created_at <= row.period_end
            for row in rows
        )
    ]
