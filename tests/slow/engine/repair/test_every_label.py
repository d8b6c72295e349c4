"""Every label that a flow goes by may change: the person shows it once, and it is known from then on."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from handrail.engine.context.results import RunResult
from handrail.engine.job import Job
from handrail.engine.runner import run_flow
from handrail.operator import Answer, Prompt
from handrail.operator.answers_file import Answers
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import load_site, overlay_folder
from handrail.sites.locate import locate
from handrail.sites.overlay.overlay import Learned, load_overlay
from handrail.sites.overlay.overlay_toml import keep
from handrail.sites.schema.base import Text
from handrail.sites.schema.locators import LocatorSpec
from handrail.sites.schema.site import Site, tree
from handrail_fixtures.scenario import Scenario, load
from handrail_fixtures.serve import MockSite
from handrail_fixtures.texts import TEXTS

if TYPE_CHECKING:
    from playwright.async_api import Page

Effects = Counter[tuple[str, str]]
Events = list[dict[str, Any]]
LABELS = {"name", "label", "text", "verified", "unverified", "in-progress", "this"}
"""The keys of a site file that say how something is called."""
AT_ONCE = 3
"""Walks at the same time: most of each is waiting for what does not come."""


@dataclass(frozen=True)
class Way:
    """One way of a flow through the mock, and the labels it goes by."""

    like: str
    """The scenario that goes it."""
    goes_by: str
    """Where the site file says what is seen, pressed and filled on it: a pattern of places."""
    exit: int
    sends: Effects
    more: dict[str, Any] = field(default_factory=dict)
    """What differs from the scenario."""
    unasked: frozenset[str] = frozenset()
    """Texts that are looked for and not needed: the walk is the same without them."""

    def scenario(self, texts: dict[str, str]) -> Scenario:
        """Return the scenario with these wordings."""
        return load(self.like, {**self.more, "texts": texts})

    def texts(self) -> dict[str, bool]:
        """Return the texts on the way, and of each whether it is only a message about what was done."""
        places: dict[str, list[str]] = {}
        for path, keys in looked_for():
            if re.match(self.goes_by, path) and not any(re.match(one, path) for one in OFF_THE_WAY):
                for key in keys:
                    places.setdefault(key, []).append(path)
        return {key: all(".outcomes." in path for path in paths) for key, paths in places.items()}


SIGNED_IN = {"start": {"signed_in": True}}
BOTH: Effects = Counter({
    ("email", "submit"): 2, ("email", "request-code"): 1,
    ("phone", "submit"): 2, ("phone", "request-code"): 1,
})  # fmt: skip
SAVED: Effects = Counter({("business", "submit"): 1})
WAYS = {
    "contact": Way(
        "ok",
        r"stores\.|pages\.notifications\.|contact\.\w+\.(?:status|reveal|field|save|request)\b"
        r"|contact\.\w+\.code\.(?:field|submit)\b|contact\.\w+\.again\.outcomes\.",
        0,
        BOTH,
        SIGNED_IN,
        # The store's own card is then one more of the others; those that still ask are only counted.
        frozenset({"store_us"}),
    ),
    "another code": Way(
        "code-expired", r"contact\.\w+\.(?:again\.press|code\.close)\.", 0,
        BOTH + Counter({("phone", "submit"): 1, ("phone", "request-code"): 1}), SIGNED_IN,
    ),
    "signed out": Way("session-expires", r"contact\.\w+\.pending\.|interruptions\.3\.", 0, BOTH),
    "two-step": Way("two-step-sign-in", r"interruptions\.4\.", 0, BOTH),
    "postcard": Way(
        "address-postcard-ordered",
        r"pages\.(?:information|business-address)\.|address\.business\.(?:status|asks-how|fields|save)\b"
        r"|address\.business\.verify\.postcard\.",
        5,
        SAVED + Counter({("business", "request-code"): 1}),
        SIGNED_IN,
    ),
    "documents": Way(
        "address-postcard-ordered", r"address\.business\.verify\.document\.", 5,
        Counter({("business", "submit"): 2}), {**SIGNED_IN, "operator": {"verify-how": "document"}},
    ),
    "another postcard": Way(
        "address-second-postcard", r"address\.business\.postcard\.again\.", 5,
        Counter({("business", "request-code"): 1}),
        # A postcard was out before, so where the message is another, only a person knows of this one.
        {"operator": {"another-postcard": "yes", "reconcile": "happened"},
         "start": {"signed_in": True, "addresses": {"business": {"postcard_ordered_days_ago": 12}}}},
    ),
    "the postcard's code": Way(
        "address-second-postcard", r"address\.business\.postcard\.code\.", 0, SAVED,
        {"address": {"verify": "ask", "postcard_lost": False, "postcard_arrived": True},
         "start": {"signed_in": True, "addresses": {"business": {"postcard_ordered_days_ago": 12}}}},
    ),
    "registered": Way(
        "address-already-right", r"pages\.registered-address\.", 0, Counter({("registered", "submit"): 1}),
        {"start": {"signed_in": True, "addresses": {"registered": {"outdated": True},
                                                    "business": {"outdated": False}}}},
    ),
    "certify": Way(
        "certify-unchanged",
        r"pages\.(?:health|review|notice)\.|certify\.(?:open|tick|certify)\b|certify\.items\..*\.verified$",
        0,
        Counter({("certification", "start-clock"): 1, ("certification", "submit"): 1}),
        SIGNED_IN,
        # How far an item is verified is told, and decides only where the item differs.
        frozenset({"verified"}),
    ),
}  # fmt: skip
"""Every way on which the mock's labels stand."""

