"""Tokens of readers' programs, on both kinds of database."""

from datetime import timedelta

from builders import make_reader
from conftest import NOW
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.flows.end_api_token import end_api_token
from tidings.flows.make_api_token import TokenWish, make_api_token
from tidings.flows.note_api_use import note_api_use
from tidings.subscribers.api_token_queries import good_api_token, live_api_tokens
from tidings.subscribers.tokens import token_hash


def test_a_token_is_good_until_it_expires_or_is_ended(session: Session) -> None:
    reader = stored_id(make_reader(session).id)
    other = stored_id(make_reader(session, "other").id)
    wish = TokenWish("script", ("write:feeds", "read:me"), 30)
    secret, row = make_api_token(session, wish, subscriber_id=reader, now=NOW)
    token, name = stored_id(row.id), token_hash(secret)
    assert row.scopes == ["read:me", "write:feeds"]
    assert good_api_token(session, name, now=NOW + timedelta(days=29)) is not None
    assert good_api_token(session, name, now=NOW + timedelta(days=30)) is None
    for minutes, noted in ((0, 0), (59, 0), (60, 60)):
        note_api_use(session, token, now=NOW + timedelta(minutes=minutes))
        session.refresh(row)
        assert row.last_used_at == NOW + timedelta(minutes=noted)
    end_api_token(session, token, subscriber_id=other, now=NOW)
    assert len(live_api_tokens(session, reader)) == 1
    for _ in range(2):
        end_api_token(session, token, subscriber_id=reader, now=NOW)
    assert live_api_tokens(session, reader) == []
    assert good_api_token(session, name, now=NOW) is None
