"""The certification of the INFORM Consumers Act: only what is true today, and only by the person."""

from __future__ import annotations

from handrail.core.outcome import Outcome
from handrail.engine.flow_context import FlowContext


async def certify(walk: FlowContext) -> Outcome:
    """Certify the account's information, once every item on its pages is what the profile says."""
    async with walk.certification() as due:
        if await due.asked():  # asks for nothing: nothing is sent
            await due.compare()  # a value that differs is never certified
            await due.confirm()  # the person: each value is true today
            await due.open_notice()  # starts the clock, on the person's word
            await due.certify()  # the person ticks and presses
    return walk.outcome()
