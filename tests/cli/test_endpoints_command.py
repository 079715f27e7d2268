"""What operators see of readers' webhooks and chats, and what they can send again."""

from pathlib import Path

import pytest
from calling import row, waiting_notice, webhook
from sqlmodel import select, update
from typer.testing import CliRunner

from tidings.cli.endpoints import endpoints
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryState
from tidings.flows.compose_calls import compose_calls
from tidings.migrations.migrate import migrate
from tidings.upkeep.models import AuditEntry
from tidings.wiring import open_engine


def test_endpoints_are_listed_without_addresses_and_replayed_on_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDINGS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    settings = Settings()
    engine = open_engine(settings)
    migrate(engine)
    with open_session(engine) as session:
        notice = waiting_notice(session)
        webhook(session, settings, "https://hooks.example.org/secret", reader=notice.subscriber_id)
        [delivery_id] = compose_calls(session, settings=settings, now=settings.clock.now())
        session.exec(update(Delivery).values(state=DeliveryState.FAILED))
        session.commit()
    listed = CliRunner().invoke(endpoints, ["list"]).output
    assert listed.split()[-7:] == ["1", "1", "webhook", "on", "0", "1", "0"]
    assert "example" not in listed
    assert "1 calls are waiting" in CliRunner().invoke(endpoints, ["replay", "1"]).output
    assert row(engine, delivery_id).state is DeliveryState.PENDING
    with open_session(engine) as session:
        assert session.exec(select(AuditEntry)).one().action == "replay calls"
    assert isinstance(CliRunner().invoke(endpoints, ["replay", "2"]).exception, Exception)
    engine.dispose()
