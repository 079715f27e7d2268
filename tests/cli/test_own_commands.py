"""Operators give a reader all of theirs, or delete it; and look at lists and their signatures."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from belongings import publish
from site_of_tests import KEY, READER, fill
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from tidings.cli.app import app
from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.migrations.migrate import migrate
from tidings.watchlists import documents
from tidings.watchlists.entries import ENTRIES
from tidings.watchlists.queries import published_watchlist
from tidings.watchlists.signing import Signer


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, mail_from="news@tidings.example")


@pytest.fixture
def store(own: Settings) -> Generator[Engine]:
    engine = make_engine(own.database)
    migrate(engine)
    yield engine
    engine.dispose()


def tidings(own: Settings, *words: str, given: str = "") -> Result:
    return CliRunner().invoke(
        app, words, input=given, env={"TIDINGS_DATA_DIR": str(own.data_dir), "COLUMNS": "200"}
    )


def test_a_reader_is_exported_and_then_forgotten(own: Settings, store: Engine) -> None:
    fill(store, own)
    file = json.loads(tidings(own, "export", READER).stdout)
    assert (file["address"], file["follows"][0]["study"]) == (READER, KEY)
    assert json.loads(tidings(own, "export", "-", given=f"{READER}\n").stdout) is not None
    assert "Aborted" in tidings(own, "forget", READER, given="n\n").output
    assert "Deleted." in tidings(own, "forget", READER, given="y\n").output
    assert "nothing is held" in str(tidings(own, "export", READER).exception)
    assert "nothing is held" in str(tidings(own, "forget", READER, "--yes").exception)


def test_a_list_is_shown_and_a_file_of_it_verified(
    own: Settings, store: Engine, tmp_path: Path
) -> None:
    slug = publish(store, fill(store, own).subscriber_id, f"{KEY} | Tissue")
    shown = tidings(own, "lists", "show", slug).output
    assert all(part in shown for part in ("Stiff tissue (version 1, en)", f"{KEY} | Tissue"))
    assert "not public" in str(tidings(own, "lists", "show", "0" * 16).exception)
    with open_session(store) as session:
        row = published_watchlist(session, slug)
    assert row is not None
    entries, path, far = (
        ENTRIES.validate_python(row.entries),
        tmp_path / "list.json",
        Signer(b"far"),
    )
    for signer in (Signer(own.secret), far):
        path.write_bytes(documents.written(row, entries, site="https://x.example", signer=signer))
        done = tidings(own, "lists", "verify", str(path))
        is_ours = signer is not far
        assert done.exit_code == (0 if is_ours else 1)
        assert ("signed here" if is_ours else "not checked") in done.output
    with_key = tidings(own, "lists", "verify", str(path), "--key", far.public_key)
    assert (with_key.exit_code, "key that was given" in with_key.output) == (0, True)
    path.write_bytes(path.read_bytes().replace(b"Tissue", b"tissue"))
    altered = tidings(own, "lists", "verify", str(path), "--key", far.public_key)
    assert "not as it was signed" in str(altered.exception)
