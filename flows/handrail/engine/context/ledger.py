"""The ledger: what was intended, released and observed of every effect, on disk before and after."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from filelock import FileLock

from handrail.core.error_text import system
from handrail.core.errors import BadInput
from handrail.core.files import private_file, write_private
from handrail.core.i18n import gettext as _

EffectWord = Literal["request-code", "submit", "start-clock"]
Stage = Literal["intended", "released", "observed"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS effects (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL, identity TEXT NOT NULL, flow TEXT NOT NULL, channel TEXT NOT NULL,
    step TEXT NOT NULL, effect TEXT NOT NULL, commitment TEXT NOT NULL, run TEXT NOT NULL,
    stage TEXT NOT NULL, outcome TEXT, why TEXT, open INTEGER NOT NULL,
    intended_at TEXT NOT NULL, released_at TEXT, observed_at TEXT
);
CREATE TABLE IF NOT EXISTS site_locks (site TEXT PRIMARY KEY, since TEXT NOT NULL, why TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Key:
    """Whose effect it is: never two open entries of one step under the same key."""

    site: str
    identity: str
    """The account's name as the site shows it."""
    flow: str
    channel: str


@dataclass(frozen=True)
class Entry:
    """One effect, as far as it is known to have come."""

    id: int
    step: str
    """save, request or enter-code: which press of the slot it was."""
    effect: EffectWord
    commitment: str
    """HMAC-SHA256 of the value under the salt of this state folder; a code is never committed to."""
    stage: Stage
    outcome: str | None
    open: bool
    released_at: datetime | None = None
    """When its request was about to leave, UTC; None before that."""

    def is_older_than(self, age: timedelta) -> bool:
        """Whether it left longer ago than this."""
        return self.released_at is not None and datetime.now(UTC) - self.released_at > age


@dataclass(frozen=True)
class Past:
    """An effect whose outcome is known."""

    at: datetime
    """When its outcome was observed, UTC."""
    run: str
    """The bundle of the run that had it."""
    left: datetime
    """When it was let go, UTC; where that is not known, when its outcome was observed."""


