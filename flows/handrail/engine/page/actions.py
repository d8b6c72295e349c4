"""What has no effect on the site: press what only reveals, type into a field; at guide level by hand."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson
from handrail.operator import Prompt
from handrail.operator.prompts import done_or_stop

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.engine.context.run_context import RunContext

_BETWEEN_LOOKS_S = 0.2


async def press_to_reveal(
    run: RunContext, button: Locator, *, channel: str, until: Awaitable[object] | None = None
) -> None:
    """Press a button that only shows or hides something; at guide level, have the person press it.

    `until` ends the wait for the person's press; without it, the button's going away does.
    """
    if run.assist != "guide":
        await button.click()
        return
    prompt = Prompt(
        "press",
        _("Press the marked button on the page."),
        choices=done_or_stop(),
        channel=channel,
        target=button,
    )
    not_pressed = NeedsPerson(_("The button was not pressed; nothing was sent."), ends_run=False)
    gone = until or button.wait_for(state="hidden", timeout=0)
    await run.journal.require(prompt, not_pressed, until=gone)


async def have_typed(
    run: RunContext, field: Locator, value: str, *, channel: str, label: str, until: Awaitable[object]
) -> None:
    """Have the person type the value into the field; `until` ends when it stands there."""
    prompt = Prompt(
        "type",
        _("Type {channel} into the field on the page.", channel=label),
        choices=done_or_stop(),
        channel=channel,
        target=field,
        value=value,
    )
    not_typed = NeedsPerson(_("{channel} was not typed; nothing was saved.", channel=label), ends_run=False)
    await run.journal.require(prompt, not_typed, until=until)


async def wait_checked(run: RunContext, box: Locator) -> None:
    """Wait until a box or a radio button is checked."""
    while not await box.is_checked():
        await run.pauses.sleep(_BETWEEN_LOOKS_S)
