"""A circuit breaker that all processes share. (First form, for the deliveries to lean on.)"""

from sqlalchemy import Engine


class DatabaseBreaker:
    """Stands in the way after repeated failure."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def check(self) -> None:
        """Return if somebody may ask."""

    def failed(self, reason: str) -> None:
        """Count a failure."""

    def succeeded(self) -> None:
        """Forget all failures."""
