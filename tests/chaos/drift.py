"""Ten ways in which RePORTER may come to write otherwise than it does, each through whole sweeps.

``python -m tests.chaos.drift`` meets each with a store of its own, in a week in which records
change, and compares what is held in the end with a store that met none. Ends with an error if a
record was lost, anything false was told, or nobody was told that something was wrong.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import structlog
from tests.chaos.upstream import Store, Suffered, suffer, unharmed

from tidings.db.engine import make_engine
from tidings.sandbox.faults import Drift, Fault, Mode
from tidings.sandbox.running import Options, Sandbox, running_sandbox
from tidings.tables import metadata

ANSWERS = (Mode.TRUNCATED, Mode.HTML, Mode.WRONG_TOTAL)
KINDS: Mapping[str, Fault] = {
    drift.value: Fault(mode=Mode.DRIFT, drift=drift) for drift in Drift
} | {mode.value: Fault(mode=mode) for mode in ANSWERS}
"""All ten by name: seven of single records, three of whole answers."""


def meet(name: str, folder: Path, sandbox: Sandbox, whole: Store) -> list[str]:
    """Meet one kind with a new store; return what is wrong, and say how it went."""
    engine = make_engine(fresh(folder / f"{name}.db"))
    during, after, store = suffer(engine, sandbox, KINDS[name])
    engine.dispose()
    sys.stdout.write(
        f"{name}: {during.row.state}, {during.row.quarantined} set aside, {during.taken} changes "
        f"taken in; then {after.row.state}, {after.taken} more; {store.missing} called missing\n"
    )
    return complaints(during, store, whole)


def complaints(during: Suffered, store: Store, whole: Store) -> list[str]:
    """Say what a store should not have come to (pure)."""
    lost = {one for one in whole.contents if store.contents.get(one) != whole.contents[one]}
    said = {
        f"{len(lost)} records lost": bool(lost),
        f"{len(store.told - whole.told)} changes falsely told": not store.told <= whole.told,
        f"{len(whole.told - store.told)} changes never told": not whole.told <= store.told,
        f"{store.missing} falsely called missing": bool(store.missing),
        "nobody was told": not during.is_said,
    }
    return [complaint for complaint, is_so in said.items() if is_so]


def fresh(path: Path) -> str:
    """Make an empty database, and return its address."""
    engine = make_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return f"sqlite:///{path}"


def main() -> None:
    """Meet all ten kinds; end with an error if any was not borne."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=int, default=600, help="invented projects")
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # quiet
    with (
        tempfile.TemporaryDirectory(prefix="tidings-drift-") as folder,
        running_sandbox(Options(corpus=asked.corpus)) as sandbox,
    ):
        engine = make_engine(fresh(Path(folder) / "whole.db"))
        whole = unharmed(engine, sandbox)
        engine.dispose()
        wrong = [
            f"{name}: {complaint}"
            for name in KINDS
            for complaint in meet(name, Path(folder), sandbox, whole)
        ]
    sys.stdout.writelines(f"{one}\n" for one in wrong)
    sys.stdout.write(
        f"{len(KINDS)} kinds of drift, {len(whole.contents):,} records: {len(wrong)} complaints\n"
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
