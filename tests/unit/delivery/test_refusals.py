"""Whose fault it is that a mail server did not take a message."""

import pytest

from tidings.delivery.refusals import Fault, Refusal, read_answer


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        *((one, Fault.ADDRESS) for one in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")),
        *((one, Fault.ADDRESS) for one in ("5.7.17", "5.7.18")),
        *((one, Fault.MAILBOX) for one in ("4.2.2", "5.2.2", "4.4.7", "4.7.28", "5.0.0", "4.1.1")),
        *((one, Fault.SENDER) for one in ("5.7.515", "5.7.26", "4.7.32", "5.7.1", "5.1.8")),
        *((one, Fault.SIZE) for one in ("5.3.4", "5.2.3")),
        *((one, Fault.CONTENT) for one in ("5.6.0", "5.6.7")),
    ],
)
def test_a_status_says_whose_fault_it_is(status: str, fault: Fault) -> None:
    assert Refusal("", status).fault is fault


@pytest.mark.parametrize(
    ("words", "status", "fault"),
    [
        ("relay a:25 answers 550 5.1.1 <r@x>: no such user", "5.1.1", Fault.ADDRESS),
        ("relay a:25 answers 550 5.7.26 unauthenticated mail", "5.7.26", Fault.SENDER),
        ("relay a:25 answers 552 too big", "", Fault.SIZE),
        ("relay a:25 answers 552 5.2.2 quota", "5.2.2", Fault.MAILBOX),
        ("relay a:25 answers 554 spam", "", Fault.CONTENT),
        ("relay a:25 answers 550 no such user", "", Fault.MAILBOX),
        ("relay a:25 answers 550 host 5.1.1.7 is listed", "", Fault.MAILBOX),
        ("relay a:25 answers 451 4.7.1 try later", "4.7.1", Fault.MAILBOX),
        ("smtp; 550-5.1.1 in several lines", "5.1.1", Fault.ADDRESS),
    ],
)
def test_an_answer_of_a_relay_is_read(words: str, status: str, fault: Fault) -> None:
    refusal = read_answer(words)
    assert refusal is not None
    assert (refusal.status, refusal.fault, refusal.detail) == (status, fault, words)


@pytest.mark.parametrize(
    "words", ["", "given up after 17 attempts", "5 attempts broke off", "250 OK"]
)
def test_what_quotes_no_answer_is_no_refusal(words: str) -> None:
    assert read_answer(words) is None
