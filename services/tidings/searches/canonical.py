"""One way to write each search, so that every distinct search is matched once (pure)."""

from hashlib import blake2b

from tidings.searches.query import Query
from tidings.searches.simplify import simplified
from tidings.searches.writing import written


def canonical_form(query: Query) -> str:
    """Return the text by which searches are compared: order, doubles and nesting are gone.

    It parses to a query that finds the same, and whose canonical form is the same again.
    """
    return written(simplified(query))


def search_hash(canonical: str) -> str:
    """Return the name of a canonical form: 32 hexadecimal digits."""
    return blake2b(canonical.encode(), digest_size=16).hexdigest()
