"""A label or place that moved is shown by a person, seen as a diff, kept, and found from then on."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page

from handrail.browser.element_picker import picking
from handrail.browser.find import find_browser
from handrail.browser.launch import open_browser
from handrail.core.errors import BadInput
from handrail.engine.context.results import RunResult
from handrail.engine.job import Job
from handrail.engine.network.gate import Gate
from handrail.engine.runner import run_flow
from handrail.operator.answers_file import Answers
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import load_site, overlay_folder
from handrail.sites.anonymity.wording import Impersonal
from handrail.sites.locate import locate
from handrail.sites.overlay.overlay import entries, load_overlay
from handrail.sites.overlay.overlay_toml import difference, keep
from handrail.sites.overlay.playwright_expression import Step, UnsupportedLocator, steps
from handrail.sites.overlay.propose_locator import Proposal, propose
from handrail.sites.schema.base import Text
from handrail.sites.schema.locators import LocatorSpec
from handrail.sites.schema.site import Site
from handrail_fixtures.scenario import Scenario, load
from handrail_fixtures.serve import MockSite

Played = tuple[RunResult, list[dict[str, Any]]]


@pytest.fixture
def play(mock_site: Callable[..., MockSite], tmp_path: Path) -> Callable[..., Played]:
    """Walk a scenario with these answers and one state folder; return how it ended and its log."""

    def played(scenario: Scenario, answers: dict[str, Any]) -> Played:
        base = mock_site(scenario).url
        site = load_site("mock", base=base, overlays=overlay_folder(tmp_path / "state"))
        script = scenario.answers().overlaid(Answers.model_validate(answers))
        job = Job(
            flow=scenario.flow,
            site=site,
            profile=scenario.seller(),
            operator=ScriptedOperator(script, site),
            out=tmp_path / "evidence",
            state=tmp_path / "state",
            headless=True,
        )
        with ThreadPoolExecutor(max_workers=1) as thread:
            ended = thread.submit(asyncio.run, run_flow(job)).result()
        assert ended.bundle is not None
        lines = (ended.bundle / "events.jsonl").read_text(encoding="utf-8").splitlines()
        return ended, [json.loads(line) for line in lines]

    return played


def asked(events: list[dict[str, Any]]) -> set[str]:
    """The kinds of prompt about what the site file does not know."""
    ours = {"label-changed", "pick", "learn", "status-word", "unknown-page", "which-shown"}
    return ours & {event.get("prompt", "") for event in events}


PICKED = {"label-changed": "pick", "learn": "yes"}
SHOWN = {
    "label-changed": ({"label-changed": "first", "learn": "yes"}, "texts.send-code"),
    "address-label-changed": ({"label-changed": "Store this address", "learn": "yes"}, "texts.save-address"),
    "certify-label-changed": (
        {**PICKED, "pick": {"do": [{"pick": {"role": "button", "name": {"en": "Go on to the notice"}}}]}},
        "texts.continue",
    ),
}
"""Scenario: what the person does (accepts the first, names one, points at it), and what that teaches."""


@pytest.mark.parametrize("name", SHOWN)
def test_a_changed_label_is_learned_once_and_never_asked_about_again(
    name: str, play: Callable[..., Played], tmp_path: Path
) -> None:
    """The person's choice ends the run with 0; the evidence has the change; the next run asks nothing."""
    answers, place = SHOWN[name]
    scenario = load(name)
    ended, events = play(scenario, answers)
    assert ended.outcome.exit_code == 0, ended.advice
    sent = Counter[tuple[str, str]]()
    for channel, _step, effect, count in ended.effects:
        sent[channel, effect] += count
    assert sent == {(saw.channel, saw.effect): saw.count for saw in ended.site_saw}
    (learned,) = [event for event in events if event["kind"] == "learned"]
    assert learned["kept"] is True
    assert "--- mock.toml" in learned["diff"]
    # What the file knows as something else is no candidate: "Edit" stands beside "Get a code".
    first = next(event for event in events if event.get("prompt") == "label-changed")
    assert first["choices"] == ["first", "pick", "done", "stop"]
    overlay = load_overlay(overlay_folder(tmp_path / "state") / "mock.toml")
    assert overlay is not None
    (kept,) = [entry for path, entry in overlay.learned.items() if path in learned["places"]]
    assert [*overlay.learned] == learned["places"] == [place]
    assert (kept.sure, kept.seen) == ("seen", date.today())
    again, events = play(scenario, {})
    assert again.outcome.exit_code == 0, again.advice
    assert asked(events) == set()


