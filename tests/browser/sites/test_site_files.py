"""Site files: what the package's own say, how a wrong one is refused, and what an `At` finds on a page."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.async_api import Browser, Page, Playwright, async_playwright
from project_paths import ROOT, THIRD_PARTY

from handrail.browser.find import find_browser
from handrail.core.errors import BadInput
from handrail.sites import LocatorSpec, Site, load_site, site_names
from handrail.sites.locate import candidates, is_verified, locate, read, read_all
from handrail.sites.schema.base import Text
from handrail.sites.schema.locators import Status, Value

T = TypeVar("T")
GUIDE = ROOT / "docs" / "how-to" / "add-a-site.md"
REFERENCE = ROOT / "docs" / "reference" / "site-file.md"
ALLAUTH = THIRD_PARTY / "allauth.toml"
MOCK = (files("handrail.sites") / "data" / "mock.toml").read_text(encoding="utf-8")


def texts(node: Any) -> Iterator[Text]:
    """Yield every wording in a site file, wherever it stands."""
    if isinstance(node, Text):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, tuple):
        for value in node:
            yield from texts(value)
    elif hasattr(node, "__pydantic_fields__"):
        for _name, value in node:
            yield from texts(value)


def refused(name: str, **more: Any) -> BadInput:
    """Return the refusal of a site, by name or path."""
    with pytest.raises(BadInput) as caught:
        load_site(name, **more)
    return caught.value


@pytest.mark.parametrize("name", site_names())
def test_every_site_file_in_the_package_loads_under_its_own_name(name: str) -> None:
    """A site is found by the id that stands in its file."""
    assert load_site(name).id == name


def test_a_site_file_anywhere_on_the_disk_loads_by_its_path() -> None:
    """The package's folder is not special: a path works as well as a name."""
    assert load_site(str(ALLAUTH)).id == "allauth"


@pytest.mark.parametrize("name", site_names())
def test_a_live_sites_labels_say_where_they_are_from_and_how_sure(name: str) -> None:
    """Nobody has to trust a wording on a live site without knowing who saw it."""
    site = load_site(name)
    labels = list(texts(site))
    assert labels
    if site.kind == "live":
        assert [
            one for one in labels if not one.source or one.sure not in {"seen", "reported", "guess"}
        ] == []


@pytest.mark.parametrize("name", site_names())
def test_nothing_is_called_seen_without_the_day(name: str) -> None:
    """A wording that was seen says when, since pages change."""
    assert [one for one in texts(load_site(name)) if one.sure == "seen" and one.seen is None] == []


def test_amazon_claims_no_more_than_we_know() -> None:
    """Nobody here has stood on Amazon's pages or read its policy, and its file does not pretend otherwise."""
    site = load_site("amazon-us")
    assert set(site.sureness()) == {"reported", "guess"}
    assert site.terms.read_on is None
    assert (site.terms.ceiling, site.terms.default) == ("fill", "guide")
    assert "Not read" in (site.terms.source or "")
    assert site.carried_by == "browser"
    assert [press.sends for press in site.presses if press.sends] == []


def test_amazons_reported_refusal_is_known_in_sellers_own_words() -> None:
    """The message that stops sellers is an outcome of asking for a code, not an unknown page."""
    site = load_site("amazon-us")
    request = site.contact["phone"].request
    assert request is not None
    refusal = request.outcomes["refused"].see.text
    assert refusal is not None
    assert "Unable to process your code request. Please add your phone number again." in site.words(refusal)


