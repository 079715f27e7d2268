"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: refuses naive values on the way in, gives UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store every instant as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Put back the zone that SQLite drops."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JSON_TYPE: Any = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""JSON that is replaced whole, never changed in place (changes in place are not noticed)."""


def _values(members: type[StrEnum]) -> list[str]:
    return [member.value for member in members]


def enum_type(members: type[StrEnum]) -> Any:
    """Store an enum by value in a checked VARCHAR: a native enum outlives a downgrade, and harms.

    Typed Any since SQLModel's ``sa_type`` asks for a class and takes an instance as well.
    """
    return Enum(
        members,
        native_enum=False,
        create_constraint=True,
        name=members.__name__.lower(),
        length=40,
        values_callable=_values,
    )
