"""What the form of a draft says, sentence by sentence."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from tidings.errors import RejectedError
from tidings.flows.review_draft import NEW, Review
from tidings.pages.grounding import Section
from tidings.pages.models import Verdict
from tidings.pages.reviewing import WRITTEN, Written

CHOICES = {
    Verdict.PENDING: "Not yet",
    Verdict.ACCEPTED: "Accept",
    Verdict.REJECTED: "Leave out",
}
"""What an editor may say of a sentence; whoever changes its words and accepts it has edited it."""

LONGEST_FIELD = 20_000


def read_review(form: FormData) -> Review:
    """Return what was sent; RejectedError for what no page of ours sends."""
    written: dict[int, Written] = {}
    for name in form:
        kind, _, which = name.partition("-")
        if kind == "verdict" and which.isascii() and which.isdigit() and len(which) < 12:
            written[int(which)] = _written(form, which)
    added = _written(form, NEW) if f"text-{NEW}" in form else None
    is_empty = added is None or not (added.text.strip() or added.quotes)
    return Review(_number(form, "revision"), written, None if is_empty else added)


def typed(form: FormData) -> Mapping[str, Any]:
    """Return what was typed, by the name of the field, to be shown again."""
    return {name: str(value)[:LONGEST_FIELD] for name, value in form.items()}


def _written(form: FormData, which: str) -> Written:
    text, quotes = (str(form.get(f"{field}-{which}", "")) for field in ("text", "quotes"))
    verdict = str(form.get(f"verdict-{which}", Verdict.ACCEPTED))
    section = str(form.get(f"section-{which}", Section.LOOKS_AT))
    known = (
        verdict in CHOICES and section in WRITTEN and max(len(text), len(quotes)) <= LONGEST_FIELD
    )
    if not known:
        raise RejectedError("This form cannot be read. Please load the page again.")
    return Written(text, tuple(quotes.splitlines()), Verdict(verdict), Section(section))


def _number(form: FormData, name: str) -> int:
    sent = str(form.get(name, ""))
    if not sent.isascii() or not sent.isdigit() or len(sent) > 9:
        raise RejectedError("This form cannot be read. Please load the page again.")
    return int(sent)
