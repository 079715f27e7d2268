"""Standards, row VERP: a return path names its mail, and nobody else can make one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returned_mail import SECRET

from tidings.delivery.verp import read_reference, read_return_path, reference, return_path

IDS = st.integers(1, 2**63 - 1)


@given(IDS)
def test_verp_a_return_path_names_its_delivery_whatever_becomes_of_its_case(number: int) -> None:
    address = return_path(SECRET, number, "bounce.tidings.example")
    assert len(address.partition("@")[0]) <= 64
    assert read_return_path(SECRET, address) == number
    assert read_return_path(SECRET, f" <{address.upper()}> ") == number
    assert read_reference(SECRET, reference(SECRET, number)) == number


@given(IDS, IDS)
def test_verp_the_mac_of_one_delivery_is_none_of_another(one: int, other: int) -> None:
    mac = reference(SECRET, one).partition(".")[2]
    number = reference(SECRET, other).partition(".")[0]
    assert read_reference(SECRET, f"{number}.{mac}") == (one if one == other else None)


@pytest.mark.parametrize(
    "forged",
    [
        *(
            "",
            "@",
            "b+@x",
            "b+.@x",
            "b+1@x",
            "b+1.@x",
            "b+1.aaaaaaaaaaaaaaaa@x",
            "news@x",
            "b+é.a@x",
        ),
        "b+0" + reference(SECRET, 7) + "@x",
        "b+" + reference(b"another secret, as long as it has to be", 7) + "@x",
        reference(SECRET, 7) + "@x",
    ],
)
def test_verp_a_forged_or_altered_return_path_names_nothing(forged: str) -> None:
    assert read_return_path(SECRET, forged) is None
