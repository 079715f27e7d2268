"""The process that renders an operator's own templates, and can do little else.

It takes requests on its standard input and answers on its standard output, see
``rendering.overrides``. What templates may do is bounded by Jinja's sandbox; how much work they
do, by the limits of this process and by whoever waits for its answer.
"""

import pickle
import resource
import struct
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from jinja2 import Environment, TemplateError

from tidings.rendering.environment import environment
from tidings.rendering.mail import render
from tidings.rendering.speech import LANGUAGES, speech_of

LENGTH = struct.Struct(">I")

MEMORY = 512 * 1024 * 1024
"""Bytes of address space; a process that has loaded all it needs takes a quarter of them."""

SECONDS = 5
"""Of the processor, for one mail, for the case that nobody waits for the answer any more."""

MOST_ANSWER = 500_000
"""Bytes of a whole mail."""


def serve(folder: Path, asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    while request := _read(asked):
        state, name, language, letter = pickle.loads(request)  # noqa: S301 - from our own process
        _allow_time()
        answer = orjson.dumps(_render(_templates(folder, language, state), name, letter))
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def limit() -> None:
    """Give up what rendering does not need: much memory, writing files, further processes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _render(templates: Environment, name: str, letter: object) -> dict[str, Any]:
    try:
        mail = render(templates, name, letter)
    except TemplateError as error:
        return {"error": _words(error)}
    except MemoryError:
        return {"error": f"it needs more than {MEMORY // 1024 // 1024} MB of memory"}
    except Exception as error:  # noqa: BLE001 - the edge of a process: a template may raise anything
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    answer = {"subject": mail.subject, "text": mail.text, "html": mail.html}
    if sum(map(len, answer.values())) > MOST_ANSWER:
        return {"error": f"it makes a mail of more than {MOST_ANSWER:,} characters"}
    return answer


def _words(error: TemplateError) -> str:
    place = getattr(error, "name", None)
    line = getattr(error, "lineno", None)
    where = f"{place}, line {line}: " if place and line else ""
    return f"{where}{error.message or type(error).__name__}"[:300]


@lru_cache(maxsize=len(LANGUAGES))
def _templates(folder: Path, language: str, _state: str) -> Environment:
    """Return the templates as the folder is in this state: a new file in it is seen."""
    return environment(folder, speech=speech_of(language))


def _allow_time() -> None:
    used = int(time.process_time()) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + SECONDS, hard))


def _read(asked: BinaryIO) -> bytes:
    head = asked.read(LENGTH.size)
    return asked.read(LENGTH.unpack(head)[0]) if head else b""


if __name__ == "__main__":
    limit()
    serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
