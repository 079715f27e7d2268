"""Readers' programs: they ask the API with a token."""

from collections.abc import Collection
from typing import Any

import httpx
from site_of_tests import Visitor
from sqlalchemy import Engine

from tidings.clock import machine_now
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.flows.make_api_token import TokenWish, make_api_token
from tidings.subscribers.scopes import ApiScope

ALL = tuple(ApiScope)


class Program:
    """Asks the API in a reader's name, as far as its token allows."""

    def __init__(
        self, site: Visitor, engine: Engine, reader: int, scopes: Collection[str] = ALL
    ) -> None:
        self._site = site
        wish = TokenWish("a program", scopes)
        with open_session(engine) as session:
            secret, row = make_api_token(session, wish, subscriber_id=reader, now=machine_now())
        self.secret, self.token_id = secret, stored_id(row.id)

    @property
    def headers(self) -> dict[str, str]:
        """The header with which the program says whose it is."""
        return {"Authorization": f"Bearer {self.secret}"}

    def ask(self, method: str, path: str, body: Any = None, **details: Any) -> httpx.Response:
        """Ask for something beneath /api/v1."""
        sent = {} if body is None else {"json": body}
        headers = self.headers | details.pop("headers", {})
        return self._site.send(method, f"/api/v1{path}", headers=headers, **sent, **details)
