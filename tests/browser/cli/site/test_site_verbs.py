"""handrail site check, record, diff, export and show: a site file held to pages, and what was learned."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from handrail.core.loopback import fetch
from handrail.sites import load_site
from handrail.sites.anonymity.skeleton import PLACEHOLDER, read_skeleton, resolves, skeleton
from handrail.sites.anonymity.wording import Impersonal
from handrail_fixtures.plugin import Ran
from handrail_fixtures.scenario import Scenario, load
from handrail_fixtures.serve import MockSite

ANSWERS = 'sign-in = { fields = { username = "wei@harborlane.example", password = "ebb-and-flow-27" } }\n'


@pytest.fixture
def seller(tmp_path: Path) -> Path:
    """The sample profile, and answers for signing in, in the folder the commands run in."""
    (tmp_path / "answers.toml").write_text(ANSWERS, encoding="utf-8")
    sample = files("handrail_fixtures") / "profiles" / "harbor-lane.toml"
    (tmp_path / "seller.toml").write_text(sample.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def look(mock: MockSite) -> list[object]:
    """The options of a verb that looks at the mock's pages, with nobody at its side."""
    return [
        "--url",
        mock.url,
        "--profile",
        "seller.toml",
        "--answers",
        "answers.toml",
        "--headless",
        "--state",
        "s",
    ]


def findings(record: dict[str, Any]) -> dict[str, str]:
    """What was found, by place."""
    return {one["place"]: one["finding"] for page in record["pages"] for one in page["places"]}


def test_check_opens_every_page_but_the_one_that_starts_a_clock_and_sends_nothing(
    mock_site: Callable[..., MockSite], handrail: Callable[..., Ran], seller: Path
) -> None:
    """All resolves: exit 0; the notice is neither listed nor opened, and the site has counted no effect."""
    mock = mock_site("certify-unchanged")
    ran = handrail("site", "check", "mock", *look(mock), "--json")
    assert ran.code == 0, ran.stderr
    assert [page["page"] for page in ran.record["pages"]] == [
        "notifications", "information", "registered-address", "business-address", "health", "review",
    ]  # fmt: skip
    found = findings(ran.record)
    assert (
        found["contact.email.status.at"]
        == found["certify.asked"]
        == found["certify.open.press"]
        == "resolves"
    )
    assert found["certify.not-asked"] == found["contact.email.code.field"] == "not-shown"
    assert not any(place.startswith(("certify.tick", "certify.certify.")) for place in found)
    assert fetch(f"{mock.url}/_mock/effects") == b'{"effects":[]}'


def test_check_names_what_moved_and_asks_for_a_person(
    mock_site: Callable[..., MockSite], handrail: Callable[..., Ran], seller: Path
) -> None:
    """Unknown words and a page with another heading are findings; exit 4, and the rest is still read."""
    texts = {"not_verified": "Unproven", "account_information": "About you"}
    mock = mock_site(Scenario.model_validate({"texts": texts}))
    ran = handrail("site", "check", "mock", *look(mock), "--json")
    assert ran.code == ran.record["exit_code"] == 4
    pages = {page["page"]: page for page in ran.record["pages"]}
    assert findings(ran.record)["contact.phone.status.at"] == "unknown-words"
    assert (pages["information"]["reached"], pages["information"]["places"]) == (False, [])
    assert "About you" in pages["information"]["why"]
    assert pages["review"]["reached"]


@pytest.mark.skipif(sys.platform == "win32", reason="modes as POSIX has them")
def test_a_recorded_page_holds_roles_names_and_levels_and_nobody_s_values(
    mock_site: Callable[..., MockSite], handrail: Callable[..., Ran], seller: Path
) -> None:
    """Kept privately, printed as kept; a site file is checked against it later without a browser."""
    ran = handrail("site", "record", "mock", "--page", "notifications", *look(mock_site("ok")))
    assert ran.code == 0, ran.stderr
    kept = seller / "s" / "skeletons" / "mock" / "notifications.yaml"
    assert kept.read_text(encoding="utf-8") == ran.stdout
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert '- heading "Notification preferences" [level=1]\n' in ran.stdout
    for private in ("@", "137", "Harbor", "harborlane", "Not verified", "http", "/settings"):
        assert private not in ran.stdout
    checked = handrail("site", "check", "mock", "--skeleton", "--state", "s", "--json")
    assert checked.code == 0
    assert findings(checked.record)["contact.phone.request.press"] == "resolves"
    assert findings(checked.record)["contact.phone.status.at"] == "cannot-tell"
    kept.write_text(ran.stdout.replace("Notification preferences", "Notices"), encoding="utf-8")
    assert handrail("site", "check", "mock", "--skeleton", "--state", "s").code == 4


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("record", "mock", "--page", "notice", "--profile", "seller.toml"), "starts a legal deadline"),
        (
            ("record", "mock", "--page", "notification", "--profile", "seller.toml"),
            "Did you mean notifications?",
        ),
        (("check", "mock"), "--skeleton"),
        (("check", "mock", "--skeleton", "--state", "s"), "No page of Quayside has been recorded"),
    ],
    ids=["a page that starts a clock", "no such page", "no profile", "nothing recorded"],
)
def test_what_cannot_be_looked_at_is_refused_before_a_browser_opens(
    arguments: tuple[str, ...], says: str, handrail: Callable[..., Ran], seller: Path
) -> None:
    """A sentence and a hint, exit 2."""
    ran = handrail("site", *arguments)
    assert ran.code == 2
    assert says in " ".join(ran.stderr.split())


