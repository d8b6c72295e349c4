"""The unchanged address flow brings an address up to date on a shop that nobody here wrote."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from oscar_fixture import CUSTOMER, CUSTOMERS_PASSWORD, OscarSite, start_oscar

if TYPE_CHECKING:
    from handrail_fixtures.plugin import Ran

HERE = Path(__file__).parent
SITE_FILE = HERE / "third_party" / "oscar.toml"
CHILD = HERE / "children" / "killed_run.py"
SAVE = "/accounts/addresses/1/"
WANTED = {
    "line1": "2100 Quay Street", "line2": "Suite 310", "line3": "", "line4": "Oakland", "state": "CA",
    "postcode": "94607", "country_id": "US", "first_name": "Wei", "phone_number": "",
}  # fmt: skip


@pytest.fixture
def seller(tmp_path: Path) -> Path:
    """The profile of the shop's customer, who has moved."""
    path = tmp_path / "seller.toml"
    path.write_text(
        f'legal_name = "Wei Lin Trading"\ncountry = "US"\naccount.name = "{CUSTOMER}"\n'
        'contact = { email = "ops@harborlane.example", phone = "+86 138 0013 8000" }\n'
        '[business_address]\nlines = ["2100 Quay Street", "Suite 310"]\ncity = "Oakland"\n'
        'state = "CA"\npostal_code = "94607"\ncountry = "US"\n',
        encoding="utf-8",
    )
    (tmp_path / "answers.toml").write_text(
        f'sign-in = {{ fields = {{ username = "{CUSTOMER}", password = "{CUSTOMERS_PASSWORD}" }} }}\n'
        'approve = "yes"\nwritten-differently = "keep"\ntakes-texts = "yes"\n',
        encoding="utf-8",
    )
    return path


def arguments(site: OscarSite, seller: Path, *more: str) -> list[str]:
    """The command line of one run, with answers, state and evidence beside the profile."""
    folder = seller.parent
    return [
        "run", "address", "--site", str(SITE_FILE), "--url", site.url, "--profile", str(seller),
        "--answers", str(folder / "answers.toml"), "--state", str(folder / "state"),
        "--out", str(folder / "evidence"), "--headless", "--json", *more,
    ]  # fmt: skip


def test_the_address_is_saved_once_and_then_left_alone(
    oscar_site: OscarSite, seller: Path, handrail: Callable[..., Ran]
) -> None:
    """The database holds the profile's address, the other fields as they were; a second run sends nothing."""
    ran = handrail(*arguments(oscar_site, seller))
    assert ran.code == 0, ran.stdout + ran.stderr
    stored = oscar_site.stored()
    assert {key: value or "" for key, value in stored.items()} == WANTED
    assert oscar_site.posts()[SAVE] == 1
    assert [(one["step"], one["count"]) for one in ran.record["effects"]] == [("save", 1)]
    again = handrail(*arguments(oscar_site, seller))
    assert (again.code, again.record["effects"]) == (0, [])
    assert oscar_site.posts()[SAVE] == 1


def test_another_way_of_writing_is_not_saved_by_itself(
    tmp_path: Path, seller: Path, handrail: Callable[..., Ran]
) -> None:
    """The same place written differently is named, with the document that must match, and left as it is."""
    text = seller.read_text("utf-8").replace('"2100 Quay Street", "Suite 310"', '"88 Wharf Street"')
    text = text.replace('"Oakland"', '"Alameda"').replace("94607", "94501")
    seller.write_text(text, "utf-8")
    site = start_oscar(tmp_path / "oscar", "88 Wharf St.")
    try:
        ran = handrail(*arguments(site, seller))
        assert ran.code == 0, ran.stdout + ran.stderr
        assert ran.record["effects"] == []
        assert any("88 Wharf St." in sentence for sentence in ran.record["advice"])
        assert SAVE not in site.posts()
    finally:
        site.close()


def test_a_rehearsal_leaves_the_database_as_it_was(
    oscar_site: OscarSite, seller: Path, handrail: Callable[..., Ran]
) -> None:
    """Everything is filled, what would be saved is told, and only the sign-in was posted."""
    before = oscar_site.stored()
    ran = handrail(*arguments(oscar_site, seller, "--rehearse"))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert ran.record["rehearsal"] is True
    assert ran.record["effects"] == []
    assert [one["step"] for one in ran.record["would_send"]] == ["save"]
    assert oscar_site.stored() == before
    assert set(oscar_site.posts()) == {"/accounts/login/"}


@pytest.mark.parametrize("stage", ["intended", "held", "released", "answered", "observed"])
def test_a_run_killed_while_saving_is_finished_without_a_second_save(
    stage: str, oscar_site: OscarSite, seller: Path, handrail: Callable[..., Ran]
) -> None:
    """The next run looks at the page; what was saved is not saved again."""
    folder = seller.parent
    given = {
        "flow": "address", "url": oscar_site.url, "site": str(SITE_FILE), "profile": str(seller),
        "answers": str(folder / "answers.toml"), "state": str(folder / "state"),
        "out": str(folder / "evidence"), "at": [stage, "save business"],
    }  # fmt: skip
    child = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, str(CHILD), json.dumps(given)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        start_new_session=True,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    ran = handrail(*arguments(oscar_site, seller))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert oscar_site.posts()[SAVE] == 1
    assert oscar_site.stored()["line1"] == "2100 Quay Street"
