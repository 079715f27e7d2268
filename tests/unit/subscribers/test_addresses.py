"""Addresses: what is taken, what is refused in words, what can be read at rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import RejectedError
from tidings.subscribers.addresses import AddressBook, normalise

SECRET = b"s" * 32
BOOK = AddressBook(SECRET)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("reader@clinic.org", "reader@clinic.org"),
        ("  Reader@Clinic.ORG \n", "Reader@clinic.org"),
        ("reader@bücher.de", "reader@xn--bcher-kva.de"),
        ("reader@xn--bcher-kva.de", "reader@xn--bcher-kva.de"),
        ("first.last+tag@sub.clinic.org", "first.last+tag@sub.clinic.org"),
        ("l" * 64 + "@clinic.org", "l" * 64 + "@clinic.org"),
    ],
)
def test_one_address_comes_back_in_the_form_that_mail_is_sent_to(typed: str, normal: str) -> None:
    assert normalise(typed) == normal
    assert normalise(normal) == normal


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "reader",
        "reader@",
        "@clinic.org",
        "reader@localhost",
        "reader@[127.0.0.1]",
        "Reader <reader@clinic.org>",
        "reader@clinic.org, other@clinic.org",
        "reader@clinic.org other@clinic.org",
        "reader@clinic.org\r\nBcc: other@clinic.org",
        "reader\r\n@clinic.org",
        "reader\x00@clinic.org",
        "reader\u2028@clinic.org",
        '"two words"@clinic.org',
        "leser-ü@clinic.org",
        "l" * 65 + "@clinic.org",
        "reader@" + "d" * 64 + ".org",
    ],
)
def test_anything_but_one_plain_address_is_refused_in_words(typed: str) -> None:
    with pytest.raises(
        RejectedError, match=r"no e-mail address that we can write to\. One looks like"
    ):
        normalise(typed)


@given(st.text())
def test_whatever_is_typed_either_becomes_one_line_with_one_at_or_is_refused(typed: str) -> None:
    try:
        normal = normalise(typed)
    except RejectedError:
        return
    assert normal.count("@") == 1
    assert normal.isascii()
    assert normal.isprintable()
    assert not set(normal) & set(" ,;<>\"'()[]\\") - {"'"}


def test_a_sealed_address_opens_again_and_looks_different_each_time() -> None:
    sealed = BOOK.seal("reader@clinic.org")
    assert BOOK.open(sealed) == "reader@clinic.org"
    assert sealed != BOOK.seal("reader@clinic.org")
    assert b"reader" not in sealed
    assert b"clinic" not in sealed


def test_the_name_of_an_address_is_the_same_in_any_case_and_with_one_secret_only() -> None:
    name = BOOK.hash("Reader@clinic.org")
    assert name == AddressBook(SECRET).hash("reader@clinic.org")
    assert name != AddressBook(b"t" * 32).hash("reader@clinic.org")
    assert name != BOOK.hash("other@clinic.org")


@pytest.mark.parametrize("position", [0, 1, 20, -1])
def test_an_altered_address_does_not_open(position: int) -> None:
    sealed = bytearray(BOOK.seal("reader@clinic.org"))
    sealed[position] ^= 1
    with pytest.raises(RejectedError, match="TIDINGS_SECRET_KEY"):
        BOOK.open(bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01short"])
def test_an_address_cut_short_does_not_open(sealed: bytes) -> None:
    with pytest.raises(RejectedError, match="TIDINGS_SECRET_KEY"):
        BOOK.open(sealed)


def test_another_secret_opens_nothing_and_its_error_tells_no_address() -> None:
    with pytest.raises(RejectedError) as refusal:
        AddressBook(b"t" * 32).open(BOOK.seal("reader@clinic.org"))
    assert "reader" not in str(refusal.value)
    assert SECRET.decode() not in repr(BOOK)