def test_showing_a_site_prints_what_its_file_says(handrail: Callable[..., Any]) -> None:
    """`handrail site show` leaves neither the guesses nor the unread terms out."""
    ran = handrail("site", "show", "amazon-us")
    assert ran.code == 0
    shown = json.loads(ran.stdout)
    assert shown["terms"]["source"].startswith("Not read")
    assert {one["sure"] for one in shown["texts"].values()} == {"reported", "guess"}


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--assist", "press", "at most the assist level fill"),
        ("--answers", "answers.toml", "only for sites on this machine"),
    ],
)
def test_a_live_site_is_never_pressed_nor_answered_by_a_script(
    option: str, value: str, says: str, handrail: Callable[..., Any], tmp_path: Path
) -> None:
    """Above the ceiling, or with answers from a file, a live site is refused before a browser opens."""
    (tmp_path / "answers.toml").write_text('approve = "yes"\n', encoding="utf-8")
    profile = handrail("profile", "example").stdout
    (tmp_path / "seller.toml").write_text(profile, encoding="utf-8")
    ran = handrail("run", "contact", "--site", "amazon-us", "--profile", "seller.toml", option, value)
    assert ran.code == 2
    assert says in " ".join(ran.stderr.split())


# Seller Central as its file guesses it: nobody has seen the page this stands for.
GUESSED = """<!doctype html><title>Preferences</title><h1>Notification Preferences</h1>
<section aria-label="Emergency contact information">
  <div role=group aria-label="Emergency contact email"><i>old@example.com</i>
    <b>Verified</b> <button>Edit</button></div>
  <div role=group aria-label="Emergency contact number"><i>+86 138 0013 8000</i>
    <b>Not verified</b> <button>Edit</button></div>
</section><script>
const EDIT = document.querySelector('button').cloneNode(true);
for (const part of document.querySelectorAll('[role=group]')) {
  const [value, state, edit] = ['i', 'b', 'button'].map(tag => part.querySelector(tag));
  const form = (place, label, button, done) => {
    const made = document.createElement('div');
    made.innerHTML = `<label>${label} <input></label><button>${button}</button>`;
    made.querySelector('button').onclick = () => { made.remove(); done(made.querySelector('input').value); };
    place.append(made);
  };
  edit.onclick = () => { edit.remove(); form(part, part.ariaLabel, 'Save', typed => {
    [value.textContent, state.textContent] = [typed, 'Not verified'];
    form(document.body, 'One-time password', 'Submit', () => {
      state.textContent = 'Verified'; part.append(EDIT.cloneNode(true)); });
  }); };
}
</script>"""
CHINESE = {
    "Notification Preferences": "通知首选项",
    "Emergency contact information": "紧急联系信息",
    "Emergency contact email": "紧急联系邮箱",
    "Emergency contact number": "紧急联系电话",
    "Not verified": "未验证",
    "Verified": "已验证",
    "Edit": "编辑",
    "'Save'": "'保存'",
    "One-time password": "一次性密码",
    "Submit": "提交",
}


@pytest.fixture
def serve() -> Iterator[Callable[[str], str]]:
    """Serve one HTML text at every address of a free port, and return where."""
    servers: list[ThreadingHTTPServer] = []

    def served(html: str) -> str:
        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_what: object) -> None:
                """Say nothing."""

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Page))
        threading.Thread(target=servers[-1].serve_forever).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield served
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def guided(handrail: Callable[..., Any], tmp_path: Path) -> Callable[[str], Any]:
    """Run the contact flow on Amazon's site file, guided, with a script for the person's own hands."""
    (tmp_path / "seller.toml").write_text(
        'legal_name = "Wei Lin Trading"\ncountry = "CN"\naccount.name = "wei-lin"\n'
        'contact = { email = "new@example.com", phone = "+86 139 0013 9000" }\n',
        encoding="utf-8",
    )
    (tmp_path / "answers.toml").write_text(
        'confirm-account = "yes"\ntakes-texts = "yes"\n'
        'type = { do = [{ fill = "target" }] }\npress = { do = [{ press = "target" }] }\n'
        'type-code = { do = [{ fill = { role = "textbox" }, with = "482913" }, { press = "target" }] }\n',
        encoding="utf-8",
    )
    options = ["--profile", "seller.toml", "--answers", "answers.toml", "--state", "state", "--headless"]
    return lambda url: handrail("run", "contact", "--site", "amazon-us", "--url", url, "--json", *options)


