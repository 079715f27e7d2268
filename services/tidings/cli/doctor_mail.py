"""Examine whether the world will take our mail for ours."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import typer
from dns.resolver import Resolver

from tidings.cli.parts import console, read_settings
from tidings.config import Settings
from tidings.delivery.dns_lookup import make_lookup
from tidings.delivery.dns_records import Domains, Finding, Grade, Lookup, check, wanted
from tidings.delivery.readiness import check_relay, check_settings, domains_of
from tidings.errors import RetryableError
from tidings.notices.samples import SITE, sample_letters, sample_variants
from tidings.rendering.environment import environment
from tidings.rendering.filters import plural
from tidings.rendering.lint import MOST_HTML, WAY_OUT, lint
from tidings.rendering.mail import render
from tidings.rendering.speech import LANGUAGES, speech_of

COLOURS = {Grade.OK: "green", Grade.NOTE: "cyan", Grade.MISSING: "red", Grade.WRONG: "red"}


def mail(
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="only print what to set; ask nobody")
    ] = False,
    server: Annotated[str, typer.Option(help="name server to ask, not this machine's")] = "",
    port: Annotated[int, typer.Option(help="its port", min=1, max=65535)] = 53,
) -> None:
    """Print the DNS records to set, and say which are there and right.

    Ends with 1 when something is missing or wrong.
    """
    settings = read_settings()
    domains = domains_of(settings)
    _print_wanted(domains)
    findings = [*check_settings(settings), *_check_mails(settings)]
    if not offline:
        resolver = Resolver(configure=not server)
        if server:
            resolver.nameservers, resolver.port = [server], port
        findings += _ask(domains, make_lookup(resolver))
        if settings.sender == "smtp":
            findings.append(check_relay(settings))
    for finding in findings:
        _print(finding)
    grades = Counter(finding.grade for finding in findings)
    bad = grades[Grade.MISSING] + grades[Grade.WRONG]
    console.print(f"\n{plural(bad, 'thing')} to mend.", highlight=False)
    if bad:
        raise typer.Exit(1)


def _ask(domains: Domains, lookup: Lookup) -> list[Finding]:
    found: list[Finding] = []
    try:
        for finding in check(domains, lookup):
            found.append(finding)  # noqa: PERF402 - what was found before it broke off counts
    except RetryableError as error:
        found.append(Finding(Grade.WRONG, "DNS", f"{error}; try again, or use --offline"))
    return found


def _check_mails(settings: Settings) -> Iterator[Finding]:
    """Write a sample of each mail, with the operator's own templates if there are any."""
    sizes: list[int] = []
    for language in LANGUAGES:
        templates = environment(settings.templates_dir, speech=speech_of(language))
        usual = {one: (one, letter) for one, letter in sample_letters(language).items()}
        for name, sample in (usual | dict(sample_variants(language))).items():
            written = render(templates, *sample)
            sizes.append(len(written.html.encode()))
            found = lint(written, site_url=SITE, has_way_out=WAY_OUT in written.html)
            grave = [one.words for one in found if one.is_grave]
            if grave:
                yield Finding(Grade.WRONG, f"mail {name} ({language})", "; ".join(grave))
    words = f"{len(sizes)} samples, the largest {max(sizes):,} of {MOST_HTML:,} bytes of HTML"
    yield Finding(Grade.OK if max(sizes) <= MOST_HTML else Grade.WRONG, "mails", words)


def _print_wanted(domains: Domains) -> None:
    console.print("[bold]Records to set[/]")
    for record in wanted(domains):
        _say(f"  {record.name}  {record.kind}  {record.value}")
    console.print("\n[bold]What is there[/]")


def _print(finding: Finding) -> None:
    console.print(f"[{COLOURS[finding.grade]}]{finding.grade:>8}[/]  ", end="")
    _say(f"{finding.about}: {finding.words}")


def _say(sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
