"""What came back of the mail of the last days, for the operators' page and for Prometheus."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from tidings.delivery.lookup_queries import RETURNED
from tidings.delivery.models import DeliveryEventKind
from tidings.delivery.reputation import is_alarming
from tidings.delivery.suppression_queries import events_since

PERIOD = timedelta(days=7)


@dataclass(frozen=True)
class Returns:
    """Mails handed over in the last seven days, and how many of them came back or were called spam.

    Providers that send no complaints back, Gmail above all, are not in this rate: look into theirs.
    """

    handed_over: int
    bounced: int
    complained: int

    @property
    def complaint_rate(self) -> float:
        """Complaints a mail; 0 when there was none."""
        return self.complained / self.handed_over if self.handed_over else 0.0

    @property
    def bounce_rate(self) -> float:
        """Bounces a mail; 0 when there was none."""
        return self.bounced / self.handed_over if self.handed_over else 0.0

    @property
    def trouble(self) -> str:
        """What an operator has to know; nothing while all is well."""
        if not is_alarming(self.complained, self.handed_over):
            return ""
        return (
            f"{self.complaint_rate:.2%} of the mails of the last 7 days were reported as spam; "
            "from 0.1 % on mailbox providers take action"
        )


def read_returns(session: Session, *, now: datetime) -> Returns:
    """Count the last days."""
    kinds = (DeliveryEventKind.ACCEPTED, DeliveryEventKind.COMPLAINED, *RETURNED)
    counts = events_since(session, kinds, since=now - PERIOD)
    return Returns(
        handed_over=counts[DeliveryEventKind.ACCEPTED],
        bounced=sum(counts[kind] for kind in RETURNED),
        complained=counts[DeliveryEventKind.COMPLAINED],
    )
