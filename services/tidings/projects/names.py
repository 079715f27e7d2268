"""Names as readers write them: RePORTER's come in capitals, or last name first (pure)."""

import re

SMALL_WORDS = frozenset(
    ("a", "an", "and", "at", "by", "de", "del", "for", "in", "la", "of", "on", "or", "the", "to")
)
_KEPT = "CUNY II III IV LLC LSU MIT NIH NYU SUNY UC UCLA UNC US USA USC UT VA"
KEPT_CAPITALS = frozenset(_KEPT.split())
_LETTERS = re.compile(r"[^\W\d_]+")


def title_case(text: str) -> str:
    """Return a name in capitals as one writes names; one in mixed case stays as it is."""
    if not text or text.upper() != text:
        return text
    words = text.split()
    return " ".join(
        word.lower()
        if before[-1:] not in ("", ",") and word.lower() in SMALL_WORDS
        else _capitalised(word)
        for before, word in zip(["", *words], words, strict=False)
    )


def _capitalised(word: str) -> str:
    if word.strip(".,()") in KEPT_CAPITALS:
        return word
    return _LETTERS.sub(lambda part: _part(word, part), word)


def _part(word: str, part: re.Match[str]) -> str:
    letters = part.group()
    after_apostrophe = part.start() > 0 and word[part.start() - 1] in "'’"
    if after_apostrophe and len(letters) <= 2:  # Children's, not Children'S
        return letters.lower()
    if letters.startswith("MC") and len(letters) > 3:
        return "Mc" + letters[2:].capitalize()
    return letters.capitalize()


def person(name: str) -> str:
    """Return "WU, BOGANG " as "Bogang Wu"."""
    last, comma, first = " ".join(name.split()).partition(", ")
    return title_case(f"{first} {last}".strip() if comma else last)
