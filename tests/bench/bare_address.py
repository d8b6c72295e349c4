"""The address' verification as a bare Playwright script: what `handrail run address` is measured against."""

from __future__ import annotations

import sys
from pathlib import Path

from bare_contact import sign_in
from playwright.sync_api import Locator, Page, sync_playwright

FIELDS = {
    "Address line 1": "2100 Quay Street",
    "Address line 2": "Suite 310",
    "District": "",
    "City": "Oakland",
    "State or province": "CA",
    "ZIP or postal code": "94607",
}
PRIVATE = "input"


def walk(base: str, out: Path, executable: str) -> None:
    """Sign in, look at both addresses, replace the business address, and leave five masked captures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{base}/account/information")
        sign_in(page)
        for kind in ("registered", "business"):
            info(page, kind).locator("[part=status]").wait_for()
            capture(page, out / f"{kind}-found.png")
            if kind == "registered":
                capture(page, out / "registered-verified.png")
        page.goto(f"{base}/account/address/business")
        save(page.locator("qs-address-form[kind=business]"))
        capture(page, out / "business-saved.png")
        page.goto(f"{base}/account/information")
        info(page, "business").get_by_text("Verified", exact=True).wait_for()
        capture(page, out / "business-verified.png")
        browser.close()


def info(page: Page, kind: str) -> Locator:
    """Return where the portal shows an address."""
    return page.locator(f"qs-info[item={kind}-address]")


def save(form: Locator) -> None:
    """Fill every field, save, and wait for the portal's word."""
    for name, value in FIELDS.items():
        form.get_by_role("textbox", name=name).fill(value)
    form.get_by_role("combobox", name="Country or region").select_option("US")
    form.get_by_role("button", name="Save address").click()
    form.get_by_text("Address saved.").wait_for()


def capture(page: Page, path: Path) -> None:
    """Keep the whole page, with inputs masked."""
    page.screenshot(path=path, full_page=True, mask=[page.locator(PRIVATE)])


if __name__ == "__main__":
    walk(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
