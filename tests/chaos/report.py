"""What the trials of a matrix came to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table
from tests.chaos.trial import Outcome

RANDOM = "at random times"
OUTCOME = TypeAdapter(Outcome)


@dataclass
class Report:
    """The outcomes, and what is wrong beyond them."""

    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    wrong: list[str] = field(default_factory=list[str])

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Add outcomes, and the violations they hold."""
        for outcome in outcomes:
            self.outcomes.append(outcome)
            name = f"{outcome.kind} {outcome.sender} {outcome.hit.point or RANDOM}"
            seed = f"@{outcome.hit.nth} seed {outcome.hit.seed}"
            self.wrong += [f"{name}{seed}: {what}" for what in outcome.violations]

    def note_missed(self) -> None:
        """Call it wrong where nobody was ever killed: such a point proves nothing."""
        kills: defaultdict[tuple[str, str], int] = defaultdict(int)
        for outcome in self.outcomes:
            kills[outcome.kind, outcome.hit.point] += outcome.kills
        self.wrong += [
            f"nobody was killed at {point} on {kind}" for (kind, point), n in kills.items() if not n
        ]

    def show(self, console: Console) -> None:
        """Print a row for each point."""
        table = Table(
            "killed at", "trials", "kills", "mails", "copies", "rest s", "violations", box=None
        )
        rows: defaultdict[str, list[Outcome]] = defaultdict(list)
        for outcome in self.outcomes:
            rows[outcome.hit.point or RANDOM].append(outcome)
        for point, found in sorted(rows.items()):
            table.add_row(
                point,
                str(len(found)),
                str(sum(one.kills for one in found)),
                str(sum(one.mails for one in found)),
                str(sum(one.copies for one in found)),
                f"{max(one.rest for one in found):.1f}",
                str(sum(len(one.violations) for one in found)),
            )
        console.print(table)
        for what in self.wrong:
            console.print(f"VIOLATION {what}", highlight=False, style="red")

    def totals(self, seconds: float) -> str:
        """Return everything in one line."""
        points = {one.hit.point for one in self.outcomes if one.hit.point}
        return (
            f"matrix: {len(points)} points, {len(self.outcomes)} trials, "
            f"{sum(one.kills for one in self.outcomes)} kills, "
            f"{sum(one.mails for one in self.outcomes)} mails, "
            f"{sum(one.copies for one in self.outcomes)} copies, "
            f"longest rest {max((one.rest for one in self.outcomes), default=0):.1f} s, "
            f"{len(self.wrong)} violations, {seconds:.0f} s"
        )


def write_outcome(path: Path, outcome: Outcome) -> None:
    """Add an outcome to a file that several processes write."""
    with path.open("a", encoding="utf-8") as file:
        file.write(OUTCOME.dump_json(outcome).decode() + "\n")


def read_outcomes(path: Path) -> Iterator[Outcome]:
    """Return the outcomes in a file."""
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        yield OUTCOME.validate_json(line)
