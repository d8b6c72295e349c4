"""The checklist as a page: it needs nothing, and fits every width."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

SELLER = """legal_name = "Shenzhen Harbor Lane Trading Co., Ltd."
country = "CN"
tax_id = "91440300MA4FHX2K7T"
bank_ending = "4471"
account.name = "Harbor Lane Trading"
contact = { email = "ops@harborlane.example", phone = "+86 138 0013 8000" }
[business_address]
lines = ["2100 Quay Street", "Suite 310"]
city = "Oakland"
state = "CA"
postal_code = "94607"
country = "US"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A seller's profile."""
    path = tmp_path / "seller.toml"
    path.write_text(SELLER, encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_needs_nothing_and_fits_every_width(
    language: str, handrail: Callable[..., Any], file: Path, browser: Browser
) -> None:
    """No script, no request but its own, no value in full, nothing wider than a phone."""
    page_file = file.parent / "list.html"
    asked = ("certify", "--site", "amazon-us", "--profile", str(file), "--html", str(page_file))
    ran = handrail("guide", *asked, "--notice-date", "2026-11-20", "--lang", language)
    assert (ran.code, str(page_file) in ran.stdout.replace("\n", "")) == (0, True)
    html = page_file.read_text(encoding="utf-8")
    assert not re.search(r"<script|\son\w+=|src=|@import|url\(", html)
    assert "13800138000" not in re.sub(r"\D", "", html)
    assert "ops@" not in html
    assert page_file.stat().st_mode & 0o077 == 0
    page = browser.new_page(viewport={"width": 360, "height": 800})
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.goto(page_file.as_uri())
    assert asked_for == [page_file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    steps = page.locator(".steps > li")
    assert steps.count() == page.locator(".steps h3 .box").count() > 4
    assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-Hans"}[language]
    page.close()
