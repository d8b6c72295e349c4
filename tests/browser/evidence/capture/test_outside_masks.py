"""What can be read outside the masks: found in another way than the masks were, on the same page."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.async_api import async_playwright

from handrail.browser.find import find_browser
from handrail.evidence.capture.masks import Look, look
from handrail.privacy.scan import scan_text
from handrail.privacy.scan_rules import Hidden, Known
from handrail.privacy.text_redaction import Hide
from handrail.profile.value_patterns import email_pattern, phone_pattern

PHONE, EMAIL, CODE, NAME = "+8613795174826", "canary.owner@harborlane.example", "482913", "Harbor Lane Ltd"
SECRETS = Hidden((Known("phone", PHONE), Known("email", EMAIL), Known("code", CODE)))
KNOWING = Hide(
    personal=((phone_pattern(PHONE), "phone"), (email_pattern(EMAIL), "email")),
    secret=(rf"(?<![0-9]){CODE}(?![0-9])",),
    shown_fields=("Legal name",),
    business=(r"Harbor[\s,]+Lane[\s,]+Ltd",),
)
BLIND = Hide(personal=(), secret=())
"""A first line that knows nothing of the run: it sees shapes only."""

SHADOW = """<outer-card><b>{value}</b></outer-card><script>
  customElements.get("outer-card") || customElements.define("outer-card", class extends HTMLElement {{
    constructor() {{ super(); const root = this.attachShadow({{ mode: "open" }});
      root.innerHTML = "<h2>Sent to {value}</h2><slot></slot><input value='{value}'>"; }} }});
</script>"""
PAGES = {
    "heading": "<h1>Verify {value}</h1><p>Step 1 of 2</p>",
    "toast": '<p>Saved</p><div role="status" style="position: fixed; bottom: 0">Sent to {value}!</div>',
    "split": "<p>To <b>{a}</b><i>{b}</i></p>",
    "shadow": SHADOW,
    "frame": """<iframe srcdoc="<p>Sent to {value}</p>"></iframe>""",
    "field": '<label>Legal name <input value="{value}"></label>',
    "button": '<input type="submit" value="Send to {value}">',
    "after scrolling": '<div style="height: 2000px"></div><p>{value}</p><script>scrollTo(0, 1500)</script>',
}
VALUES = {"phone": "+86 137 9517 4826", "email": EMAIL, "code": CODE}
SHAPES = {
    "phone": "+44 20 7946 0018",
    "email": "someone@shop.example.org",
    "bank": "GB82 WEST 1234 5698 7654 32",
    "code": "verification code: 771204",
}


def page_of(kind: str, value: str) -> str:
    """Return a page that shows a value in one of the ways a page does."""
    half = len(value) // 2
    return f"<body>{PAGES[kind].format(value=value, a=value[:half], b=value[half:])}</body>"


@pytest.fixture(scope="module")
def seen() -> dict[tuple[str, str, bool], Look]:
    """Every page with every value, looked at by a first line that knows and by one that does not."""

    async def run() -> dict[tuple[str, str, bool], Look]:
        found = find_browser(None, headless=True)
        told = {}
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=found.path, chromium_sandbox=found.sandbox
            )
            page = await browser.new_page(viewport={"width": 800, "height": 600})
            for kind in PAGES:
                for what, value in {**VALUES, **{f"any {w}": v for w, v in SHAPES.items()}}.items():
                    await page.goto("about:blank")
                    await page.set_content(page_of(kind, value))
                    for knowing in (True, False):
                        told[kind, what, knowing] = await look(page, KNOWING if knowing else BLIND)
            await page.set_content(
                f"<p>{NAME}</p><label>Legal name <input value='{NAME}'></label><p>Harbor <b>Lane Ltd</b></p>"
            )
            told["business", NAME, True] = await look(page, KNOWING)
            await browser.close()
        return told

    # Pytest-playwright's own loop may be running in this thread.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("what", VALUES)
def test_nothing_private_is_left_outside_the_masks(
    seen: dict[tuple[str, str, bool], Look], kind: str, what: str
) -> None:
    """In headings, toasts, shadow roots, frames, fields and pieces, the masks cover what the run knows."""
    assert scan_text(seen[kind, what, True].open_text, SECRETS, "page") == []


@pytest.mark.parametrize("kind", PAGES)
def test_a_code_that_the_masks_do_not_know_is_read_outside_them(
    seen: dict[tuple[str, str, bool], Look], kind: str
) -> None:
    """Where the first line is blind, the second sees: it reads every place that a person reads."""
    found = {leak.what for leak in scan_text(seen[kind, "code", False].open_text, SECRETS, "page")}
    # A field's value is masked whatever it is, so there is nothing to read in one.
    assert found == (set() if kind == "field" else {"code"})


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("what", SHAPES)
def test_somebody_elses_values_are_masked_by_their_shape(
    seen: dict[tuple[str, str, bool], Look], kind: str, what: str
) -> None:
    """What a run cannot know is hidden all the same, and the scan agrees that nothing is left."""
    told = seen[kind, f"any {what}", False]
    assert told.masks
    assert scan_text(told.open_text, Hidden(), "page") == []


def test_the_words_around_a_mask_stay_readable(seen: dict[tuple[str, str, bool], Look]) -> None:
    """The check reads letter by letter: what stands beside a mask in one text is still read."""
    assert "Verify" in seen["heading", "phone", True].open_text
    assert "verification code: \u2022\u2022\u2022\u2022\u2022\u2022" in seen[
        "heading", "any code", False
    ].open_text.replace("Verify ", "")


def test_business_facts_are_shown_and_their_places_known(seen: dict[tuple[str, str, bool], Look]) -> None:
    """A legal name is not masked, in text or in its field, and where it stands is told."""
    told = seen["business", NAME, True]
    assert told.masks == ()
    assert len(told.business) >= 3
    assert told.open_text.count(NAME) == 2
