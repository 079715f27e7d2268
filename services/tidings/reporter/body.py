"""An answer's body: its meta and its rows, each row with its exact bytes (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json import JSONDecodeError, JSONDecoder
from typing import Any, NamedTuple, cast

_ENCODING = {"encoding": "utf-8", "errors": "surrogateescape"}
"""Bytes that are no UTF-8 survive the way there and back; their record alone is then refused."""

LONGEST_NUMBER = 30
"""Digits of a whole number; RePORTER's longest has nine, and endless ones cost endless time."""


class RawRow(NamedTuple):
    """One row of an answer: its bytes as they came, and the JSON value that they spell."""

    raw: bytes
    value: object

    @property
    def fields(self) -> dict[str, Any] | None:
        """The row as an object; None if it is anything else."""
        value: Any = self.value
        return cast("dict[str, Any]", value) if isinstance(value, dict) else None


class FlawedRow(dict[str, Any]):
    """What could be read of a row that is not to be relied on; ``reason`` says why not."""

    def __init__(self, fields: Mapping[str, Any], reason: str) -> None:
        super().__init__(fields)
        self.reason = reason


@dataclass(frozen=True)
class Body:
    """What an answer holds."""

    meta: Mapping[str, Any]
    rows: tuple[RawRow, ...]


def read_body(content: bytes) -> Body:
    """Read an answer's body. Raises ValueError, in words, when it is none.

    A row that says one name twice, or a number that is none, is a FlawedRow among good ones: one
    record that RePORTER writes badly must not keep us from all others.
    """
    try:
        return _Scanner(content.decode(**_ENCODING).removeprefix("\ufeff")).body()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


class _Scanner:
    """Walks the outermost object by hand, so that the place of each row is known."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._flaws: list[str] = []
        # Raw control characters in a text are a known flaw of old abstracts: not strict.
        self._value = JSONDecoder(
            strict=False,
            parse_constant=self._no_constant,
            parse_int=self._whole,
            object_pairs_hook=self._fields,
        ).raw_decode

    def body(self) -> Body:
        meta: Any = None
        rows: tuple[RawRow, ...] | None = None
        seen: set[str] = set()
        for name in self._names():
            if name in seen:
                raise ValueError(f"{name} stands there twice")
            seen.add(name)
            if name == "results":
                rows = tuple(self._rows())
            elif name == "meta":
                meta = self._read_flawless()
            else:
                self._read_flawless()
        if self._peek():
            raise ValueError(f"data after the end, at character {self._at}")
        if not isinstance(meta, dict) or rows is None:
            raise ValueError("meta or results is missing")
        return Body(cast("dict[str, Any]", meta), rows)

    def _names(self) -> Iterator[str]:
        self._expect("{")
        if self._take("}"):
            return
        while True:
            name = self._read()
            if not isinstance(name, str):
                raise ValueError(f"a name is no text, at character {self._at}")  # noqa: TRY004 - any flaw is a ValueError
            self._expect(":")
            yield name
            if self._take("}"):
                return
            self._expect(",")

    def _rows(self) -> Iterator[RawRow]:
        self._expect("[")
        if self._take("]"):
            return
        while True:
            self._peek()
            start = self._at
            value = self._read()
            if self._flaws:
                fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
                value = FlawedRow(fields, "; ".join(dict.fromkeys(self._flaws)))
                self._flaws.clear()
            yield RawRow(self._text[start : self._at].encode(**_ENCODING), value)
            if self._take("]"):
                return
            self._expect(",")

    def _read_flawless(self) -> object:
        value = self._read()
        if self._flaws:
            raise ValueError(self._flaws[0])
        return value

    def _read(self) -> object:
        self._peek()
        try:
            value, self._at = self._value(self._text, self._at)
        except JSONDecodeError as error:
            raise ValueError(f"{error.msg}, at character {error.pos}") from error
        return value

    def _no_constant(self, name: str) -> None:
        self._flaws.append(f"{name} is no JSON")

    def _whole(self, digits: str) -> int | None:
        if len(digits) <= LONGEST_NUMBER:
            return int(digits)
        self._flaws.append(f"a number has {len(digits)} digits")
        return None

    def _fields(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            names = [name for name, _ in pairs]
            twice = sorted(name for name in fields if names.count(name) > 1)
            self._flaws.append(f"{', '.join(twice)} stands there twice")
            if "appl_id" in twice:
                del fields["appl_id"]  # nobody can say whose record this is
        return fields

    def _peek(self) -> str:
        while self._text[self._at : self._at + 1] in (" ", "\n", "\r", "\t"):
            self._at += 1
        return self._text[self._at : self._at + 1]

    def _take(self, mark: str) -> bool:
        if self._peek() != mark:
            return False
        self._at += 1
        return True

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise ValueError(f"{mark} expected at character {self._at}")
