"""Whoever can be asked for a draft, and how an answer may fail."""

from typing import Protocol

from tidings.config import Settings
from tidings.errors import RejectedError
from tidings.pages.draft_checks import Drafted


class UnusableAnswerError(RejectedError):
    """An answer came, and is no list of sentences: asked once more, the model may do better."""


class Drafter(Protocol):
    """Asks a language model; pages.drafting_client has the one that goes over the network."""

    def __call__(self, *, model: str, system: str, user: str) -> tuple[Drafted, ...]:
        """Return the sentences that the model wrote.

        Raises UnusableAnswerError for an answer of another form, RetryableError when there is none
        now, and RejectedError when there will be none.
        """
        ...


def make_drafter(settings: Settings) -> Drafter:
    """Return whoever drafts; RejectedError says what is missing where nobody can."""
    check_can_draft(settings)
    try:
        from tidings.pages.drafting_client import ModelClient  # noqa: PLC0415 - needs an extra
    except ImportError as error:
        raise RejectedError(
            "drafts need the extra “drafts”: pip install 'tidings[drafts]'"
        ) from error
    key = settings.llm_key.get_secret_value()
    return ModelClient(settings.llm_url, key, timeout=settings.llm_timeout)


def check_can_draft(settings: Settings) -> None:
    """Raise RejectedError while no language model is set."""
    if not settings.can_draft:
        raise RejectedError(
            "drafts are off: set TIDINGS_LLM_URL and TIDINGS_LLM_MODEL to a language model"
        )
