"""How one reader is written to: in which language, with which links, by which calendar (pure)."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from tidings.notices.letters import Footer
from tidings.notices.links import Links
from tidings.rendering.speech import Speech


@dataclass(frozen=True)
class Voice:
    """What everything in one reader's mail has in common; readers may share one."""

    speech: Speech
    links: Links
    zone: tzinfo
    postal_address: str = ""

    def day(self, moment: datetime) -> date:
        """Return the day that an instant falls on where the reader lives."""
        return moment.astimezone(self.zone).date()

    def footer(self, why: str) -> Footer:
        """Return the foot of a mail that can be unsubscribed from."""
        return Footer(
            why=why,
            home_url=self.links.home,
            unsubscribe_url=self.links.unsubscribe,
            manage_url=self.links.manage,
            postal_address=self.postal_address,
        )

    def bare_footer(self, why: str) -> Footer:
        """Return the foot of a mail after which nothing comes by itself."""
        return Footer(why=why, home_url=self.links.home, postal_address=self.postal_address)
