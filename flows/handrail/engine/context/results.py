"""What a run leaves behind for its caller: one record, the same for people, scripts and the bundle."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from handrail.core.errors import HandrailError
from handrail.core.outcome import Outcome
from handrail.engine.context.deadline import Deadline
from handrail.engine.context.stops import Stop


@dataclass(frozen=True)
class RunCost:
    """What a run costs beside the site's own time."""

    waited_s: float
    """Seconds of deliberate waiting."""
    page_loads: int
    """Documents that the run's page has shown, and the addresses it has gone on to by itself."""
    captures: int


@dataclass(frozen=True)
class RunResult:
    """How a run ended, and everything that was done and seen."""

    flow: str
    site: str
    dry_run: bool
    rehearsal: bool
    outcome: Outcome
    advice: tuple[str, ...] = ()
    """Sentences for the person, the most important first."""
    until: str | None = None
    """RFC 3339 with offset: when there is something to do again."""
    until_from: str | None = None
    """site or handrail: who says so."""
    deadline: Deadline | None = None
    """By when it must be done, with every reading of it."""
    channels: tuple[VerificationReport, ...] = ()
    effects: tuple[tuple[str, str, str, int], ...] = ()
    """(channel, step, effect, count) of what this run let leave, from the ledger."""
    would_send: tuple[WouldSend, ...] = ()
    """What a rehearsal would have pressed and sent."""
    held_back: tuple[tuple[str, int], ...] = ()
    """(request, count) of what the site's own pages tried to send in a rehearsal, and could not."""
    site_saw: tuple[MockCount, ...] = ()
    """What the mock received; empty on any other site."""
    steps: tuple[Step, ...] = ()
    error: HandrailError | None = None
    cost: RunCost | None = field(default=None, compare=False)
    """For whoever measures; in no record."""
    bundle: Path | None = field(default=None, compare=False)
    """The evidence, absolute."""

    def as_json(self) -> dict[str, Any]:
        """Return the record as --json prints it."""
        return {
            "flow": self.flow,
            "site": self.site,
            "dry_run": self.dry_run,
            "rehearsal": self.rehearsal,
            "outcome": self.outcome.value,
            "exit_code": self.outcome.exit_code,
            "advice": list(self.advice),
            "until": self.until,
            "until_from": self.until_from,
            "deadline": self.deadline.as_json() if self.deadline else None,
            "channels": [report.as_json() for report in self.channels],
            "effects": [
                {"channel": channel, "step": step, "effect": effect, "count": count}
                for channel, step, effect, count in self.effects
            ],
            "would_send": [{**asdict(each), "sends": list(each.sends)} for each in self.would_send],
            "held_back": [{"request": request, "count": count} for request, count in self.held_back],
            "site_saw": [asdict(count) for count in self.site_saw],
            "steps": [step.as_json() for step in self.steps],
            "bundle": str(self.bundle) if self.bundle else None,
            "error": error_json(self.error),
        }


def error_json(error: HandrailError | None) -> dict[str, str | None] | None:
    """Return an error as --json prints it."""
    if error is None:
        return None
    return {"message": error.message, "hint": error.hint, "where": error.where}


@dataclass(frozen=True)
class VerificationReport:
    """How one channel, address or certification ended."""

    channel: str
    marketplace: str
    state: str
    """verified, in-progress or unverified, as last seen on the page; unseen where the run never came
    that far."""
    outcome: Outcome | None
    """None for another store's, which this run leaves alone."""
    stop: Stop | None = None
    dates: tuple[tuple[str, str], ...] = ()
    """What is dated, by name (ordered, expected, usable), each in RFC 3339."""
    reckoned: tuple[str, ...] = ()
    """Which of these Handrail counted itself, because the page names none."""

    def as_json(self) -> dict[str, Any]:
        """Return the same as a script reads it."""
        return {
            "channel": self.channel,
            "marketplace": self.marketplace,
            "state": self.state,
            "outcome": self.outcome.value if self.outcome else None,
            "dates": dict(self.dates),
            "dates_from": {
                name: "handrail" if name in self.reckoned else "site" for name, _date in self.dates
            },
        }


@dataclass(frozen=True)
class WouldSend:
    """One effect that a real run would have had here."""

    channel: str
    marketplace: str
    step: str
    """save, request, enter-code and so on: which press of the verification it is."""
    effect: str
    sends: tuple[str, ...]
    """The requests by the site file, as "METHOD /path"; none where it names none."""
    button: str
    """What stands on the button on the page."""


@dataclass(frozen=True)
class MockCount:
    """How often the site received an effect."""

    channel: str
    effect: str
    count: int


EffectName = Literal["read", "fill", "request-code", "submit", "start-clock"]
EventKind = Literal[
    "step",
    "step-done",
    "say",
    "prompt",
    "answer",
    "intended",
    "held",
    "released",
    "answered",
    "observed",
    "would-send",
    "stop",
]


@dataclass(frozen=True)
class RunEvent:
    """One thing that just happened in a run: for the terminal, a live view, or a test that counts."""

    kind: EventKind
    text: str
    effect: EffectName | None = None


@dataclass(frozen=True)
class Step:
    """One thing done in a run, as it is reported."""

    name: str
    effect: EffectName
    policy: str | None
    attempts: int
    milliseconds: int
    outcome: str

    def as_json(self) -> dict[str, Any]:
        """Return the same as a script reads it."""
        return {
            "name": self.name,
            "effect": self.effect,
            "policy": self.policy,
            "attempts": self.attempts,
            "seconds": self.milliseconds / 1000,
            "outcome": self.outcome,
        }
