"""Masks: what is private is found by what it means, wherever a page or a text repeats it."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.async_api import Page, async_playwright

from handrail.browser.find import find_browser
from handrail.evidence.capture.masks import Look, look
from handrail.privacy.text_redaction import Hide, redact, redact_address, redact_aria
from handrail.profile.text import full_width
from handrail.profile.value_patterns import email_forms, email_pattern, phone_forms, phone_pattern

PHONE, SHOWN_PHONE = "+8613123456789", "+86 131••••6789"
EMAIL, SHOWN_EMAIL = "wang.li@example.com", "w••@example.com"
CODE = "482913"
HIDE = Hide(
    personal=((phone_pattern(PHONE), SHOWN_PHONE), (email_pattern(EMAIL), SHOWN_EMAIL)),
    secret=(rf"(?<![0-9A-Za-z]){CODE}(?![0-9A-Za-z])",),
    shown_fields=("Legal name",),
)
INSIDE = """(element) => {
  const box = element.getBoundingClientRect();
  return [box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY];
}"""


def seen(html: str, *selectors: str, hide: Hide = HIDE) -> tuple[Look, list[str | None]]:
    """Look at a page; return the look, and for each element what the mask over all of it hides."""

    async def run() -> tuple[Look, list[str | None]]:
        found = find_browser(None, headless=True)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=found.path, chromium_sandbox=found.sandbox
            )
            page = await browser.new_page(viewport={"width": 800, "height": 600})
            await page.set_content(html)
            told = await look(page, hide)
            hidden = [await over(page, told, selector) for selector in selectors]
            await browser.close()
            return told, hidden

    # Pytest-playwright's own loop may be running in this thread.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


async def over(page: Page, told: Look, selector: str) -> str | None:
    """Return what the mask that covers an element hides; None where no mask does."""
    left, top, right, bottom = await page.locator(selector).evaluate(INSIDE)
    for mask in told.masks:
        across = mask.x <= left and right <= mask.x + mask.width
        if across and mask.y <= top and bottom <= mask.y + mask.height:
            return mask.hides
    return None


@pytest.mark.parametrize(
    ("field", "hides"),
    [
        ('<input id="f" value="anything">', "unknown-field"),
        ('<input id="f" type="search" value="anything">', "unknown-field"),
        ('<input id="f" type="date" value="2026-11-23">', "unknown-field"),
        ('<textarea id="f">anything</textarea>', "unknown-field"),
        ('<select id="f"><option>China</option></select>', "unknown-field"),
        ('<div id="f" contenteditable>anything</div>', "unknown-field"),
        ('<div id="f" role="textbox">anything</div>', "unknown-field"),
        ('<input id="f" type="password" value="anything">', "secret"),
        ('<input id="f" autocomplete="one-time-code" value="1">', "secret"),
        (f'<input id="f" value="{CODE}">', "secret"),
        ('<input id="f" value="131 2345 6789">', "personal"),
        ('<input id="f" placeholder="somebody@example.org">', "personal"),
        ('<input id="f" autofocus>', "unknown-field"),
        ('<label>Nickname <input id="f" value="anything"></label>', "unknown-field"),
    ],
)
def test_a_field_of_unknown_meaning_is_masked(field: str, hides: str) -> None:
    """Whatever can hold a typed value is masked, unless it is known to be a business fact."""
    assert seen(f"<p>Contact</p>{field}", "#f")[1] == [hides]


@pytest.mark.parametrize(
    "field",
    [
        '<input id="f" placeholder="Your phone">',
        '<input id="f" type="submit" value="Send code">',
        '<input id="f" type="checkbox" checked>',
        '<input id="f" type="radio">',
        '<input id="f" type="range">',
        '<button id="f">Save</button>',
        '<label>Legal name: <input id="f" value="Harbour Ltd"></label>',
        '<label for="f">Legal  Name *</label><input id="f" value="Harbour Ltd">',
        '<input id="f" aria-label="Legal name" value="Harbour Ltd">',
        '<i id="n">Legal name</i><input id="f" aria-labelledby="n" value="Harbour Ltd">',
        '<div id="f" contenteditable="false">Harbour Ltd</div>',
    ],
)
def test_what_holds_nothing_private_stays_visible(field: str) -> None:
    """An empty field, a button and a business fact are shown as they are."""
    told, hidden = seen(f"<p>Contact</p>{field}", "#f")
    assert hidden == [None]
    assert told.masks == ()


def test_a_business_field_with_a_phone_in_it_is_masked() -> None:
    """Being known as a business fact does not show a phone that somebody typed there."""
    assert seen('<input id="f" aria-label="Legal name" value="+86 131-2345-6789">', "#f")[1] == ["personal"]


def test_every_written_form_is_found_in_text() -> None:
    """A number or an address of the profile is redacted in any form a page, a file or a log may write it."""
    left = {redact(f"To {form}, ok", HIDE) for form in (*phone_forms(PHONE), *email_forms(EMAIL)[:-1])}
    plain = {text.replace(SHOWN_PHONE, "").replace(SHOWN_EMAIL, "") for text in left}
    schemes = re.compile(r"(tel|mailto)(:|%3A)|ｍａｉｌｔｏ：|\(|%28")
    assert {schemes.sub("", text) for text in plain} == {"To , ok"}


def test_every_written_form_is_found_on_the_page() -> None:
    """Each written form on a page is behind a mask, whatever element it stands in."""
    forms = [*phone_forms(PHONE)[:24], EMAIL, EMAIL.upper(), "wang.li\uff20example.com"]
    html = "".join(f'<div><span id="f{at}">{form}</span></div>' for at, form in enumerate(forms))
    hidden = seen(html, *(f"#f{at}" for at in range(len(forms))))[1]
    assert [form for form, hides in zip(forms, hidden, strict=True) if hides != "personal"] == []


@pytest.mark.parametrize(
    ("html", "parts"),
    [
        ('+86 <b id="a">131</b> <i id="b">2345</i> 6789', ["#a", "#b"]),
        ('<span id="a">131</span><span id="b">23456789</span>', ["#a", "#b"]),
        ('<div style="display:flex"><u id="a">+86</u><u id="b">13123456789</u></div>', ["#a", "#b"]),
        ('<table><tr><td id="x"><b id="a">+86</b><td><b id="b">131 2345 6789</b></table>', ["#a", "#b"]),
        ('<span id="a">131\n        2345</span><br><span id="b">6789</span>', ["#a", "#b"]),
        (f'<span id="a">{full_width("13123")}</span>\u200b<span id="b">456789</span>', ["#a", "#b"]),
        ('<span id="a">wang.li</span>@<span id="b">example.com</span>', ["#a", "#b"]),
    ],
)
def test_a_value_split_over_elements_is_masked_in_all_its_parts(html: str, parts: list[str]) -> None:
    """Mark-up, cells, line breaks and invisible characters inside a value do not uncover it."""
    assert seen(f"<p>To</p><div>{html}</div>", *parts)[1] == ["personal"] * len(parts)


def test_somebody_elses_contact_is_masked_too() -> None:
    """Any e-mail address and any international number is personal, whoever it belongs to."""
    html = '<b id="a">someone@shop.example.org</b> <b id="b">+44 (0)20 7946-0018</b> <i id="c">+12 items</i>'
    assert seen(html, "#a", "#b", "#c")[1] == ["personal", "personal", None]
    assert redact("someone@shop.example.org, +44 (0)20 7946-0018, +12", HIDE) == (
        "s••@shop.example.org, +44 ••••18, +12"
    )


def test_shadow_roots_and_slots_are_walked() -> None:
    """Text and fields in nested open shadow roots, and what is slotted into them, are found."""
    html = f"""<outer-card><span id="slotted">{CODE}</span></outer-card><script>
      customElements.define('inner-card', class extends HTMLElement {{ constructor() {{ super();
        const root = this.attachShadow({{ mode: 'open' }});
        root.innerHTML = '<b id=deep>131 2345 6789</b><input id=f value=x>'; }} }});
      customElements.define('outer-card', class extends HTMLElement {{ constructor() {{ super();
        const root = this.attachShadow({{ mode: 'open' }});
        root.innerHTML = '<p><slot></slot></p><inner-card></inner-card>'; }} }});
    </script>"""
    assert seen(html, "#slotted", "#deep", "#f")[1] == ["secret", "personal", "unknown-field"]


def test_a_closed_shadow_root_is_masked_whole() -> None:
    """An element whose inside cannot be read is hidden, because nobody can say what it shows."""
    html = """<shut-card id="f" style="display: block"></shut-card><script>
      customElements.define('shut-card', class extends HTMLElement { constructor() { super();
        this.attachShadow({mode: 'closed'}).innerHTML = '<p>131 2345 6789</p>'; } });
    </script>"""
    assert seen(html, "#f")[1] == ["unknown-field"]


def test_a_foreign_frame_is_masked_whole() -> None:
    """A frame that cannot be read, or that is bent out of its coordinates, is hidden as unknown."""
    html = """<iframe id="a" sandbox srcdoc="<p>Nothing</p>"></iframe>
      <iframe id="b" style="transform: scale(.5)" srcdoc="<p>Nothing</p>"></iframe>
      <iframe id="c" srcdoc="<p>Nothing</p>"></iframe>"""
    assert seen(html, "#a", "#b", "#c")[1] == ["unknown-field", "unknown-field", None]


def test_a_frame_of_the_page_itself_is_walked() -> None:
    """What is private in the page's own frame is masked there, and never beyond the frame's edge."""
    html = """<iframe id="a" style="margin: 40px; height: 60px" srcdoc="<p>131 2345 6789</p>
      <p style='margin-top: 400px'>131 2345 6789</p>"></iframe>"""
    told, hidden = seen(html, "#a")
    assert hidden == [None]
    assert [(mask.hides, 40 < mask.x < 80, 40 < mask.y < 110) for mask in told.masks] == [
        ("personal", True, True)
    ]