@pytest.mark.skipif(sys.platform == "win32", reason="modes as POSIX has them")
def test_what_is_learned_is_private_and_only_where_the_person_said_so(
    play: Callable[..., Played], tmp_path: Path
) -> None:
    """No asks again, once keeps nothing, yes keeps what the words of a state mean, privately."""
    scenario = Scenario.model_validate({"texts": {"not_verified": "Unproven"}, "start": {"signed_in": True}})
    overlay = overlay_folder(tmp_path / "state") / "mock.toml"
    ended, events = play(scenario, {"status-word": "unverified", "learn": ["no", "once"]})
    assert ended.outcome.exit_code == 0, ended.advice
    assert [event["kept"] for event in events if event["kind"] == "learned"] == [False]
    assert [event["prompt"] for event in events if event["kind"] == "answer"].count("status-word") == 2
    assert not overlay.exists()
    ended, _events = play(scenario, {"status-word": "unverified", "learn": "yes"})
    assert ended.outcome.exit_code == 0
    assert stat.S_IMODE(overlay.stat().st_mode) == 0o600
    assert '"Unproven"' in overlay.read_text(encoding="utf-8")


def test_a_page_with_another_heading_is_recognised_by_the_person(play: Callable[..., Played]) -> None:
    """A person says that it is the right page and points at its heading: the run goes on."""
    scenario = Scenario.model_validate(
        {"texts": {"notification_preferences": "Your notices"}, "start": {"signed_in": True}}
    )
    ended, events = play(
        scenario,
        {"unknown-page": "moved", **PICKED, "pick": {"do": [{"pick": {"css": "h1"}}]}},
    )
    assert ended.outcome.exit_code == 0, ended.advice
    assert asked(events) == {"unknown-page", "label-changed", "pick", "learn"}
    assert ended.effects


TWICE: dict[str, tuple[dict[str, Any], list[dict[str, str]], list[bool], int]] = {
    "Save, and Cancel is called Save": (
        {"texts": {"cancel": "Save"}},
        [{"within": f"us-{kind}", "css": "button[type=submit]"} for kind in ("email", "phone")],
        [True, True],
        6,
    ),
    "the first line, and the second is called the first": (
        {"texts": {"line2": "Address line 1"}, "flow": "address"},
        [{"within": "business-form", "css": f"#{part}"} for part in ("line1", "line2")],
        [True, False],
        1,
    ),
}
"""What is there twice: the scenario; what the person points at, one after the other; whether each was
there more than once, or not at all; how much is sent."""


@pytest.mark.parametrize("name", TWICE)
def test_of_two_things_that_fit_the_person_shows_one_and_it_is_learned(
    name: str, play: Callable[..., Played]
) -> None:
    """Neither is pressed before the person has pointed at one; the next run knows which."""
    tables, shown, twice, sent = TWICE[name]
    scenario = Scenario.model_validate({**tables, "start": {"signed_in": True}})
    pointing = [{"do": [{"pick": at}]} for at in shown]
    ended, events = play(scenario, {**PICKED, "pick": pointing})
    assert ended.outcome.exit_code == 0, ended.advice
    asked_where = [one for one in events if one.get("prompt") == "label-changed" and one["kind"] == "prompt"]
    assert ["more than once" in one["text"] for one in asked_where] == twice
    assert sum(one[3] for one in ended.effects) == sum(one.count for one in ended.site_saw) == sent
    again, events = play(scenario, {})
    assert again.outcome.exit_code == 0, again.advice
    assert asked(events) == set()
    assert again.site_saw == ended.site_saw


# Proposals: what a site file would say of the element that was shown.

