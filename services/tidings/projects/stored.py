"""What is known of an award before a page is compared with it (plain values)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class StoredAward:
    """The part of an award's row that comparing it with a reading needs."""

    appl_id: int
    project_id: int
    version: int
    content_hash: str
    body: bytes
    absent_since: datetime | None = None
    missing_since: datetime | None = None
