"""Guidance in the browser: what the person is asked, on the page itself, and where to look."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from handrail.i18n import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import Page

    from handrail.operator import Prompt

_BANNER = """
<div style="position:fixed;left:50%;bottom:24px;transform:translateX(-50%);
  max-width:min(680px,calc(100vw - 32px));box-sizing:border-box;padding:14px 20px;border-radius:12px;
  background:#102a43;color:#f0f4f8;
  font:15px/1.5 system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;
  box-shadow:0 10px 30px rgba(16,42,67,.35);border-left:5px solid #f7c948">
  <div style="font-size:12px;letter-spacing:.06em;opacity:.75;margin-bottom:2px">HANDRAIL</div>
  <div>{text}</div>
  <div style="font-size:13px;opacity:.75;margin-top:4px">{where}</div>
</div>
"""


class Guidance:
    """Shows each prompt on the page while it waits; silent where nobody sees the window."""

    def __init__(self, page: Page, *, shown: bool) -> None:
        self._page = page
        self.shown = shown
        """Whether overlays are drawn: a capture then hides them for its moment."""

    @asynccontextmanager
    async def showing(self, prompt: Prompt) -> AsyncIterator[None]:
        """Show the question, and mark what the person is to use; both go when it is answered."""
        if not self.shown:
            yield
            return
        banner = _BANNER.format(
            text=html.escape(prompt.text),
            where=html.escape(
                _("Use the marked place on this page.") if prompt.target else _("Answer in the terminal.")
            ),
        )
        async with AsyncExitStack() as marks:
            await marks.enter_async_context(await self._page.screencast.show_overlay(banner))
            if prompt.target is not None:
                await marks.enter_async_context(await prompt.target.highlight())
            yield
