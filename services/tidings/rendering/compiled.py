"""Templates as they were compiled, kept in memory for the next environment of the same language."""

from functools import cache
from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache


class Compiled(BytecodeCache):
    """Compiling takes longer than rendering: a template is compiled once in a process.

    Not for templates of operators, which Jinja compiles otherwise in its sandbox.
    """

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Put in what is there of a template with this text."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


@cache
def compiled(_language: str) -> Compiled:
    """Return what was compiled for a language: Jinja works out some values when it compiles."""
    return Compiled()
