"""When others' refusals of our sending domain are a reason to stop all mail (pure)."""

from collections.abc import Collection

LEAST_READERS = 3
LEAST_SHARE = 0.02


def is_refused(readers: Collection[int], handed_over: int) -> bool:
    """Say whether so many mail servers refuse us that it is not their whim but our fault.

    ``readers`` are those whose side refused our domain in a day, ``handed_over`` the mails of that
    day. One server alone must not be able to stop everybody's mail, be it set up badly or run by
    somebody who wants just that. A large provider that refuses us is a fifth of all readers or
    more, so a share of one in fifty tells the two apart.
    """
    return len(readers) >= LEAST_READERS and len(readers) >= LEAST_SHARE * handed_over


ALARMING_COMPLAINTS = 0.001
"""Of 1,000 mails one reported as spam: what mailbox providers ask senders to stay below."""

LEAST_COMPLAINTS = 2
"""One reader's mistake is no rate."""


def is_alarming(complaints: int, handed_over: int) -> bool:
    """Say whether mailbox providers will soon take this for spam."""
    share = complaints / handed_over if handed_over else 0.0
    return complaints >= LEAST_COMPLAINTS and share >= ALARMING_COMPLAINTS
