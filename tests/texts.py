"""The texts that the code and the templates say to readers, read from their sources."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from jinja2 import nodes

from tidings.rendering.environment import environment

ROOT = Path(__file__).parents[1]
SAYING = {"say", "Sayable", "_", "gettext"}
COUNTING = {"count", "counted"}

Text = str | tuple[str, str]
"""An English text, or that of one and of many, as catalogues name them."""


@cache
def all_texts() -> dict[Text, str]:
    """Return every text with the file that says it, from all code and all templates."""
    code = (ROOT / "services" / "tidings").rglob("*.py")
    templates = (path for kind in ("*.html", "*.txt") for path in (ROOT / "templates").rglob(kind))
    return {
        text: str(path.relative_to(ROOT))
        for path in sorted([*code, *templates])
        for text in (_of_code(path) if path.suffix == ".py" else _of_template(path))
    }


def _of_code(path: Path) -> Iterator[Text]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        is_log = name == "say" and isinstance(node.func, ast.Name)
        yield from () if is_log else _called(name, [list(_strings(one)) for one in node.args])


def _strings(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_strings(node.body), *_strings(node.orelse))


def _of_template(path: Path) -> Iterator[Text]:
    for node in environment().parse(path.read_text()).find_all(nodes.Call):
        called = node.node
        name = called.attr if isinstance(called, nodes.Getattr) else getattr(called, "name", "")
        yield from _called(name, [list(_constants(one)) for one in node.args])


def _constants(node: nodes.Expr) -> Iterator[str]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _constants(node.expr1)
        yield from _constants(node.expr2) if node.expr2 is not None else ()


def _called(name: str, arguments: list[list[str]]) -> Iterable[Text]:
    if name in SAYING and arguments:
        return arguments[0]
    if name in COUNTING and len(arguments) == 3 and arguments[1] and arguments[2]:
        return [(arguments[1][0], arguments[2][0])]
    if name == "ngettext" and all(arguments[:2]):
        return [(arguments[0][0], arguments[1][0])]
    return ()
