"""A mail as it is by day or by night, whatever the screen of whoever looks at it (pure)."""

import re
from typing import Literal

Scheme = Literal["light", "dark"]

_ASKS = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)")
_OFFERS = re.compile(r'(<meta\s+name="(?:color-scheme|supported-color-schemes)"\s+content=")[^"]*"')
ALWAYS, NEVER = "(min-width: 0)", "(max-width: 0)"


def shown_in(html: str, scheme: Scheme) -> str:
    """Return the HTML of a mail as a program that prefers this scheme shows it."""
    answered = _ASKS.sub(lambda asked: ALWAYS if asked[1] == scheme else NEVER, html)
    return _OFFERS.sub(rf'\g<1>{scheme}"', answered)
