"""Fuzz the parser of searches: ``python -m tests.fuzz.parser --seconds 120``.

Guided by the branches that a text reaches (atheris), it looks for an error that is no QueryError, a
canonical form that is not its own, and a text that takes longer than 50 ms. It prints what it tried
and found, and ends with 1 when it found something.
"""

import argparse
import os
import sys
import time
from dataclasses import dataclass, field
from importlib import import_module, util
from typing import Any

LONGEST = 0.05
"""Seconds of one CPU that a text may take."""

PARTS = (
    "title:", "abstract:", "terms:", "category:", "pi:", "org:", "city:", "country:", "state:",
    "ic:", "activity:", "project:", "change:", "severity:", "fy", "amount", "start", "end", "near:",
    "zz:", "(", ")", " ", " AND ", " OR ", " NOT ", '"', "*", ":", "<", ">", "=", ">=", "..", "-",
    "R01", "AZ", "Arizona", "2024", "2027-03", "2027-03-31", "250k", "$1.5M", "end_cut", "critical",
    '"Phoenix, AZ"', " within 50mi", " within ", "80 km", "cancer", "immuno*", "TGFβ", "\n", "é",
    "\u200b", "\u202e", "\x00", "א",
)  # fmt: skip
"""What texts in the shape of a search are put together of."""


@dataclass
class Findings:
    """What was tried, how long the slowest text took, and what went wrong with which text."""

    until: float
    tried: int = 0
    searches: int = 0
    slowest: float = 0.0
    slowest_text: str = ""
    wrong: dict[str, str] = field(default_factory=dict[str, str])


def main() -> None:
    """Fuzz for a while, and report."""
    command = argparse.ArgumentParser(prog="python -m tests.fuzz.parser", description=__doc__)
    command.add_argument("--seconds", type=int, default=60, help="how long to try")
    asked = command.parse_args()
    if util.find_spec("atheris") is None:
        sys.exit("This command needs atheris, which is no part of the tests: pip install atheris")
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["tidings.searches"]):
        grammar = import_module("tidings.searches.grammar")
        canonical = import_module("tidings.searches.canonical")
        readback = import_module("tidings.searches.readback")
    refusal: Any = import_module("tidings.errors").QueryError
    grammar.parse('near:"Phoenix, AZ" within 5mi')  # the list of places is read once
    findings = Findings(until=time.monotonic() + asked.seconds)

    def try_one(data: bytes) -> None:
        text = _text(atheris.FuzzedDataProvider(data))
        findings.tried += 1
        try:
            query = _parsed(grammar.parse, text, findings)
            findings.searches += 1
            form = canonical.canonical_form(query)
            if canonical.canonical_form(grammar.parse_canonical(form)) != form:
                findings.wrong.setdefault("canonical form that is not its own", text)
            readback.read_back(query)
        except refusal as error:
            if not 1 <= error.column <= len(text) + 1:
                findings.wrong.setdefault("column outside of the text", text)
        except Exception as error:  # noqa: BLE001 - any other error is what we look for
            findings.wrong.setdefault(f"{type(error).__name__}: {error}", text)
        if time.monotonic() >= findings.until:
            _report(findings)

    atheris.Setup([sys.argv[0], "-max_len=2100", "-len_control=20", "-verbosity=0"], try_one)
    atheris.Fuzz()


def _text(data: Any) -> str:
    """Return any text, or one put together of what searches are made of."""
    if data.ConsumeBool():
        return data.ConsumeUnicode(data.remaining_bytes())
    parts: list[str] = []
    while data.remaining_bytes():
        chosen: int = data.ConsumeIntInRange(0, len(PARTS) - 1)
        parts.append(PARTS[chosen])
    return "".join(parts)[:2000]


def _parsed(parse: Any, text: str, findings: Findings) -> Any:
    before = time.thread_time()
    try:
        return parse(text)
    finally:
        taken = time.thread_time() - before
        if taken > findings.slowest:
            findings.slowest, findings.slowest_text = taken, text
        if taken >= LONGEST:
            findings.wrong.setdefault(f"slow: {taken * 1000:.0f} ms", text)


def _report(findings: Findings) -> None:
    """Print what was found and leave at once: the fuzzer itself never returns."""
    slowest = f"{findings.slowest * 1000:.1f} ms for {findings.slowest_text[:80]!r}"
    print(f"{findings.tried:,} texts tried, {findings.searches:,} of them searches.")  # noqa: T201 - a command
    print(f"Slowest: {slowest}")  # noqa: T201 - a command
    for what, text in findings.wrong.items():
        print(f"Found {what}: {text!r}")  # noqa: T201 - a command
    print(f"{len(findings.wrong)} findings.")  # noqa: T201 - a command
    sys.stdout.flush()
    os._exit(1 if findings.wrong else 0)


if __name__ == "__main__":
    main()
