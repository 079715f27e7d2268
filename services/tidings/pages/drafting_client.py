"""Asks a language model that speaks the chat protocol of OpenAI, wherever it runs.

The only module that knows the extra "drafts"; pages.drafting imports it when a draft is asked for.
An answer may take as long and be as large as we allow, and nothing is asked twice here.
"""

import asyncio
from datetime import timedelta
from functools import cache
from ssl import SSLContext
from typing import Any, Literal, NoReturn, cast

import httpx2
import orjson
from openai import AsyncOpenAI, OpenAIError
from pydantic import BaseModel, Field
from pydantic_ai import Agent, ModelSettings, UsageLimits
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelConnectionError,
    ModelHTTPError,
    ModelTimeoutError,
)
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from tidings.errors import RejectedError, RetryableError, TidingsError
from tidings.pages.draft_checks import Drafted
from tidings.pages.drafting import UnusableAnswerError

MOST_BYTES = 1_000_000
"""An answer of 40 sentences has 20 kB."""

OK = 200
MOST_TOKENS = 8_000
"""What one answer may cost, thoughts included."""


class DraftedSentence(BaseModel):
    """One sentence, as the model is asked for it."""

    section: Literal["looks_at", "why", "who"]
    text: str = Field(max_length=2_000)
    cites: list[int] = Field(max_length=50, description="numbers of passages")


class DraftedPage(BaseModel):
    """The sentences of the draft."""

    sentences: list[DraftedSentence] = Field(max_length=40)


class ModelClient:
    """Asks one server; each question has a connection of its own."""

    def __init__(self, url: str, key: str, *, timeout: float) -> None:
        self._url = url
        self._key = key or "none"  # a server of one's own needs none, but the library does
        self._timeout = timeout

    def __call__(self, *, model: str, system: str, user: str) -> tuple[Drafted, ...]:
        """Return the sentences that the model wrote, or raise as pages.drafting says."""
        return asyncio.run(self._ask(model, system, user))

    async def _ask(self, model: str, system: str, user: str) -> tuple[Drafted, ...]:
        guard = _Guard()
        try:
            async with (
                asyncio.timeout(self._timeout),
                httpx2.AsyncClient(transport=guard, timeout=self._timeout) as http,
            ):
                client = AsyncOpenAI(
                    base_url=self._url, api_key=self._key, http_client=http, max_retries=0
                )
                chat = OpenAIChatModel(model, provider=OpenAIProvider(openai_client=client))
                agent = Agent(chat, output_type=DraftedPage, instructions=system, retries=0)
                ran = await agent.run(
                    user,
                    model_settings=ModelSettings(max_tokens=MOST_TOKENS),
                    usage_limits=UsageLimits(request_limit=1),
                )
        except TimeoutError as error:
            raise self._late() from error
        except (AgentRunError, OpenAIError) as error:
            raise guard.trouble or self._understand(error) from error
        return tuple(
            Drafted(one.section, one.text, tuple(one.cites)) for one in ran.output.sentences
        )

    def _understand(self, error: Exception) -> TidingsError:
        """Return what an error of the library means for the draft."""
        if isinstance(error, ModelTimeoutError):
            return self._late()
        if isinstance(error, ModelHTTPError):
            return _refusal(error.status_code, error.retry_after)
        if isinstance(error, ModelConnectionError):
            return RetryableError("the language model cannot be reached")
        if isinstance(error, ModelAPIError):
            return RejectedError("the language model refused to answer")
        return UnusableAnswerError("the answer is no list of sentences")

    def _late(self) -> RetryableError:
        return RetryableError(f"the language model gave no answer in {self._timeout:g} seconds")


def _refusal(status: int, after: float | None) -> TidingsError:
    if status in {408, 409, 425, 429} or status >= 500:
        wait = None if after is None else timedelta(seconds=after)
        return RetryableError(f"the language model answered with status {status}", after=wait)
    return RejectedError(f"the language model refused, with status {status}")


@cache
def _trusted() -> SSLContext:
    """Return the authorities that are trusted; reading them takes half the CPU of a question."""
    return httpx2.create_ssl_context()


class _Guard(httpx2.AsyncHTTPTransport):
    """Reads an answer up to a size and looks at its form, before any library makes sense of it.

    ``trouble`` is what was wrong; libraries wrap what a transport raises in words of their own.
    """

    def __init__(self) -> None:
        super().__init__(verify=_trusted())
        self.trouble: TidingsError | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask, and return the whole answer."""
        request.headers["Accept-Encoding"] = "identity"
        response = await super().handle_async_request(request)
        body = bytearray()
        try:
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MOST_BYTES:
                    self._refuse(f"the answer has more than {MOST_BYTES:,} bytes")
        finally:
            await response.aclose()
        if response.status_code == OK:
            answer = self._checked(response.headers, bytes(body))
            return httpx2.Response(OK, json=answer, request=request)
        return httpx2.Response(
            response.status_code, headers=response.headers, content=bytes(body), request=request
        )

    def _checked(self, headers: httpx2.Headers, body: bytes) -> dict[str, Any]:
        if headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
            self._refuse("the answer is no JSON by its own word")
        if headers.get("Content-Encoding", "identity") != "identity":
            self._refuse("the answer is packed, which was not asked for")
        try:
            value: Any = orjson.loads(body)
        except orjson.JSONDecodeError:
            self._refuse("the answer is broken JSON")
        said = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        choices = said.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            self._refuse("the answer has no text")
        return {name: part for name, part in said.items() if name != "usage"}  # nobody counts it

    def _refuse(self, words: str) -> NoReturn:
        self.trouble = UnusableAnswerError(words)
        raise httpx2.DecodingError(words)
