"""What a reader lets a program of theirs do: the scopes of a token for the API (pure)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable

PREFIX = "tid_"
"""How the secret of every such token begins, so that people and scanners know it for one."""

LONGEST_NAME = 80
LIVES = (30, 90, 365)
"""Days for which a token may be made; without a number it is good until it is ended."""


class ApiScope(StrEnum):
    """One thing that a token may allow; each stands for itself, none brings another."""

    READ_ME = "read:me"
    WRITE_FOLLOWS = "write:follows"
    WRITE_SEARCHES = "write:searches"
    READ_NOTICES = "read:notices"
    WRITE_FEEDS = "write:feeds"


WORDS = {
    ApiScope.READ_ME: Sayable("Read your settings, what you follow and what you search for"),
    ApiScope.WRITE_FOLLOWS: Sayable("Follow studies, change how, and stop"),
    ApiScope.WRITE_SEARCHES: Sayable("Save searches, change them, and stop them"),
    ApiScope.READ_NOTICES: Sayable("Read what you were told"),
    ApiScope.WRITE_FEEDS: Sayable("Make secret addresses of feeds, and switch them off"),
}
"""What a reader is told of each scope."""


def checked_name(name: str) -> str:
    """Return the name of a token as it is stored; RejectedError, in words, for none."""
    plain = " ".join(name.split())
    if not 0 < len(plain) <= LONGEST_NAME:
        raise RejectedError(
            Sayable("A token has a name of at most {n} characters.", n=LONGEST_NAME)
        )
    return plain


def checked_scopes(scopes: Collection[str]) -> list[str]:
    """Return scopes as they are stored, in one order; RejectedError for none or an unknown one."""
    known = [scope.value for scope in ApiScope]
    if not scopes or not set(scopes) <= set(known):
        raise RejectedError(Sayable("Choose at least one thing that the token may do."))
    return [scope for scope in known if scope in scopes]


def expiry(days: int | None, *, now: datetime) -> datetime | None:
    """Return when a token ends that is made now; RejectedError for a time not on offer."""
    if days is None:
        return None
    if days not in LIVES:
        raise RejectedError(Sayable("Choose one of the times that are offered."))
    return now + timedelta(days=days)
