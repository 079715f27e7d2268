"""Whatever may be lost can be lost on purpose: commits, publishes and writes to a socket."""

import ast
import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from tests.chaos.points import name_around, named, points, trees

from tidings.failpoints import FailpointError, Plan, arm, around, failpoint, read_plan

COMMITS = {"commit"}
PUBLISHES = {"send_task", "apply_async", "delay", "basic_publish"}
SOCKET_WRITES = {
    *("mail", "rcpt", "docmd", "getreply", "starttls", "ehlo_or_helo_if_needed", "login"),
    *("quit", "rset", "sendmail", "send_message", "stream", "rename"),
}
SENDS = {"connection.send", "client.send", "http.send"}
"""``send`` is also what our own senders and batches do: only these go over a wire."""

LEAST = 32


def is_dangerous(call: ast.Call) -> bool:
    """Say whether a call commits, publishes or writes to a socket."""
    if not isinstance(call.func, ast.Attribute):
        return False
    where = ast.unparse(call.func)
    return call.func.attr in COMMITS | PUBLISHES | SOCKET_WRITES or any(
        where.endswith(send) for send in SENDS
    )


def guarded(tree: ast.Module) -> set[ast.Call]:
    """Return the calls that stand in an ``around`` with nothing else dangerous beside them."""
    found: set[ast.Call] = set()
    for block in ast.walk(tree):
        if isinstance(block, ast.With) and any(map(name_around, block.items)):
            calls = [
                one
                for part in (*block.items, *block.body)
                for one in ast.walk(part)
                if isinstance(one, ast.Call) and is_dangerous(one)
            ]
            found |= set(calls) if len(calls) == 1 else set()
    return found


def test_every_commit_publish_and_socket_write_stands_between_two_failpoints() -> None:
    bare = [
        f"{path}:{call.lineno} {ast.unparse(call)[:60]}"
        for path, tree in trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and is_dangerous(call) and call not in guarded(tree)
    ]
    assert bare == []


def test_the_rule_sees_what_is_bare_and_what_is_not() -> None:
    tree = ast.parse(
        "session.commit()\n"
        "with around('a'):\n    session.commit()\n"
        "with around('b'):\n    session.commit()\n    session.commit()\n"
        "with open('c'):\n    connection.send(b'')\n"
    )
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and is_dangerous(one)]
    assert sorted(call.lineno for call in calls if call not in guarded(tree)) == [1, 5, 6, 8]


def test_every_point_has_a_name_of_its_own_and_there_are_many() -> None:
    assert [name for name, _ in named() if not isinstance(name, ast.Constant)] == []
    assert len(set(points())) == len(points()) >= LEAST


@pytest.fixture(autouse=True)
def disarmed() -> Generator[None]:
    yield
    arm(None)


def test_a_point_that_is_not_armed_does_nothing() -> None:
    arm(read_plan("elsewhere=raise"))
    failpoint("here")
    with around("here"):
        pass


def test_a_plan_strikes_at_the_time_it_names() -> None:
    arm(read_plan("page=raise@3"))
    failpoint("page")
    failpoint("page")
    with pytest.raises(FailpointError, match="page"):
        failpoint("page")
    failpoint("page")


def test_a_block_that_fails_does_not_reach_the_point_after_it() -> None:
    arm(read_plan("block:after=raise"))
    with pytest.raises(KeyError), around("block"):
        raise KeyError


def test_processes_that_share_a_folder_count_together(tmp_path: Path) -> None:
    for number in range(1, 4):
        child = os.fork()
        if child == 0:
            arm(read_plan("page=kill@3", tmp_path))
            failpoint("page")
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        assert os.WIFSIGNALED(status) == (number == 3)
        assert not os.WIFSIGNALED(status) or os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize(
    ("action", "error"), [("drop", ConnectionResetError), ("full", OSError), ("sleep:0", None)]
)
def test_a_point_can_break_a_connection_fill_a_disk_or_wait(
    action: str, error: type[Exception] | None
) -> None:
    arm(read_plan(f"page={action}"))
    if error is None:
        failpoint("page")
        return
    with pytest.raises(error):
        failpoint("page")


def test_a_plan_that_makes_no_sense_is_refused_and_an_empty_one_is_none() -> None:
    assert read_plan(" ; ") is None
    assert isinstance(read_plan("a=kill;b=raise@2"), Plan)
    with pytest.raises(ValueError, match="cannot do 'explode'"):
        read_plan("a=explode")
