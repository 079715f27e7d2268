"""Numbers, names and the stems of words, as far as a draft may only repeat them (pure)."""

# ruff: noqa: SIM905 - a list of words reads better as one text

import re
import unicodedata
from collections.abc import Collection, Iterator

from tidings.pages.draft_cues import CUES, Cues

_NUMBER = re.compile(r"(?<!\w)(?<!\d[.,])(?<![^\W\d_][-–])\d+(?:[.,]\d+)*(?![\w])")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_WORD = re.compile(r"[^\W_]+(?:[-–/.'’][^\W_]+)*")
_PART = re.compile(r"[-–/.'’]")
_DRUG = re.compile(
    r"\w{3,}(?:mab|nib|ciclib|parib|vir|statin|mycin|cillin|tide|lukast|sartan|prazole|azole|olol|"
    r"taxel|platin|rubicin|cept|kinra|gliptin|gliflozin|caine|barbital|azepam|oxetine|triptan|"
    r"dronate|setron|tansine|tecan|cycline|leucel|vec|sen|siran)s?$",
    re.IGNORECASE,
)
_GREEK = re.compile(r"[\u0391-\u03c9]")
_ABBREVIATED = {"adn": "dna", "arn": "rna", "vih": "hiv", "sida": "aids", "epoc": "copd"}
"""Short forms that Spanish has of its own."""

_COMMON = frozenset(
    "about after also among around because been before being between both cannot could does each "
    "even every from have help hope hopes into just know learn like look make many more most much "
    "must need often only other over people same should some such team than that their them then "
    "there these they this those through under very want wants ways well were what when where "
    "whether which while whom will with work would your researchers scientists study studies "
    "studied research researcher using used uses".split()
)


def numbers(text: str, language: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Return each number of a text as it stands, with the values that it may mean.

    "1,200" may be twelve hundred, "3,5" three and a half; a share is another value than a count.
    """
    cues = CUES[language]
    for found in _NUMBER.finditer(text):
        share = cues.percent.match(text, found.end())
        sign = "%" if share else ""
        yield found[0] + sign, frozenset(value + sign for value in _values(found[0]))
    for word in _WORD.finditer(text):
        value = cues.numbers.get(word[0].lower())
        if value is not None:
            sign = "%" if cues.percent.match(text, word.end()) else ""
            yield word[0] + sign, frozenset({f"{value}{sign}"})


def _values(written: str) -> Iterator[str]:
    if _THOUSANDS.fullmatch(written):
        yield re.sub(r"[.,]", "", written)
    yield _plain(written.replace(",", "."))


def _plain(written: str) -> str:
    """Return a number without zeros that say nothing."""
    whole, point, rest = written.partition(".")
    rest = rest.rstrip("0") if "." not in rest else rest
    return (whole.lstrip("0") or "0") + (point + rest if rest else "")


def foreign_numbers(text: str, language: str, sources: Collection[str]) -> tuple[str, ...]:
    """Return the numbers of a text that its sources, which are English, do not give."""
    given = {one for source in sources for _, values in numbers(source, "en") for one in values}
    found = [word for word, values in numbers(text, language) if not values & given]
    cues = CUES[language]
    shares = [one for source in sources for one in CUES["en"].quantities.findall(source)]
    for word in cues.quantities.findall(text):
        known = _has_stem(word, sources) if language == "en" else bool(shares)
        found += [] if known else [word]
    return tuple(dict.fromkeys(found))


def foreign_names(text: str, sources: Collection[str]) -> tuple[str, ...]:
    """Return the names in a text, of people, places, genes and drugs, that its sources lack."""
    given = {_name(part) for source in sources for part in _parts(source)}
    found = [part for part in names(text) if _known_as(part) not in given]
    return tuple(dict.fromkeys(found))


def names(text: str) -> Iterator[str]:
    """Return what looks like a name: a capital within a sentence, digits in a word, a drug."""
    words = list(_WORD.finditer(text))
    for place, word in enumerate(words):
        follows = words[place + 1] if place + 1 < len(words) else None
        begins = _begins(text, word.start()) and not (
            follows and follows[0][0].isupper() and text[word.end() : follows.start()] == " "
        )
        for at, part in enumerate(one for one in _PART.split(word[0]) if one):
            if _is_coded(part) or (part[0].isupper() and not (begins and at == 0)):
                yield part


def _begins(text: str, start: int) -> bool:
    before = text[:start].rstrip("\"'“\u2018(«¿¡ ")
    return not before


def _is_coded(part: str) -> bool:
    """Say whether a word is a gene's, a protein's or a drug's, wherever in a sentence it stands."""
    letters = [letter for letter in part if letter.isalpha()]
    mixed = bool(letters) and any(letter.isdigit() for letter in part)
    capitals = sum(letter.isupper() for letter in letters)
    inner = any(letter.isupper() for letter in letters[1:])
    return mixed or capitals > 1 or inner or bool(_GREEK.search(part) or _DRUG.fullmatch(part))


def _parts(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        yield word
        yield from _PART.split(word)
        yield _PART.sub("", word)


def _name(word: str) -> str:
    folded = word.casefold()
    return folded.removesuffix("s") if len(folded) > 2 else folded


def _known_as(part: str) -> str:
    return _name(_ABBREVIATED.get(part.casefold(), part))


def stems(text: str, length: int = 5) -> frozenset[str]:
    """Return the beginnings of the words that carry a meaning, without their accents."""
    return frozenset(
        fold(word)[:length]
        for word in re.findall(r"[^\W\d_]{4,}", text)
        if fold(word) not in _COMMON
    )


def fold(word: str) -> str:
    """Return a word in small letters without accents."""
    apart = unicodedata.normalize("NFD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def foreign_judgements(text: str, cues: Cues, sources: Collection[str]) -> tuple[str, ...]:
    """Return the words of praise or blame that the sources do not use."""
    found = [word for word in cues.judgement.findall(text) if not _has_stem(word, sources)]
    return tuple(dict.fromkeys(found))


def _has_stem(word: str, sources: Collection[str]) -> bool:
    stem = fold(word)[:5]
    begins = re.compile(rf"\b{re.escape(stem)}")
    return any(begins.search(fold(source)) for source in sources)
