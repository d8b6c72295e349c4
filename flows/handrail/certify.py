"""The certification of the INFORM Consumers Act: only what is true today, and only by the person."""

from __future__ import annotations

from handrail.core.outcome import Outcome
from handrail.engine.flow_context import FlowContext


async def certify(flow: FlowContext) -> Outcome:
    """Certify the account's information, once every item on its pages is what the profile says."""
    async with flow.certification() as certification:
        if await certification.is_asked():  # where the site asks for nothing, nothing is sent
            await certification.compare()  # a value that differs is never certified
            await certification.confirm()  # the person: each value is true today
            await certification.open_notice()  # starts the clock, on the person's word
            await certification.certify()  # the person ticks and presses
    return flow.outcome()
