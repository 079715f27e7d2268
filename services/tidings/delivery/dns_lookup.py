"""Asks the DNS, by dnspython."""

from ipaddress import ip_address

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver
from dns.reversename import from_address

from tidings.delivery.dns_records import Lookup
from tidings.errors import RetryableError

SECONDS = 5.0
"""The longest that one question may take."""


def make_lookup(resolver: Resolver) -> Lookup:
    """Return what looks records up; it raises RetryableError when the DNS does not answer."""
    resolver.lifetime = SECONDS

    def lookup(name: str, kind: str) -> tuple[str, ...]:
        asked = from_address(str(ip_address(name))) if kind == "PTR" else name
        try:
            answer = resolver.resolve(asked, kind)
        except (NXDOMAIN, NoAnswer):
            return ()
        except DNSException as error:
            raise RetryableError(f"the DNS does not answer for {name}: {error}") from error
        if kind == "TXT":
            return tuple(b"".join(one.strings).decode("utf-8", "replace") for one in answer)
        return tuple(one.to_text() for one in answer)

    return lookup
