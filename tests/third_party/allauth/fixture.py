"""Start django-allauth's site for a test, look into it from outside, and end it."""

from __future__ import annotations

import json
import pickle
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from third_party_starting import RunningSite, started

SERVER = Path(__file__).with_name("server.py")
NAME = "wei-lin"
EMAIL = "old@example.com"
PASSWORD = "correct horse battery staple"
PHONE = "+8613800138000"
_SIGNING_IN = {"django_session": "*", "store_seller": "last_login"}
"""What signing in writes: whole tables, or one column."""
CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")


@dataclass(frozen=True)
class Message:
    """One message the site sent."""

    channel: str
    """"email" or "phone"."""

    to: str
    """Address or number it went to."""

    text: str
    """Subject and body, or the text message."""

    at: str
    """When, RFC 3339 in UTC."""


@dataclass(frozen=True)
class Stored:
    """What the site's database holds about its user."""

    emails: dict[str, bool]
    """Each address, and whether it is verified."""

    phone: str
    """The number in E.164, "" for none."""

    phone_verified: bool
    """Whether that number is verified."""


class AllauthSite(RunningSite):
    """A running site with one user."""

    def outbox(self, channel: str | None = None) -> list[Message]:
        """Return what was sent, oldest first, on one channel or on both."""
        file = self.data / "outbox.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        sent = [Message(**json.loads(line)) for line in lines]
        return [message for message in sent if channel in (None, message.channel)]

    def code(self, channel: str) -> str:
        """Return the code in the channel's newest message."""
        codes: list[str] = CODE.findall(self.outbox(channel)[-1].text)
        return codes[-1]

    def dump(self) -> bytes:
        """Return what the site knows at this moment: its database, what it sent, and what it was posted."""
        with closing(sqlite3.connect(self.data / "site.sqlite3")) as base:
            return pickle.dumps((base.serialize(), self._outbox_file(), self.posts()))

    def load(self, dumped: bytes) -> dict[str, int]:
        """Be as the site was then; return what had been posted by then, which its count goes on from."""
        database, outbox, posts = pickle.loads(dumped)  # noqa: S301 - our own dump
        with (
            closing(sqlite3.connect(":memory:")) as before,
            closing(sqlite3.connect(self.data / "site.sqlite3", timeout=20)) as base,
        ):
            before.deserialize(database)
            before.backup(base)
        (self.data / "outbox.jsonl").write_bytes(outbox)
        return posts

    def _outbox_file(self) -> bytes:
        file = self.data / "outbox.jsonl"
        return file.read_bytes() if file.exists() else b""

    def stored(self) -> Stored:
        """Read the user's e-mail addresses and phone from the database."""
        with closing(sqlite3.connect(self.data / "site.sqlite3")) as base:
            emails = base.execute("SELECT email, verified FROM account_emailaddress").fetchall()
            phone, verified = base.execute("SELECT phone, phone_verified FROM store_seller").fetchone()
        return Stored({email: bool(yes) for email, yes in emails}, phone, bool(verified))

    def rows(self) -> dict[str, list[dict[str, object]]]:
        """Read the whole database but what signing in writes, by table."""
        return self.tables("site.sqlite3", _SIGNING_IN)


def start_allauth(data: Path, *, port: int = 0, phone_unverified: bool = False, **knobs: Any) -> AllauthSite:
    """Start the site in the folder, or again there with what it held; knobs are Django settings."""
    arguments = ["--port", str(port), "--name", NAME, "--email", EMAIL, "--phone", PHONE]
    arguments += ["--phone-unverified"] if phone_unverified else []
    for name, value in knobs.items():
        arguments += ["--knob", f"{name}={json.dumps(value)}"]
    url, process = started(SERVER, data, arguments, {"ALLAUTH_PASSWORD": PASSWORD})
    return AllauthSite(url, data, process)


@pytest.fixture
def allauth_site(tmp_path: Path) -> Iterator[AllauthSite]:
    """A fresh site with one user, whose old e-mail and phone are verified."""
    site = start_allauth(tmp_path / "allauth")
    yield site
    site.close()
