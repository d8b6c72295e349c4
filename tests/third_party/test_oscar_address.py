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
from oscar_fixture import CUSTOMER, CUSTOMERS_PASSWORD, OLD, OscarSite
from project_paths import CHILDREN, THIRD_PARTY

from handrail_fixtures.played import pictures, up_to_the_fence

if TYPE_CHECKING:
    from handrail_fixtures.plugin import Ran

SITE_FILE = THIRD_PARTY / "oscar.toml"
CHILD = CHILDREN / "killed_run.py"
SAVE = "/accounts/addresses/1/"
QUAY = """
lines = ["2100 Quay Street", "Suite 310"]
city = "Oakland"
state = "CA"
postal_code = "94607"
country = "US"
"""
IN_OAKLAND = OLD | {
    "line1": "2100 Quay Street", "line2": "Suite 310", "line4": "Oakland", "postcode": "94607",
}  # fmt: skip
NANSHAN = """
lines = ["港湾里88号", "4栋1203室"]
district = "南山区"
city = "深圳市"
state = "广东省"
postal_code = "518052"
country = "CN"

[[business_address.also]]
lines = ["Room 1203, Building 4", "88 Gangwanli"]
district = "Nanshan District"
city = "Shenzhen"
state = "Guangdong"
postal_code = "518052"
country = "CN"
"""
IN_NANSHAN = OLD | {
    "line1": "Room 1203, Building 4", "line2": "88 Gangwanli, Nanshan District", "line4": "Shenzhen",
    "state": "Guangdong", "postcode": "518052", "country_id": "CN",
}  # fmt: skip
DAAN = """
lines = ["6F, No. 12, Lane 3, Xinyi Road Section 4"]
district = "Da'an District"
city = "Taipei City"
postal_code = "106319"
country = "TW"
"""


@pytest.fixture
def seller(tmp_path: Path) -> Callable[[str], Path]:
    """Write the profile of the shop's customer, who has moved here, and the script's answers beside it."""

    def written(address: str) -> Path:
        path = tmp_path / "seller.toml"
        path.write_text(
            f'legal_name = "Wei Lin Trading"\ncountry = "CN"\naccount.name = "{CUSTOMER}"\n'
            'contact = { email = "ops@harborlane.example", phone = "+86 138 0013 8000" }\n'
            f"[business_address]\n{address}",
            encoding="utf-8",
        )
        (tmp_path / "answers.toml").write_text(
            f'sign-in = {{ fields = {{ username = "{CUSTOMER}", password = "{CUSTOMERS_PASSWORD}" }} }}\n'
            'approve = "yes"\nwritten-differently = "keep"\n',
            encoding="utf-8",
        )
        return path

    return written


def arguments(site: OscarSite, seller: Path, *more: str) -> list[str]:
    """The command line of one run, with answers, state and evidence beside the profile."""
    folder = seller.parent
    return [
        "run", "address", "--site", str(SITE_FILE), "--url", site.url, "--profile", str(seller),
        "--answers", str(folder / "answers.toml"), "--state", str(folder / "state"),
        "--out", str(folder / "evidence"), "--headless", "--json", *more,
    ]  # fmt: skip


def test_the_address_is_saved_once_and_then_left_alone(
    oscar_site: OscarSite, seller: Callable[[str], Path], handrail: Callable[..., Ran]
) -> None:
    """The database holds the profile's address, every other field as it was; a second run sends nothing."""
    profile = seller(QUAY)
    ran = handrail(*arguments(oscar_site, profile))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert oscar_site.stored() == IN_OAKLAND
    assert oscar_site.posts()[SAVE] == 1
    assert [(one["step"], one["count"]) for one in ran.record["effects"]] == [("save", 1)]
    again = handrail(*arguments(oscar_site, profile))
    assert (again.code, again.record["effects"]) == (0, [])
    assert oscar_site.posts()[SAVE] == 1


def test_another_way_of_writing_is_not_saved_by_itself(
    oscar_site: OscarSite, seller: Callable[[str], Path], handrail: Callable[..., Ran]
) -> None:
    """The same place written differently is named, with the document that must match, and left as it is."""
    oscar_site.store(**IN_OAKLAND | {"line1": "2100 Quay St.", "line2": "Ste 310"})
    before = oscar_site.rows()
    ran = handrail(*arguments(oscar_site, seller(QUAY)))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert ran.record["effects"] == []
    assert any("2100 Quay St." in sentence for sentence in ran.record["advice"])
    assert oscar_site.rows() == before
    assert oscar_site.posts() == {"/accounts/login/": 1}


def test_a_chinese_address_is_typed_in_the_script_that_the_shop_holds(
    oscar_site: OscarSite, seller: Callable[[str], Path], handrail: Callable[..., Ran]
) -> None:
    """On Chinese pages that hold an address in Latin letters, the profile's Latin form is what is saved."""
    ran = handrail(*arguments(oscar_site, seller(NANSHAN), "--lang", "zh"))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert oscar_site.stored() == IN_NANSHAN
    assert oscar_site.posts()[SAVE] == 1


def test_an_address_that_the_shop_refuses_is_sent_once(
    oscar_site: OscarSite, seller: Callable[[str], Path], handrail: Callable[..., Ran]
) -> None:
    """The shop knows no postal codes of six digits in Taiwan: it keeps the old address, and is asked once."""
    before = oscar_site.rows()
    ran = handrail(*arguments(oscar_site, seller(DAAN)))
    assert ran.code == 4, ran.stdout + ran.stderr
    assert oscar_site.rows() == before
    assert oscar_site.posts() == {"/accounts/login/": 1, SAVE: 1}


def test_a_rehearsal_leaves_the_database_as_it_was(
    oscar_site: OscarSite, seller: Callable[[str], Path], handrail: Callable[..., Ran]
) -> None:
    """Everything is filled, only the sign-in was posted; a real run sees the same pages up to the fence."""
    before = oscar_site.rows()
    profile = seller(QUAY)
    ran = handrail(*arguments(oscar_site, profile, "--rehearse"))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert ran.record["rehearsal"] is True
    assert ran.record["effects"] == []
    assert [one["step"] for one in ran.record["would_send"]] == ["save"]
    assert oscar_site.rows() == before
    assert oscar_site.posts() == {"/accounts/login/": 1}
    real = handrail(*arguments(oscar_site, profile))
    assert real.code == 0, real.stdout + real.stderr
    seen = up_to_the_fence(pictures(Path(ran.record["bundle"])))
    assert seen
    assert seen == pictures(Path(real.record["bundle"]))[: len(seen)]


def test_runs_killed_while_saving_are_finished_without_a_second_save(
    oscar_site: OscarSite, seller: Callable[[str], Path], handrail: Callable[..., Ran]
) -> None:
    """Killed at every stage of a save, one run after the other: each looks at the page; one POST is all."""
    profile = seller(QUAY)
    for stage, sent in (("intended", 0), ("held", 0), ("released", 0), ("answered", 1)):
        _run_until(stage, oscar_site, profile)
        assert oscar_site.posts().get(SAVE, 0) == sent, stage
    ran = handrail(*arguments(oscar_site, profile))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert ran.record["effects"] == []
    assert oscar_site.posts()[SAVE] == 1
    assert oscar_site.stored() == IN_OAKLAND


def _run_until(stage: str, site: OscarSite, seller: Path) -> None:
    """Run in a process group of its own and kill it at this stage of saving the address."""
    folder = seller.parent
    given = {
        "flow": "address", "url": site.url, "site": str(SITE_FILE), "profile": str(seller),
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
    assert child.returncode == -signal.SIGKILL, (stage, child.stderr)