@pytest.mark.parametrize(
    "html",
    [
        '<input id="f" type="submit" value="Send to 131 2345 6789">',
        '<img id="f" alt="131 2345 6789" width="200" height="20">',
        '<style>p::before { content: attr(data-to) }</style><p id="f" data-to="131 2345 6789"></p>',
    ],
)
def test_text_that_is_no_text_node_is_masked(html: str) -> None:
    """A button's value, an image's alternative text and generated content are found as well."""
    assert seen(html, "#f")[1] == ["personal"]


def test_what_is_not_drawn_needs_no_mask() -> None:
    """Hidden elements, scripts and tooltips give no mask: there is no pixel of them."""
    html = """<p hidden>131 2345 6789</p><script>"131 2345 6789"</script><p title="131 2345 6789">Hello</p>"""
    assert seen(html)[0].masks == ()


def test_masks_are_where_things_are_on_the_whole_page() -> None:
    """A mask's rectangle counts from the top of the page, however far it is scrolled."""
    html = """<div style="height: 2000px"></div><b id="f">131 2345 6789</b><div style="height: 900px"></div>
      <script>scrollTo(0, 1500)</script>"""
    told, hidden = seen(html, "#f")
    assert hidden == ["personal"]
    assert told.masks[0].y > 1990
    assert told.height > 2900


