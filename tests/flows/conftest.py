"""Fixtures of flows that send: a real relay, and a sender that speaks to it."""

from collections.abc import Generator

import pytest
from relay import RelayServer, running_relay

from tidings.delivery.senders.smtp import Relay, SmtpSender


@pytest.fixture
def relay() -> Generator[RelayServer]:
    with running_relay() as running:
        yield running


@pytest.fixture
def smtp(relay: RelayServer) -> Generator[SmtpSender]:
    made = SmtpSender(Relay("127.0.0.1", relay.port, tls="none"))
    yield made
    made.close()
