"""`handrail guide`: a checklist from the site file and the profile, which opens and sends nothing."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import pytest

from handrail.core.errors import BadInput
from handrail.core.i18n import choose
from handrail.engine.context.run_context import RunContext
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.flow_context import FlowContext
from handrail.guide import Checklist, checklist
from handrail.guide.texts import until
from handrail.profile.model import Profile, load_profile
from handrail.sites import load_site, site_names

if TYPE_CHECKING:
    pass

TODAY = date(2026, 11, 23)
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
KNOWN = [
    (flow, name)
    for name in site_names()
    for flow in ("contact", "address", "certify")
    if getattr(load_site(name), flow) or flow in load_site(name).guide
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A seller's profile."""
    path = tmp_path / "seller.toml"
    path.write_text(SELLER, encoding="utf-8")
    return path


@pytest.fixture
def profile(file: Path) -> Profile:
    """The same, loaded."""
    return load_profile(file)


def made(flow: str, name: str, profile: Profile, **more: Any) -> Checklist:
    """Make a checklist as of a fixed day."""
    return checklist(flow, load_site(name), profile, today=TODAY, **more)


@pytest.mark.parametrize(("flow", "name"), KNOWN)
def test_every_flow_a_site_file_knows_has_its_checklist(flow: str, name: str, profile: Profile) -> None:
    """Links go only to https hosts of the site file, and never to a page that starts a clock."""
    site = load_site(name)
    one = made(flow, name, profile)
    clocks = {site.base + page.url for page in site.pages.values() if page.starts_clock and page.url}
    links = [step.link for step in one.steps if step.link]
    assert all(urlsplit(link).scheme == "https" and urlsplit(link).hostname in site.hosts for link in links)
    assert clocks.isdisjoint(links)
    assert one.never
    assert one.steps[0].title == "Sign in yourself"


def test_labels_are_told_in_both_languages_with_how_sure_each_is(profile: Profile) -> None:
    """A Chinese wording that is our translation is not called reported because the English is."""
    (arrive,) = (step for step in made("certify", "amazon-us", profile).steps if step.path)
    (review,) = (one for one in arrive.path if "Review your account information" in one.en)
    assert "查看您的账户信息" in review.zh
    assert (review.sure_en, review.sure_zh) == ("reported", "reported")
    (notice,) = (one for one in arrive.look_for if "Notice and Certification" in one.en)
    assert (notice.sure_en, notice.sure_zh) == ("reported", "guess")
    assert notice.source


def test_the_number_is_written_as_the_site_wants_it(profile: Profile) -> None:
    """What to type is the profile's value in the form of the site's field, beside that field's label."""
    (phone,) = (
        entry
        for step in made("contact", "amazon-us", profile).steps
        for entry in step.entries
        if entry.what == "Phone number"
    )
    assert (phone.value, phone.shown) == ("+86 138 0013 8000", "+86 138••••8000")
    assert phone.field is not None
    assert "Emergency contact number" in phone.field.en


def test_a_reported_error_is_told_before_the_person_meets_it(profile: Profile) -> None:
    """The message that stops sellers stands in the checklist with what to do."""
    watched = [one for step in made("contact", "amazon-us", profile).steps for one in step.watch]
    (refusal,) = {one for one in watched if "Unable to process your code request" in one.wording.en[0]}
    assert "Do not press again and again" in refusal.then


def test_what_says_that_it_is_done_closes_the_list(profile: Profile) -> None:
    """The last step names what the page shows in the end, and how the proof is kept."""
    last = made("contact", "amazon-us", profile).steps[-1]
    assert [one.en[0] for one in last.look_for] == ["Verified"]
    assert any("--add PICTURE.png" in one for one in last.do)


def test_a_page_without_a_public_address_is_reached_by_the_menu(profile: Profile) -> None:
    """An address that nobody has published is not made up, and one on this machine is no link."""
    (walmart,) = (step for step in made("contact", "walmart-us", profile).steps if step.path)
    assert walmart.link is None
    assert "Nobody has published" in walmart.do[0]
    assert [one.en[0] for one in walmart.path] == ["Settings", "Manage Contacts"]
    mock = made("contact", "mock", profile).steps[1]
    assert (mock.link, mock.do) == (None, ("Go there by the menu.",))


def test_everything_is_compared_before_the_page_that_starts_the_clock(profile: Profile) -> None:
    """The order of a certification is the whole point of its checklist."""
    one = made("certify", "amazon-us", profile)
    titles = [step.title for step in one.steps]
    opens = titles.index("Only now open the notice")
    assert titles.index("First compare everything on the account's own pages") < opens
    assert "starts a deadline" in (one.steps[opens].warning or "")
    assert any("it starts a clock" in never for never in one.never)


