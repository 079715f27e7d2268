"""Names of messages: stable, distinct, and telling nothing outside."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tidings.keys import (
    alert_key,
    digest_key,
    goodbye_key,
    message_id,
    moved_key,
    token_key,
    welcome_key,
)

AT = datetime(2026, 11, 23, 13, tzinfo=UTC)

ids = st.integers(1, 10**9)
keys = st.one_of(
    st.builds(alert_key, ids, ids, ids),
    st.builds(
        digest_key,
        ids,
        st.sampled_from(["daily", "weekly", "monthly"]),
        st.integers(0, 10**5).map(lambda minutes: AT + timedelta(minutes=minutes)),
    ),
    st.builds(token_key, st.sampled_from(("confirm", "sign_in", "change_address")), ids, ids),
    st.builds(moved_key, ids, ids),
    st.builds(welcome_key, ids, st.integers(0, 10**6).map(lambda s: AT + timedelta(seconds=s))),
    st.builds(goodbye_key, ids, st.integers(0, 10**6).map(lambda s: AT + timedelta(seconds=s))),
)


def test_a_key_names_its_message_in_full() -> None:
    assert alert_key(7, 8, 9) == "alert:7:8:9"
    assert digest_key(7, "weekly", AT) == "digest:7:weekly:2026-11-23T13:00:00.000000Z"
    assert token_key("confirm", 7, 8) == "confirm:7:8"
    assert goodbye_key(7, AT) == "goodbye:7:2026-11-23T13:00:00Z"


@given(keys, keys)
def test_two_messages_have_two_ids_and_one_message_always_the_same(one: str, other: str) -> None:
    assert (message_id(one, "t.example") == message_id(other, "t.example")) == (one == other)


@given(keys)
def test_a_message_id_is_one_plain_token_that_does_not_tell_the_key(key: str) -> None:
    name, _, domain = message_id(key, "t.example").strip("<>").partition("@")
    assert domain == "t.example"
    assert len(name) == 32
    assert set(name) <= set("0123456789abcdef")
