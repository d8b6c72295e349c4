"""Site families: tables several files share, what wins, and whose mistake an error names."""

from __future__ import annotations

from pathlib import Path

import pytest

from handrail.core.errors import BadInput
from handrail.sites import Site, load_site
from handrail.sites.family import Layer, defining_file, family_names

EUROPE = ("amazon-uk", "amazon-de", "amazon-fr", "amazon-it", "amazon-es")
MINE = """id = "mine"
extends = "amazon"
name = "Amazon Seller Central (Japan)"
marketplace = "JP"
base = "https://sellercentral.amazon.co.jp"
hosts = ["sellercentral.amazon.co.jp"]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a site file of one's own is."""
    return tmp_path / "mine.toml"


def site(path: Path, more: str = "", start: str = MINE) -> Site:
    """Load a site file of one's own that extends a packaged family."""
    path.write_text(start + more, encoding="utf-8")
    return load_site(str(path))


def refused(path: Path, more: str = "", start: str = MINE) -> BadInput:
    """Return the refusal of such a file."""
    with pytest.raises(BadInput) as caught:
        site(path, more, start)
    return caught.value


def test_a_file_says_only_what_differs_from_its_family(path: Path) -> None:
    """Six lines are a whole site file, for somebody's own as for the package's."""
    mine, packaged = site(path), load_site("amazon-us")
    assert mine.contact == packaged.contact
    assert (mine.marketplace, mine.kind, mine.terms.ceiling) == ("JP", "live", "fill")


def test_an_own_key_wins_and_its_neighbours_stay(path: Path) -> None:
    """A table is merged key by key."""
    mine = site(path, '[contact.phone]\nform = "national"\n')
    family = load_site("amazon-us").contact["phone"]
    assert mine.contact["phone"] == family.model_copy(update={"form": "national"})


def test_a_place_and_a_wording_are_replaced_whole(path: Path) -> None:
    """Half of one place and half of another would be a third that nobody wrote."""
    mine = site(
        path,
        '[pages.notifications]\nanchor = { css = "h1" }\n'
        '[texts.edit]\nen = "Change"\nsure = "guess"\nsource = "a test"\n',
    )
    assert mine.pages["notifications"].url == "/notifications/preferences"
    assert (mine.pages["notifications"].anchor.css, mine.pages["notifications"].anchor.role) == ("h1", None)
    assert mine.texts["edit"].zh == ()


@pytest.mark.parametrize("name", EUROPE)
def test_europes_stores_are_one_family_without_the_american_law(name: str) -> None:
    """They share a host and every label, and none is asked for the certification of a United States' law."""
    one, first = load_site(name), load_site(EUROPE[0])
    assert one.base == "https://sellercentral-europe.amazon.com"
    assert {"sellercentral-europe.amazon.com", f"sellercentral.amazon.{one.hosts[-1][11:]}"} < set(one.hosts)
    assert (one.contact, one.texts) == (first.contact, first.texts)
    assert one.certify is None
    assert "certify" not in one.guide
    assert one.marketplace == name[-2:].upper()


def test_an_unknown_family_is_refused_with_the_closest(path: Path) -> None:
    """A slip in a family's name is answered with the name that was meant."""
    error = refused(path, start='id = "mine"\nextends = "amazn"\n')
    assert "no family called amazn" in error.message
    assert error.hint == "Did you mean amazon?"
    assert error.where == f"{path}: extends"


def test_a_family_that_is_no_name_is_refused(path: Path) -> None:
    """A number or a path is no family, and nothing outside the package's folder is read."""
    for wrong in ("3", '"../mock"', "[]"):
        error = refused(path, start=f'id = "mine"\nextends = {wrong}\n')
        assert error.hint is not None
        assert all(name in error.hint for name in family_names())


def test_an_error_names_the_file_that_says_it(path: Path) -> None:
    """What the own file writes is its own mistake; what it leaves out is its own too."""
    written = refused(path, '[contact.phone]\nform = "local"\n')
    assert written.where == f"{path}: contact.phone.form"
    missing = refused(path, start='id = "mine"\nextends = "amazon"\n')
    assert (missing.where or "").startswith(f"{path}: ")


def test_a_mistake_in_a_family_is_not_blamed_on_the_file_that_extends_it() -> None:
    """A key that only the family has is the family's."""
    found = (
        Layer("mine.toml", {"id": "x", "terms": {}}),
        Layer("families/f.toml", {"terms": {"ceiling": 3}}),
    )
    assert defining_file(found, "terms.ceiling") == "families/f.toml"
    assert defining_file(found, "id") == "mine.toml"
    assert defining_file(found, "pages.a.url") == "mine.toml"


def test_the_schema_lets_a_file_that_extends_leave_the_rest_out() -> None:
    """An editor that checks TOML does not ask a small file for what its family says."""
    schema = Site.model_json_schema()
    assert {"required": ["id", "extends"]} in schema["anyOf"]
    assert "required" not in schema


def test_a_guide_table_names_only_labels_there_are(path: Path) -> None:
    """A label that is not in [texts] is refused with the closest one."""
    error = refused(path, '[guide.contact]\npath = ["setings"]\n')
    assert "setings" in error.message
    assert "settings" in error.message


@pytest.mark.parametrize("name", ["ebay-us", "walmart-us"])
def test_what_nobody_walked_claims_nothing_about_its_pages(name: str) -> None:
    """No place is located, no page's address is made up, and terms that nobody read say so."""
    one = load_site(name)
    assert (one.pages, one.contact, one.address, one.certify) == ({}, {}, {}, None)
    assert (one.terms.ceiling, one.terms.default, one.terms.read_on) == ("guide", "guide", None)
    assert all(known.unknown for known in one.guide.values())
    assert set(one.sureness()) <= {"reported", "guess"}