def test_the_whole_page_is_left_alone_where_nothing_is_private() -> None:
    """Dates, prices, order numbers and versions are nobody's contact."""
    text = "Order 2026-11-23 20:30:59+08:00, 1,234,567.89 EUR, 302-1234567-7654321, @handle, v1.2.3"
    assert seen(f"<p>{text}</p>")[0].masks == ()
    assert redact(text, HIDE) == text


def test_redacting_twice_changes_nothing_more() -> None:
    """Display forms, a site's own masked forms, hashes and ids pass the redactor untouched."""
    once = redact(f"{PHONE} {EMAIL} {CODE} +44 20 7946 0018 other@example.org", HIDE)
    assert once == f"{SHOWN_PHONE} {SHOWN_EMAIL} [hidden] +44 ••••18 o••@example.org"
    for text in (once, "+86 131****6789", "w***@example.com", "20261123T204700Z-contact-0a1b2c3d", "f" * 64):
        assert redact(text, HIDE) == text


def test_a_secret_beats_what_is_personal() -> None:
    """Where a secret and a number overlap, all of it is hidden."""
    hide = Hide(((r"131 ?2345", "display"),), (r"2345 ?99",))
    assert redact("131 2345 99", hide) == "[hidden]"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://shop.example/contact?code=482913#482913", "https://shop.example/contact"),
        ("https://wang:pw@shop.example:8443/a", "https://shop.example:8443/a"),
        ("https://shop.example/v/%2B8613123456789", f"https://shop.example/v/{SHOWN_PHONE}"),
        ("https://shop.example/%E4%B8%AD?x", "https://shop.example/%E4%B8%AD"),
        ("data:text/html,131 2345 6789", "data:"),
        ("about:blank", "about:blank"),
    ],
)
def test_an_address_loses_what_may_be_private(url: str, shown: str) -> None:
    """Query, fragment and credentials go; the path stays, redacted."""
    assert redact_address(url, HIDE) == shown


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('- textbox "Phone number": "+8613123456789"', "- textbox \"Phone number\": '[hidden]'"),
        ('- textbox "Nickname" [active]: Harbour', "- textbox \"Nickname\" [active]: '[hidden]'"),
        ("- textbox: anything", "- textbox: '[hidden]'"),
        ('- textbox "Legal name": Harbour Ltd', '- textbox "Legal name": Harbour Ltd'),
        ('- textbox "Legal name": 131 2345 6789', f'- textbox "Legal name": {SHOWN_PHONE}'),
        ('- textbox "Phone"', '- textbox "Phone"'),
        ("- 'textbox \"Phone: mobile\"': x", "- 'textbox \"Phone: mobile\"': '[hidden]'"),
        ('- spinbutton "Digit": "4"', "- spinbutton \"Digit\": '[hidden]'"),
        ('- button "Text 131 2345 6789"', f'- button "Text {SHOWN_PHONE}"'),
        ("- /url: /verify?code=abc#x", "- /url: /verify"),
        ("- /url: mailto:wang.li@example.com", f"- /url: mailto:{SHOWN_EMAIL}"),
        (f"- paragraph: Your code is {CODE}.", "- paragraph: Your code is [hidden]."),
    ],
)
def test_an_aria_line_keeps_its_label_and_loses_its_value(line: str, kept: str) -> None:
    """In an accessible snapshot fields keep their names; their values go, unless they are business facts."""
    assert redact_aria(line, HIDE) == kept


