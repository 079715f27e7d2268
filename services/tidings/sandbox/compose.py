"""Writes titles, abstracts, narratives and terms from our own phrases (pure)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from tidings.sandbox.vocabulary import phrases
from tidings.sandbox.vocabulary.conditions import Condition

LONGEST_TITLE = 200
"""RePORTER cuts titles here, in the middle of a word if need be."""


@dataclass(frozen=True)
class Texts:
    """What an award says about itself."""

    title: str
    abstract: str
    narrative: str
    terms: tuple[str, ...]


@lru_cache(maxsize=20_000)
def compose(seed: str, condition: Condition, title_revision: int, text_revision: int) -> Texts:
    """Return the texts of a project; another revision is another wording of the same matter."""
    matter = _matter(Random(seed), condition)  # noqa: S311 - an invented world, no secret
    titles = Random(f"{seed}:title:{title_revision}")  # noqa: S311 - the same
    words = Random(f"{seed}:text:{text_revision}")  # noqa: S311 - the same
    return Texts(
        title=_noisy(titles, _fill(titles.choice(phrases.TITLES), matter))[:LONGEST_TITLE],
        abstract=_noisy(words, _abstract(words, matter)),
        narrative=_narrative(words, matter),
        terms=_terms(words, condition),
    )


def _matter(rng: Random, condition: Condition) -> dict[str, str]:
    """Choose what a project is about; its texts keep to it."""
    process, process2 = rng.sample(phrases.PROCESSES, 2)
    method = rng.choice(phrases.METHODS)
    return {
        "disease": condition.name,
        "disease_cap": condition.name[0].upper() + condition.name[1:],
        "short": condition.short,
        "tissue": condition.tissue.removeprefix("the "),
        "target": rng.choice(condition.targets),
        "process": process,
        "process_cap": process[0].upper() + process[1:],
        "process2": process2,
        "method": method,
        "method_cap": method[0].upper() + method[1:],
        "intervention": rng.choice(phrases.INTERVENTIONS),
        "population": rng.choice(_populations(condition)),
        "model": rng.choice(phrases.MODELS),
        "number": str(rng.choice((8, 20, 50, 200, 3000))),
        "percent": str(rng.randint(12, 78)),
    }


def _populations(condition: Condition) -> Sequence[str]:
    """Leave the young out of what befalls the old."""
    if condition.institute != "AG":
        return phrases.POPULATIONS
    return [each for each in phrases.POPULATIONS if each not in {"children", "adolescents"}]


def _fill(phrase: str, matter: dict[str, str]) -> str:
    return phrase.format(**matter)


def _abstract(rng: Random, matter: dict[str, str]) -> str:
    heading = rng.choice(
        ("PROJECT SUMMARY/ABSTRACT\n", "Project Summary\n", "ABSTRACT\n", "", "",
         "DESCRIPTION (provided by applicant): ")
    )  # fmt: skip
    first = [*_some(rng, phrases.BACKGROUND, 3), *_some(rng, phrases.GAP, 2)]
    second = _some(rng, phrases.IDEA, 3)
    aims = [
        phrase.replace("{aim}", str(number))
        for number, phrase in enumerate(_some(rng, phrases.AIMS, rng.choice((2, 3))), start=1)
    ]
    last = _some(rng, phrases.IMPACT, 2)
    paragraphs = [" ".join(_fill(p, matter) for p in part) for part in (first, second, aims, last)]
    return heading + "\n".join(paragraphs)


def _narrative(rng: Random, matter: dict[str, str]) -> str:
    heading = rng.choice(("PROJECT NARRATIVE\n", "Project Narrative\n", ""))
    return heading + _fill(rng.choice(phrases.NARRATIVES), matter)


def _terms(rng: Random, condition: Condition) -> tuple[str, ...]:
    common = rng.sample(phrases.COMMON_TERMS, rng.randint(25, 45))
    return tuple(sorted({*condition.terms, *condition.targets, *common}))


def _some(rng: Random, pool: Sequence[str], number: int) -> list[str]:
    return rng.sample(pool, min(number, len(pool)))


def _noisy(rng: Random, text: str) -> str:
    """Add the noise of real texts to one in five or so."""
    dice = rng.random()
    for share, noise in NOISES:
        dice -= share
        if dice < 0:
            return noise(text)
    return text


NOISES: tuple[tuple[float, Callable[[str], str]], ...] = (
    (0.04, lambda text: text + " "),
    (0.03, lambda text: text.replace(" ", "  ", 1)),
    (0.02, lambda text: text.replace(" ", "\u00a0", 1)),
    (0.04, lambda text: text.replace("'", "\u2019")),
    (0.02, lambda text: text.replace("-", "\u2013", 1)),
    (0.005, str.upper),
    (0.02, lambda text: text.replace(". ", ".\n", 2)),
    (0.01, lambda text: text.replace(". ", ".\x02 ", 1)),
)
"""Spaces, typographic marks, capitals, breaks, control characters: each with its share."""
