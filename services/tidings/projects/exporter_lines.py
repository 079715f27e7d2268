"""The lines of ExPORTER's files: papers, and clinical studies linked to projects (pure)."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from tidings.errors import RejectedError

PAPER_COLUMNS = {
    "pmid": ("pmid",),
    "title": ("pub_title",),
    "journal": ("journal_title",),
    "year": ("pub_year",),
}
TRIAL_COLUMNS = {
    "number": ("core project number", "project_num"),
    "nct_id": ("clinicaltrials.gov id", "trial_id"),
    "title": ("study", "study_title"),
    "status": ("study status", "study_status"),
}
"""What ExPORTER calls the columns, in the editions that we know."""

OPTIONAL = frozenset({"title", "journal", "year", "status"})
LARGEST_PMID, LONGEST_PMID = 2**31 - 1, 10
NCT = re.compile(r"NCT\d{8}")
SHOWN = 40


@dataclass(frozen=True)
class PaperLine:
    """What one line says of a paper."""

    pmid: int
    title: str
    journal: str
    year: int | None


@dataclass(frozen=True)
class TrialLine:
    """What one line says of a clinical study and the project that it is linked to."""

    number: str
    nct_id: str
    title: str
    status: str


@dataclass(frozen=True)
class Refused:
    """A line that cannot be used, and why not."""

    line: int
    reason: str


Line = TypeVar("Line")


def read_paper_lines(lines: Iterable[str]) -> Iterator[PaperLine | Refused]:
    """Read papers; a bad line spoils no other. RejectedError for a file with other columns."""
    return _read(lines, PAPER_COLUMNS, _paper)


def read_trial_lines(lines: Iterable[str]) -> Iterator[TrialLine | Refused]:
    """Read clinical studies; a bad line spoils no other. RejectedError for other columns."""
    return _read(lines, TRIAL_COLUMNS, _trial)


def _read(
    lines: Iterable[str],
    columns: Mapping[str, tuple[str, ...]],
    make: Callable[[Mapping[str, str]], Line],
) -> Iterator[Line | Refused]:
    reader = csv.reader(lines)
    places = _places(next(reader, list[str]()), columns)
    while True:
        try:
            row = next(reader)
            if row:
                yield make({name: row[place].strip() for name, place in places.items()})
        except StopIteration:
            return
        except csv.Error as error:
            yield Refused(reader.line_num, f"is no line of a CSV file: {error}")
        except IndexError:
            yield Refused(reader.line_num, "has too few columns")
        except ValueError as error:
            yield Refused(reader.line_num, str(error))


def _places(header: list[str], columns: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    there = {name.strip().casefold(): place for place, name in enumerate(header)}
    found = {
        wanted: there[name] for wanted, names in columns.items() for name in names if name in there
    }
    if missing := [
        names[0] for one, names in columns.items() if one not in OPTIONAL | found.keys()
    ]:
        raise RejectedError(f"the file has no column {' and no column '.join(missing)}")
    return found


def _paper(cells: Mapping[str, str]) -> PaperLine:
    pmid, title, year = cells["pmid"], cells.get("title", ""), cells.get("year", "")
    is_number = pmid.isascii() and pmid.isdecimal() and len(pmid) <= LONGEST_PMID
    if not is_number or not 0 < int(pmid) <= LARGEST_PMID:
        raise ValueError(f"has no PMID but {pmid[:SHOWN]!r}")
    if not title:
        raise ValueError("has no title")
    is_year = len(year) == 4 and year.isdecimal()
    return PaperLine(int(pmid), title, cells.get("journal", ""), int(year) if is_year else None)


def _trial(cells: Mapping[str, str]) -> TrialLine:
    number, nct_id = cells["number"].upper(), cells["nct_id"].upper()
    if not NCT.fullmatch(nct_id):
        raise ValueError(f"has no number of a trial but {nct_id[:SHOWN]!r}")
    if not number:
        raise ValueError("names no project")
    return TrialLine(number, nct_id, cells.get("title", ""), cells.get("status", ""))
