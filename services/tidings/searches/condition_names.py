"""Names of conditions: how a search writes them, and which of them mean something else (pure)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from tidings.rendering.speech import Sayable
from tidings.searches.text import stem, words

OURS = "tidings"
"""The vocabulary that ships with Tidings: somebody looked at each of its short forms."""

LONGEST_IN_USE = 7
"""Words of the longest name that is likely to stand in an abstract as it is."""

_ENGLISH = (
    "about act add age aged aid aids aim air all also am an and any arc are arm art as ask asp at "
    "bad ban bar base bat be bed best bet big bit box boy but buy by call came can cap car care "
    "case cat chip cold come con core cost cup cut dad dam day deal des did die dig dim do dog dot "
    "drop dry due dust each ear eat edge egg ego end even ever eye face fact fall fan far fast fat "
    "fate few fig film fine fire fit five flu fly foe fog for form four free from full fun fur gap "
    "gas gave get girl give go goal god good got grow gut had hair ham hand hard has hat have he "
    "head hear help hen her here hers high him hip his hit hold home hope host hot hour how ice if "
    "ill in ink into is it its job join just keep key kid kin kit lab lack lad lap last late law "
    "lay lead leg less let lid lie life like line lip list live log long look lot love low made "
    "main make man many map mark mass mat may me mean men met mice mild milk mind miss mix model "
    "more most mud must my name near neck need net new next nice nine no nor not note now nut odd "
    "of off oil old on once one only open or order our out over own pad page pain pair pan part "
    "pass past path pay pen per pet pie pig pin plan play plot plus point pot pots poor push put "
    "rat raw read real red rest rib rice ring rise risk road rod role room root row rub run sad "
    "safe salt same sat save say scan sea see self sense set seven sex she shop shot show side "
    "sign sit site six size skin sky slow small snow so soft some son soon spot star stay step "
    "still stop such suit sum sun sure take talk tall tan tap tar task tax tea team tell ten term "
    "test text than that the them then they thin this tie time tip to toe ton too took tool top "
    "town toy tree try tub turn two type under unit up us use van vary very via view wall want war "
    "was wax way we wear wed week well went were west wet what when who why wide wife will win "
    "wish with wood word work year yes yet you young your zero"
)
"""Words of plain English that short forms of conditions are, too: ``ALL``, ``AIDS``, ``COLD``."""

_ENGLISH_WORDS = frozenset(_ENGLISH.split())

_ELSEWHERE = frozenset(
    ("ald", "eds", "gist", "lam", "mash", "mds", "mps", "npc", "psc", "rms", "scid", "sma")
)
"""Short forms of ours that other fields write, too: MDs, EDs, SCID mice, smooth muscle actin."""


@dataclass(frozen=True)
class KnownCondition:
    """A condition with its names, the preferred one first.

    ``source`` is its name in the vocabulary that brought it, such as ``DOID:0060081``.
    """

    name: str
    source: str
    names: tuple[str, ...]

    @property
    def vocabulary(self) -> str:
        """The vocabulary that brought it."""
        return self.source.partition(":")[0]

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """Its names by their words as searches read them."""
        found: dict[str, str] = {}
        for name in self.names:
            found.setdefault(key_of(name), name)
        return found

    @cached_property
    def key(self) -> str:
        """Its preferred name as searches read it."""
        return key_of(self.name)


def key_of(name: str) -> str:
    """Return the words of a name as searches read them, one space between."""
    return " ".join(words(name))


def written(name: str) -> str:
    """Return a name as a term of a search: in quotes, unless it is one plain word.

    A short form whose stem is another word stands in quotes, too: ``ALS`` would also find ``al``.
    """
    found = words(name)
    if name.isascii() and name.isalnum() and name.lower() not in {"and", "or", "not"}:
        is_short_form = not name[1:].islower() or len(name) <= 4
        return f'"{name}"' if is_short_form and stem(found[0]) != found[0] else name
    plain = " ".join(re.sub(r"[^\w\s'’+/.,()-]", " ", name).split())
    return f'"{plain if words(plain) == found else " ".join(found)}"'


def doubt_of_words(key: str, *, is_vetted: bool) -> str:
    """Say why words may mean something else than a condition; "" when they hardly do."""
    parts = key.split()
    if sum(map(len, parts)) <= 2:
        return Sayable("two letters mean many things")
    if all(is_plain_english(part) or len(part) == 1 for part in parts):
        return Sayable("also plain English, and upper and lower case are the same")
    if len(parts) == 1 and (key in _ELSEWHERE or (len(key) == 3 and not is_vetted)):
        return Sayable("a short form that other fields use, too")
    return ""


def is_plain_english(key: str) -> bool:
    """Say whether it is a word of plain English, such as ``all``."""
    return key in _ENGLISH_WORDS


def doubt_of_name(name: str, *, is_vetted: bool) -> str:
    """Say why a name is not added unasked; "" when it is."""
    if has_signs(name):
        return Sayable("a search does not see its + and -")
    if "," in name or len(words(name)) > LONGEST_IN_USE:
        return Sayable("hardly ever written like this")
    return doubt_of_words(key_of(name), is_vetted=is_vetted)


def has_signs(name: str) -> bool:
    """Say whether a name tells ``HER2+`` from ``HER2-``, which a search cannot."""
    return re.search(r"\w[+−-](?!\w)|\+", name) is not None  # noqa: RUF001 - the minus sign


def by_key(conditions: Iterable[KnownCondition]) -> dict[str, list[KnownCondition]]:
    """Return the conditions that each name, as searches read it, stands for."""
    found: dict[str, list[KnownCondition]] = {}
    for one in conditions:
        for key in one.keys:
            found.setdefault(key, []).append(one)
    return found
