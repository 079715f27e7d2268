"""What an HTTP answer of RePORTER means: data, a failure that may pass, or a no (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from typing import Any, cast

import orjson

from tidings.errors import RejectedError
from tidings.reporter.body import Body, read_body
from tidings.reporter.patience import http_date, rate_limit_pause, retry_after

PASSING = frozenset({408, 425, 429})
"""Client errors that may pass; so do all of the server's own (5xx)."""

LONGEST_SHOWN = 500


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, received whole. Header names are looked up without regard to case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Failure:
    """A try that failed and may succeed later, ``after`` the while that the server asked for."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True)
class Meaning:
    """What came of a try, and how long the server wants no other request, if it said so."""

    outcome: Body | Failure
    quiet_for: timedelta | None = None


def read_answer(answer: Answer, *, whom: str, now: datetime) -> Meaning:
    """Tell what an answer means. RejectedError, in RePORTER's words, for a lasting no."""
    server_time = http_date(answer.headers.get("date")) or now
    quiet = rate_limit_pause(
        answer.headers.get("x-rate-limit-remaining"),
        answer.headers.get("x-rate-limit-reset"),
        server_time,
    )
    if answer.status == 200:
        return Meaning(_read_data(answer, whom), quiet)
    if answer.status in PASSING or answer.status >= 500:
        after = retry_after(answer.headers.get("retry-after"), server_time)
        return Meaning(Failure(f"{whom} answered {answer.status}", after), quiet)
    raise RejectedError(f"{whom} answered {answer.status}: {error_text(answer.content)}")


def error_text(content: bytes) -> str:
    """Return the words of an error body: a JSON array of texts, with HTML entities in them."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = content.decode(errors="replace").strip()
    lines: list[Any] = cast("list[Any]", body) if isinstance(body, list) else [body]
    words = "; ".join(unescape(str(line)) for line in lines)
    return words[:LONGEST_SHOWN] or "without a word"


def _read_data(answer: Answer, whom: str) -> Body | Failure:
    if answer.content.lstrip()[:1] == b"<":
        return Failure(f"{whom} answered with a web page instead of data")
    try:
        body = read_body(answer.content)
    except ValueError as error:
        return Failure(f"{whom} answered with broken data: {error}")
    total = body.meta.get("total")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        return Failure(f"{whom} answered without a total")
    return body
