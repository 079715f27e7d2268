"""Whether a sentence claims what its passages claim: not more, not the reverse (pure)."""

import re
from collections.abc import Iterator, Sequence

from tidings.pages.draft_cues import CUES
from tidings.pages.draft_tokens import stems

_DOUBT = re.compile(
    r"\b(?:may|might|could|would|hypothes\w+|propos\w+|potential\w*|whether|if|will|aims?|goals?|"
    r"seeks?|expect\w*|suggest\w*|possib\w+|hop(?:e|es|ing)|toward|towards|determine|test|explore|"
    r"investigate|develop)\b",
    re.IGNORECASE,
)
_SHARE, _FEWEST = 0.25, 2
"""How much of a sentence's words its passages must have, and how many at least."""

COGNATES = 4
"""Letters by which a Spanish word is known in an English text: tumor, cáncer, célula."""


def rests_on(text: str, sources: Sequence[str], language: str) -> bool:
    """Say whether a sentence speaks of what its passages speak of, by the words that they share."""
    if language != "en":
        return bool(stems(text, COGNATES) & stems(" ".join(sources), COGNATES))
    own = stems(text)
    shared = own & stems(" ".join(sources))
    return len(shared) >= min(_FEWEST, len(own)) and len(shared) >= _SHARE * len(own)


def denies_otherwise(text: str, sources: Sequence[str], language: str) -> str:
    """Return what is denied in a sentence and not in its passages, or the reverse; "" if nothing.

    Each part of an English sentence is held against the parts of passages that have most of its
    words; a Spanish sentence against all passages together.
    """
    if language != "en":
        return _differ(CUES[language].negation.search(text), sources)
    theirs = [(part, stems(part)) for one in sources for part in _parts(one)]
    ours = list(_parts(text))
    for part in ours:
        own = stems(part)
        denial = CUES["en"].negation.search(part)
        if len(own) < _FEWEST and len(ours) > 1 and not denial:
            continue  # "to find out why" is like no part in particular
        most = max((len(own & words) for _, words in theirs), default=0)
        found = _differ(denial, [one for one, words in theirs if len(own & words) == most])
        if found:
            return found
    return ""


def _differ(denial: re.Match[str] | None, sources: Sequence[str]) -> str:
    """Return the word of denial that only one side has; the sources are English."""
    denials = [CUES["en"].negation.search(one) for one in sources]
    if denial is not None:
        return "" if any(denials) else denial[0]
    first = denials[0] if denials and all(denials) else None
    return first[0] if first is not None else ""


def _parts(text: str) -> Iterator[str]:
    """Return the parts of a sentence; a word of denial is about its own part."""
    yield from (part for part in CUES["en"].breaks.split(text) if part.strip())


def turns_around(text: str, sources: Sequence[str], language: str) -> str:
    """Return the word by which a sentence says "more" where its passages say "less" alone."""
    cues, english = CUES[language], CUES["en"]
    together = " ".join(sources)
    up, down = cues.up.search(text), cues.down.search(text)
    source_up, source_down = english.up.search(together), english.down.search(together)
    if up and not down and source_down and not source_up:
        return up[0]
    if down and not up and source_up and not source_down:
        return down[0]
    return ""


def too_certain(text: str, sources: Sequence[str], language: str) -> str:
    """Return the verb by which a sentence states what its passages only hope for."""
    cues = CUES[language]
    claim = cues.claims.search(text)
    if claim is None or cues.hedges.search(text):
        return ""
    return claim[0] if all(_DOUBT.search(one) for one in sources) else ""


def hides_animals(text: str, sources: Sequence[str], language: str) -> str:
    """Return the word by which work with animals or in a laboratory becomes one with people.

    What passages say of animals is not said without naming animals. What they say of a laboratory
    may be said without it, but not of people.
    """
    cues, english = CUES[language], CUES["en"]
    named = cues.animals.search(text) or cues.lab.search(text)
    people = cues.people.search(text)
    for one in sources:
        animals, lab = english.animals.search(one), english.lab.search(one)
        if animals and not named:
            return animals[0]
        if lab and people and not named:
            return people[0]
    if people and not any(english.people.search(one) for one in sources):
        return people[0]
    return ""
