"""Start django-oscar's shop for a test, and look into its database from outside."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from third_party_starting import RunningSite, started

CUSTOMER = "wei@harborlane.example"
CUSTOMERS_PASSWORD = "correct horse battery staple"
OLD = {
    "first_name": "Wei", "last_name": "Lin", "line1": "88 Wharf Road", "line2": "", "line3": "",
    "line4": "Alameda", "state": "CA", "postcode": "94501", "country_id": "US",
    "phone_number": "+15105550134", "notes": "Ring twice.",
}  # fmt: skip
"""The customer's one address as the shop has it at first, by column."""
_SIGNING_IN = {
    "django_session": "*", "auth_user": "last_login", "basket_basket": "*", "sqlite_sequence": "*",
}  # fmt: skip
"""What signing in writes, the basket included that the shop opens for whoever has: tables, or one column."""


@dataclass(frozen=True)
class OscarSite(RunningSite):
    """A running shop with one customer and one address."""

    earlier: dict[str, int] = field(default_factory=dict)
    """What had been posted before this test began: one shop serves many."""

    def posts(self) -> dict[str, int]:
        """Return how many POSTs of this test reached each path."""
        return dict(Counter(super().posts()) - Counter(self.earlier))

    def stored(self) -> dict[str, str]:
        """Read the customer's one address from the database, by column."""
        with closing(sqlite3.connect(self.data / "shop.sqlite3")) as base:
            base.row_factory = sqlite3.Row
            (row,) = base.execute("SELECT * FROM address_useraddress").fetchall()
        return {name: row[name] for name in OLD}

    def store(self, **columns: str) -> None:
        """Put an address there: the old one, with these columns otherwise."""
        values = OLD | columns
        settings = ", ".join(f"{name} = ?" for name in values)
        with closing(sqlite3.connect(self.data / "shop.sqlite3", timeout=20)) as base, base:
            base.execute(f"UPDATE address_useraddress SET {settings}", list(values.values()))  # noqa: S608 - ours

    def rows(self) -> dict[str, list[dict[str, object]]]:
        """Read the whole database but what signing in writes, by table."""
        return self.tables("shop.sqlite3", _SIGNING_IN)


@pytest.fixture(scope="module")
def oscar_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OscarSite]:
    """A shop for all tests of a file: it takes seconds to start."""
    data = tmp_path_factory.mktemp("oscar")
    arguments = [text for name, value in OLD.items() for text in ("--address", f"{name}={value}")]
    url, process = started(
        Path(__file__).with_name("server.py"),
        data,
        ["--email", CUSTOMER, *arguments],
        {"OSCAR_PASSWORD": CUSTOMERS_PASSWORD},
    )
    site = OscarSite(url, data, process)
    yield site
    site.close()


@pytest.fixture
def oscar_site(oscar_shop: OscarSite) -> OscarSite:
    """The shop with the customer's old address, and nothing posted yet."""
    oscar_shop.store()
    return replace(oscar_shop, earlier=oscar_shop.posts())
