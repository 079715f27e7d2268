"""The site, asked over HTTP in this process."""

import pytest
from site_of_tests import Filled, Visitor, fill
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.web.app import create_app


@pytest.fixture
def filled(engine: Engine, settings: Settings) -> Filled:
    return fill(engine, settings)


@pytest.fixture
def site(engine: Engine, settings: Settings) -> Visitor:
    return Visitor(create_app(settings, engine))
