"""How often one network, or one token, may ask the API."""

from typing import Any

from fastapi import Depends, Request

from tidings.web.api.problems import ApiError
from tidings.web.limits import MINUTE, Rule, network_of
from tidings.web.site import Site, site_of

READS = Rule("api reads", each=600, everybody=6000, seconds=MINUTE)
SEARCHES = Rule("api searches", each=120, everybody=600, seconds=MINUTE)
"""Each takes from 20 to 500 milliseconds."""

OWN = Rule("api tokens", each=300, everybody=6000, seconds=MINUTE)
"""Counted by token, wherever it is used from."""

REFUSED = Rule("api refused tokens", each=60, everybody=3000, seconds=MINUTE)
"""Tokens that are none; nobody guesses 256 bits, but looking each up costs us."""


def counted(rule: Rule) -> Any:
    """Return the dependency of a public route that counts who asks."""

    async def take(request: Request) -> None:
        count(site_of(request), rule, network(request))

    return Depends(take)


def network(request: Request) -> str:
    """Return the network that a request comes from."""
    proxies = site_of(request).settings.trusted_proxies
    return network_of(request, trusted_proxies=proxies)


def count(site: Site, rule: Rule, who: str) -> None:
    """Count one request; refuse whoever asks too often, and say when to come back."""
    if seconds := site.limiter.take(rule, who):
        words = f"This was asked too often. Please ask again in {seconds} seconds."
        raise ApiError(429, words, headers={"Retry-After": str(seconds)})
