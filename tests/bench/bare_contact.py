"""The contact verification as a bare Playwright script: what `handrail run` is measured against."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

VALUES = {"email": "ops@harborlane.example", "phone": "+86 138 0013 8000"}
FIELDS = {"email": "Email address", "phone": "Phone number"}
PRIVATE = "input, [part=value], [part=pending], [part=destination]"


def walk(base: str, out: Path, executable: str) -> None:
    """Sign in, verify both channels, and leave a masked capture before and after each."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{base}/settings/notifications")
        sign_in(page)
        for channel in VALUES:
            row = page.locator(f"qs-contact-row[store=us][channel={channel}]")
            verify(page, row, channel, out)
        browser.close()


def sign_in(page: Page) -> None:
    """Sign in where the portal asks for it."""
    page.get_by_label("Email").fill("wei@harborlane.example")
    page.get_by_label("Password").fill("ebb-and-flow-27")
    page.get_by_role("button", name="Sign in").click()


def verify(page: Page, row: Locator, channel: str, out: Path) -> None:
    """Save one channel's value, ask for a code, and enter it."""
    row.get_by_text("Not verified").wait_for()
    capture(page, out / f"{channel}-found.png")
    row.get_by_role("button", name="Edit").click()
    row.get_by_role("textbox", name=FIELDS[channel]).fill(VALUES[channel])
    row.get_by_role("button", name="Save").click()
    row.get_by_text("Saved.").wait_for()
    row.get_by_role("button", name="Send code").click()
    dialog = page.locator("qs-modal")
    dialog.get_by_role("textbox", name="Verification code").fill(newest_code(page, channel))
    dialog.get_by_role("button", name="Verify").click()
    row.get_by_text("verified.").wait_for()
    capture(page, out / f"{channel}-verified.png")


def newest_code(page: Page, channel: str) -> str:
    """Wait for the dialog, then read the last code that arrived."""
    page.locator("qs-modal").get_by_role("textbox", name="Verification code").wait_for()
    outbox = f"{page.url.split('/settings')[0]}/_mock/outbox?channel={channel}"
    return str(re.findall(r"\b(\d{6})\b", page.request.get(outbox).text())[-1])


def capture(page: Page, path: Path) -> None:
    """Keep the whole page, with inputs and contact values masked."""
    page.screenshot(path=path, full_page=True, mask=[page.locator(PRIVATE)])


if __name__ == "__main__":
    walk(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
