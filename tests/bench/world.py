"""The invented world of workload W: its words, the concepts made of them, and how often each comes.

Sizes, exponents and the seed belong to the workload: other ones make figures that compare with none
that were measured before.
"""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator, default_rng

SEED = 7
ROOTS, WORDS, CONCEPTS = 4_000, 60_000, 30_000
LETTERS = "etaoinsrhldcumfpgwybvk"
SUFFIXES = (
    *("", "s", "al", "ic", "ation", "ing", "ed", "oma", "itis", "ogen", "ase", "in", "ive"),
    *("ity", "ology", "opathy", "emia"),
)


def _listed(names: str) -> list[str]:
    return names.split()


STATES = _listed(
    "CA NY MA PA TX MD NC WA IL OH MI FL GA CT MN MO TN CO WI NJ VA AL IN UT OR IA AZ KY SC LA "
    "KS RI NH NE OK DC NM VT DE ME HI AR MS WV MT ND SD NV ID AK WY PR GU VI"
)
INSTITUTES = _listed(
    "NCI NIAID NHLBI NIGMS NIA NIDDK NINDS NIMH NICHD NIDA NIEHS NEI NIAMS NHGRI NIAAA NIDCD "
    "NIDCR NLM NIBIB NINR NCCIH NIMHD FIC OD NCATS CLC VA AHRQ"
)
ACTIVITIES = _listed(
    "R01 R21 F31 K23 K08 U01 R43 R44 P01 P30 T32 R03 F32 K99 R35 UG3 UH3 U54 R61 R33 K01 DP2 R15 "
    "P50 U24 ZIA I01 R25 T35 R56"
) + [f"X{number:02}" for number in range(40)]

FEW = 8
"""Below so many draws numpy costs more than it saves; either way the chances are the same."""


class Ranks:
    """Draws ranks from 0, each as often as Zipf and Mandelbrot say: 1 / (rank + shift)^power."""

    def __init__(self, size: int, shift: float, power: float) -> None:
        weights = 1.0 / (np.arange(size) + shift) ** power
        self._sums = np.cumsum(weights / weights.sum())
        self._listed: list[float] = self._sums.tolist()
        self._last = size - 1

    def one(self, rng: Generator) -> int:
        """Return one rank."""
        return min(bisect_left(self._listed, rng.random()), self._last)

    def several(self, rng: Generator, count: int) -> list[int]:
        """Return so many ranks, of which some may be the same."""
        if count < FEW:
            return [self.one(rng) for _ in range(count)]
        ranks: list[int] = np.searchsorted(self._sums, rng.random(count)).tolist()
        return [min(rank, self._last) for rank in ranks]


class World:
    """Words in the order of how common they are, and concepts of one to four of them."""

    def __init__(self) -> None:
        rng = default_rng(SEED)
        self.roots = _roots(rng)
        words = sorted({root + suffix for root in self.roots for suffix in SUFFIXES})
        rng.shuffle(words)
        self.words = words[:WORDS]
        self.concepts = _concepts(rng, self.words)
        self.in_text = Ranks(WORDS, 2.7, 1.05)
        self.concept_in_text = Ranks(CONCEPTS, 50, 1.0)
        self.concept_in_search = Ranks(CONCEPTS, 50, 0.85)
        self.state = Ranks(len(STATES), 3, 1.0)
        self.institute = Ranks(len(INSTITUTES), 2, 1.0)
        self.activity = Ranks(len(ACTIVITIES), 1, 1.2)
        self.organization = Ranks(2_500, 10, 1.0)
        self.investigator = Ranks(60_000, 3_000, 0.8)


def _roots(rng: Generator) -> list[str]:
    letters = np.array(list(LETTERS))
    found: set[str] = set()
    while len(found) < ROOTS:
        found.add("".join(rng.choice(letters, rng.integers(4, 8))))
    roots = sorted(found)
    rng.shuffle(roots)
    return roots


def _concepts(rng: Generator, words: Sequence[str]) -> list[tuple[str, ...]]:
    middling = Ranks(WORDS, 300, 0.9)
    lengths: list[int] = rng.choice([1, 2, 3, 4], CONCEPTS, p=[0.3, 0.42, 0.2, 0.08]).tolist()
    return [tuple(words[rank] for rank in middling.several(rng, count)) for count in lengths]
