"""Terms are facts with a date: what a site file must say before a helper may do more than point."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from handrail.core.errors import BadInput
from handrail.sites import Site, load_site, site_names
from handrail.sites.terms_summary import terms_summary

if TYPE_CHECKING:
    from handrail_fixtures.plugin import Ran

MINE = """id = "mine"
extends = "unwalked"
name = "Mine"
marketplace = "US"
base = "https://www.example.com"
hosts = ["www.example.com"]
"""
SOURCE = 'source = "User Agreement, section 3"\n'
READ, REPORTED = "read-on = 2026-11-01\n", "reported-on = 2026-10-01\n"
FILL = 'ceiling = "fill"\n'


def mine(folder: Path, terms: str, start: str = MINE) -> Site:
    """Load a site file of one's own with these terms."""
    path = folder / "mine.toml"
    path.write_text(f"{start}[terms]\n{terms}", encoding="utf-8")
    return load_site(str(path))


@pytest.mark.parametrize("day", [READ, REPORTED], ids=["read", "reported"])
def test_more_than_guiding_is_allowed_with_a_source_and_a_day(day: str, tmp_path: Path) -> None:
    """Somebody read the terms, or others report them: either way it is known which, and of when."""
    assert mine(tmp_path, FILL + SOURCE + day).terms.ceiling == "fill"


@pytest.mark.parametrize(
    "terms",
    ["", SOURCE, READ, REPORTED, 'source = "  "\n' + READ],
    ids=["neither", "no day", "no source, read", "no source, reported", "an empty source"],
)
def test_more_than_guiding_without_a_source_or_a_day_is_refused(terms: str, tmp_path: Path) -> None:
    """A file of 0.1.0 that left them out gets one sentence, which names the key, and what to do; exit 2."""
    with pytest.raises(BadInput) as caught:
        mine(tmp_path, FILL + terms)
    error = caught.value
    assert error.exit_code == 2
    assert (error.where or "").startswith(str(tmp_path / "mine.toml"))
    assert error.message.endswith(
        ": terms: a live site's ceiling above guide needs source, and read-on or reported-on with the day."
    )
    assert error.hint == "Write down which terms allow it and their day, or set ceiling and default to guide."


def test_guiding_needs_nobody_to_have_read_anything(tmp_path: Path) -> None:
    """At guide Handrail acts on nothing, so terms that nobody knows are no obstacle."""
    terms = mine(tmp_path, 'ceiling = "guide"\n').terms
    assert (terms.ceiling, terms.default, terms.source) == ("guide", "guide", None)


def test_nobody_presses_under_terms_that_are_only_reported(tmp_path: Path) -> None:
    """Pressing takes somebody who has read them."""
    with pytest.raises(BadInput, match="allow at most fill"):
        mine(tmp_path, 'ceiling = "press"\n' + SOURCE + REPORTED)
    assert mine(tmp_path, 'ceiling = "press"\n' + SOURCE + READ).terms.ceiling == "press"


@pytest.mark.parametrize("kind", ["mock", "test"])
def test_a_site_on_this_machine_needs_no_source(kind: str, tmp_path: Path) -> None:
    """Nobody else's terms hold for a server of our own."""
    start = MINE.replace("https://www.example.com", "http://127.0.0.1:1").replace(
        "www.example.com", "127.0.0.1"
    )
    assert mine(tmp_path, FILL, f'{start}kind = "{kind}"\n').terms.ceiling == "fill"


def test_what_was_learned_on_this_machine_says_nothing_of_terms(tmp_path: Path) -> None:
    """An overlay of 0.1.0 is laid over its site as before, and the site keeps its own terms."""
    (tmp_path / "ebay-us.toml").write_text('site = "ebay-us"\n', encoding="utf-8")
    assert load_site("ebay-us", overlays=tmp_path).terms == load_site("ebay-us").terms


@pytest.mark.parametrize("name", [name for name in site_names() if name != "mock"])
def test_no_live_site_of_the_package_may_do_more_than_its_terms_are_known_to_allow(name: str) -> None:
    """Amazon is filled at most, as reported, and pointed at unless asked; every other site is pointed at."""
    terms = load_site(name).terms
    assert terms.default == "guide"
    assert terms.read_on is None
    assert terms.ceiling == ("fill" if name.startswith("amazon-") else "guide")
    assert "Not read by us" in (terms.source or "")


def test_a_moved_copy_of_a_live_site_keeps_its_terms() -> None:
    """Walked on loopback, a marketplace's file allows what it allows there."""
    assert load_site("ebay-us", base="http://127.0.0.1:8000").terms.ceiling == "guide"


def test_the_summary_tells_read_reported_and_unknown_apart(tmp_path: Path) -> None:
    """In a word and a date."""
    assert terms_summary(mine(tmp_path, FILL + SOURCE + READ)) == "read on 2026-11-01"
    assert terms_summary(mine(tmp_path, FILL + SOURCE + REPORTED)) == "of 2026-10-01, as reported"
    assert terms_summary(mine(tmp_path, 'ceiling = "guide"\n' + SOURCE)) == "read by nobody"
    assert terms_summary(load_site("mock")) == "ours"


def test_the_list_says_of_each_site_how_its_terms_are_known(handrail: Callable[..., Ran]) -> None:
    """For a person in a column, for a program with the source and the day."""
    told = handrail("site", "list", "--json").record
    known = {site["id"]: site["terms"] for site in told}
    assert known["ebay-us"]["reported-on"] == "2026-06-28"
    assert known["amazon-us"]["reported-on"] == "2026-03-04"
    assert {"read-on", "reported-on"}.isdisjoint(known["walmart-us"])
    printed = handrail("site", "list").stdout
    assert "read by nobody" in " ".join(printed.split())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ebay-us", "eBay (US): at most guide. Terms: of 2026-06-28, as reported."),
        ("walmart-us", "Walmart Seller Center (US): at most guide. Terms: read by nobody."),
        ("mock", "Quayside: at most press. Terms: ours."),
    ],
)
def test_show_begins_with_the_terms(name: str, says: str, handrail: Callable[..., Ran]) -> None:
    """A person sees them before the file's many lines; the JSON object stays alone on stdout."""
    ran = handrail("site", "show", name)
    assert ran.stderr.strip() == says
    assert ran.record["id"] == name
    assert handrail("site", "show", name, "--json").stderr == ""


def test_a_command_on_such_a_file_ends_with_one_sentence_and_one_hint(
    handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """Exit 2, before a browser is looked for."""
    (tmp_path / "mine.toml").write_text(f"{MINE}[terms]\n{FILL}", encoding="utf-8")
    sample = files("handrail_fixtures") / "profiles" / "harbor-lane.toml"
    (tmp_path / "seller.toml").write_text(sample.read_text(encoding="utf-8"), encoding="utf-8")
    ran = handrail("run", "contact", "--site", "./mine.toml", "--profile", "seller.toml")
    assert ran.code == 2
    said = " ".join(ran.stderr.split())
    assert "needs source, and read-on or reported-on with the day" in said
    assert "Traceback" not in said