OFF_THE_WAY = {
    r"interruptions\.[0125]\.": "the site turned away: nobody goes on before that page has gone",
    r"address\.\w+\.verify\.document\.files\.": "a field for a file is known by what it is; this rings it",
    r"interruptions\.6\.": "a banner, found by where it stands; in the way only of what it covers",
    r"address\.registered\.": "called the same as the business address's",
    r"certify\.items\..*\.(?:unverified|in-progress)$": "where an item is not verified; asked of addresses",
    r".*\.outcomes\.(?:refused|throttled|wrong-code|expired|locked|exhausted)\.": "what is not fair weather",
}
"""Places that no way above goes by, and why."""
BELONGS_TO = {
    "continue": "nothing: the CAPTCHA page's",
    "by_upload": "nothing: the same choice where a document is handed in",
    "item_registered_address": "nothing: what the row is called",
    "item_business_address": "nothing: what the row is called",
    "item_email": "nothing: what the row is called",
    "review_edit": "nothing: leads from the review to the information",
    "verify_continue": r"address\.",
    "review_continue": r"certify\.",
    "not_verified": r"contact\.|stores\.",
}
"""Of texts that read alike: the places that mean this one."""


def looked_for() -> Iterator[tuple[str, list[str]]]:
    """Every label of the site file by its place, with the mock's texts it means."""
    site = load_site("mock")
    for path, key, value in tree(site):
        if key in LABELS and isinstance(value, str | Text) and not path.startswith("texts."):
            yield path, [one for one in alike(site, value) if re.match(BELONGS_TO.get(one, ""), path)]


def alike(site: Site, label: str | Text) -> list[str]:
    """Return the mock's texts that read as the label does, else those that begin so."""
    words = site.text(label).en
    same = [key for key, text in TEXTS.items() if text["en"] in words]
    return same or [key for key, text in TEXTS.items() if text["en"].startswith(words)]


def test_every_label_of_the_site_file_is_changed_on_some_way() -> None:
    """A label added to the site file is on one of the ways, or is said not to be, and why."""
    known = [*(way.goes_by for way in WAYS.values()), *OFF_THE_WAY]
    places = dict(looked_for())
    assert [path for path in places if not any(re.match(one, path) for one in known)] == []
    assert [path for path, keys in places.items() if not keys] == []
    assert [one for one in known if not any(re.match(one, path) for path in places)] == []


ABOUT_LABELS = {"label-changed", "pick", "learn", "status-word", "unknown-page", "which-shown"}
RECOGNISED = {"sign_in": "sign-in", "two_step": "two-step"}
MEANS = {"verified": "verified", "not_verified": "unverified", "action_required": "unverified",
         "in_progress": "in-progress"}  # fmt: skip
"""What the words of a status mean."""
SHOWS = {"verify_how": "asks-how"}
"""What the page shows of the things it may show."""


