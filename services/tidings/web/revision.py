"""Which templates, texts and code a page is made with: a part of its ETag."""

from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from tidings.rendering.folder import templates_folder

PARTS = ("pages", "partials", "locale", "static")
"""Folders of templates that a page of the site is made from."""


@cache
def revision() -> str:
    """Return a hash of everything that pages are rendered with; read once in a process."""
    code = Path(str(files("tidings")))
    found = [path for part in PARTS for path in (templates_folder() / part).rglob("*")]
    found += [path for kind in ("*.py", "*.jsonl") for path in code.rglob(kind)]
    digest = blake2b(digest_size=8)
    for path in sorted(path for path in found if path.is_file()):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