SNAPSHOT = """\
- banner:
  - link "Account settings":
    - /url: /accounts/4711
- heading "Welcome, Harbor Lane Trading" [level=1]
- 'heading "Step one: what''s next" [level=2]'
- textbox "Phone number": +86 138 0013 8000
- textbox "Search" [active]: ops@harborlane.example
- button "Save" [disabled]
- button "Order 3 more"
- button "Write to ops@harborlane.example"
- text: Signed in as Harbor Lane Trading
- cell "Verified"
- cell "12 High Street"
- img "Wei Lin"
- region "Quay 8, Shenzhen"
- list:
  - listitem: 4711
- "something \\"odd\\"": 1
- checkbox "I agree" [checked]
"""


def test_a_skeleton_keeps_only_what_is_known_to_be_the_site_s_own() -> None:
    """Known wordings; else only names of controls and headings that any page could have."""
    text = skeleton(SNAPSHOT, load_site("mock"), Impersonal(load("ok").seller()))
    assert (
        text
        == f"""\
- banner
  - link "Account settings"
- heading "{PLACEHOLDER}" [level=1]
- heading "Step one: what's next" [level=2]
- textbox "Phone number"
- textbox "Search"
- button "Save"
- button "{PLACEHOLDER}"
- button "{PLACEHOLDER}"
- cell "Verified"
- cell "{PLACEHOLDER}"
- img "{PLACEHOLDER}"
- region "{PLACEHOLDER}"
- list
  - listitem
- checkbox "I agree"
"""
    )
    site = load_site("mock")
    nodes = read_skeleton(text)
    assert resolves(nodes, site, site.contact["phone"].save.press) is True  # type: ignore[union-attr]
    assert resolves(nodes, site, site.contact["phone"].request.press) is False  # type: ignore[union-attr]
    assert resolves(nodes, site, site.contact["phone"].value.at) is None


OVERLAY = """\
site = "mock"
[learned."texts.save"]
now = { en = ["Save", "Store"], zh = "保存", sure = "seen", seen = 2026-01-31 }
was = { en = "Save", zh = "保存", sure = "ours" }
sure = "seen"
seen = 2026-01-31
base = "sha256:0"
[learned."contact.email.field"]
now = { role = "textbox", name = { en = "Ours: ops@harborlane.example" } }
sure = "seen"
seen = 2026-01-31
base = "sha256:0"
"""


def test_what_was_learned_is_shown_as_a_diff_and_exported_without_what_is_the_seller_s(
    handrail: Callable[..., Ran], seller: Path
) -> None:
    """show tells how sure each is, diff changes the file's own lines, export leaves out what is private."""
    (seller / "s" / "sites").mkdir(parents=True)
    (seller / "s" / "sites" / "mock.toml").write_text(OVERLAY, encoding="utf-8")
    shown = handrail("site", "show", "mock", "--state", "s").record
    assert shown["learned"]["texts.save"] == {"sure": "seen", "seen": "2026-01-31"}
    assert shown["texts"]["save"]["en"] == ["Save", "Store"]
    diff = handrail("site", "diff", "mock", "--state", "s")
    changed = [
        line for line in diff.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert [line[:6] for line in changed] == ["-save ", "+save ", "-field", "+field"]
    told = handrail(
        "site", "export", "mock", "--profile", "seller.toml", "--state", "s", "--out", "back.toml", "--yes"
    )
    assert told.code == 0
    assert "contact.email.field" in told.stderr
    sent = (seller / "back.toml").read_text(encoding="utf-8")
    assert '"Store"' in sent
    assert "harborlane" not in sent
    (seller / "s" / "sites" / "mock.toml").write_text(sent, encoding="utf-8")
    again = handrail("site", "diff", "mock", "--state", "s", "--json").record
    assert [*again["learned"]] == ["texts.save"]


def test_where_nothing_was_learned_that_is_said(handrail: Callable[..., Ran], seller: Path) -> None:
    """No diff, no file, no error."""
    diff = handrail("site", "diff", "mock", "--state", "s")
    sent = handrail(
        "site", "export", "mock", "--profile", "seller.toml", "--state", "s", "--out", "back.toml"
    )
    assert (diff.code, sent.code, diff.stdout, sent.stdout) == (0, 0, "", "")
    assert "Nothing was learned of Quayside" in diff.stderr
    assert not (seller / "back.toml").exists()
