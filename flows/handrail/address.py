"""The account's addresses: what the site shows is what the profile says, and it is verified."""

from __future__ import annotations

from handrail.core.outcome import Outcome
from handrail.engine.flow_context import FlowContext


async def address(walk: FlowContext) -> Outcome:
    """Bring the account's registered and business address to the profile's, and have each verified."""
    for kind in walk.addresses():
        async with walk.address(kind) as place:  # where this site keeps it
            shown = await place.read()
            if shown.differs or await place.wants_alignment(shown):  # written differently: the person chooses
                await place.put()  # show the difference, fill, read back, approve, save
            await place.verify()  # by postcard or documents, where asked; ordered once
    return walk.outcome()
