"""Tables for spreadsheets: CSV in which no cell is a formula (pure)."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that it reads UTF-8."""

FORMULAS = ("=", "+", "-", "@")
"""What a cell begins with that a spreadsheet would compute."""


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Return rows, the first of them the heads, as CSV; a cell that looks like a formula is quoted.

    Record text comes from outside: what a spreadsheet would compute could reach out from there.
    """
    written = StringIO(BYTE_ORDER_MARK)
    written.seek(0, 2)
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def _harmless(cell: str) -> str:
    # The apostrophe is how one types a formula as text; blanks before one are passed over.
    return f"'{cell}" if cell.lstrip().startswith(FORMULAS) else cell
