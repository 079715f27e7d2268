"""A search is looked at from the command line before it is saved."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from commands import Run, runner, said
from sources import ListedSource, record
from sweeps import run_sweep

from tidings.clock import machine_now
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.flows.match_changes import match_changes
from tidings.migrations.migrate import migrate


@pytest.fixture(scope="module")
def tidings(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Give a store in which one new study came nine days ago, and its commands."""
    folder: Path = tmp_path_factory.mktemp("data")
    engine = make_engine(f"sqlite:///{folder / 'tidings.db'}")
    migrate(engine)
    source = ListedSource([record(1)])
    news_at = machine_now() - timedelta(days=9)
    run_sweep(engine, source, now=news_at - timedelta(days=7))
    source.records.append(record(2))
    run_sweep(engine, source, now=news_at)
    with open_session(engine) as session:
        match_changes(session, now=news_at)
    engine.dispose()
    return runner(folder)


def test_a_preview_says_what_a_search_finds_and_gives_its_mails(tidings: Run) -> None:
    immediate = ("preview", "search", "cells", "--cadence", "immediate")
    shown = said(tidings(*immediate))
    assert "It finds 2 studies now. CA000002 How cells age, part 2" in shown
    assert "1 mail (immediate); --mail 1 prints one:" in shown
    assert "CA000002: new study" in shown
    mail = said(tidings(*immediate, "--mail", "-1"))
    assert mail.startswith("Subject: CA000002: new study New study How cells age, part 2")
    assert "because of your search “cells”." in mail
    told = json.loads(tidings(*immediate, "--json").stdout)
    assert (
        told["mails"][0]["text"].split()
        == mail.removeprefix("Subject: CA000002: new study ").split()
    )
    assert sum(week["studies"] for week in told["weeks"]) == 1


def test_a_sample_of_a_mail_is_shown_in_either_language(tidings: Run) -> None:
    spanish = said(tidings("preview", "mail", "digest-late", "--language", "es"))
    assert spanish.startswith("Subject: 3 cambios, 38 estudios encontrados Resumen semanal")
    assert "/unsubscribe/your-own-token" in spanish
    assert 'lang="es"' in said(tidings("preview", "mail", "digest", "--language", "es", "--html"))
    assert "there are en, es" in tidings("preview", "mail", "digest", "--language", "fr").stderr