def test_a_review_without_a_clock_does_not_speak_of_one(profile: Profile) -> None:
    """What is known of Amazon's page is not said of eBay's."""
    one = made("certify", "ebay-us", profile)
    assert "Only now open the notice" not in [step.title for step in one.steps]
    assert not any("it starts a clock" in never for never in one.never)


def test_no_second_postcard(profile: Profile) -> None:
    """The address's checklist says what a second postcard does, at the top and at the step."""
    one = made("address", "amazon-us", profile)
    assert any("second postcard" in never for never in one.never)
    assert any("second postcard" in (step.warning or "") for step in one.steps)


def test_secrets_are_in_no_checklist(profile: Profile) -> None:
    """Tax id and bank digits are compared on paper."""
    told = str(made("certify", "amazon-us", profile))
    assert "91440300MA4FHX2K7T" not in told
    assert "4471" not in told


def test_the_notices_day_is_counted_and_the_earlier_deadline_named(profile: Profile) -> None:
    """Ten days after the notice is a date; ten days after opening the page is not one yet."""
    one = made("certify", "amazon-us", profile, notice_date=date(2026, 11, 20))
    days = {due.rule: due.by for due in one.deadlines if due.rule.startswith("Certify")}
    assert days == {
        "Certify: within 10 days of opening the notice's page": None,
        "Certify: within 10 days of the notice": date(2026, 11, 30),
    }
    assert "the earlier day holds" in " ".join(one.notes)
    assert all(due.source for due in one.deadlines)


@pytest.mark.parametrize(("days_ago", "passed"), [(9, False), (10, False), (11, True)])
def test_a_deadline_that_is_over_is_called_so(days_ago: int, passed: bool, profile: Profile) -> None:
    """The last day itself still counts."""
    one = made("certify", "amazon-us", profile, notice_date=TODAY - timedelta(days=days_ago))
    assert [due.passed for due in one.deadlines if due.by] == [passed]


@pytest.mark.parametrize(
    ("days_ago", "says"),
    [
        (0, "until 2026-12-03: 10 of the 10 days are left"),
        (2, "until 2026-12-01: 8 of the 10 days are left"),
        (9, "until 2026-11-24: one of the 10 days is left"),
        (10, "until 2026-11-23: today is the last day"),
        (11, "over since 2026-11-22"),
    ],
)
def test_the_days_that_are_left_are_named(days_ago: int, says: str, profile: Profile) -> None:
    """A worried person reads how many of the days are left and until when, once."""
    one = made("certify", "amazon-us", profile, notice_date=TODAY - timedelta(days=days_ago))
    assert [until(due) for due in one.deadlines if due.by] == [says]
    assert {until(due) for due in made("certify", "amazon-us", profile).deadlines} == {None}


@pytest.mark.parametrize("name", ["amazon-us", "mock"])
@pytest.mark.parametrize(
    ("lines", "district"),
    [(["港湾里88号4栋1203室"], "南山区"), (["Room 1203", "88 Harbor Lane"], "Nanshan District")],
)
def test_a_district_is_a_part_of_its_own_and_not_in_line_1(
    lines: list[str], district: str, name: str, file: Path
) -> None:
    """Whether the site file knows a field for it or not, no line says more than the document's line."""
    text = SELLER.replace('["2100 Quay Street", "Suite 310"]', json.dumps(lines, ensure_ascii=False))
    file.write_text(text + f'district = "{district}"\n', encoding="utf-8")
    for flow in ("address", "certify"):
        steps = made(flow, name, load_profile(file)).steps
        entries = [entry for step in steps for entry in step.entries]
        streets = [entry.value for entry in entries if entry.what.startswith("address line")]
        assert not any(district in street for street in streets)
    compare = next(step for step in made("address", name, load_profile(file)).steps if step.entries)
    values = {entry.what: entry.value for entry in compare.entries}
    assert values["district"] == district
    assert values["address line 1"] in ("".join(lines), ", ".join(lines), lines[0])
    told = any("has a field of its own on some forms" in sentence for sentence in compare.do)
    assert told is (name == "amazon-us")


def test_a_country_is_named_as_a_page_names_it(profile: Profile) -> None:
    """Two letters alone stand on no marketplace's page."""
    entries = [entry for step in made("address", "amazon-us", profile).steps for entry in step.entries]
    assert [entry.value for entry in entries if entry.what == "country"] == ["United States (US)"]


