"""Captures: two methods, one picture, and nothing private in a single pixel of it."""

from __future__ import annotations

import asyncio
import io
import struct
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from PIL import Image, ImageChops
from playwright.async_api import Page, ViewportSize, async_playwright

from handrail.browser.find import find_browser
from handrail.evidence.capture.screenshot import MASK_COLOUR, Hide, Mask, Shot, shoot
from handrail.profile.value_patterns import email_pattern, phone_pattern

VIEWPORT: ViewportSize = {"width": 800, "height": 600}
STYLE = """<style>
  body { font: 15.3px/1.37 sans-serif; font-variant-numeric: tabular-nums; margin: 0 7.3px; }
  header { position: sticky; top: 0; background: #ddd; padding: 3.7px; }
  .toast { position: fixed; right: 11.5px; bottom: 9.25px; background: #fdd; padding: 4px; }
  iframe { border: 3px solid #888; padding: 2.5px; width: 400.5px; height: 90px; }
  .mono { font-family: monospace; }
</style>"""
PLANTED = """<!doctype html><meta charset="utf-8"><title>Contacts</title>{style}
<header>Signed in · {phone}</header>
<h1>Emergency contact {phone}</h1>
<p>Texts go to {spaced}, or {national}, or {dashed}, or {wide}; mail goes to
  <span class="mono">{email}</span>.</p>
<p>Split: +86 <b>{a}</b> <i>{b}</i> {c}, glued: <span>{a}</span><span>{b}</span><span>{c}</span></p>
<p style="text-shadow: 2px 3px 4px red">Shadowed {phone}</p>
<input aria-label="Code" value="{code}"> <textarea>{phone}</textarea>
<input type="submit" value="Text {phone}"> <img alt="{spaced}">
<p title="{phone}">Your code is {code}.</p>
<contact-card></contact-card>
<iframe srcdoc="{style_quoted}<p>Framed {phone}</p><input value='{code}'>"></iframe>
<div style="height: 1100.6px"></div>
<p>At the foot: {national}</p>
<div class="toast">Sent to {phone}</div>
<script>
  customElements.define('contact-card', class extends HTMLElement {{
    constructor() {{
      super();
      this.attachShadow({{ mode: 'open' }}).innerHTML =
        '<p style="margin-left:3.3px">In the shadow {phone}</p><input value="{code}"><slot></slot>';
    }}
  }});
</script>"""
Use = Callable[[Page], Awaitable[None]]


def planted(middle: str, last: str, code: str) -> str:
    """Return a page that holds one number in every written form, an address and a code."""
    core = f"131{middle}{last}"
    return PLANTED.format(
        style=STYLE,
        style_quoted=STYLE.replace('"', "'"),
        phone=f"+86 131 {middle} {last}",
        spaced=f"131 {middle} {last}",
        national=core,
        dashed=f"0086-131-{middle}-{last}",
        wide="".join(chr(ord(c) + 0xFEE0) for c in core),
        email=f"w{last}@example.com",
        code=code,
        a="131",
        b=middle,
        c=last,
    )


def hiding(middle: str, last: str, code: str) -> Hide:
    """Return what has to be hidden on such a page."""
    phone = (phone_pattern(f"+86131{middle}{last}"), f"+86 131••••{last}")
    email = (email_pattern(f"w{last}@example.com"), "w••@example.com")
    return Hide((phone, email), (rf"(?<![0-9]){code}(?![0-9])",))


def on_a_page(html: str, use: Use, *, scale: float = 1) -> None:
    """Open a page in a real browser and use it."""

    async def run() -> None:
        found = find_browser(None, headless=True)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=found.path, chromium_sandbox=found.sandbox
            )
            context = await browser.new_context(viewport=VIEWPORT, device_scale_factor=scale)
            page = await context.new_page()
            await page.set_content(html)
            await use(page)
            await browser.close()

    # Pytest-playwright's own loop may be running in this thread.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, run()).result()


@contextmanager
def served(html: str) -> Iterator[str]:
    """Serve one page on a free port of this machine; yield its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def opened(png: bytes) -> Image.Image:
    """Return the picture in a PNG."""
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


def difference(one: bytes, other: bytes) -> tuple[int, int, int, int] | None:
    """Return where two pictures differ; None where they are equal in every pixel."""
    first, second = opened(one).convert("RGB"), opened(other).convert("RGB")
    assert first.size == second.size
    return ImageChops.difference(first, second).getbbox()


def chunks(png: bytes) -> list[bytes]:
    """Return the names of a PNG's chunks, to its very last byte."""
    names, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        names.append(png[at + 4 : at + 8])
        at += length + 12
    return names


