"""Mails from an operator's own templates: tried in a process apart, and ours where they fail.

A mail must never stay unsent, nor hold up others, because a template was edited. So whatever is
wrong with one (it does not parse, uses an unknown name, loops for ever, fills the memory, makes a
mail without a way out), our own template is used, and the operator is told.
"""

import os
import pickle
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import IO

import orjson
import structlog
from jinja2 import Environment

from tidings.errors import RejectedError
from tidings.rendering.lint import WAY_OUT, lint
from tidings.rendering.mail import render
from tidings.rendering.message import Rendered
from tidings.rendering.override_child import LENGTH, MOST_ANSWER
from tidings.rendering.slots import SLOT

log = structlog.get_logger()

SECONDS = 2.0
"""That a template may take for one mail; ours take a thousandth of them."""

START_SECONDS = 20.0
"""That the process may take for its first mail, when it has to load everything."""

WORST = 4


class Overrides:
    """The templates in an operator's folder: ``mail/<name>/...`` there comes before ours.

    Safe in several threads; one mail is rendered at a time.
    """

    def __init__(self, folder: Path, *, site_url: str) -> None:
        self.folder = folder
        self._site_url = site_url
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = Lock()
        self._refused: dict[tuple[str, str], str] = {}

    def render(
        self, name: str, language: str, letter: object, ours: Callable[[str], Environment]
    ) -> Rendered:
        """Return the mail ``name`` from the folder, or from our own templates if that fails.

        What failed is not tried again before a file of the folder has changed.
        """
        plain = render(ours(language), name, letter)
        state = folder_state(self.folder)
        if not state or self._refused.get((name, language)) == state:
            return plain
        try:
            return self.attempt(name, language, letter, plain)
        except RejectedError as error:
            self._refused[name, language] = state
            log.error("template.refused", mail=name, language=language, reason=str(error))  # noqa: TRY400 - no bug of ours
            return plain

    def attempt(self, name: str, language: str, letter: object, ours: Rendered) -> Rendered:
        """Return the mail from the folder; RejectedError, in words, when it cannot be used.

        It must keep to all that is grave in rendering.lint, and have a way out where ours has.
        """
        answer = orjson.loads(
            self._ask(pickle.dumps((folder_state(self.folder), name, language, letter)))
        )
        if "error" in answer:
            raise RejectedError(answer["error"])
        mail = Rendered(answer["subject"], answer["text"], answer["html"])
        has_way_out = WAY_OUT in ours.html
        found = lint(mail, site_url=self._site_url, has_way_out=has_way_out)
        grave = [finding.words for finding in found if finding.is_grave]
        if grave:
            raise RejectedError("; ".join(grave[:WORST]).replace(SLOT, "TOKEN"))
        return mail

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def _ask(self, request: bytes) -> bytes:
        with self._lock:
            try:
                child, seconds = self._running()
                return _exchange(child, request, monotonic() + seconds)
            except (OSError, EOFError) as error:
                self._stop()
                words = "it takes too long, or too much memory" if is_silent(error) else str(error)
                raise RejectedError(words) from error

    def _running(self) -> tuple[subprocess.Popen[bytes], float]:
        """Return the process, started if there is none, and the seconds that it may take."""
        if self._child is not None and self._child.poll() is None:
            return self._child, SECONDS
        self._child = self._start()
        return self._child, START_SECONDS

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tidings.rendering.override_child", str(self.folder)]
        # No secret of ours is in its environment; and its path is ours, so that it finds us.
        env = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TZ": "UTC"}
        return subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
        )

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def folder_state(folder: Path) -> str:
    """Return what changes with every file of a folder of templates; nothing if it has no mails."""
    files = sorted((folder / "mail").rglob("*.*"))
    return " ".join(f"{path}:{_written_at(path)}" for path in files)


def _written_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # an editor has taken it away between two looks
        return 0


def is_silent(error: Exception) -> bool:
    """Say whether a process was stopped, or ended, before it had answered."""
    return isinstance(error, (TimeoutError, EOFError, BrokenPipeError))


def _exchange(child: subprocess.Popen[bytes], request: bytes, end: float) -> bytes:
    if child.stdin is None or child.stdout is None:
        raise EOFError
    child.stdin.write(LENGTH.pack(len(request)) + request)
    child.stdin.flush()
    (length,) = LENGTH.unpack(_read(child.stdout, LENGTH.size, end))
    if length > 8 * MOST_ANSWER:
        raise OSError("its answer has no end")
    return _read(child.stdout, length, end)


def _read(pipe: IO[bytes], size: int, end: float) -> bytes:
    """Return so many bytes; TimeoutError when they are not there in time."""
    found = bytearray()
    while len(found) < size:
        if not select.select([pipe], [], [], max(0.0, end - monotonic()))[0]:
            raise TimeoutError
        piece = os.read(pipe.fileno(), size - len(found))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)