@pytest.mark.parametrize("chinese", [False, True], ids=["en", "zh"])
def test_amazons_guesses_agree_with_each_other(
    chinese: bool, serve: Callable[[str], str], guided: Callable[[str], Any]
) -> None:
    """On a page that is as guessed, a guided run verifies both, in either language, each sent once."""
    page = GUESSED
    for english, word in CHINESE.items() if chinese else ():
        page = page.replace(english, word)
    ran = guided(serve(page))
    assert ran.code == 0, ran.stdout
    assert {one["channel"]: one["state"] for one in ran.record["channels"]} == {
        "email": "verified",
        "phone": "verified",
    }
    sent = [(one["channel"], one["step"], one["count"]) for one in ran.record["effects"]]
    assert sorted(sent) == [
        ("email", "enter-code", 1),
        ("email", "save", 1),
        ("phone", "enter-code", 1),
        ("phone", "save", 1),
    ]


def test_a_guess_that_is_wrong_stops_the_run_with_a_capture(
    serve: Callable[[str], str], guided: Callable[[str], Any]
) -> None:
    """Where Amazon's page is built otherwise, nothing is sent, and what stood there is kept to learn from."""
    ran = guided(serve(GUESSED.replace("role=group", "role=list")))
    assert ran.code == 4
    assert ran.record["effects"] == []
    assert "not where the site file says" in ran.record["error"]["message"]
    assert list((Path(ran.record["bundle"]) / "artifacts").glob("*.png"))


# The business address as the file guesses it; nobody has seen this page either.
GUESSED_ADDRESS = """<!doctype html><title>Address</title><h1>Business Address</h1><p>Verified</p>
<label>Address Line 1 <input value="1 Old Road"></label>
<label>Address Line 2 <input value="Suite 310"></label>
<label>City/Town <input value="Oakland"></label><label>State/Province/Region <input value="CA"></label>
<label>ZIP / Postal code <input value="94607"></label><label>Country/Region <input value="US"></label>
<button>Save</button><div></div><script>
const [state, place] = ['p', 'div'].map(tag => document.querySelector(tag));
document.querySelector('button').onclick = () => {
  state.textContent = 'Not verified'; place.innerHTML = '<button>Confirm Address</button>';
  place.firstChild.onclick = () => { place.innerHTML = '<b>We have sent a postcard</b>' +
    '<label>Verification code <input></label><button>Submit</button>'; };
};
</script>"""


def test_amazons_guesses_of_the_address_agree_with_each_other(
    serve: Callable[[str], str], handrail: Callable[..., Any], tmp_path: Path
) -> None:
    """On a page that is as guessed, a guided run changes what differs, orders one postcard and waits."""
    (tmp_path / "seller.toml").write_text(
        'legal_name = "Wei Lin Trading"\ncountry = "CN"\naccount.name = "wei-lin"\n'
        'contact = { email = "new@example.com", phone = "+86 139 0013 9000" }\n'
        '[business_address]\nlines = ["2100 Quay Street", "Suite 310"]\ncity = "Oakland"\nstate = "CA"\n'
        'postal_code = "94607"\ncountry = "US"\n',
        encoding="utf-8",
    )
    (tmp_path / "answers.toml").write_text(
        'confirm-account = "yes"\nverify-how = "postcard"\npostcard-code = "not-arrived"\n'
        'code-missing = "wait"\n'
        'type = { do = [{ fill = "target" }] }\npress = { do = [{ press = "target" }] }\n',
        encoding="utf-8",
    )
    ran = handrail(
        *(
            "run",
            "address",
            "--site",
            "amazon-us",
            "--url",
            serve(GUESSED_ADDRESS),
            "--profile",
            "seller.toml",
        ),
        *("--answers", "answers.toml", "--state", "state", "--headless", "--json"),
    )
    assert ran.code == 5, ran.stdout
    sent = [(one["channel"], one["step"], one["count"]) for one in ran.record["effects"]]
    assert sent == [("business", "save", 1), ("business", "order", 1)]


