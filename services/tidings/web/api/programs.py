"""Whose program asks, and what its token allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tidings.db.base import stored_id
from tidings.flows.note_api_use import note_api_use
from tidings.subscribers.api_token_queries import good_api_token
from tidings.subscribers.scopes import ApiScope
from tidings.subscribers.tokens import token_hash
from tidings.web.api.counting import OWN, REFUSED, count, network
from tidings.web.api.problems import ApiError, Where
from tidings.web.guard import SAFE_METHODS
from tidings.web.site import site_of

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="Token",
    description="A token that a reader made at /manage/tokens: `Authorization: Bearer tid_...`",
)
CHALLENGE = 'Bearer realm="Tidings"'


@dataclass(frozen=True)
class Program:
    """A program of a reader, known by its token."""

    reader_id: int
    token_id: int
    name: str
    scopes: Sequence[str]
    expires_at: datetime | None


def program(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Program:
    """Return whose program asks; a token that is none, has expired or was ended opens nothing."""
    site = site_of(request)
    if given is None:
        raise _unknown("This needs a token, which a reader makes at /manage/tokens.", CHALLENGE)
    with site.reading() as session:
        row = good_api_token(session, token_hash(given.credentials), now=site.now)
    if row is None:
        count(site, REFUSED, network(request))
        words = "This token is unknown, has expired or was ended."
        raise _unknown(words, f'{CHALLENGE}, error="invalid_token"')
    count(site, OWN, f"token {row.id}")
    return Program(
        row.subscriber_id, stored_id(row.id), row.name, tuple(row.scopes), row.expires_at
    )


def allowed(scope: ApiScope) -> Any:
    """Return the dependency of a route that needs a scope: who asks, if their token has it."""

    def check(request: Request, asking: Annotated[Program, Depends(program)]) -> Program:
        if scope.value not in asking.scopes:
            challenge = f'{CHALLENGE}, error="insufficient_scope", scope="{scope.value}"'
            words = f"This token has not the scope {scope.value}, which this needs."
            where = Where(place="header", name="Authorization", words=words)
            raise ApiError(403, words, where=[where], headers={"WWW-Authenticate": challenge})
        if request.method not in SAFE_METHODS:
            site = site_of(request)
            with site.writing() as session:
                note_api_use(session, asking.token_id, now=site.now)
        return asking

    return Depends(check)


MayReadMe = Annotated[Program, allowed(ApiScope.READ_ME)]
MayWriteFollows = Annotated[Program, allowed(ApiScope.WRITE_FOLLOWS)]
MayWriteSearches = Annotated[Program, allowed(ApiScope.WRITE_SEARCHES)]
MayReadNotices = Annotated[Program, allowed(ApiScope.READ_NOTICES)]
MayWriteFeeds = Annotated[Program, allowed(ApiScope.WRITE_FEEDS)]


def _unknown(words: str, challenge: str) -> ApiError:
    where = Where(place="header", name="Authorization", words=words)
    return ApiError(401, words, where=[where], headers={"WWW-Authenticate": challenge})
