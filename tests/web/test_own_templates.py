"""An operator's own templates, from the folder to the reader and to the operators' page."""

from pathlib import Path

import pytest
from site_of_tests import KEY, Visitor, fill
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.delivery.senders.capture import Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.web.app import create_app


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """Give settings with a folder of templates."""
    (tmp_path / "own" / "mail" / "change-alert").mkdir(parents=True)
    return settings.model_copy(update={"templates_dir": tmp_path / "own"})


def subject_sent(engine: Engine, own: Settings, template: str) -> str:
    assert own.templates_dir is not None
    file = own.templates_dir / "mail" / "change-alert" / "subject.txt"
    file.write_text(template, encoding="utf-8")
    fill(engine, own)
    return str(Inbox(inbox_folder(own)).newest()[0].message["Subject"])


def test_a_reader_gets_the_operators_words(sqlite_engine: Engine, own: Settings) -> None:
    assert subject_sent(sqlite_engine, own, "Clinic news: {{ letter.study.key }}") == (
        f"Clinic news: {KEY}"
    )
    assert "cannot be used" not in Visitor(create_app(own, sqlite_engine)).get("/ops").text


def test_a_bad_template_keeps_no_mail_back_and_the_operators_page_tells_of_it(
    sqlite_engine: Engine, own: Settings
) -> None:
    assert subject_sent(sqlite_engine, own, "{{ nothing }}") == f"{KEY}: end date moved earlier"
    page = Visitor(create_app(own, sqlite_engine)).get("/ops").text
    assert "the mail change-alert (en) cannot be used, and readers get ours: &#39;nothing" in page