@pytest.mark.parametrize("scale", [1, 1.5, 2])
def test_both_methods_give_the_same_picture(scale: float) -> None:
    """Taken through CDP or by Playwright, a capture is equal in every pixel, scrolled and focused too."""

    async def use(page: Page) -> None:
        hide = hiding("2345", "6789", "482913")
        for scrolled in (0, 340):
            await page.evaluate("top => scrollTo(0, top)", scrolled)
            assert await page.evaluate("devicePixelRatio") == scale
            await page.locator("contact-card input").evaluate("e => e.focus({ preventScroll: true })")
            fast = await shoot(page, hide, method="cdp")
            slow = await shoot(page, hide, method="playwright")
            assert difference(fast.png, slow.png) is None
            assert fast.masks == slow.masks
            assert fast.width == VIEWPORT["width"] * scale
            assert fast.height > VIEWPORT["height"] * scale * 2

    on_a_page(planted("2345", "6789", "482913"), use, scale=scale)


def test_a_page_no_taller_than_the_window_is_captured_alike() -> None:
    """Where the page fits the window, both methods still agree in every pixel."""

    async def use(page: Page) -> None:
        fast = await shoot(page, Hide((), ()), method="cdp")
        slow = await shoot(page, Hide((), ()), method="playwright")
        assert (fast.width, fast.height) == (800, 600)
        assert difference(fast.png, slow.png) is None

    on_a_page(f"{STYLE}<h1>Short</h1><input value='typed' autofocus>", use)


@pytest.mark.parametrize("scale", [1, 2])
def test_nothing_private_is_in_any_pixel(scale: float) -> None:
    """Two pages that differ only in what is private give the same picture, to the last pixel."""
    bare: list[bytes] = []
    shots: list[Shot] = []

    def of(middle: str, last: str, code: str) -> Use:
        async def use(page: Page) -> None:
            bare.append(await page.screenshot(full_page=True))
            shots.append(await shoot(page, hiding(middle, last, code)))

        return use

    for private in (("2345", "6789", "482913"), ("8064", "1357", "705316")):
        on_a_page(planted(*private), of(*private), scale=scale)
    assert difference(*bare) is not None
    assert difference(shots[0].png, shots[1].png) is None
    assert shots[0].aria == shots[1].aria.replace("1357", "6789")


def test_every_mask_is_one_opaque_colour() -> None:
    """Behind a mask stands one flat colour, in a picture without alpha, text chunks or a tail."""

    async def use(page: Page) -> None:
        shot = await shoot(page, hiding("2345", "6789", "482913"))
        image = opened(shot.png)
        assert (image.mode, image.size) == ("RGB", (shot.width, shot.height))
        assert {mask.hides for mask in shot.masks} == {"secret", "personal"}
        for mask in shot.masks:
            box = (mask.x, mask.y, mask.x + mask.width, mask.y + mask.height)
            seen = image.crop((max(0, box[0]), max(0, box[1]), min(image.width, box[2]), box[3]))
            assert seen.getcolors() == [(seen.width * seen.height, MASK_COLOUR)]
        assert set(chunks(shot.png)) == {b"IHDR", b"IDAT", b"IEND"}
        assert chunks(shot.png)[-1] == b"IEND"

    on_a_page(planted("2345", "6789", "482913"), use)


def test_no_mask_is_recorded_outside_the_picture() -> None:
    """A field that a page keeps out of sight is painted nowhere; one at the edge ends at the edge."""
    html = f"""{STYLE}<p style="position: absolute; left: 0; top: 0; margin: 0">+86 131 2345 6789</p>
      <p style="position: absolute; left: -9999px">+86 131 2345 6789</p>
      <input style="position: absolute; top: -300px" value="+86 131 2345 6789">"""

    async def use(page: Page) -> None:
        shot = await shoot(page, Hide((), ()))
        assert [(mask.x, mask.y, mask.hides) for mask in shot.masks] == [(0, 0, "personal")]

    on_a_page(html, use)


def test_what_moved_while_it_was_captured_is_captured_again() -> None:
    """A number that jumps during the capture is masked where it is in the picture that is kept."""
    html = f"""{STYLE}<div style="height: 1500px"></div>
      <p id="one" style="position: absolute; top: 40px">+86 131 2345 6789</p>
      <script>addEventListener('resize', () => {{ one.style.top = '900px'; }}, {{ once: true }})</script>"""

    async def use(page: Page) -> None:
        moving = await shoot(page, Hide((), ()))
        # Capturing beyond the window is what resized it.
        assert await page.locator("#one").evaluate("e => e.style.top") == "900px"
        resting = await shoot(page, Hide((), ()))
        assert [mask.hides for mask in moving.masks] == ["personal"]
        assert moving.masks == resting.masks
        assert difference(moving.png, resting.png) is None

    on_a_page(html, use)