FORMS = """<!doctype html><title>t</title><h1>Contact</h1>
<p>Signed in as <b data-part=who>Harbor Lane Trading</b></p>
<section data-store=us><i class=value>+86 138 0013 8000</i>
  <label>Number <input id=us-number></label><button name=keep>Keep</button><button>Edit</button></section>
<section data-store=ca><i class=value>+86 136 0002 3456</i>
  <label>Number <input id=ca-number></label><button name=keep>Keep</button><button>Edit</button></section>
<div id=open></div><a href=#x>Go on</a><iframe srcdoc="<button>Inside</button>"></iframe>
<button>Write to ops@harborlane.example</button>
<script>
document.getElementById('open').attachShadow({mode: 'open'}).innerHTML = '<button part=go>Send it</button>';
document.querySelector('[data-store=us] button').onclick = () => fetch('/pressed', {method: 'POST'});
document.addEventListener('click', () => fetch('/heard', {method: 'POST'}), true);
</script>"""
US = {"css": "section[data-store=us]"}
MOVED = {"css": "article[data-store=us]"}


def site(**places: Any) -> Site:
    """A site whose sign-in page is recognised by `see`, with these containers."""
    at = {key: value for key, value in places.items() if key != "containers"}
    return Site.model_validate(
        {
            "id": "here", "name": "Here", "marketplace": "US", "kind": "test", "base": "http://127.0.0.1:1",
            "hosts": ["127.0.0.1"], "terms": {"ceiling": "fill", "default": "fill"},
            "containers": places.get("containers", {}), "texts": {"old": {"en": "Old"}},
            "pages": {"here": {"url": "/", "anchor": at}},
        }
    )  # fmt: skip


ELSEWHERE: dict[str, tuple[dict[str, Any], str, dict[str, dict[str, Any]]]] = {
    "another wording, by its key": (
        {"role": "link", "name": "old"}, "a", {"texts.old": {"en": ("Old", "Go on")}},
    ),
    "another wording, written in place": (
        {"role": "button", "name": {"en": "Post"}}, "#open button",
        {"pages.here.anchor.name": {"en": ("Post", "Send it")}},
    ),
    "another role": (
        {"role": "button", "name": "old"}, "a", {"pages.here.anchor": {"role": "link"}},
    ),
    "one of two alike, in its container": (
        {"within": "us", "role": "button", "name": {"en": "Save"}, "containers": {"us": US}},
        "[data-store=us] [name=keep]", {"pages.here.anchor.name": {"en": ("Save", "Keep")}},
    ),
    "one of two alike, by what it stands in": (
        {"role": "button", "name": {"en": "Keep"}}, "[data-store=ca] [name=keep]",
        {"pages.here.anchor": {"css": 'section[data-store="ca"] button[name="keep"]'}},
    ),
    "a container that moved": (
        {"within": "us", "role": "button", "name": {"en": "Keep"}, "containers": {"us": MOVED}},
        "[data-store=us] [name=keep]", {"containers.us": {"css": 'section[data-store="us"]'}},
    ),
    "where a value stands, never by what stands there": (
        {"within": "us", "css": ".number", "containers": {"us": US}}, "[data-store=us] i",
        {"pages.here.anchor": {"within": "us", "css": "i.value"}},
    ),
    "the account's name, never by the name": (
        {"css": "#account"}, "b", {"pages.here.anchor": {"css": 'b[data-part="who"]'}},
    ),
    "a field inside a shadow root": (
        {"css": ".go"}, "#open button", {"pages.here.anchor": {"role": "button"}},
    ),
}  # fmt: skip
"""What the file says, what is shown instead, and what would be learned (of each place the telling part)."""


class Seen(BaseHTTPRequestHandler):
    """Serves the page at every address, and notes what is sent to it."""

    def do_GET(self) -> None:
        """Answer with the page."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(FORMS.encode())

    def do_POST(self) -> None:
        """Note it."""
        self.server.sent.append(self.path)  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def forms() -> Iterator[tuple[str, list[str]]]:
    """Serve the page; yield its address, and what was sent to it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Seen)
    server.sent = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", server.sent  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


def on_page(url: str, act: Callable[[Page], Any]) -> Any:
    """Do something on the page, in a browser and a thread of its own."""

    async def done() -> Any:
        found = find_browser(None, headless=True)
        async with open_browser(found, headless=True, session=Path("none")) as context:
            page = await context.new_page()
            await page.goto(url)
            return await act(page)

    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(done())).result()


