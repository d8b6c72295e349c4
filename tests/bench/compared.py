"""Pairs of measurements, and what they say: medians, spread, and the ratio of each pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Verdict = Literal["goal met", "floor held", "goal missed", "floor missed", "no target"]


@dataclass(frozen=True)
class Compared:
    """One quantity, measured in turn on Handrail and on the bare script."""

    what: str
    """The quantity, in a few words."""
    unit: str
    """s, ms or MiB."""
    ours: tuple[float, ...]
    """Handrail's measurements, in the order taken."""
    bare: tuple[float, ...]
    """The bare script's, each taken just after ours of the same place."""
    floor: float | None = None
    """The highest ratio that is accepted."""
    goal: float | None = None
    """The highest ratio that is aimed for."""

    @property
    def ratio(self) -> float:
        """Return the median over the pairs of ours to bare: load that both met cancels out."""
        return median(one / other for one, other in zip(self.ours, self.bare, strict=True))

    @property
    def verdict(self) -> Verdict:
        """Say how the ratio stands to what was wanted."""
        if self.goal is not None and self.ratio <= self.goal:
            return "goal met"
        if self.floor is not None:
            return "floor held" if self.ratio <= self.floor else "floor missed"
        return "no target" if self.goal is None else "goal missed"

    def as_json(self) -> dict[str, object]:
        """Return everything a script may want, the raw measurements included."""
        return {
            "what": self.what,
            "unit": self.unit,
            "handrail": {"median": median(self.ours), "all": list(self.ours)},
            "bare": {"median": median(self.bare), "all": list(self.bare)},
            "ratio": round(self.ratio, 3),
            "floor": self.floor,
            "goal": self.goal,
            "verdict": self.verdict,
        }


def table(rows: Sequence[Compared]) -> str:
    """Lay the comparisons out as plain text: median (lowest to highest), ratio, what was wanted."""
    cells = [("", "handrail", "bare", "ratio", "floor", "goal", "")]
    cells += [
        (
            f"{row.what}, {row.unit}",
            _spread(row.ours),
            _spread(row.bare),
            f"{row.ratio:.2f}",
            _wanted(row.floor),
            _wanted(row.goal),
            row.verdict,
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _spread(values: tuple[float, ...]) -> str:
    return f"{_short(median(values))} ({_short(min(values))}–{_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _wanted(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"