@dataclass(frozen=True)
class Wrong:
    """One mistake in a site file."""

    was: str
    """What stands in the mock's file."""
    put: str
    """What somebody wrote instead."""
    key: str
    """The key path the refusal names."""
    says: str
    """A part of the sentence or of the hint."""


WRONG = {
    "a page that is not there": Wrong(
        '[contact.email]\npage = "notifications"',
        '[contact.email]\npage = "notification"',
        "contact.email.page",
        'there is no "notification", did you mean "notifications"',
    ),
    "a container that is not there": Wrong(
        'field = { within = "us-email"',
        'field = { within = "us-mail"',
        "field.within",
        'did you mean "us-email"',
    ),
    "a text that is not there": Wrong(
        'this = "united-states"', 'this = "united-state"', "stores.this", 'did you mean "united-states"'
    ),
    "an unknown key": Wrong(
        'form = "international"', 'fomr = "international"', "contact.phone.fomr", "Did you mean form?"
    ),
    "a missing key": Wrong('base = "http://127.0.0.1:8000"', "", "base", "this key is missing"),
    "an unknown word": Wrong('kind = "captcha"', 'kind = "puzzle"', "interruptions[5].kind", "'captcha'"),
    "a pattern that is none": Wrong(
        r"match = '\S+@\S+' }", "match = '(' }", "contact.email.value.match", "not a regular expression"
    ),
    "an identity's pattern that is none": Wrong(
        'css = "qs-header [part=account]" }',
        'css = "b" }\nmatch = "("',
        "identity.match",
        "not a regular expression",
    ),
    "a wording without words": Wrong('en = "Saved."', 'en = ""', "texts.saved", "at least one language"),
    "a code's format that is none": Wrong(
        r"format = '\d{6}'", "format = '['", "contact.email.code.format", "not a regular expression"
    ),
    "a request without its method": Wrong(
        'sends = ["POST /api/contact/verify"]',
        'sends = ["/api/contact/verify"]',
        "contact.email.code.submit.sends",
        "not a method and a path",
    ),
    "a default above the ceiling": Wrong(
        'ceiling = "press"', 'ceiling = "guide"', "terms", "default is above ceiling"
    ),
    "pressing under terms nobody read": Wrong(
        "read-on = 2026-11-23\n", "", "terms", "terms nobody has read (no read-on) allow at most fill"
    ),
    "two ways to find one thing": Wrong(
        'css = "qs-header [part=account]"',
        'css = "qs-header", role = "banner"',
        "identity.at",
        "one of role (with name), label, css or text",
    ),
    "a live label without its source": Wrong(
        'kind = "mock"', 'kind = "live"', "texts.notifications", "how sure it is and its source"
    ),
    "a page's address with its host": Wrong(
        'url = "/settings/notifications"', 'url = "http://x/settings"', "pages.notifications.url", "pattern"
    ),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_site_file_is_refused_by_file_and_key(wrong: Wrong, tmp_path: Path) -> None:
    """The refusal names the file and the key path, and says what was expected."""
    assert wrong.was in MOCK
    path = tmp_path / "mine.toml"
    path.write_text(MOCK.replace(wrong.was, wrong.put), encoding="utf-8")
    error = refused(str(path))
    assert error.exit_code == 2
    assert wrong.key in error.message
    assert wrong.says in f"{error.message} {error.hint}"
    assert (error.where or "").startswith(str(path))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "is not text in UTF-8"),
        (b'id = "mine"\n[pages\n', "line 2"),
    ],
    ids=["empty", "blank", "binary", "malformed"],
)
def test_a_file_that_is_no_toml_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    """Empty, binary and malformed files are told apart, the last by its line."""
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    error = refused(str(path))
    assert says in error.message
    assert error.where == str(path)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    """A path that is not there, and one that is a folder, are two sentences."""
    assert "There is no site file" in refused(str(tmp_path / "none.toml")).message
    assert "is a folder" in refused(str(tmp_path)).message


