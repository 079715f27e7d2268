"""How much one visitor, and all of them together, may ask of what costs us or writes to others.

Counted in this process alone, and forgotten when it ends: each further process allows as much
again. Whoever is counted is a network, not a person: an IPv4 address by its first 24 bits, an IPv6
one by its first 64, since one household has all of those.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import ceil
from time import time

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

MINUTE, HOUR = 60, 3600
EVERYBODY = "everybody"
NOWHERE = "nowhere"
"""The network of a request that came over no network."""


@dataclass(frozen=True)
class Rule:
    """So many requests in so many seconds, from one network and from all together."""

    name: str
    each: int
    everybody: int
    seconds: int


CONFIRM_MAILS = Rule("confirm mails", each=60, everybody=3000, seconds=HOUR)
"""Wishes at public forms. What protects one address is in flows.subscribe, and holds always."""

SIGN_IN_MAILS = Rule("sign-in mails", each=60, everybody=3000, seconds=HOUR)
"""Links to sign in, and to change one's address."""

COUNTS = Rule("counts", each=240, everybody=2400, seconds=MINUTE)
"""Counts while somebody types: each judges a hundred studies or so, however many there are."""

PREVIEWS = Rule("previews", each=20, everybody=60, seconds=MINUTE)
"""Each takes about three seconds, one after the other."""


class Limiter:
    """Counts requests by rule and network; ``factor`` makes all rules wider, or ends them at 0."""

    def __init__(self, factor: float = 1.0) -> None:
        self._factor = factor
        self._window = FixedWindowRateLimiter(MemoryStorage())

    def take(self, rule: Rule, network: str) -> int:
        """Count one request; return 0, or after how many seconds to ask again.

        What is refused is not counted, and a network that has had its share takes nothing from
        what all have together.
        """
        if not self._factor:
            return 0
        each, everybody = self._limit(rule, rule.each), self._limit(rule, rule.everybody)
        if not self._window.test(each, rule.name, network):
            return self._wait(each, rule, network)
        if not self._window.hit(everybody, rule.name, EVERYBODY):
            return self._wait(everybody, rule, EVERYBODY)
        self._window.hit(each, rule.name, network)
        return 0

    def _limit(self, rule: Rule, amount: int) -> RateLimitItem:
        return RateLimitItemPerSecond(max(1, round(amount * self._factor)), rule.seconds)

    def _wait(self, limit: RateLimitItem, rule: Rule, who: str) -> int:
        ends_at = self._window.get_window_stats(limit, rule.name, who).reset_time
        return max(1, ceil(ends_at - time()))


def network_of(request: Request, *, trusted_proxies: int) -> str:
    """Return the network that a request came from, as so many proxies of ours say.

    Each proxy adds the address that it was asked from to the end of X-Forwarded-For; what stands
    before those is anybody's word, and without proxies all of it is.
    """
    peer = request.client.host if request.client else NOWHERE
    said = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    is_proxied = 0 < trusted_proxies <= len(said)
    address = _address(said[-trusted_proxies]) if is_proxied else None
    address = address or _address(peer)
    return peer if address is None else _network(address)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip())
    except ValueError:
        return None


def _network(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network((int(address), 64), strict=False))
        address = address.ipv4_mapped
    return str(ip_network((int(address), 24), strict=False))
