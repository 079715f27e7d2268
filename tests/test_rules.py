"""Rules that no other tool checks: the README is true, files are small, nothing leaks."""

import ast
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).parents[1]
MAX_FILE, MAX_FUNCTION = 400, 60
ROOTS = ("services", "workers", "tests")
HOSTS = (b"pypi" + b".org", b"python" + b"hosted", b"deb." + b"debian")


def python_files() -> Iterator[Path]:
    for root in ROOTS:
        for path in (TOP / root).rglob("*.py"):
            if "versions" not in path.parts:
                yield path


def test_files_and_functions_are_small() -> None:
    long: list[str] = []
    for path in python_files():
        text = path.read_text(encoding="utf-8")
        long += [path.name] if text.count("\n") > MAX_FILE else []
        for one in ast.walk(ast.parse(text)):
            if isinstance(one, ast.FunctionDef) and lines(one) > MAX_FUNCTION:
                long.append(f"{path.name} {one.name}")
    assert long == []


def lines(function: ast.FunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_the_readme_maps_every_package_and_names_no_other() -> None:
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Folder map")[2].partition("## Words")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name.strip("`/ ").removeprefix(".../") for row in rows for name in row.split(",")}
    packages = {path.parent.name for path in (TOP / "services/tidings").glob("*/__init__.py")}
    tops = {"services/tidings", "workers/tidings_workers", "templates", "infra", "tests"}
    assert named == packages | tops


def test_the_readme_says_what_tests_there_are() -> None:
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if line.startswith("| `tests/`"))
    folders = {path.name for path in (TOP / "tests").iterdir() if path.is_dir()} - {"__pycache__"}
    assert {word.strip(" |,") for word in row.partition("need:")[2].split(",")} == folders


def test_every_word_of_the_readme_is_a_table_or_a_word_of_the_code() -> None:
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Words")[2].partition("## More")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines()[4:] if line.startswith("|")]
    words = [word.strip() for row in rows for word in row.split(",")]
    code = " ".join(path.read_text(encoding="utf-8") for path in python_files()).lower()
    assert len(words) > 20
    assert [word for word in words if word.replace(" ", "_") not in code and word not in code] == []


def test_every_decision_says_context_decision_and_consequences() -> None:
    decisions = sorted((TOP / "infra/decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert "**Decision.**" in text, path.name
        assert "**Consequences.**" in text, path.name


def test_no_registry_is_named_anywhere() -> None:
    parts = ("services", "workers", "templates", "infra", "tests")
    files = [path for part in parts for path in (TOP / part).rglob("*") if path.is_file()]
    files += [path for path in TOP.iterdir() if path.is_file()]
    written = [path for path in files if "__pycache__" not in path.parts]
    assert [path for path in written for host in HOSTS if host in path.read_bytes()] == []


def test_every_picture_of_the_readme_is_there() -> None:
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    pictures = [part.partition(")")[0] for part in readme.split("](infra/pictures/")[1:]]
    assert pictures
    assert [name for name in pictures if not (TOP / "infra/pictures" / name).is_file()] == []


def test_commands_among_the_tests_run_without_pytest() -> None:
    helpers = {path.stem for path in (TOP / "tests").glob("*.py")}
    found: list[str] = []
    for folder in ("bench", "chaos", "fuzz"):
        for path in (TOP / "tests" / folder).rglob("*.py"):
            if not path.name.startswith(("test_", "conftest")):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                imports = [one for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)]
                found += [path.name for one in imports if one.module in helpers]
    assert found == []