@pytest.mark.parametrize(("name", "near"), [("mok", "mock"), ("amazon", "amazon-us")])
def test_an_unknown_name_gets_the_closest_one(name: str, near: str) -> None:
    """A slip in a site's name is answered with the name that was meant."""
    error = refused(name)
    assert name in error.message
    assert error.hint == f"Did you mean {near}?"


@pytest.mark.parametrize(
    "url",
    [
        "https://sellercentral.amazon.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "http://0.0.0.0:80",
        "ftp://127.0.0.1",
        "127.0.0.1:8000",
    ],
)
def test_only_a_site_on_this_machine_may_stand_elsewhere(url: str) -> None:
    """--url is for mock and test sites: anything that is not loopback is refused."""
    assert refused("mock", base=url).where == "--url"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8123", "http://localhost:8123", "http://[::1]:8123"])
def test_a_site_moved_on_this_machine_knows_no_other_host(url: str) -> None:
    """A moved site keeps everything but its address, and its old hosts are no longer known."""
    site = load_site("amazon-us", base=url)
    assert site.base == url
    assert len(site.hosts) == 1
    assert site.hosts[0] in url
    assert site.contact == load_site("amazon-us").contact


def _tables(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"Site": schema, **schema["$defs"]}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema of a site file."""
    made: dict[str, Any] = Site.model_json_schema()
    return made


def test_the_schema_is_printed_as_json(handrail: Callable[..., Any], schema: dict[str, Any]) -> None:
    """`handrail site schema` prints one JSON object for editors to check files with."""
    ran = handrail("site", "schema")
    assert ran.code == 0
    assert json.loads(ran.stdout) == schema


def test_every_reference_in_the_schema_leads_somewhere(schema: dict[str, Any]) -> None:
    """A schema with a dangling reference would be refused by whoever reads it."""
    references = set(re.findall(r'"\$ref": "#/\$defs/([^"]+)"', json.dumps(schema)))
    assert references
    assert references <= set(schema["$defs"])


def test_the_schema_closes_every_table_and_says_what_it_is_for(schema: dict[str, Any]) -> None:
    """No table takes unknown keys, and each has a sentence about itself."""
    for name, table in _tables(schema).items():
        assert table["additionalProperties"] is False, name
        assert table["description"], name


def test_the_schema_says_what_every_key_means(schema: dict[str, Any]) -> None:
    """Each key has a description of its own, or is a table that has one."""

    def described(node: dict[str, Any]) -> bool:
        if "description" in node:
            return True
        within = [*node.get("anyOf", []), node.get("items"), node.get("additionalProperties")]
        if "$ref" in node:
            within.append(schema["$defs"][node["$ref"].rsplit("/", 1)[-1]])
        return any(described(one) for one in within if isinstance(one, dict))

    silent = [
        f"{name}.{key}"
        for name, table in _tables(schema).items()
        for key, node in table["properties"].items()
        if not described(node)
    ]
    assert silent == []


def test_the_schema_writes_keys_as_files_do(schema: dict[str, Any]) -> None:
    """Keys have hyphens in the schema too, as in the files people write."""
    keys = {key for table in _tables(schema).values() for key in table["properties"]}
    assert {"carried-by", "read-on", "unverified-when"} <= keys
    assert not [key for key in keys if "_" in key]


def test_the_guide_explains_every_key(schema: dict[str, Any]) -> None:
    """Whoever adds a site finds each key explained in words, above the generated tables."""
    in_words = REFERENCE.read_text(encoding="utf-8").partition("## Every key")[0]
    guide = set(re.findall(r"`([^`\n]+)`", in_words))
    words = {word for code in guide for word in re.findall(r"[a-z][a-z0-9-]*", code)}
    keys = {key for table in _tables(schema).values() for key in table["properties"]}
    assert sorted(keys - words) == []


def _holds(whole: Any, part: Any) -> bool:
    """Whether everything in the part stands in the whole too."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and _holds(whole[key], value) for key, value in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(_holds(one, item) for one in whole) for item in part)
    return bool(whole == part)


