"""Where the templates are."""

from functools import cache
from importlib.resources import files
from pathlib import Path


@cache
def templates_folder() -> Path:
    """Return the templates: inside the package when installed, at the top of a checkout else."""
    packaged = Path(str(files("tidings"))) / "templates"
    if packaged.is_dir():
        return packaged
    for folder in Path(__file__).resolve().parents:
        if (folder / "pyproject.toml").exists():
            return folder / "templates"
    raise FileNotFoundError("the templates are neither in the package nor in a checkout")