def test_an_address_is_written_with_commas_in_chinese_too(profile: Profile) -> None:
    """What is copied into a form has no dots between its parts."""
    choose("zh")
    told = [entry.value for step in made("certify", "amazon-us", profile).steps for entry in step.entries]
    choose("en")
    assert any(value.startswith("2100 Quay Street, Suite 310, Oakland, CA, 94607, ") for value in told)
    assert not any(" · " in value for value in told)


def test_a_file_says_how_to_print_whole_values(handrail: Callable[..., Any], file: Path) -> None:
    """The command is the person's own, with their files and days, and gives what it says."""
    asked = ["guide", "contact", "--site", "amazon-us", "--profile", str(file), "--notice-date", "2026-11-20"]
    piped = handrail(*asked).stdout
    command = shlex.join(["handrail", *asked, "--with-values"])
    assert f"`{command}`" in piped
    whole = handrail(*shlex.split(command)[1:]).stdout
    assert "+86 138 0013 8000" in whole
    assert "--with-values" not in whole
    page = file.parent / "list.html"
    handrail(*asked, "--html", page)
    assert f"<code>{command}</code>" in unescape(page.read_text(encoding="utf-8"))
    handrail(*asked, "--html", page, "--with-values")
    assert "--with-values" not in page.read_text(encoding="utf-8")


def test_the_proof_is_kept_by_a_command_that_can_be_copied(handrail: Callable[..., Any], file: Path) -> None:
    """It names the site and the profile that the person gave, a path with a space quoted."""
    own = file.rename(file.with_name("my seller.toml"))
    told = handrail("guide", "contact", "--site", "amazon-us", "--profile", own).stdout
    assert f"`handrail guide contact --site amazon-us --profile '{own}' --add PICTURE.png`" in told


def test_a_notice_from_the_future_is_refused(profile: Profile) -> None:
    """A slip in the year is not counted from; a time zone's day is no slip."""
    made("certify", "amazon-us", profile, notice_date=TODAY + timedelta(days=1))
    with pytest.raises(BadInput, match="in the future"):
        made("certify", "amazon-us", profile, notice_date=TODAY + timedelta(days=2))


def test_what_a_site_does_not_ask_for_is_refused_with_what_it_does(profile: Profile) -> None:
    """Europe's stores have no certification under a law of the United States."""
    with pytest.raises(BadInput, match="knows nothing of certify") as caught:
        made("certify", "amazon-de", profile)
    assert caught.value.hint == "It knows of these: contact, address."
    with pytest.raises(BadInput, match="no checklist called certfy") as misspelt:
        made("certfy", "amazon-us", profile)
    assert misspelt.value.hint == "Did you mean certify?"


@pytest.mark.parametrize(
    ("site", "hint"),
    [
        ("ebay-us", "`handrail guide certify --site ebay-us --profile FILE` makes a checklist"),
        ("amazon-de", "The INFORM Consumers Act is a law of the United States"),
    ],
)
def test_a_run_where_nobody_knows_the_pages_names_the_checklist(
    site: str, hint: str, profile: Profile
) -> None:
    """Where even that is not there, the reason is."""
    run = cast("RunContext", SimpleNamespace(site=load_site(site), flow="certify"))
    with pytest.raises(NeedsPerson) as caught:
        FlowContext(run, profile).certification()
    assert str(caught.value.hint).startswith(hint)


def test_an_address_that_is_nowhere_stated_is_asked_for(file: Path) -> None:
    """Without an address there is nothing to compare; a certification says where to read it."""
    file.write_text(SELLER.partition("[business_address]")[0], encoding="utf-8")
    profile = load_profile(file)
    with pytest.raises(BadInput, match="states no address"):
        made("address", "amazon-us", profile)
    assert "as on your licence" in str(made("certify", "amazon-us", profile))


def test_a_pipe_gets_display_forms_and_with_values_the_whole(
    handrail: Callable[..., Any], file: Path
) -> None:
    """Only a terminal, or who asks for it, is shown a whole number."""
    asked = ("guide", "contact", "--site", "amazon-us", "--profile", str(file), "--state", str(file.parent))
    piped = handrail(*asked)
    assert piped.code == 0
    assert "+86 138••••8000" in piped.stdout
    assert "138 0013 8000" not in piped.stdout
    assert "https://sellercentral.amazon.com/notifications/preferences" in piped.stdout
    assert "+86 138 0013 8000" in handrail(*asked, "--with-values").stdout


def test_a_page_overwrites_no_other_kind_of_file(handrail: Callable[..., Any], file: Path) -> None:
    """A slip that names the profile as the page leaves the profile as it was."""
    ran = handrail("guide", "contact", "--site", "amazon-us", "--profile", str(file), "--html", str(file))
    assert ran.code == 2
    assert "does not end in .html" in ran.stderr
    assert file.read_text(encoding="utf-8") == SELLER
