"""What the API says when it says no: problem details (RFC 9457), in words, with what and where."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

from tidings.errors import QueryError, RejectedError
from tidings.web.guard import HEADERS

MEDIA_TYPE = "application/problem+json"

SAID = {
    404: "There is nothing at this address.",
    405: "This address takes no such request; the header Allow names those that it takes.",
}
"""What is said where nobody has said more."""

UNREADABLE = "There was an error parsing the body"
"""What FastAPI says of a body that is no text at all."""

PLACES = ("query", "path", "body", "header")


class Where(BaseModel):
    """One thing that is wrong, and where it stands."""

    place: str = Field(
        description="query, path, body, header; empty for the whole", examples=["query"]
    )
    name: str = Field(description="of the parameter or field", examples=["q"])
    words: str = Field(description="what is wrong with it")
    column: int | None = Field(
        default=None, description="of a search: the character that is wrong, counted from 1"
    )


class Problem(BaseModel):
    """Why a request was not answered as asked (RFC 9457)."""

    type: str = Field(description="always about:blank: the status says what sort it is")
    title: str = Field(description="the status in words", examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="what is wrong, in words", examples=["We know no such study."])
    errors: list[Where] = Field(default=[], description="each thing that is wrong, and where")


class ApiError(HTTPException):
    """A request that is refused, with what is wrong and where."""

    def __init__(
        self,
        status: int,
        words: str,
        *,
        where: Sequence[Where] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, str(words), headers=dict(headers or {}))
        self.where = tuple(where)


def problem(
    status: int,
    words: str,
    *,
    where: Sequence[Where] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the answer that says what is wrong."""
    said = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=str(words),
        errors=list(where),
    )
    content = said.model_dump(exclude_none=True)
    return JSONResponse(content, status, headers=headers, media_type=MEDIA_TYPE)


def add_problems(api: FastAPI) -> None:
    """Let every error of the API be told as a problem."""
    api.exception_handler(StarletteHTTPException)(_refused)
    api.exception_handler(RequestValidationError)(_unreadable)
    api.exception_handler(RejectedError)(_rejected)
    api.exception_handler(Exception)(_broken)


def rejected(error: RejectedError, *, place: str = "", name: str = "") -> ApiError:
    """Return what refuses a request that a rule of ours refuses; a search says where."""
    where = Where(place=place, name=name, words=str(error.text))
    if isinstance(error, QueryError):
        where.column = error.column
    return ApiError(422, error.text, where=[where] if place else [])


def _refused(request: Request, error: HTTPException) -> JSONResponse:
    where = error.where if isinstance(error, ApiError) else ()
    is_usual = error.detail == HTTPStatus(error.status_code).phrase
    words = SAID.get(error.status_code, error.detail) if is_usual else error.detail
    if error.detail == UNREADABLE:
        words = "The body cannot be read: JSON is text in UTF-8."
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
    return problem(error.status_code, words, where=where, headers=headers)


def _allowed(request: Request) -> str:
    """Return the methods that the description names for an address."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    found: set[str] = set()
    for template, methods in request.app.openapi()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            found.update(method.upper() for method in methods)
    return ", ".join(sorted(found | ({"HEAD"} if "GET" in found else set())))


def _unreadable(_request: Request, error: RequestValidationError) -> JSONResponse:
    found = [_where(one) for one in error.errors()]
    if any(one.place == "path" for one in found):
        return problem(404, SAID[404], where=found)
    names = ", ".join(dict.fromkeys(one.name or one.place for one in found))
    return problem(422, f"Something is missing or cannot be read: {names}.", where=found)


def _where(found: Mapping[str, Any]) -> Where:
    place, *names = [str(part) for part in found["loc"]]
    words = str(found["msg"]).removeprefix("Value error, ")
    if found["type"] == "json_invalid":
        return Where(place="body", name="", words="This is no JSON.")
    return Where(place=place if place in PLACES else "", name=".".join(names), words=words)


def _rejected(_request: Request, error: RejectedError) -> JSONResponse:
    return problem(422, error.text)


def _broken(_request: Request, _error: Exception) -> JSONResponse:
    words = "Something went wrong on our side. It has been written down."
    return problem(500, words, headers=HEADERS)  # what breaks passes by the guard
