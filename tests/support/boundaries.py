"""Every boundary of each flow at which a run may be killed, and how the next run ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from crash_images import STAGES, Boundary

NOT_DONE, DONE = "did-not-happen", "happened"


@dataclass(frozen=True)
class KilledFlow:
    """A flow on a scenario: every boundary of a clean run, what it sends, and how it ends."""

    scenario: str
    boundaries: tuple[Boundary, ...]
    sends: Counter[tuple[str, str]]
    exit: int
    doubtful: dict[Boundary, str] = field(default_factory=dict)
    """Where a run was killed so that no page can tell what came of it, and what a person finds out."""
    flow: str = ""
    """Which flow it is, where that is not its name here."""
    more: dict[str, Any] = field(default_factory=dict)
    """What differs from the scenario."""
    answers: dict[str, str] = field(default_factory=dict)
    """What the person says differently."""


def _press(name: str) -> list[Boundary]:
    return [("step", name), *((stage, name) for stage in STAGES)]


def _steps(*names: str) -> list[Boundary]:
    return [("step", name) for name in names]


def _channel(kind: str) -> list[Boundary]:
    return [
        *_steps(f"read {kind}", f"fill {kind}"),
        *_press(f"save {kind}"),
        *_press(f"request {kind}"),
        *_press(f"enter-code {kind}"),
    ]


FLOWS = {
    "contact": KilledFlow(
        "ok",
        (
            *_steps("open notifications"),
            *_channel("email"),
            *_channel("phone"),
            *_steps("look at the other stores"),
        ),
        Counter({
            ("email", "submit"): 2,
            ("email", "request-code"): 1,
            ("phone", "submit"): 2,
            ("phone", "request-code"): 1,
        }),
        0,
        {("released", f"enter-code {kind}"): NOT_DONE for kind in ("email", "phone")},
    ),
    "address": KilledFlow(
        "address-postcard-ordered",
        (
            *_steps("open information", "read registered", "read business"),
            *_steps("open business-address", "fill business"),
            *_press("save business"),
            *_steps("open information", "open business-address"),
            *_press("order business"),
            *_steps("open information", "open business-address", "open information"),
        ),
        Counter({("business", "submit"): 1, ("business", "request-code"): 1}),
        5,
    ),
    "certify": KilledFlow(
        "certify-unchanged",
        (
            *_steps("open health", "read certification", "open information", "compare information"),
            *_steps("open review"),
            *_press("open-notice certification"),
            *_press("certify certification"),
            *_steps("open health"),
        ),
        Counter({("certification", "start-clock"): 1, ("certification", "submit"): 1}),
        0,
        {("released", "certify certification"): NOT_DONE},
    ),
}  # fmt: skip


WAYS = {
    "another-postcard": KilledFlow(
        "address-second-postcard",
        tuple(_press("order-again business")),
        Counter({("business", "request-code"): 1}),
        5,
        # The page shows a postcard, which may still be the one before.
        {("released", "order-again business"): NOT_DONE, ("answered", "order-again business"): DONE},
        flow="address",
        answers={"another-postcard": "yes"},
    ),
    "postcard-has-come": KilledFlow(
        "address-second-postcard",
        tuple(_press("enter-code business")),
        Counter({("business", "submit"): 1}),
        0,
        {("released", "enter-code business"): NOT_DONE},
        flow="address",
        more={"address": {"postcard_lost": False, "postcard_arrived": True}},
    ),
    "documents": KilledFlow(
        "address-postcard-ordered",
        tuple(_press("documents business")),
        Counter({("business", "submit"): 2}),
        5,
        flow="address",
        answers={"verify-how": "document"},
    ),
    "aligned": KilledFlow(
        "address-form-differs-only-in-abbreviation",
        (*_steps("fill business"), *_press("save business")),
        Counter({("business", "submit"): 1}),
        0,
        # The old writing still stands there: it may also be how this site writes the new one.
        {("released", "save business"): NOT_DONE},
        flow="address",
        answers={"written-differently": "align"},
    ),
    "clock-runs": KilledFlow(
        "certify-unchanged",
        (*_steps("open review"), *_press("certify certification")),
        Counter({("certification", "submit"): 1}),
        0,
        {("released", "certify certification"): NOT_DONE},
        flow="certify",
        more={"start": {"certification": {"clock_opened_days_ago": 2}}},
    ),
}  # fmt: skip
"""Other ways of a flow, each with the boundaries that its fair weather has not, or has to another end."""
ALL = {**FLOWS, **WAYS}

Case = tuple[str, int]
"""A flow's name here, and the number of one of its boundaries."""
CASES = [(name, number) for name, killed in ALL.items() for number in range(len(killed.boundaries))]


def named(case: Case) -> str:
    """Return how a test of this boundary is called."""
    name, number = case
    return f"{name}-{'-'.join(ALL[name].boundaries[number]).replace(' ', '-')}"


_REPRESENTATIVES = {
    "contact": ("request email",),
    "address": ("order business",),
    "certify": ("certify certification",),
}
"""A press of each flow, with all its stages."""


def _is_representative(case: Case) -> bool:
    name, number = case
    boundary = ALL[name].boundaries[number]
    if name in FLOWS and boundary in FLOWS[name].doubtful:
        return not boundary[1].endswith("phone")  # the phone goes the e-mail's way
    return boundary[1] in _REPRESENTATIVES.get(name, ()) or (name, boundary[0]) == (
        "another-postcard",
        "answered",
    )


EVERY_DAY = [case for case in CASES if _is_representative(case)]
"""One press of each flow at every stage, and where only a person can say what happened."""
THE_OTHERS = [case for case in CASES if not _is_representative(case)]