def test_a_page_that_never_rests_is_still_captured() -> None:
    """After four tries the picture is kept, with masks where the number was before and after."""
    html = f"""{STYLE}<p id="one" style="position: absolute; left: 0">+86 131 2345 6789</p>
      <script>
        let turn = 0;
        // Every look at the page asks whether its fonts have come.
        Object.defineProperty(document, "fonts", {{ get() {{
          one.style.left = `${{++turn * 50}}px`;
          return {{ status: "loaded" }};
        }} }});
      </script>"""

    async def use(page: Page) -> None:
        shot = await shoot(page, Hide((), ()))
        assert await page.evaluate("turn") == 8
        assert sorted({mask.x for mask in shot.masks}) == [349, 399]

    on_a_page(html, use)


def test_guidance_is_not_in_the_picture() -> None:
    """Handrail's overlay and highlight are gone while the picture is taken, and there again afterwards."""

    async def use(page: Page) -> None:
        before = await shoot(page, Hide((), ()))
        await page.screencast.show_overlay(
            "<div style='position: fixed; top: 60px; background: #f00; padding: 40px'>Press here</div>"
        )
        banner = guided = await page.screenshot(full_page=True)
        await page.locator("h1").highlight()
        while difference(banner, guided) is None:
            # A highlight is drawn with the next frame.
            guided = await page.screenshot(full_page=True)
        hidden = await shoot(page, Hide((), ()), overlays_shown=True)
        assert difference(before.png, banner) is not None
        assert difference(before.png, hidden.png) is None
        assert difference(guided, await page.screenshot(full_page=True)) is None

    on_a_page(f"{STYLE}<h1>Emergency contact</h1>", use)


def test_a_capture_leaves_the_page_as_it_was() -> None:
    """No attribute, style sheet or focus is different after a capture, and nothing was pressed."""
    html = f"""{STYLE}<input id="field" value="typed" autofocus><p>+86 131 2345 6789</p>"""
    state = """() => [document.documentElement.outerHTML, document.adoptedStyleSheets.length,
      document.activeElement.id, getComputedStyle(field).caretColor, scrollY]"""

    async def use(page: Page) -> None:
        # Autofocus comes with a frame of its own, after the page has loaded.
        await page.wait_for_function("document.activeElement.id === 'field'")
        before = await page.evaluate(state)
        for method in ("cdp", "playwright"):
            await shoot(page, Hide((), ()), method=method)
        assert await page.evaluate(state) == before

    on_a_page(html, use)


def test_the_facts_hold_no_query_and_nothing_private() -> None:
    """A capture's address loses its query and fragment; its title shows a number's display form."""
    html = "<title>131 2345 6789 is verified</title><h1>Done</h1>"

    async def use(page: Page) -> None:
        await page.goto(f"{base}/contact/%2B8613123456789?token=abc#482913")
        shot = await shoot(page, hiding("2345", "6789", "482913"))
        assert shot.facts["url"] == f"{base}/contact/+86 131••••6789"
        assert shot.facts["title"] == "+86 131••••6789 is verified"
        assert shot.facts["viewport"] == {"width": 800, "height": 600}
        assert shot.facts["device_pixel_ratio"] == 1
        assert shot.facts["method"] == "cdp"
        assert "Chrome" in str(shot.facts["user_agent"])
        assert str(shot.facts["browser_version"]).split(".")[0] in str(shot.facts["user_agent"])
        assert shot.facts["locale"] and shot.facts["time_zone"]

    with served(html) as base:
        on_a_page("", use)


def test_the_accessible_text_holds_nothing_typed_and_nothing_private() -> None:
    """The snapshot kept beside the picture has labels, but no field's value, number, address or code."""

    async def use(page: Page) -> None:
        aria = (await shoot(page, hiding("2345", "6789", "482913"))).aria
        assert 'textbox "Code"' in aria
        assert "At the foot: +86 131••••6789" in aria
        for private in ("2345", "482913", "w6789", "２３４５"):
            assert private not in aria

    on_a_page(planted("2345", "6789", "482913"), use)


def test_a_mask_is_a_value() -> None:
    """Masks are ordered and equal by what they cover, so that nothing is painted or listed twice."""
    assert Mask(1, 2, 3, 4, "secret") == Mask(1, 2, 3, 4, "secret")
    assert Mask(1, 2, 3, 4, "secret") < Mask(2, 0, 0, 0, "personal")
