"""The emergency contact: its e-mail address and phone number, verified by one-time code."""

from __future__ import annotations

from handrail.core.outcome import Outcome
from handrail.engine.flow_context import FlowContext


async def contact(flow: FlowContext) -> Outcome:
    """Verify the account's emergency contact, e-mail and phone, by one-time code."""
    for channel in flow.profile.contact:
        async with flow.contact(channel) as verification:  # where this site keeps it
            shown = await verification.read()
            if shown.verified and shown.matches(channel):
                await verification.keep_proof()
                continue
            if not shown.matches(channel):
                await verification.put(channel)  # fill, read back, approve, save
            await verification.request_code()  # nothing to press where saving sent it
            await verification.enter_code()  # the person types; a wrong code may be typed again
    await flow.look_at_other_stores()
    return flow.outcome()
