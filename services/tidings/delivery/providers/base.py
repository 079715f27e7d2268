"""What a call of a mail provider is, how old it may be, and what it may tell (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from tidings.delivery import verp
from tidings.delivery.feedback import Feedback
from tidings.errors import RejectedError

OLDEST = timedelta(hours=25)
"""Providers call again for a day while nobody answers; what is older is somebody's replay."""

CLOCKS_APART = timedelta(minutes=5)

LONGEST_DETAIL = 300


class UnprovenError(RejectedError):
    """Whoever called did not prove to be the provider."""


@dataclass(frozen=True)
class Call:
    """A provider calls us, at a moment of machine time; names of headers are in small letters."""

    body: bytes
    headers: Mapping[str, str]
    at: datetime


@dataclass(frozen=True)
class Told:
    """What a call tells: ``others`` counts what it tells besides, which is nothing for us.

    ``confirm_url`` is where an operator agrees to being called.
    """

    feedback: tuple[Feedback, ...] = ()
    others: int = 0
    confirm_url: str = ""


class Shape(BaseModel):
    """Base of what providers send: more may come, and whatever we need may be missing."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


def told(found: Sequence[Feedback | None]) -> Told:
    """Return what was found, each None counted as something else."""
    feedback = tuple(one for one in found if one is not None)
    return Told(feedback, len(found) - len(feedback))


def check_age(said_at: datetime, now: datetime) -> None:
    """Raise UnprovenError for a call that was made too long ago, or has yet to be."""
    moment = said_at if said_at.tzinfo is not None else said_at.replace(tzinfo=UTC)
    if not now - OLDEST <= moment <= now + CLOCKS_APART:
        raise UnprovenError("this call is too old, or from the future")


def named(secret: bytes, *, reference: str = "", return_path: str = "") -> int | None:
    """Return the delivery that a header of ours names in what a provider sends back."""
    found = verp.read_reference(secret, reference)
    return verp.read_return_path(secret, return_path) if found is None else found


def in_one_line(*words: Any) -> str:
    """Return words of a provider as one short line."""
    return " ".join(" ".join(str(one) for one in words if one).split())[:LONGEST_DETAIL]
