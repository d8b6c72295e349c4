"""Tables that fit the terminal: what is copied is never cut, and wide characters take two columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from handrail.core.i18n import gettext as _
from handrail_cli.wrapping import wrapped

if TYPE_CHECKING:
    from rich.console import Console

_GAP = 2
_NARROWEST = 12
"""Columns that a cell of sentences is given at least; with less, each row is shown line by line."""


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    heading: str = ""
    """What stands above it."""
    copied: bool = False
    """Whether its cells are typed or pasted elsewhere, so that none may be broken."""


def show_table(
    out: Console,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    indent: int = 0,
    styles: Sequence[Sequence[str]] = (),
) -> None:
    """Print rows under their headings, as wide as they are where nobody reads them in a terminal.

    `styles` has a style for each cell, where there is any.
    """
    if not rows:
        return
    kept = [at for at, column in enumerate(columns) if column.heading or any(row[at] for row in rows)]
    columns = [columns[at] for at in kept]
    rows = [[row[at] for at in kept] for row in rows]
    styles = [[row[at] for at in kept] for row in styles]
    headings = [column.heading for column in columns]
    widths = [max(map(cell_len, cells)) for cells in zip(headings, *rows, strict=True)]
    fitting = _fitted(columns, widths, out.width - indent) if out.is_terminal else widths
    if fitting is None:
        _show_line_by_line(out, columns, rows, indent)
        return
    if any(headings):
        out.print(_row(headings, fitting, indent, ["bold"] * len(columns)))
    for number, row in enumerate(rows):
        out.print(_row(row, fitting, indent, styles[number] if styles else [""] * len(columns)))


def _fitted(columns: Sequence[Column], widths: list[int], room: int) -> list[int] | None:
    """Return how wide each column is; None where there is no room for a table."""
    widths = list(widths)
    floors = [
        width if column.copied else min(width, _NARROWEST)
        for column, width in zip(columns, widths, strict=True)
    ]
    room -= _GAP * (len(columns) - 1)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=lambda at: (widths[at] > floors[at], widths[at]))
        if widths[widest] <= floors[widest]:
            return None
        widths[widest] -= 1
    return widths


def _row(cells: Sequence[str], widths: Sequence[int], indent: int, styles: Sequence[str]) -> Text:
    """Lay cells side by side, each wrapped in its own width."""
    wraps = [wrapped(cell, width).split("\n") for cell, width in zip(cells, widths, strict=True)]
    text = Text()
    for line in range(max(map(len, wraps))):
        shown = Text(" " * indent)
        for wrap, width, style in zip(wraps, widths, styles, strict=True):
            cell = wrap[line] if line < len(wrap) else ""
            shown.append(cell, style)
            shown.append(" " * (width - cell_len(cell) + _GAP))
        shown.rstrip()
        text.append("\n" if line else "")
        text.append_text(shown)
    return text


def _show_line_by_line(
    out: Console, columns: Sequence[Column], rows: Sequence[Sequence[str]], indent: int
) -> None:
    """Print each row as an entry: what is copied in lines of its own, the rest below it."""
    from handrail_cli.output import say

    for row in rows:
        copied = [cell for column, cell in zip(columns, row, strict=True) if column.copied and cell]
        others = [
            _("{heading}: {cell}", heading=column.heading, cell=cell) if column.heading else cell
            for column, cell in zip(columns, row, strict=True)
            if cell and not column.copied
        ]
        for number, cell in enumerate([*copied, " · ".join(others)]):
            if cell:
                say(out, cell, first=" " * (indent + (2 if number else 0)))
