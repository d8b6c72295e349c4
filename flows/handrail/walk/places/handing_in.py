"""Handing in a document: the person chooses the file; the evidence can later prove which one it was."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from handrail.i18n import gettext as _
from handrail.operator import Prompt
from handrail.operator.prompts import STOP, done_or_stop
from handrail.walk.stops import NeedsPerson

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.walk.places.place import Place

_LOOKS_APART_S = 0.2
_CHOSEN = """(field) => Promise.all([...(field.files ?? [])].map(async (file) => ({
    size: file.size,
    digest: globalThis.crypto?.subtle
        ? [...new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()))]
            .map((byte) => byte.toString(16).padStart(2, "0")).join("")
        : null,
})))"""


async def hand_in(place: Place, field: Locator) -> None:
    """Have the person choose a file with their own hand; NeedsPerson where nobody does.

    Kept of it: its size, and an HMAC of its SHA-256 under the ledger's salt. Its name and content are not.
    """
    trail = place.trail
    prompt = Prompt(
        "choose-file",
        _(
            "Choose the document in the marked field yourself. It must show the name and the address of the "
            "{channel} to the letter, and be recent.",
            channel=place.label,
        ),
        choices=done_or_stop(),
        channel=place.name,
        target=field,
    )
    answer = await trail.ask(prompt, until=_has_a_file(field))
    chosen = await _chosen(field)
    if answer is None or answer.choice == STOP or not chosen:
        raise NeedsPerson(
            _("No document was chosen for the {channel}; nothing was handed in.", channel=place.label),
            hint=_("Run the same command again with the document's file at hand."),
            ends_run=False,
        )
    for one in chosen:
        digest = one["digest"]
        trail.recorder.event(
            "document-chosen",
            channel=place.name,
            size=int(one["size"]),
            commitment=trail.ledger.commitment(str(digest)) if digest else None,
        )


async def _has_a_file(field: Locator) -> None:
    while not await field.evaluate("field => (field.files ?? []).length"):
        await asyncio.sleep(_LOOKS_APART_S)


async def _chosen(field: Locator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await field.evaluate(_CHOSEN)
    return found