def test_a_proposal_says_the_least_that_leads_to_the_element_shown(forms: tuple[str, list[str]]) -> None:
    """A wording, a place in its container, the container, CSS: what suffices, nothing of the seller's."""
    impersonal = Impersonal(load("ok").seller())

    async def proposed(page: Page) -> dict[str, dict[str, Any]]:
        told = {}
        for name, (said, target, _wanted) in ELSEWHERE.items():
            here = site(**said)
            at = here.pages["here"].anchor
            shown = page.locator(target)
            proposal = await propose(page, here, at, shown, impersonal)
            assert proposal is not None, name
            told[name] = {path: one.model_dump() for path, one in proposal.changes(here).items()}
            await assert_leads_there(page, here, at, proposal, shown)
        return told

    for name, changes in on_page(forms[0], proposed).items():
        wanted = ELSEWHERE[name][2]
        assert changes.keys() == wanted.keys(), name
        for path, parts in wanted.items():
            assert parts.items() <= changes[path].items(), name


async def assert_leads_there(
    page: Page, here: Site, at: LocatorSpec, proposal: Proposal, shown: Locator
) -> None:
    """With the change, the place as it was known before leads to the element."""
    learned = here.with_changes(proposal.instead, proposal.containers)
    found = locate(page, learned, at)
    assert await found.count() == 1
    assert await found.evaluate("(one, other) => one === other", await shown.element_handle())


def test_what_cannot_be_said_in_a_site_file_is_not_proposed(forms: tuple[str, list[str]]) -> None:
    """Something inside a frame; and a button named by the seller's own address is never named by it."""
    impersonal = Impersonal(load("ok").seller())

    async def proposed(page: Page) -> list[Proposal | None]:
        here = site(role="button", name={"en": "Old"})
        at = here.pages["here"].anchor
        inside = page.frame_locator("iframe").get_by_role("button")
        own = page.get_by_role("button", name="Write to")
        return [await propose(page, here, at, target, impersonal) for target in (inside, own)]

    inside, own = on_page(forms[0], proposed)
    assert inside is None
    assert own is None or "harborlane" not in str(own)


def test_pointing_presses_nothing_and_lets_nothing_leave(forms: tuple[str, list[str]]) -> None:
    """The element's own handler does not run; what the page's listeners send for the click is held back."""
    url, sent = forms

    async def pointed(page: Page) -> None:
        gate = Gate(site(css="h1"), on_blocked=lambda _request: None)
        await gate.install(page.context)
        button = page.locator("[data-store=us] [name=keep]")
        box = await button.bounding_box()
        assert box is not None
        async with gate.closed(page.context), picking(page) as picked:
            await page.mouse.click(box["x"] + 5, box["y"] + 5)
            shown = await picked
            assert await shown.evaluate("(one, other) => one === other", await button.element_handle())
        await button.click()  # from here on the page may send again
        await page.wait_for_load_state("networkidle")

    on_page(url, pointed)
    assert sorted(sent) == ["/heard", "/pressed"]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ('get_by_role("button", name="Get a code")', (Step(role="button", name="Get a code"),)),
        ('get_by_role("button", name="Edit", exact=True).nth(1)', (Step(role="button", name="Edit"),)),
        ('page.get_by_label("Phone").first', (Step(label="Phone"),)),
        ('locator("#f-2").get_by_role("textbox")', (Step(css="#f-2"), Step(role="textbox"))),
        (
            'locator("li").filter(has_text="US").get_by_text("Old")',
            (Step(css="li", text="US"), Step(text="Old")),
        ),
        ('get_by_test_id("a\\"b")', (Step(css='[data-testid="a\\"b"]'),)),
        ('get_by_role("heading").filter(visible=True)', (Step(role="heading"),)),
    ],
)
def test_a_locator_s_python_is_read_as_a_site_file_s_words(expression: str, said: tuple[Step, ...]) -> None:
    """Roles, labels, texts and CSS, one inside the other; positions are left out."""
    assert steps(expression) == said


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').getcwd()",
        'locator("xpath=//a")',
        'locator("//a")',
        'locator("iframe").content_frame.get_by_role("button")',
        'get_by_role("button", name=re.compile("a"))',
        'get_by_role("row").filter(has=page.get_by_text("x"))',
        'locator("a >> b")',
        "get_by_role(",
        "",
        'f"{1}"',
    ],
)
def test_what_a_site_file_has_no_words_for_is_refused_and_nothing_is_evaluated(expression: str) -> None:
    """Frames, XPath, regular expressions and anything that is no locator."""
    with pytest.raises(UnsupportedLocator):
        steps(expression)


