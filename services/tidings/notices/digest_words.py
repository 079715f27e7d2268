"""The few words that stand for a mail in a list of mails: subject and preheader (pure).

Both are seen by whoever looks over a shoulder: they tell how much and what kind, and never name a
condition, a study or a search unless its reader has asked for names.
"""

from collections.abc import Sequence

from tidings.projects.models import Change
from tidings.projects.wording import DATE_FIELDS, change_line, headline, worst_first
from tidings.rendering.speech import Speech

MOST_OF_SUBJECT = 60
LEAST_OF_PREHEADER, MOST_OF_PREHEADER = 40, 90

OPEN_FIELDS = DATE_FIELDS | {"award_amount", "is_active"}
"""Fields whose values say nothing of what a study is about."""


def digest_subject(
    changes: int, changed: int, found: int, names: Sequence[str], speech: Speech
) -> str:
    """Say how much a digest tells, with the names of as many searches as have room."""
    if changes and found:
        counted = f"{_changes(changes, speech)}, {_found(found, speech)}"
    elif changes:
        counted = speech.say(
            "{changes} in {studies}",
            changes=_changes(changes, speech),
            studies=in_studies(changed, speech),
        )
    else:
        counted = speech.count(
            found, "{n} study found by your searches", "{n} studies found by your searches"
        )
    return _named(counted, names)


def in_studies(count: int, speech: Speech) -> str:
    """Say of how many followed studies something is told."""
    return speech.count(count, "{n} study you follow", "{n} studies you follow")


def _changes(count: int, speech: Speech) -> str:
    return speech.count(count, "{n} change", "{n} changes")


def _found(count: int, speech: Speech) -> str:
    return speech.count(count, "{n} study found", "{n} studies found")


def _named(counted: str, names: Sequence[str]) -> str:
    said = counted
    for number, name in enumerate(names):
        longer = f"{said}{', ' if number else ': '}{name}"
        if len(longer) > MOST_OF_SUBJECT:
            break
        said = longer
    return said


def preheader(changes: Sequence[Change], speech: Speech, *more: str) -> str:
    """Say the biggest change in words, then these sentences while it is short.

    Nothing where there is no change.
    """
    if not changes:
        return ""
    first = worst_first(changes)[0]
    line = change_line(first, speech)
    said = _sentence(headline(changes, speech))
    if first.field in OPEN_FIELDS and line.was:
        values = speech.say("was {was}, now {now}", was=line.was, now=line.now)
        said = _sentence(f"{line.label}: {values}")
    for sentence in (*filter(None, line.explanation.split(". ")), *more):
        if len(said) < LEAST_OF_PREHEADER:
            said = f"{said} {_sentence(sentence)}"
    return said if len(said) <= MOST_OF_PREHEADER else f"{said[: MOST_OF_PREHEADER - 1].rstrip()}…"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
