"""Pictures of the page for the evidence, with everything private painted over."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

from handrail.core.cancellation import undisturbed
from handrail.core.i18n import gettext as _
from handrail.privacy.redactor import Redactor

if TYPE_CHECKING:
    from playwright.async_api import Page

    from handrail.evidence.capture.screenshot import Exposure
    from handrail.evidence.recording.recorder import Recorder


class Captures:
    """Takes the run's pictures; the run goes on while each is masked and packed."""

    def __init__(self, recorder: Recorder, redaction: Redactor) -> None:
        self.taken = 0
        self._recorder = recorder
        self._redaction = redaction
        self._page: Page | None = None
        self._has_overlays = False
        self._packing: asyncio.Task[None] | None = None

    def open(self, page: Page, *, has_overlays: bool) -> None:
        """Take pictures of this page from now on; overlays drawn on it are hidden for the moment."""
        self._page, self._has_overlays = page, has_overlays

    async def take(self, caption: str, slug: str) -> None:
        """Keep what the page shows now; `packed` waits until it is in the bundle."""
        from handrail.evidence.capture.screenshot import expose

        if self._page is None:
            raise RuntimeError("the browser is not open yet")
        self._redaction.add_cookies(map(dict, await self._page.context.cookies()))
        exposure = await expose(self._page, self._redaction.hide, overlays_shown=self._has_overlays)
        self.taken += 1
        before = self._packing
        self._packing = asyncio.create_task(self._pack(exposure, caption, slug, before))

    async def take_last(self, caption: str, slug: str) -> None:
        """Keep what the page shows where the run stopped, if there still is a page."""
        try:
            await self.take(caption, slug)
        except PlaywrightError as error:
            self._recorder.event("capture-failed", why=error.message.splitlines()[0])

    async def packed(self) -> None:
        """Wait until every picture taken is in the bundle, however often somebody says stop meanwhile."""
        if self._packing is not None:
            await undisturbed(self._packing)

    async def _pack(
        self, exposure: Exposure, caption: str, slug: str, before: asyncio.Task[None] | None
    ) -> None:
        from handrail.evidence.capture.screenshot import develop
        from handrail.privacy.scan import scan_text

        shot = await asyncio.to_thread(develop, exposure, self._redaction.hide)
        await asyncio.to_thread(_load_report)
        if before is not None:
            await before  # pictures are numbered in the order they were taken
        if leaks := scan_text(shot.open_text, self._redaction.hidden, f"{slug}.png"):
            self._recorder.note_leaks(leaks)
            self._recorder.event("capture-failed", why=_("something private stood outside the masks"))
            return
        masks = [asdict(mask) for mask in shot.masks]
        facts = {**shot.facts, "caption": caption, "masks": masks, "width": shot.width, "height": shot.height}
        self._recorder.artifact(slug, shot.png, facts, shot.aria, shot.thumbnail)


def _load_report() -> None:
    """Load what writes the report while the site is waited for; once loaded, it costs nothing."""
    from handrail.evidence.report.render import load_template

    load_template()