class Ledger:
    """Every effect of every run that shares a state folder; each write is synced before it returns."""

    def __init__(self, folder: Path, *, rehearsal: bool = False) -> None:
        """Open the ledger in `folder`; BadInput when the folder cannot be written.

        A `rehearsal` has no effects, so it writes none here and closes none.
        """
        self._rehearsal = rehearsal
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._salt = _salt(folder / "salt")
            private_file(folder / "ledger.sqlite3")
            self._db = sqlite3.connect(folder / "ledger.sqlite3", isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise BadInput(
                _(
                    "The state folder {folder} cannot be used: {reason}.",
                    folder=folder,
                    reason=system(error) if isinstance(error, OSError) else error,
                ),
                hint=_("Choose another folder with --state DIR, or mend its permissions."),
                where=str(folder),
            ) from None

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def commitment(self, value: str) -> str:
        """Return the salted HMAC-SHA256 of a personal value, in hex."""
        return hmac.new(self._salt, value.encode(), hashlib.sha256).hexdigest()

    def intend(
        self,
        key: Key,
        *,
        step: str,
        effect: EffectWord,
        commitment: str,
        run: str,
        replaces: bool = False,
    ) -> Entry:
        """Write that an effect is about to be asked for, before anything is pressed.

        One of the same step that is still open must have been settled before, unless this one `replaces`
        it: then it is closed as this one leaves.
        """
        if not replaces and any(entry.step == step for entry in self.still_open(key)):
            raise RuntimeError(f"{step} of {key.channel} is still open")
        row = self._writable().execute(
            "INSERT INTO effects (site, identity, flow, channel, step, effect, commitment, run,"
            " stage, open, intended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'intended', 1, ?)",
            (key.site, key.identity, key.flow, key.channel, step, effect, commitment, run, _now()),
        )
        return Entry(int(row.lastrowid or 0), step, effect, commitment, "intended", None, True)

    def release(self, entry: Entry) -> None:
        """Write that the effect's request is about to leave; only after this may it leave.

        What is released or observed already stays as it is.
        """
        self._writable().execute(
            "UPDATE effects SET stage = 'released', released_at = ? WHERE id = ? AND stage = 'intended'",
            (_now(), entry.id),
        )

    def observe(
        self, entry: Entry, outcome: str, *, stays_open: bool = False, why: str | None = None
    ) -> None:
        """Write what came of it; the entry is closed unless it `stays_open` (a code on its way)."""
        self._writable().execute(
            "UPDATE effects SET stage = 'observed', outcome = ?, why = ?, open = ?, observed_at = ?"
            " WHERE id = ?",
            (outcome, why, int(stays_open), _now(), entry.id),
        )

    def _writable(self) -> sqlite3.Connection:
        if self._rehearsal:
            raise RuntimeError("a rehearsal writes no effect")
        return self._db

    def still_open(self, key: Key) -> list[Entry]:
        """Return what is open under this key, oldest first; to a rehearsal nothing, since it closes none."""
        return [] if self._rehearsal else self.left_open(key)

    def left_open(self, key: Key) -> list[Entry]:
        """Return what earlier runs left open under this key, oldest first."""
        rows = self._db.execute(
            "SELECT id, step, effect, commitment, stage, outcome, open, released_at FROM effects"
            " WHERE site = ? AND identity = ? AND flow = ? AND channel = ? AND open = 1 ORDER BY id",
            (key.site, key.identity, key.flow, key.channel),
        )
        return [
            Entry(n, step, effect, value, stage, word, bool(is_open), at and datetime.fromisoformat(at))
            for n, step, effect, value, stage, word, is_open, at in rows
        ]

    def last(self, key: Key, step: str, *outcomes: str, commitment: str | None = None) -> Past | None:
        """Return the latest effect of this step, and of this value, that came out so, in whichever run."""
        row = self._db.execute(
            "SELECT observed_at, run, coalesce(released_at, observed_at) FROM effects WHERE site = ?"
            " AND identity = ? AND flow = ? AND channel = ? AND step = ?"
            " AND commitment = coalesce(?, commitment)"
            " AND outcome IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT 1",
            (key.site, key.identity, key.flow, key.channel, step, commitment, json.dumps(outcomes)),
        ).fetchone()
        if row is None:
            return None
        return Past(datetime.fromisoformat(row[0]), str(row[1]), datetime.fromisoformat(row[2]))

    def settle_last(self, key: Key, step: str, outcome: str, instead: str) -> None:
        """Write that what came out so has been overtaken by what a page has shown since."""
        if not self._rehearsal:
            self._db.execute(
                "UPDATE effects SET outcome = ? WHERE site = ? AND identity = ? AND flow = ? AND channel = ?"
                " AND step = ? AND outcome = ?",
                (instead, key.site, key.identity, key.flow, key.channel, step, outcome),
            )

    def anything_open(self, site: str) -> bool:
        """Whether any effect on this site is open: then the visitor's session is kept."""
        row = self._db.execute("SELECT 1 FROM effects WHERE site = ? AND open = 1 LIMIT 1", (site,))
        return row.fetchone() is not None

    def released_by(self, run: str) -> list[tuple[str, str, str, int]]:
        """Return (channel, step, effect, how often) of everything this run let leave."""
        rows = self._db.execute(
            "SELECT channel, step, effect, COUNT(*) FROM effects WHERE run = ? AND released_at IS NOT NULL"
            " GROUP BY channel, step, effect ORDER BY MIN(id)",
            (run,),
        )
        return [(str(c), str(s), str(e), int(n)) for c, s, e, n in rows]

    def open_of(self, run: str) -> bool:
        """Whether this run let something leave whose outcome it never learned."""
        row = self._db.execute("SELECT 1 FROM effects WHERE run = ? AND stage = 'released' LIMIT 1", (run,))
        return row.fetchone() is not None

    def in_doubt(self, site: str, identity: str) -> bool:
        """Whether anything of this account left whose outcome no run has learned."""
        row = self._db.execute(
            "SELECT 1 FROM effects WHERE site = ? AND identity = ? AND stage = 'released' AND open = 1"
            " LIMIT 1",
            (site, identity),
        )
        return row.fetchone() is not None

    def lock_site(self, site: str, why: str) -> None:
        """Keep every run off this site until the person unlocks it."""
        self._db.execute("INSERT OR REPLACE INTO site_locks VALUES (?, ?, ?)", (site, _now(), why))

    def unlock_site(self, site: str) -> bool:
        """Lift the lock; return whether there was one."""
        return self._db.execute("DELETE FROM site_locks WHERE site = ?", (site,)).rowcount > 0

    def locked_since(self, site: str) -> str | None:
        """When the site was locked (RFC 3339, UTC), or None."""
        row = self._db.execute("SELECT since FROM site_locks WHERE site = ?", (site,)).fetchone()
        return str(row[0]) if row else None


def _salt(path: Path) -> bytes:
    # Two accounts may begin at once in a new folder, and a run may be killed here: never half, never two.
    with FileLock(path.with_suffix(".lock"), mode=0o600):
        if not path.exists() or not path.stat().st_size:
            write_private(path, secrets.token_bytes(32))
        return path.read_bytes()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
