"""The names of jobs and of queues.

Services know jobs by name only; ``tidings_workers`` knows the code behind each name, so the import
arrow points one way. A message carries ids and may be lost, late or doubled: the row is the truth.
"""

from enum import StrEnum
from typing import Protocol


class Queue(StrEnum):
    """Queues by what a late job costs, dearest first."""

    MAIL = "mail"
    CALLS = "calls"
    DIGESTS = "digests"
    MATCHING = "matching"
    INGEST = "ingest"
    SWEEP = "sweep"
    UPKEEP = "upkeep"


class Job(StrEnum):
    """Names ``noun.verb``; a running system knows them, so a name is never reused or changed."""

    SWEEP_START = "sweep.start"
    SWEEP_ADVANCE = "sweep.advance"
    SWEEP_FINISH = "sweep.finish"
    CHANGES_MATCH = "changes.match"
    ALERTS_COMPOSE = "alerts.compose"
    DIGESTS_START = "digests.start"
    DIGEST_COMPOSE = "digest.compose"
    DELIVERY_SEND = "delivery.send"
    CALLS_COMPOSE = "calls.compose"
    CALLS_SEND = "calls.send"
    MAILBOX_READ = "mailbox.read"
    PAPERS_READ = "papers.read"
    CANARY_RUN = "canary.run"
    MATCHES_AUDIT = "matches.audit"
    PAGES_CHECK = "pages.check"
    WATCHLISTS_APPLY = "watchlists.apply"
    PAGE_DRAFT = "page.draft"
    ROWS_RECOVER = "rows.recover"
    ROWS_PRUNE = "rows.prune"
    QUEUE_HEARTBEAT = "queue.heartbeat"


JobArgument = int | str | list[int]


class Enqueue(Protocol):
    """Puts a job on its queue now; raises nothing when the broker is away (recover rings again)."""

    def __call__(self, job: Job, *arguments: JobArgument) -> None:
        """Put ``job`` on its queue."""
        ...
