"""The permit of one effect: at most one request passes the gate with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

GateStage = Literal["held", "releasing", "released", "answered"]


@dataclass
class EffectPermit:
    """What one effect may send, and how far its request has come."""

    sends: tuple[str, ...]
    """The requests it may be, as "METHOD /path"; none where the site file names none."""
    on_stage: Callable[[GateStage], None]
    """Called at each stage; on "releasing" it writes and syncs *released* before it returns."""
    body: Mapping[str, str] = field(default_factory=dict)
    """What the request's body has to say, by field; another row's request says otherwise."""
    opens_clock: bool = False
    """Whether it may open a page that starts a clock: on the person's word, or because it runs already."""
    is_released: bool = False
    url: str | None = None
    """The address of the request that passed."""
    past_the_gate: list[str] = field(default_factory=list)
    """Requests that may be the effect and went where the site file does not say, as "METHOD /path"."""
    status: int | None = None
    """HTTP status of the answer; None until it came, and when the connection died."""
    retry_after: str | None = None
    """The answer's Retry-After header."""
    released: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the request has passed the gate."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def differing(self, body: Mapping[str, object]) -> dict[str, str]:
        """Return the fields of a request's body that say otherwise than this effect's, with what they say."""
        return {key: str(body.get(key)) for key, value in self.body.items() if str(body.get(key)) != value}

    def release(self, url: str) -> None:
        """Write *released*, and only then count the request to this address as gone."""
        self.on_stage("releasing")
        self.is_released, self.url = True, url
        self.on_stage("released")
        self.released.set()

    def take_answer(self, status: int | None, retry_after: str | None = None) -> None:
        """Keep the answer's status, and its Retry-After header."""
        self.status, self.retry_after = status, retry_after

    def end(self) -> None:
        """Let whoever waits for the answer go on: it came, or the connection died."""
        self.on_stage("answered")
        self.answered.set()
