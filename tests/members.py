"""Readers who are signed in: a browser with a session's cookie, that sends the site's own forms."""

from typing import Any

import httpx
from site_of_tests import Visitor
from sqlalchemy import Engine

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.flows.sign_in import SESSION_LIFE
from tidings.subscribers.models import Token, TokenPurpose
from tidings.subscribers.tokens import form_token, new_token


def session_of(engine: Engine, reader: int) -> str:
    """Begin a session for a reader; return its secret."""
    secret, kept = new_token()
    now = machine_now()
    with open_session(engine) as session:
        session.add(
            Token(
                token_hash=kept,
                purpose=TokenPurpose.SESSION,
                subscriber_id=reader,
                created_at=now,
                expires_at=now + SESSION_LIFE,
            )
        )
        session.commit()
    return secret


class Member:
    """Asks for pages as a reader who has signed in; a form carries the token of its page."""

    def __init__(self, site: Visitor, engine: Engine, settings: Settings, reader: int) -> None:
        self._site = site
        self.secret = session_of(engine, reader)
        self.form_token = form_token(settings.secret, self.secret)

    @property
    def cookie(self) -> dict[str, str]:
        """The header with which the browser says who asks."""
        return {"Cookie": f"tidings={self.secret}"}

    def get(self, path: str, **details: Any) -> httpx.Response:
        """Ask for a page."""
        return self._site.get(path, headers=self.cookie, **details)

    def post(self, path: str, **form: Any) -> httpx.Response:
        """Send a form of ours; show where it leads, and do not go there."""
        data = {"form_token": self.form_token, **form}
        return self._site.post(path, headers=self.cookie, data=data, follow_redirects=False)
