"""Every failpoint of the code, read from its syntax."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tidings.failpoints import AFTER, BEFORE

TOP = Path(__file__).parents[2]
ROOTS = ("services", "workers")
APART = ("migrations/versions", "tidings/sandbox")
"""Written by Alembic; and the other side of the wire, which is not ours to kill."""


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Return each module, by its path."""
    for root in ROOTS:
        for path in sorted((TOP / root).rglob("*.py")):
            if not any(part in path.as_posix() for part in APART):
                yield str(path.relative_to(TOP)), ast.parse(path.read_text(encoding="utf-8"))


def name_around(item: ast.withitem) -> ast.expr | None:
    """Return the name that an ``around`` gives; None for any other context."""
    call = item.context_expr
    is_around = isinstance(call, ast.Call) and ast.unparse(call.func) == "around"
    return call.args[0] if is_around and isinstance(call, ast.Call) else None


def named() -> Iterator[tuple[ast.expr, bool]]:
    """Return each name as it is written, and whether it names a pair of points."""
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.With):
                names = [name for item in node.items if (name := name_around(item)) is not None]
                yield from ((name, True) for name in names if ast.unparse(name) != "name")
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "failpoint":
                yield node.args[0], False
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "commit":
                yield node.args[1], True


def points() -> list[str]:
    """Return every point, sorted: single ones, and both sides of each pair."""
    found: list[str] = []
    for name, is_pair in named():
        text = ast.literal_eval(name)
        found += [text + BEFORE, text + AFTER] if is_pair else [text]
    return sorted(found)
