"""Tokens in links: random ones that work once, signed ones that cannot be forged."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import RejectedError
from tidings.subscribers.tokens import (
    Scope,
    new_token,
    open_token,
    read_unsubscribe_token,
    seal_token,
    token_hash,
    unsubscribe_token,
)

SECRET = b"s" * 32

ids = st.integers(1, 2**63 - 1)
scopes = st.one_of(
    st.builds(Scope, ids),
    st.builds(Scope, ids, follow_id=ids),
    st.builds(Scope, ids, saved_search_id=ids),
)


def test_a_new_token_is_long_random_and_known_by_its_hash_alone() -> None:
    tokens = [new_token() for _ in range(1000)]
    assert len({secret for secret, _ in tokens}) == 1000
    assert all(len(secret) >= 43 for secret, _ in tokens)
    assert all(kept == token_hash(secret) and secret not in kept for secret, kept in tokens)


def test_a_sealed_token_opens_with_its_key_only() -> None:
    sealed = seal_token(SECRET, "a-token")
    assert open_token(SECRET, sealed) == "a-token"
    assert "a-token" not in sealed
    with pytest.raises(RejectedError):
        open_token(b"t" * 32, sealed)


@given(scopes)
def test_an_unsubscribe_link_ends_what_it_was_made_for(scope: Scope) -> None:
    token = unsubscribe_token(SECRET, scope)
    assert read_unsubscribe_token(SECRET, token) == scope
    assert token == unsubscribe_token(SECRET, scope)
    assert token.replace("-", "").replace("_", "").isalnum()


@given(scopes, st.integers(0, 33), st.integers(1, 255))
def test_a_link_altered_anywhere_is_refused(scope: Scope, position: int, flip: int) -> None:
    signed = bytearray(urlsafe_b64decode(unsubscribe_token(SECRET, scope) + "=="))
    signed[position] ^= flip
    with pytest.raises(RejectedError, match="This link is not complete"):
        read_unsubscribe_token(SECRET, urlsafe_b64encode(signed).decode())


@given(scopes, st.integers(0, 45))
def test_a_link_cut_off_on_its_way_is_refused(scope: Scope, length: int) -> None:
    with pytest.raises(RejectedError, match="This link is not complete"):
        read_unsubscribe_token(SECRET, unsubscribe_token(SECRET, scope)[:length])


@given(st.text())
def test_any_other_text_is_refused(token: str) -> None:
    with pytest.raises(RejectedError, match="This link is not complete"):
        read_unsubscribe_token(SECRET, token)


def test_a_link_of_another_installation_is_refused() -> None:
    with pytest.raises(RejectedError):
        read_unsubscribe_token(SECRET, unsubscribe_token(b"t" * 32, Scope(1)))


def test_a_scope_that_names_two_things_is_refused() -> None:
    with pytest.raises(ValueError, match="not both"):
        Scope(1, follow_id=2, saved_search_id=3)


def test_a_scope_without_a_part_is_everything() -> None:
    assert Scope(1).is_all
    assert not Scope(1, follow_id=2).is_all
    assert not Scope(1, saved_search_id=2).is_all
