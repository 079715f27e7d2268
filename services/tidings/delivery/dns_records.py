"""What the DNS has to say so that our mail is taken for ours, and whether it does (pure).

One record each: SPF says which servers may send, DKIM gives the key that signs, DMARC says what to
do with mail that neither speaks for, MX brings back what did not arrive.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

Lookup = Callable[[str, str], tuple[str, ...]]
"""Returns the texts of the records of a name and a type; nothing where there is none."""

MOST_LOOKUPS = 10
"""An SPF record that asks for more is void (RFC 7208)."""

POLICIES = frozenset({"none", "quarantine", "reject"})


class Grade(StrEnum):
    """How one thing stands."""

    OK = "OK"
    NOTE = "note"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what to do about it."""

    grade: Grade
    about: str
    words: str


@dataclass(frozen=True)
class Record:
    """A record of the DNS, as an operator enters it."""

    name: str
    kind: str
    value: str


@dataclass(frozen=True)
class Domains:
    """Who we are in the DNS: where mail is from and comes back to, what signs it, what sends it.

    ``keys`` are the DKIM records by selector. The relay's name is empty if it is this machine.
    """

    mail: str
    bounces: str
    keys: Mapping[str, str]
    relay: str


def wanted(domains: Domains) -> Iterator[Record]:
    """Yield the records to set."""
    sends = f"a:{domains.relay}" if domains.relay else "a"
    yield Record(domains.bounces, "TXT", f"v=spf1 {sends} -all")
    for selector, value in domains.keys.items():
        yield Record(f"{selector}._domainkey.{domains.mail}", "TXT", value)
    reports = f"rua=mailto:postmaster@{domains.mail}"
    yield Record(f"_dmarc.{domains.mail}", "TXT", f"v=DMARC1; p=none; {reports}")
    if domains.bounces != domains.mail:
        yield Record(domains.bounces, "MX", f"10 {domains.relay or f'mail.{domains.mail}'}")


def check(domains: Domains, lookup: Lookup) -> Iterator[Finding]:
    """Look at each record; raises what ``lookup`` raises when the DNS cannot be asked."""
    yield _spf(domains.bounces, lookup)
    yield from _dkim(domains, lookup)
    yield from _dmarc(domains, lookup)
    yield _mx(domains.bounces, lookup)
    yield from _pointer(domains.relay, lookup)


def _spf(domain: str, lookup: Lookup) -> Finding:
    about = f"SPF of {domain}"
    found = [one for one in lookup(domain, "TXT") if one.lower().split(" ")[0] == "v=spf1"]
    if not found:
        return Finding(Grade.MISSING, about, "set the TXT record above")
    if len(found) > 1:
        return Finding(Grade.WRONG, about, f"{len(found)} records void each other: keep one")
    terms = found[0].lower().split()[1:]
    if any(term in {"+all", "all"} for term in terms):
        return Finding(Grade.WRONG, about, "it lets everybody send: end it with -all")
    asks = ("include:", "a", "mx", "ptr", "exists:", "redirect=")
    lookups = sum(term.lstrip("+-~?").startswith(asks) for term in terms if "all" not in term)
    if lookups > MOST_LOOKUPS:
        return Finding(Grade.WRONG, about, f"it asks for {lookups} lookups, more than 10")
    return Finding(Grade.OK, about, f"{found[0]} (see that it names what your relay sends from)")


def _dkim(domains: Domains, lookup: Lookup) -> Iterator[Finding]:
    if not domains.keys:
        words = "mail is not signed: set TIDINGS_DKIM_KEY_FILE, unless your relay signs it"
        yield Finding(Grade.MISSING, f"DKIM of {domains.mail}", words)
    for selector, value in domains.keys.items():
        name = f"{selector}._domainkey.{domains.mail}"
        about, found = f"DKIM at {name}", lookup(name, "TXT")
        published = [_tags(one).get("p") for one in found if "p" in _tags(one)]
        if not published:
            yield Finding(Grade.MISSING, about, "set the TXT record above")
        elif published != [_tags(value)["p"]]:
            words = "it is revoked" if published == [""] else "it is another key's"
            yield Finding(Grade.WRONG, about, f"{words}: set the TXT record above, and no other")
        else:
            yield Finding(Grade.OK, about, f"it is the key that signs; d={domains.mail} is aligned")


def _dmarc(domains: Domains, lookup: Lookup) -> Iterator[Finding]:
    about = f"DMARC of {domains.mail}"
    found = [one for one in _dmarc_records(domains.mail, lookup) if one.startswith("v=DMARC1")]
    if not found:
        yield Finding(Grade.MISSING, about, "set the TXT record above; bulk mail needs one")
        return
    tags = _tags(found[0])
    if len(found) > 1 or tags.get("p") not in POLICIES:
        yield Finding(Grade.WRONG, about, f"one record with p=none or stricter, not {found[0]!r}")
        return
    yield Finding(Grade.OK, about, found[0])
    yield _alignment(domains, is_strict=tags.get("aspf", "r") == "s")


def _dmarc_records(domain: str, lookup: Lookup) -> tuple[str, ...]:
    """Return the records of the domain, or else of the nearest one above that has any."""
    labels = domain.split(".")
    for place in range(len(labels) - 1):
        if found := lookup("_dmarc." + ".".join(labels[place:]), "TXT"):
            return found
    return ()


def _alignment(domains: Domains, *, is_strict: bool) -> Finding:
    about, own, back = "alignment of SPF", domains.mail, domains.bounces
    if back == own or (not is_strict and _are_kin(own, back)):
        return Finding(Grade.OK, about, f"mail from {own} comes back to {back}")
    why = "aspf=s in your DMARC record wants the very same" if is_strict else "they are no kin"
    return Finding(Grade.WRONG, about, f"{back} is not aligned with {own}: {why}")


def _are_kin(one: str, other: str) -> bool:
    """Say whether one domain lies below the other.

    Sisters may be kin as well; that would need the list of public suffixes, so rather say no.
    """
    return one.endswith(f".{other}") or other.endswith(f".{one}")


def _mx(domain: str, lookup: Lookup) -> Finding:
    about = f"MX of {domain}"
    found = lookup(domain, "MX")
    if not found:
        return Finding(Grade.MISSING, about, "nothing that comes back arrives: set an MX record")
    return Finding(Grade.OK, about, ", ".join(found))


def _pointer(relay: str, lookup: Lookup) -> Iterator[Finding]:
    if not relay:
        words = "the address that this machine sends from needs a name that leads back to it"
        yield Finding(Grade.NOTE, "PTR", words)
        return
    addresses = (*lookup(relay, "A"), *lookup(relay, "AAAA"))
    if not addresses:
        yield Finding(Grade.WRONG, f"relay {relay}", "it has no address in the DNS")
    for address in addresses:
        names = lookup(address, "PTR")
        kind = "AAAA" if ":" in address else "A"
        if any(address in lookup(name.rstrip("."), kind) for name in names):
            yield Finding(Grade.OK, f"PTR of {address}", names[0])
        else:
            words = "no name of it leads back to it; if mail leaves from there, mend that"
            yield Finding(Grade.NOTE if names else Grade.MISSING, f"PTR of {address}", words)


def _tags(record: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip(): "".join(value.split()) for name, _, value in pairs if name.strip()}
