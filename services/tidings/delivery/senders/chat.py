"""Writes to chats through Apprise, which writes through the guarded client."""

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import local
from typing import Any

from tidings.clock import machine_now
from tidings.delivery.answers import words_of
from tidings.delivery.chat import open_room
from tidings.delivery.guarding import Answer, GuardedClient
from tidings.delivery.senders.base import HandingOver
from tidings.errors import RejectedError, RetryableError, TidingsError


@dataclass(frozen=True)
class ChatCall:
    """One finished message; ``address`` is Apprise's or the service's own."""

    address: str
    title: str
    text: str


class ChatSender:
    """Hands messages to chat services. None of them knows a repeat, so none is made lightly."""

    def __init__(self, client: GuardedClient) -> None:
        self._client = client

    def send(self, call: ChatCall, handing_over: HandingOver) -> str:
        """Write ``call`` and return the service's answer.

        Apprise itself says no more than whether it went well; what the service answered is read
        where the bytes pass. Raises GoneError when the room is gone, RejectedError for an address
        that is not taken, RetryableError when the service did not take it, and LostReplyError when
        nobody can know.
        """
        room = open_room(call.address, self._client.rules)
        _put_door_into(sys.modules[type(room).__module__])
        with _passing_through(_Passage(self._client, handing_over)) as passage:
            is_well = room.notify(body=call.text, title=call.title, body_format="text")
        if passage.problem is not None:
            raise passage.problem
        if passage.answer is None:
            raise RejectedError("the service cannot be written to with this address")
        words = words_of(passage.answer, now=machine_now())
        if not is_well:
            raise RetryableError(f"{words}, and that is a no")
        return words


@dataclass
class _Passage:
    """What passes through the door during one message, in one thread."""

    client: GuardedClient
    handing_over: HandingOver
    answer: Answer | None = None
    problem: BaseException | None = None


_own = local()


@contextmanager
def _passing_through(passage: _Passage) -> Generator[_Passage]:
    """Let one message of this thread pass."""
    _own.passage = passage
    try:
        yield passage
    finally:
        del _own.passage


class _Door:
    """Stands where a service of Apprise has the ``requests`` library, and lets posts pass alone.

    All else of that library is there unchanged: its errors, its status codes.
    """

    def __init__(self, requests: Any) -> None:
        self._requests = requests

    def __getattr__(self, name: str) -> Any:
        """Return what else the service needs of the library."""
        if name in {"get", "put", "patch", "delete", "head", "Session", "session"}:
            raise AttributeError(f"a chat may only post, not {name}")
        return getattr(self._requests, name)

    def request(self, method: str, url: str, **details: Any) -> Any:
        """Post, if that is the method."""
        if method.upper() != "POST":
            raise AttributeError(f"a chat may only post, not {method}")
        return self.post(url, **details)

    def post(
        self,
        url: str,
        data: Any = None,
        *,
        params: Any = None,
        headers: Mapping[str, str] | None = None,
        auth: Any = None,
        **_: Any,
    ) -> Any:
        """Send through the guarded client; what is no yes is an error of the library."""
        passage: _Passage = _own.passage
        made = self._requests.Request(
            "POST", url, params=params, data=data, headers=dict(headers or {}), auth=auth
        ).prepare()
        body = made.body.encode() if isinstance(made.body, str) else made.body or b""
        try:
            passage.answer = passage.client.post(
                made.url, body, dict(made.headers), handing_over=passage.handing_over
            )
        except BaseException as error:
            passage.problem = error
            if not isinstance(error, TidingsError):
                raise
            raise self._requests.RequestException(str(error)) from error
        if passage.answer.status >= 300:
            raise self._requests.HTTPError(f"answered {passage.answer.status}")
        return self._response(passage.answer)

    def _response(self, answer: Answer) -> Any:
        made = self._requests.Response()
        made.status_code, made._content = answer.status, answer.body  # noqa: SLF001 - it has no other way in
        made.headers.update(answer.headers)
        return made


def _put_door_into(module: Any) -> None:
    """Put a door into the module of a service, once a process."""
    if not isinstance(module.requests, _Door):
        module.requests = _Door(module.requests)
