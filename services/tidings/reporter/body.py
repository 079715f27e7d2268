"""An answer's body: its meta and its rows, each row with its exact bytes (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json import JSONDecodeError, JSONDecoder
from typing import Any, NamedTuple, Never, cast

_ENCODING = {"encoding": "utf-8", "errors": "surrogateescape"}
"""Bytes that are no UTF-8 survive the way there and back; their record alone is then refused."""


class RawRow(NamedTuple):
    """One row of an answer: its bytes as they came, and the JSON value that they spell."""

    raw: bytes
    value: object


@dataclass(frozen=True)
class Body:
    """What an answer holds."""

    meta: Mapping[str, Any]
    rows: tuple[RawRow, ...]


def read_body(content: bytes) -> Body:
    """Read an answer's body. Raises ValueError, in words, when it is none."""
    try:
        return _Scanner(content.decode(**_ENCODING).removeprefix("\ufeff")).body()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")


class _Scanner:
    """Walks the outermost object by hand, so that the place of each row is known."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        # Raw control characters in a text are a known flaw of old abstracts: not strict.
        self._value = JSONDecoder(strict=False, parse_constant=_no_constant).raw_decode

    def body(self) -> Body:
        meta: Any = None
        rows: tuple[RawRow, ...] | None = None
        for name in self._names():
            if name == "results":
                rows = tuple(self._rows())
            elif name == "meta":
                meta = self._read()
            else:
                self._read()
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
            yield RawRow(self._text[start : self._at].encode(**_ENCODING), value)
            if self._take("]"):
                return
            self._expect(",")

    def _read(self) -> object:
        self._peek()
        try:
            value, self._at = self._value(self._text, self._at)
        except JSONDecodeError as error:
            raise ValueError(f"{error.msg}, at character {error.pos}") from error
        return value

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