def test_the_guides_worked_example_is_the_file_it_shows() -> None:
    """What docs/how-to/add-a-site.md quotes from django-allauth's file stands there, key by key."""
    quoted = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    file = tomllib.loads(ALLAUTH.read_text(encoding="utf-8"))
    excerpts = [tomllib.loads(one) for one in quoted if not one.startswith("# answers.toml")]
    assert len(excerpts) >= 4
    assert [one for one in excerpts if not _holds(file, one)] == []


SITE = Site.model_validate(
    {
        "id": "small",
        "name": "Small",
        "marketplace": "US",
        "kind": "test",
        "base": "http://127.0.0.1",
        "hosts": ["127.0.0.1"],
        "terms": {"ceiling": "press", "default": "press", "read-on": "2026-11-23"},
        "texts": {
            "phone": {"en": ["Phone number", "Mobile"], "zh": "电话号码"},
            "save": {"en": "Save", "zh": "保存"},
            "verified": {"en": "Verified", "zh": "已验证"},
            "unverified": {"en": "Not verified", "zh": "未验证"},
        },
        "containers": {
            "phone-row": {"css": "x-row[channel=phone]"},
            "dialog": {"css": "x-dialog"},
            "sign-up": {"css": "form", "has": {"role": "button", "name": "save"}},
        },
        "pages": {"home": {"url": "/", "anchor": {"role": "heading"}}},
    }
)
STATUS = Status(at=LocatorSpec(css="[part=status]"), verified="verified", unverified="unverified")
SHADOW = """<script>
  const shadow = (name, html) => customElements.define(name, class extends HTMLElement {
    connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML = html.replace('NAME', this.title); }
  });
  shadow('x-row', '<label>NAME <input></label><b part=status>Not verified</b><button>Save</button>');
  shadow('x-dialog', '<div role=dialog><slot></slot><button>Close</button></div>');
</script>"""


OnPage = Callable[[str, Callable[[Page], Awaitable[T]]], T]
Count = Callable[[str, LocatorSpec], int]


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run a loop in a thread of its own: pytest-playwright's sync fixtures may hold this one's."""
    own = asyncio.new_event_loop()
    thread = threading.Thread(target=own.run_forever)
    thread.start()
    yield own
    own.call_soon_threadsafe(own.stop)
    thread.join()
    own.close()


@pytest.fixture(scope="module")
def browser(loop: asyncio.AbstractEventLoop) -> Iterator[Browser]:
    """Open one real browser for all the small pages."""
    found = find_browser(None, headless=True)

    async def opened() -> tuple[Playwright, Browser]:
        playwright = await async_playwright().start()
        return playwright, await playwright.chromium.launch(
            executable_path=found.path, chromium_sandbox=found.sandbox
        )

    async def closed() -> None:
        await browser.close()
        await playwright.stop()

    playwright, browser = asyncio.run_coroutine_threadsafe(opened(), loop).result()
    yield browser
    asyncio.run_coroutine_threadsafe(closed(), loop).result()


@pytest.fixture
def on_page(loop: asyncio.AbstractEventLoop, browser: Browser) -> OnPage[Any]:
    """Show some HTML in a page of its own and return what `look` sees there."""

    async def shown(html: str, look: Callable[[Page], Awaitable[T]]) -> T:
        page = await browser.new_page()
        await page.set_content(SHADOW + html)
        seen = await look(page)
        await page.close()
        return seen

    return lambda html, look: asyncio.run_coroutine_threadsafe(shown(html, look), loop).result()


@pytest.fixture
def count(on_page: OnPage[int]) -> Count:
    """Return how many elements of a page an `At` describes."""
    return lambda html, at: on_page(html, lambda page: locate(page, SITE, at).count())


@pytest.mark.parametrize("name", ["Phone number", "Mobile", "电话号码"])
def test_a_label_is_found_in_every_wording(name: str, count: Count) -> None:
    """All languages and variants are looked for at once, without guessing the page's language."""
    html = f"<label>{name} <input></label>"
    assert count(html, LocatorSpec(role="textbox", name="phone")) == 1
    assert count(html, LocatorSpec(label="phone")) == 1


