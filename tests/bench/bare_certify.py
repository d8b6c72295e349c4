"""The certification as a bare Playwright script: what `handrail run certify` is measured against."""

from __future__ import annotations

import sys
from pathlib import Path

from bare_contact import sign_in
from playwright.sync_api import Page, sync_playwright

ITEMS = ("legal-name", "registered-address", "business-address", "phone", "email", "bank", "tax-id")
SECRET = "qs-info[item=bank] [part=value], qs-info[item=tax-id] [part=value]"


def walk(base: str, out: Path, executable: str) -> None:
    """Sign in, read what is certified, review, certify, and leave six masked captures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{base}/account/health")
        sign_in(page)
        page.locator("qs-priority").wait_for()
        capture(page, out / "found.png")
        page.goto(f"{base}/account/information")
        for item in ITEMS:
            page.locator(f"qs-info[item={item}]").inner_text()
        capture(page, out / "compared.png")
        page.goto(f"{base}/account/review")
        page.locator("qs-review").get_by_role("button", name="Continue").click()
        page.get_by_role("heading", name="Notice and certification").wait_for()
        capture(page, out / "notice.png")
        page.get_by_role("checkbox").check()
        capture(page, out / "before.png")
        page.locator("qs-certification").get_by_role("button", name="Certify").click()
        page.locator("[part=thanks]").wait_for()
        capture(page, out / "certified.png")
        page.goto(f"{base}/account/health")
        page.locator("qs-standing").wait_for()
        capture(page, out / "afterwards.png")
        browser.close()


def capture(page: Page, path: Path) -> None:
    """Keep the whole page, with secrets masked."""
    page.screenshot(path=path, full_page=True, mask=[page.locator(SECRET)])


if __name__ == "__main__":
    walk(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
