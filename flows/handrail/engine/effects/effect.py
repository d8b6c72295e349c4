"""An effect, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from handrail.engine.context.ledger import EffectWord, Entry
from handrail.sites.schema.actions import Press

Source = Literal["page", "answer", "person", "inferred"]
"""How an outcome is known: seen on the page, by the site's HTTP answer, said by the person, or inferred."""
NOT_DONE = frozenset({"wrong-code", "expired", "exhausted", "locked", "refused", "throttled"})
"""The outcomes by which a page says that it has not done what was asked."""
NOTHING_LEFT = "nothing-left"
"""No request with an effect has left the browser."""
SIGNED_OUT = "signed-out"
"""The site asked to sign in instead; nothing was done."""
NOT_ARRIVED = "not-arrived"
"""The person says that the code has not arrived; nothing was pressed."""
NOT_PRESSED = "not-pressed"
"""The person says that they did not press the button."""


@dataclass(frozen=True)
class Effect:
    """An effect about to be had: what is pressed, for whom, and how it is put to the person."""

    name: str
    """save, request, enter-code and so on: which press of the verification it is."""
    effect: EffectWord
    press: Press
    what: str
    """The button in the person's words."""
    question: str | None
    """What the person is asked to approve; None where typing the answer was the approval."""
    channel: str
    marketplace: str
    display: str
    """The value in its display form."""
    commitment: str
    """The salted hash of the value."""
    by_hand: str | None = None
    """What the person is asked where they type the code on the page too, and Handrail never sees it."""
    hands: Literal["certify"] | None = None
    """The kind of prompt by which the person presses it themselves, whatever the assist level."""
    lead: Callable[[], Awaitable[None]] | None = None
    """What is typed just before the press: some pages submit by themselves at the last character."""
    on_release: Callable[[], None] | None = None
    """Called as its request leaves: what it makes worthless is given up only then."""
    ready: Callable[[], Awaitable[None]] | None = None
    """Raises where the page has changed what was approved while the person read the question."""

    @property
    def label(self) -> str:
        """Which press it is, for whoever watches: save email."""
        return f"{self.name} {self.channel}"

    @property
    def facts(self) -> dict[str, str]:
        """What every event about it holds."""
        return {
            "step": self.name,
            "effect": self.effect,
            "channel": self.channel,
            "marketplace": self.marketplace,
            "value": self.display,
            "commitment": self.commitment,
        }


@dataclass(frozen=True)
class EffectResult:
    """What came of a press."""

    word: str | None
    """An outcome of the site file's vocabulary, one of the words above, or None where it cannot be told."""
    entry: Entry | None
    """Its line in the ledger; None where nothing was pressed at all."""
    until: str | None = None
    """Until when, as the page says it."""
    retry_after: str | None = None
    """The answer's Retry-After header."""
    said: str | None = None
    """The site's own words for it, as they stand on the page."""
    source: Source = "page"
    """How the outcome is known."""