def test_a_required_mark_belongs_to_the_form_and_not_to_the_label(count: Count) -> None:
    """The star or colon a form puts after a name does not hide the field, written out or by CSS."""
    html = """<style>.must::after { content: ' *' }</style><label class=must for=a>Phone number</label>
      <input id=a><label>Mobile: <input></label><label>电话号码＊ <input></label>"""
    assert count(html, LocatorSpec(role="textbox", name="phone")) == 3


def test_a_wording_inside_a_longer_one_is_another_thing(count: Count) -> None:
    """ "Save" is not "Save draft": a name is matched as a whole."""
    html = "<button>Save draft</button><button>Do not save</button><button>Saved</button>"
    assert count(html, LocatorSpec(role="button", name="save")) == 0


def test_two_that_fit_are_two_and_never_a_guess(count: Count) -> None:
    """Where two elements fit, both are counted: whoever asked must not take the first."""
    assert count("<button>Save</button><button>保存</button>", LocatorSpec(role="button", name="save")) == 2


def test_what_cannot_be_seen_is_not_there(count: Count) -> None:
    """Hidden copies of an element do not count."""
    html = "<button hidden>Save</button><button style='visibility:hidden'>Save</button><button>Save</button>"
    assert count(html, LocatorSpec(role="button", name="save")) == 1


def test_a_container_tells_rows_with_the_same_labels_apart(count: Count) -> None:
    """Two custom elements with equal shadow trees: the container says which one is meant."""
    html = "<x-row channel=email title=Email></x-row><x-row channel=phone title=Mobile></x-row>"
    assert count(html, LocatorSpec(role="button", name="save")) == 2
    assert count(html, LocatorSpec(within="phone-row", role="button", name="save")) == 1
    assert count(html, LocatorSpec(within="phone-row", role="textbox", name="phone")) == 1
    assert count(html, LocatorSpec(within="phone-row", css="[part=status]", text="unverified")) == 1


def test_what_is_slotted_into_a_dialog_is_inside_its_host(count: Count) -> None:
    """A field slotted into a shadow dialog is found through the host element, as the container says."""
    html = "<x-dialog><label>Phone number <input></label></x-dialog>"
    assert count(html, LocatorSpec(within="dialog", role="textbox", name="phone")) == 1
    assert count(html, LocatorSpec(within="dialog", role="dialog")) == 1


def test_a_form_is_known_by_what_it_has(on_page: OnPage[Any]) -> None:
    """Of two forms with the same field, `has` picks the one with the button."""
    html = """<form><label>Mobile <input value=1></label><button>Search</button></form>
      <form><label>Mobile <input value=2></label><button>Save</button></form>"""
    at = LocatorSpec(within="sign-up", role="textbox", name="phone")
    assert on_page(html, lambda page: read_all(page, SITE, Value(at=at, take="value"))) == ["2"]


def test_a_container_that_is_not_on_the_page_has_nothing_inside(count: Count) -> None:
    """A missing container is never taken for the whole page."""
    assert count("<button>Save</button>", LocatorSpec(within="dialog", role="button", name="save")) == 0


