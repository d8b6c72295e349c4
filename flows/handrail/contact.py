"""The emergency contact: its e-mail address and phone number, verified by one-time code."""

from __future__ import annotations

from handrail.core.outcome import Outcome
from handrail.engine.flow_context import FlowContext


async def contact(walk: FlowContext) -> Outcome:
    """Verify the account's emergency contact, e-mail and phone, by one-time code."""
    for channel in walk.profile.contact:
        async with walk.slot(channel) as slot:  # where this site keeps it
            shown = await slot.read()
            if shown.verified and shown.matches(channel):
                await slot.keep_proof()  # nothing to do
                continue
            if not shown.matches(channel):
                await slot.put(channel)  # fill, read back, approve, save
            await slot.request_code()  # nothing to press where saving sent it
            await slot.enter_code()  # the person types; a wrong code may be typed again
    await walk.look_at_other_stores()
    return walk.outcome()
