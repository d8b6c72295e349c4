"""Start django-oscar's shop for a test, and look into its database from outside."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from third_party_starting import RunningSite, started

CUSTOMER = "wei@harborlane.example"
CUSTOMERS_PASSWORD = "correct horse battery staple"
COLUMNS = "line1, line2, line3, line4, state, postcode, country_id, first_name, phone_number"


class OscarSite(RunningSite):
    """A running shop with one customer and one address."""

    def stored(self) -> dict[str, str]:
        """Read the customer's one address from the database, by column."""
        with closing(sqlite3.connect(self.data / "shop.sqlite3")) as base:
            (row,) = base.execute(f"SELECT {COLUMNS} FROM address_useraddress").fetchall()  # noqa: S608 - ours
        return dict(zip(COLUMNS.split(", "), row, strict=True))


def start_oscar(data: Path, line1: str = "88 Wharf Road") -> OscarSite:
    """Start the shop in the folder, its address beginning with this line."""
    url, process = started(
        Path(__file__).with_name("server.py"),
        data,
        ["--email", CUSTOMER, "--line1", line1],
        {"OSCAR_PASSWORD": CUSTOMERS_PASSWORD},
    )
    return OscarSite(url, data, process)


@pytest.fixture
def oscar_site(tmp_path: Path) -> Iterator[OscarSite]:
    """A fresh shop whose customer has an old address."""
    site = start_oscar(tmp_path / "oscar")
    yield site
    site.close()