# The overlay on this machine.


def write(folder: Path, text: str) -> Path:
    """Keep an overlay of the mock as it would be written by hand."""
    folder.mkdir()
    path = folder / "mock.toml"
    path.write_text(f'site = "mock"\n{text}', encoding="utf-8")
    return folder


ENTRY = '\nsure = "seen"\nseen = 2026-01-31\nbase = "sha256:0"\n'


@pytest.mark.parametrize(
    ("place", "now"),
    [
        ("hosts", '{ css = "a" }'),
        ("terms", '{ css = "a" }'),
        ("contact.email.save", '{ css = "a" }'),
        ("contact.email.save.sends", '{ en = "POST /elsewhere" }'),
        ("texts.save", '{ css = "a" }'),
        ("pages.notifications", '{ css = "a" }'),
    ],
)
def test_only_places_and_wordings_can_be_learned(place: str, now: str, tmp_path: Path) -> None:
    """Whatever stands in an overlay, hosts, terms and what a press sends stay the site file's."""
    folder = write(tmp_path / "sites", f'[learned."{place}"]\nnow = {now}{ENTRY}')
    with pytest.raises(BadInput) as caught:
        load_site("mock", overlays=folder)
    assert place in caught.value.message
    assert "mock.toml" in str(caught.value.where)


def test_an_overlay_that_makes_no_sense_names_its_key(tmp_path: Path) -> None:
    """A mistake by hand is a sentence, never a traceback."""
    folder = write(tmp_path / "sites", '[learned."texts.save"]\nnow = { en = "x" }\nsur = "seen"\n')
    with pytest.raises(BadInput, match="sur") as caught:
        load_site("mock", overlays=folder)
    assert str(folder / "mock.toml") in str(caught.value.where)


def test_where_the_site_file_changed_too_what_was_learned_is_kept_and_said(tmp_path: Path) -> None:
    """The entry still counts; one whose place is gone is left out; both are told before a run begins."""
    folder = write(
        tmp_path / "sites",
        f'[learned."texts.save"]\nnow = {{ en = "Store" }}\nwas = {{ en = "Keep" }}{ENTRY}'
        f'[learned."texts.gone"]\nnow = {{ en = "x" }}{ENTRY}'
        f'[learned."containers.learned-1"]\nnow = {{ css = "x-y" }}{ENTRY}',
    )
    here = load_site("mock", overlays=folder)
    assert here.words("save") == ("Store",)
    assert "gone" not in here.texts
    assert here.containers["learned-1"] == LocatorSpec(css="x-y")
    assert here.origin is not None
    assert [("texts.save" in note, "texts.gone" in note) for note in here.origin.notes] == [
        (True, False),
        (False, True),
    ]
    assert load_site("mock").words("save") == ("Save", "保存")


def test_the_diff_names_the_family_s_file_where_that_says_it(tmp_path: Path) -> None:
    """What is sent back says in which file of the package it belongs, and changes that line only."""
    here = load_site("amazon-de", overlays=tmp_path)
    name, text = next(iter(here.texts.items()))
    now = Text.model_validate({**text.model_dump(), "en": (*text.en, "Quite another"), "sure": "seen"})
    learned = entries(here, {f"texts.{name}": now})
    assert here.origin is not None
    shown = difference(here.origin, {}, learned).splitlines()
    assert shown[0].startswith("--- families/amazon")
    assert [line[:4] for line in shown[2:] if line[0] != "@"] == ["-en ", "+en ", "-sur", "+sur"]
    assert '"Quite another"' in "".join(shown)
    keep(tmp_path / "amazon-de.toml", here.id, learned)
    again = load_site("amazon-de", overlays=tmp_path)
    assert "Quite another" in again.words(name)
    assert again.origin is not None
    assert again.origin.notes == ()


def test_what_a_copy_on_this_machine_shows_is_not_kept_for_the_marketplace(tmp_path: Path) -> None:
    """A live site's file walked on loopback learns for that run at most."""
    moved = load_site("amazon-us", base="http://127.0.0.1:8000", overlays=tmp_path)
    assert moved.origin is not None
    assert moved.origin.overlay is None
