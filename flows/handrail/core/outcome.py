"""The outcomes of a run, each with its exit code."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a run, a channel or a step ended."""

    DONE = "done"
    REFUSED = "refused"
    UNFINISHED = "unfinished"
    NEEDS_PERSON = "needs-person"
    WAITING = "waiting"
    UNKNOWN = "unknown"

    @property
    def exit_code(self) -> int:
        """The process's exit code, used for nothing else."""
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
    """Return the outcome of a run with these parts; without parts it is done."""
    return next((outcome for outcome in _WEIGHT if outcome in outcomes), Outcome.DONE)
