"""The account's addresses: what the site shows is what the profile says, and it is verified."""

from __future__ import annotations

from handrail.core.outcome import Outcome
from handrail.engine.flow_context import FlowContext


async def address(flow: FlowContext) -> Outcome:
    """Bring the account's registered and business address to the profile's, and have each verified."""
    for kind in flow.addresses():
        async with flow.address(kind) as verification:  # where this site keeps it
            shown = await verification.read()
            # Where the same place is written differently, the person chooses.
            if shown.differs or await verification.wants_alignment(shown):
                await verification.put()  # show the difference, fill, read back, approve, save
            await verification.verify()  # by postcard or documents, where asked; ordered once
    return flow.outcome()
