"""Handing in a document: the person chooses the file; the evidence can later prove which one it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.page.stable_read import read_until_stable
from handrail.operator import Prompt
from handrail.operator.prompts import STOP, done_or_stop
from handrail.sites.schema.locators import LocatorSpec

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.engine.context.run_context import RunContext

_BETWEEN_LOOKS_S = 0.2
_FIELDS = "input[type=file]"
"""Every field for a file, those too that a button of the page's own stands for."""
_CHOSEN = """(fields) => Promise.all(fields.flatMap((it) => [...(it.files ?? [])]).map(async (file) => ({
    size: file.size,
    digest: globalThis.crypto?.subtle
        ? [...new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()))]
            .map((byte) => byte.toString(16).padStart(2, "0")).join("")
        : null,
})))"""
_COUNT = "(fields) => fields.reduce((count, field) => count + (field.files ?? []).length, 0)"


async def have_document_chosen(
    run: RunContext, specs: Sequence[LocatorSpec], *, channel: str, label: str
) -> None:
    """Have the person choose a file with their own hand, where the page takes one; else NeedsPerson.

    Kept of it: its size, and an HMAC of its SHA-256 under the ledger's salt. Its name and content are not.
    """
    fields = run.view.page.locator(_FIELDS)
    if not await read_until_stable(run, fields.count):
        return  # the site has what it needs
    visible = sum([await run.view.is_seen(at) for at in specs])
    marked = run.view.any_of(specs)
    prompt = Prompt(
        "choose-file",
        _(
            "Choose the document in the marked field yourself. It must show the name and the address of the "
            "{channel} to the letter, and be recent.",
            channel=label,
        ),
        choices=done_or_stop(),
        channel=channel,
        target=marked.first if await marked.count() else None,
    )
    answer = await run.journal.ask(prompt, until=_wait_for_files(run, fields, max(1, visible)))
    files: list[dict[str, Any]] = await fields.evaluate_all(_CHOSEN)
    if answer is None or answer.choice == STOP or not files:
        raise NeedsPerson(
            _("No document was chosen for the {channel}; nothing was handed in.", channel=label),
            hint=_("Run the same command again with the document's file at hand."),
            ends_run=False,
        )
    for file in files:
        digest = file["digest"]
        run.journal.event(
            "document-chosen",
            channel=channel,
            size=int(file["size"]),
            commitment=run.ledger.commitment(str(digest)) if digest else None,
        )


async def _wait_for_files(run: RunContext, fields: Locator, count: int) -> None:
    while await fields.evaluate_all(_COUNT) < count:
        await run.pauses.sleep(_BETWEEN_LOOKS_S)