@pytest.mark.parametrize(
    ("text", "verified"),
    [
        ("Verified", True),
        ("Not verified", False),
        ("已验证", True),
        ("未验证", False),
        ("NOT VERIFIED", False),
        ("In progress", None),
        ("Unverified", None),
        ("To be verified", None),
        ("尚未已验证", None),
        ("…", None),
    ],
)
def test_a_state_is_read_whole(text: str, verified: bool | None, on_page: OnPage[Any]) -> None:
    """ "Not verified" holds "verified" and is not taken for it; words nobody listed are unknown."""
    html = f"<b part=status>{text}</b>"
    assert on_page(html, lambda page: is_verified(page, SITE, STATUS, ["+1"])) is verified


def test_a_state_that_is_not_on_the_page_is_unknown(on_page: OnPage[Any]) -> None:
    """No status where one should stand means nobody knows, not that nothing is verified."""
    assert on_page("<p>Verified</p>", lambda page: is_verified(page, SITE, STATUS, ["+1"])) is None


def test_a_site_that_only_says_what_is_not_proven_is_read_by_its_silence(on_page: OnPage[Any]) -> None:
    """unverified-when: a value without the remark is proven, and no value is not."""
    status = Status.model_validate({"unverified-when": {"text": "unverified"}})

    async def look(page: Page) -> tuple[bool | None, bool | None]:
        shown = await is_verified(page, SITE, status, ["+1"])
        return shown, await is_verified(page, SITE, status, [])

    assert on_page("<p>+1</p>", look) == (True, False)
    assert on_page("<p>Not verified</p>", look) == (False, False)


def test_a_value_is_read_as_its_pattern_says(on_page: OnPage[Any]) -> None:
    """The group called value is the value; a text it does not fit is no value."""
    value = Value(at=LocatorSpec(css="p"), match=r"sent to (?P<value>\S+)")
    assert on_page("<p>A code was sent to a@b.c now</p>", lambda page: read(page, SITE, value)) == "a@b.c"
    assert on_page("<p>Nothing</p>", lambda page: read(page, SITE, value)) is None
    assert on_page("<i>Nothing</i>", lambda page: read(page, SITE, value)) is None


def test_a_list_is_read_whole(on_page: OnPage[Any]) -> None:
    """A page may show the old value beside the new: both are read."""
    value = Value(at=LocatorSpec(css="li"), match=r"\S+@\S+")
    html = "<ul><li>old@b.c</li><li>add one</li><li>new@b.c (pending)</li></ul>"
    assert on_page(html, lambda page: read_all(page, SITE, value)) == ["old@b.c", "new@b.c"]


def test_a_moved_label_is_answered_with_the_closest_on_the_page(on_page: OnPage[Any]) -> None:
    """What is not where the file says is not guessed at: the most alike are named, the best first."""
    html = "<button>Cancel</button><button>Save it</button><button>Store</button><a href=x>Save</a>"
    near = on_page(html, lambda page: candidates(page, SITE, LocatorSpec(role="button", name="save")))
    assert near[0].name == "Save it"
    assert {one.role for one in near} == {"button"}


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<form name=signIn><input id=ap_email><input type=submit id=continue></form>", "sign-in"),
        ("<form name=signIn><input id=ap_password type=password></form>", "sign-in"),
        ("<form id=auth-mfa-form><input id=auth-mfa-otpcode></form>", "two-step"),
        ("<div id=cvf-page-content><input id=input-box-otp></div>", "two-step"),
        ("<h4>Enter the characters you see below</h4><input id=captchacharacters>", "captcha"),
        ("<input id=ap_password><div id=captcha-container>?</div>", "captcha"),
        ("<h1>Notification Preferences</h1><label>Enter OTP <input id=input-box-otp></label>", None),
    ],
)
def test_amazons_sign_in_is_told_from_the_contacts_own_code(
    html: str, kind: str | None, count: Count, on_page: OnPage[Any]
) -> None:
    """The ids public programs know lead to the right prompt; a code field by itself is no sign-in."""
    site = load_site("amazon-us")

    async def met(page: Page) -> str | None:
        for one in site.interruptions:
            if await locate(page, site, one.see).count():
                return one.kind
        return None

    assert on_page(html, met) == kind