def test_the_lines_under_a_field_are_its_value() -> None:
    """A value or a choice listed under a field's line goes; its placeholder and what follows stay."""
    snapshot = """- textbox "Phone":
  - /placeholder: Your phone
  - text: anything
- combobox "Country":
  - option "China" [selected]
  - option "France"
- paragraph: Done"""
    left = redact_aria(snapshot, HIDE)
    assert "/placeholder: Your phone" in left
    assert "- paragraph: Done" in left
    for value in ("anything", "China", "France"):
        assert value not in left


def test_a_value_split_over_aria_lines_is_redacted() -> None:
    """A number whose parts are nodes of their own is not readable down the lines."""
    snapshot = '- text: "+86"\n- strong: "131"\n- emphasis: "2345"\n- text: 6789 is verified'
    left = redact_aria(snapshot, HIDE)
    assert "2345" not in left
    assert "6789 " not in left
    assert left.count("\n") == 3
    assert SHOWN_PHONE in left
    assert left.endswith(" is verified")


def test_what_was_typed_is_gone_from_names_computed_from_it() -> None:
    """A row's name repeats what its field holds: that goes too, and nothing but that."""
    snapshot = (
        '- row "Nickname Harbourmaster Save":\n  - textbox "Nickname": Harbourmaster\n- text: Step 1 of 12'
    )
    left = redact_aria(snapshot, HIDE, ("Harbourmaster", "1"))
    assert "Harbourmaster" not in left
    assert "Step [hidden] of 12" in left
