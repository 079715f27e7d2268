"""What the API gives, in a terminal: studies, changes, and what a reader has."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from saving import saved_search
from site_of_tests import KEY, READER, Visitor, fill
from typer.testing import CliRunner

from tidings.cli.app import app
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.errors import RejectedError
from tidings.migrations.migrate import migrate
from tidings.web.app import create_app
from tidings.wiring import open_engine

Run = Callable[..., str]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setenv("TIDINGS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TIDINGS_MAIL_FROM", "news@tidings.example")
    monkeypatch.setenv("COLUMNS", "200")
    settings = Settings()
    engine = open_engine(settings)
    migrate(engine)
    filled = fill(engine, settings)
    with open_session(engine) as session:
        saved_search(session, filled.subscriber_id, "title:immune")
        session.commit()
    return Visitor(create_app(settings, engine))


@pytest.fixture
def run(site: Visitor) -> Run:  # noqa: ARG001 - fills the store that commands open
    def run_command(*words: str) -> str:
        done = CliRunner().invoke(app, words)
        if done.exception is not None:
            raise done.exception
        return done.stdout

    return run_command


def test_a_study_is_shown_as_the_api_gives_it_now_and_on_a_day(site: Visitor, run: Run) -> None:
    assert json.loads(run("study", KEY, "--json")) == site.get(f"/api/v1/studies/{KEY}").json()
    assert "31 Dec 2029" in run("study", KEY, "--as-of", "2026-11-24")
    with pytest.raises(RejectedError, match="since 23 Nov 2026"):
        run("study", KEY, "--as-of", "2001-01-01")
    with pytest.raises(RejectedError, match="XX000001"):
        run("study", "XX000001")


def test_changes_are_listed_as_the_api_gives_them(site: Visitor, run: Run) -> None:
    given = site.get("/api/v1/changes?kind=end_cut&limit=50").json()
    assert json.loads(run("changes", "--kind", "end_cut", "--json")) == given
    listed = run("changes", "--since", "2026-11-24")
    assert "now 20 Nov 2026" in listed
    assert f"--after {given['next']}" in listed
    assert "now 20 Nov 2026" not in run("changes", "--after", given["next"])


def test_what_a_reader_has_is_listed_and_ended(run: Run) -> None:
    assert KEY in run("follows", READER)
    assert KEY not in run("follows", READER, "--stop", KEY)
    assert "title:immune" in run("searches", READER)
    assert "title:immune" not in run("searches", READER, "--stop", "1")
    with pytest.raises(RejectedError, match="nobody"):
        run("follows", "stranger@clinic.org")


def test_a_token_is_made_works_is_listed_and_ended(site: Visitor, run: Run) -> None:
    made = run("tokens", "make", READER, "my script", "--scope", "read:me", "--days", "30")
    headers = {"Authorization": f"Bearer {made.split()[0]}"}
    assert site.get("/api/v1/me", headers=headers).json()["token"]["name"] == "my script"
    listed = run("tokens", "list", READER)
    assert all(word in listed for word in ("my script", "read:me"))
    assert made.split()[0] not in listed
    with pytest.raises(RejectedError, match="no token 9"):
        run("tokens", "end", READER, "9")
    run("tokens", "end", READER, "1")
    assert site.get("/api/v1/me", headers=headers).status_code == 401


def test_a_feed_is_opened_and_closed(site: Visitor, run: Run) -> None:
    for which, forms in (((), 1), (("--search", "1"), 2)):
        addresses = run("feeds", "open", READER, *which).split()
        assert len(addresses) == forms
        assert all(site.get(address).status_code == 200 for address in addresses)
        run("feeds", "close", READER, *which)
        assert all(site.get(address).status_code == 404 for address in addresses)
