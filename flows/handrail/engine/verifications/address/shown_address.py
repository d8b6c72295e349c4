"""The address a page shows, and how it differs from the profile's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from handrail.profile.matching.compare import Comparison
from handrail.sites.locate import State
from handrail.sites.schema.base import AddressPart

if TYPE_CHECKING:
    pass


UnderWay = Literal["verified", "postcard", "checking"]


@dataclass(frozen=True)
class Found:
    """What the page shows of an address, held against the profile's."""

    comparison: Comparison
    state: State | None
    """None where the words of the status are none we know."""

    @property
    def is_empty(self) -> bool:
        """Whether no part of it is seen at all: there is none, or it stands somewhere else."""
        return not any(one.shown for one in self.comparison.differences)

    @property
    def differs(self) -> bool:
        """Whether the page shows another address."""
        return self.comparison.result == "different"


def in_one_line(parts: dict[AddressPart, str]) -> str:
    """Return an address' parts in order, on one line."""
    return ", ".join(text for text in parts.values() if text)
