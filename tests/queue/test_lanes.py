"""The lanes of a process that works without a broker."""

from collections.abc import Generator
from threading import Event

import pytest
from local_nodes import Wait

from tidings.errors import RetryableError
from tidings.jobs import Job, Queue
from tidings_workers.app import app
from tidings_workers.lanes import LANES, Call, Lanes, call_of, do_task

SEND, MATCH = Job.DELIVERY_SEND, Job.CHANGES_MATCH


class Busy:
    """Work that takes until it may end; ``done`` is what was done, in order."""

    def __init__(self) -> None:
        self.done: list[Call] = []
        self.may_end = Event()
        self.began = Event()

    def __call__(self, call: Call) -> None:
        """Do it."""
        self.began.set()
        assert self.may_end.wait(10)
        self.done.append(call)


@pytest.fixture
def busy() -> Busy:
    return Busy()


@pytest.fixture
def lanes(busy: Busy) -> Generator[Lanes]:
    made = Lanes(busy)
    yield made
    busy.may_end.set()
    made.stop()


def finish(lanes: Lanes, busy: Busy, wait: Wait) -> None:
    busy.may_end.set()
    wait(lambda: all(lane.is_idle for lane in lanes.all()))


def test_every_queue_has_one_lane() -> None:
    assert sorted(queue for lane in LANES for queue in lane) == sorted(Queue)


def test_nothing_waits_in_a_process_that_does_not_work(lanes: Lanes, busy: Busy) -> None:
    lanes.put(SEND, [1])
    busy.may_end.set()
    lanes.start()
    lanes.stop()
    assert busy.done == []


def test_a_call_that_waits_already_is_done_once(lanes: Lanes, busy: Busy, wait: Wait) -> None:
    lanes.start()
    lanes.put(SEND, [1])
    assert busy.began.wait(10)
    for _ in range(3):
        lanes.put(SEND, [2])
    lanes.put(SEND, [1])  # it is being done, and may have begun before there was more to do
    finish(lanes, busy, wait)
    assert [call.arguments for call in busy.done] == [([1],), ([2],), ([1],)]


def test_a_slow_lane_holds_up_no_other(busy: Busy) -> None:
    reached = Event()
    slow = Lanes(lambda call: reached.set() if call.job is MATCH else busy(call))
    slow.start()
    slow.put(SEND, [1])
    assert busy.began.wait(10)
    slow.put(MATCH)
    assert reached.wait(10)
    busy.may_end.set()
    slow.stop()


def test_what_is_in_hand_is_finished_and_what_waits_is_left_to_its_rows(
    lanes: Lanes, busy: Busy
) -> None:
    lanes.start()
    lanes.put(SEND, [1])
    assert busy.began.wait(10)
    lanes.put(SEND, [2])
    busy.may_end.set()
    lanes.stop()
    lanes.put(SEND, [3])
    assert busy.done[0] == call_of(SEND, [1])
    assert call_of(SEND, [3]) not in busy.done


def test_a_look_leaves_a_busy_lane_alone_and_rings_once_for_what_cannot_be_done_now(
    lanes: Lanes, busy: Busy, wait: Wait
) -> None:
    lanes.start()
    lanes.put(SEND, [1])
    assert busy.began.wait(10)
    lanes.look_after([call_of(SEND, [1])])
    finish(lanes, busy, wait)
    assert len(busy.done) == 1
    for _ in range(3):  # the relay is down, say: the row waits on
        lanes.look_after([call_of(SEND, [1])])
        finish(lanes, busy, wait)
    assert len(busy.done) == 2
    lanes.look_after([])
    lanes.look_after([call_of(SEND, [1])])
    finish(lanes, busy, wait)
    assert len(busy.done) == 3


@pytest.mark.parametrize("error", [RetryableError("later"), RuntimeError("a bug")])
def test_an_error_in_one_task_ends_no_other(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setitem(app.tasks, MATCH.value, fail)
    do_task(call_of(MATCH))
