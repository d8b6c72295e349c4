"""How a run can end, and the one exit code each ending has."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The endings of a run, of a channel, and of one step's effect on them."""

    DONE = "done"
    REFUSED = "refused"
    UNFINISHED = "unfinished"
    NEEDS_PERSON = "needs-person"
    WAITING = "waiting"
    UNKNOWN = "unknown"

    @property
    def exit_code(self) -> int:
        """The process's exit code: one meaning each, see the README."""
        return _EXIT_CODES[self]


_EXIT_CODES = {
    Outcome.DONE: 0,
    Outcome.REFUSED: 1,
    Outcome.UNFINISHED: 3,
    Outcome.NEEDS_PERSON: 4,
    Outcome.WAITING: 5,
    Outcome.UNKNOWN: 6,
}

_WEIGHT = (
    Outcome.UNKNOWN,
    Outcome.NEEDS_PERSON,
    Outcome.WAITING,
    Outcome.UNFINISHED,
    Outcome.REFUSED,
    Outcome.DONE,
)


def heaviest(outcomes: list[Outcome]) -> Outcome:
    """Return what a run with these parts ended as; a run with no parts is done."""
    return next((one for one in _WEIGHT if one in outcomes), Outcome.DONE)
