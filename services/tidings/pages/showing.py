"""Texts of a record, fit to be shown: nothing unseen in them, no capitals all through (pure)."""

import re

from tidings.rendering.speech import Sayable

LONGEST_TITLE = 200
"""Characters after which RePORTER cuts a title."""

CUT_NOTE = Sayable("RePORTER cuts titles at 200 characters.")

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Control characters, and those that turn the direction of what follows."""

_WORD = re.compile(r"[^\W_]+(?:-\d\w*|['’][^\W\d_]+)?")  # IL-6 and children's are one word
_KEPT = re.compile(
    r"[B-DF-HJ-NP-TV-XZ]{3,}|(?!VS\b)[B-DF-HJ-NP-TV-XZ]{2}|II|III|IV|VI|VII|VIII|IX"
    r"|(?!TYPE)[A-Z]{1,3}-\d\w*|[A-Z]*\d\w*"
)
"""What nobody speaks as a word: without a vowel, a Roman number, or with a digit in it."""

_SHORT_FORMS = (
    "ADHD AIDS ALS AML APOE ATP BMI BRCA COPD COVID CRISPR CTSA DCIS DNA ECM EEG EGFR EHR FDA FMRI "
    "GABA GI GWAS HIV HLA IBD IBS ICU IDD IFN IPF IPSC LGBTQ MRI MRNA MRSA NASH NCI NIAID NICU "
    "NIDA NIH OCD PCOS PET PTEN RNA SARS SIV SLE STI UCLA US USA UV VA VEGF"
)
_ABBREVIATIONS = frozenset(_SHORT_FORMS.split())
"""Short forms with a vowel that keep their capitals, too."""

_NAMES = (
    "Africa African Alzheimer Alzheimer's America American Americans Asia Asian Black California "
    "China Chinese Crohn Crohn's Duchenne English Europe European Hispanic Hodgkin Huntington "
    "Huntington's India Indian Kaposi Latina Latino Lewy Lyme Parkinson Parkinson's Spanish Texas "
    "Tourette Wilms Zika"
)
_PROPER = {one.upper(): one for one in _NAMES.split()}


def fit_to_show(text: str) -> str:
    """Return a text without characters that nobody sees but that change what one sees."""
    return _UNSEEN.sub("", text)


def official_title(title: str) -> str:
    """Return a title fit to read.

    One in capitals gets small letters, short forms as DNA or TROP2 keep theirs; one that RePORTER
    cut ends in an ellipsis.
    """
    shown = fit_to_show(title)
    letters = [letter for letter in shown if letter.isalpha()]
    if letters and not any(letter.islower() for letter in letters):
        shown = _WORD.sub(lambda word: _small(word[0]), shown)
        first = next(at for at, letter in enumerate(shown) if letter.isalpha())
        shown = shown[:first] + shown[first].upper() + shown[first + 1 :]
    return f"{shown.rstrip()}…" if is_cut(title) else shown


def is_cut(title: str) -> bool:
    """Say whether RePORTER cut a title: it is as long as titles may be, and no sentence's end."""
    return len(title) >= LONGEST_TITLE and not title.rstrip().endswith((".", "?", "!"))


def _small(word: str) -> str:
    if word.partition("-")[0] in _ABBREVIATIONS or _KEPT.fullmatch(word):
        return word
    return _PROPER.get(word.replace("’", "'"), word.lower())
