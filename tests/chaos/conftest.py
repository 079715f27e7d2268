"""What whole sweeps against a sandbox at fault are run with, and compared with."""

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from tests.chaos.upstream import Store, unharmed

from tidings.db.engine import make_engine
from tidings.projects.models import ChangeKind
from tidings.sandbox.running import Options, Sandbox, running_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Generator[Sandbox]:
    """Run a sandbox whose records fill more than one page."""
    with running_sandbox(Options(corpus=170)) as running:
        yield running


@pytest.fixture(scope="module")
def whole(
    sandbox: Sandbox, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Store:
    """Return what a store holds that met no fault, with news in it."""
    path = tmp_path_factory.mktemp("whole") / "tidings.db"
    shutil.copy(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    store = unharmed(engine, sandbox)
    engine.dispose()
    assert len(store.contents) > 500
    assert len({kind for _, _, kind, _, _ in store.told} - {ChangeKind.COSMETIC}) > 3
    return store