class SeesThePage:
    """Answers as the scenario's script does, and shows what is called something else today."""

    def __init__(self, scenario: Scenario, site: Site, moved: str | None = None) -> None:
        self._script = ScriptedOperator(scenario.answers(), site)
        self._site = site
        self._moved = moved
        self.asked: list[str] = []

    async def ask(self, prompt: Prompt, page: Page | None) -> Answer | None:
        """Show it where the question is about a label."""
        if prompt.kind not in ABOUT_LABELS:
            return await self._script.ask(prompt, page)
        self.asked.append(prompt.kind)
        if self._moved is None or len(self.asked) > 12:
            return None
        if prompt.kind == "pick":
            assert page is not None
            at = await self._standing(page)
            pick = Answers.model_validate({"pick": {"do": [{"pick": at.model_dump(exclude_none=True)}]}})
            return await ScriptedOperator(pick, self._site).ask(prompt, page)
        return Answer(choice=self._choice(prompt), by="script")

    def _choice(self, prompt: Prompt) -> str:
        assert self._moved is not None
        offered = [one.id for one in prompt.choices if one.name == reworded(self._moved)]
        return {
            "learn": "yes",
            "status-word": MEANS.get(self._moved, "stop"),
            "which-shown": SHOWS.get(self._moved, "stop"),
            "unknown-page": RECOGNISED.get(self._moved, "moved"),
            "label-changed": [*offered, "pick"][0],
        }[prompt.kind]

    async def _standing(self, page: Page) -> LocatorSpec:
        """Return where the reworded thing stands, as eyes find it."""
        name = {"en": reworded(str(self._moved))}
        places = [
            {"label": name},
            *({"role": one, "name": name} for one in ("heading", "button")),
            {"text": name},
        ]
        for at in map(LocatorSpec.model_validate, places):
            if await locate(page, self._site, at).count() == 1:
                return at
        raise AssertionError(f"{name} is not on the page once")


def reworded(key: str) -> str:
    """Return what a text is called from now on."""
    return f"Reworded {key.replace('_', ' ')}"


@dataclass(frozen=True)
class Walked:
    """How a walk ended, and what was asked on it."""

    ended: RunResult
    asked: list[str]
    state: Path

    @property
    def learned(self) -> dict[str, Learned]:
        """What stands in the overlay."""
        overlay = load_overlay(overlay_folder(self.state) / "mock.toml")
        return overlay.learned if overlay else {}

    def went(self, way: Way) -> list[str]:
        """Return what was not as on any other walk of this way."""
        sent: Effects = Counter()
        for channel, _step, effect, count in self.ended.effects:
            sent[channel, effect] += count
        saw = Counter({(one.channel, one.effect): one.count for one in self.ended.site_saw})
        told = (
            [] if self.ended.outcome.exit_code == way.exit else [f"{self.ended.outcome} {self.ended.advice}"]
        )
        return [*told, *([] if sent == saw == way.sends else [f"sent {sent}, seen {saw}"])]


async def walked(way: Way, texts: Iterable[str], state: Path, moved: str | None = None) -> Walked:
    """Walk a way with these texts reworded."""
    scenario = way.scenario({key: reworded(key) for key in texts})
    with MockSite(scenario) as mock:
        site = load_site("mock", base=mock.url, overlays=overlay_folder(state))
        person = SeesThePage(scenario, site, moved)
        job = Job(
            flow=scenario.flow, site=site, profile=scenario.seller(), operator=person,
            out=state / "evidence", state=state, headless=True,
        )  # fmt: skip
        ended = await run_flow(job)
    return Walked(ended, person.asked, state)


async def learned_one_by_one(way: Way, folder: Path) -> dict[str, Walked]:
    """Walk once for each text on the way, with that one reworded and a person who shows it."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(key: str) -> Walked:
        async with turn:
            return await walked(way, [key], folder / key, key)

    texts = way.texts()
    return dict(zip(texts, await asyncio.gather(*map(one, texts)), strict=True))


@pytest.mark.parametrize("name", WAYS)
def test_each_label_is_learned_on_its_own_and_then_all_are_known(name: str, tmp_path: Path) -> None:
    """Shown once, every run ends as ever; the next, with all of them changed, asks about none."""
    way = WAYS[name]

    def both() -> tuple[dict[str, Walked], Walked]:
        one_by_one = asyncio.run(learned_one_by_one(way, tmp_path))
        for one in one_by_one.values():
            keep(overlay_folder(tmp_path / "all") / "mock.toml", "mock", one.learned)
        return one_by_one, asyncio.run(walked(way, way.texts(), tmp_path / "all"))

    with ThreadPoolExecutor(max_workers=1) as thread:
        one_by_one, again = thread.submit(both).result()
    assert {key: wrong for key, one in one_by_one.items() if (wrong := one.went(way))} == {}
    asked = {key for key, one in one_by_one.items() if one.asked}
    needed = {key for key, message in way.texts().items() if not message}
    assert asked == needed - way.unasked
    assert {key for key, one in one_by_one.items() if one.learned} == asked
    # Nothing one label taught stands in for another's: the next run has as many wordings to know.
    assert len(again.learned) == len({path for one in one_by_one.values() for path in one.learned})
    assert again.asked == []
    assert again.went(way) == []
