"""Keys: a demo key that asks for nothing, a seller's own that is locked away, and whose keys are trusted."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from handrail.core import i18n
from handrail.core.errors import BadInput
from handrail.evidence.keys import key_storage, signing_keys
from handrail.evidence.keys.pinned_keys import pinned, read_fingerprint
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.recorder import Recorder
from handrail_cli.main import main
from handrail_fixtures.plugin import Ran

CANARY = "canary-of-9-correct-horses"


class InMemory(KeyringBackend):
    """A keyring that works; `locked` makes it keep to itself what it has."""

    priority = 1  # type: ignore[assignment]  # as keyring's own backends set it

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.locked = False

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep one."""
        self._open()
        self.held[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        """Give one out."""
        self._open()
        return self.held.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        """Forget one."""
        self._open()
        del self.held[service, username]

    def _open(self) -> None:
        if self.locked:
            raise KeyringLocked("Failed to unlock the collection!")


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin on a machine without a keyring and without a passphrase."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    monkeypatch.delenv(key_storage.PASSPHRASE_FILE, raising=False)
    i18n.choose("en")
    yield
    keyring.set_keyring(before)


@pytest.fixture
def ring() -> InMemory:
    """A machine with a keyring."""
    backend = InMemory()
    keyring.set_keyring(backend)
    return backend


@pytest.fixture
def passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A passphrase in a file, named as people name it."""
    path = tmp_path / "passphrase"
    path.write_text(f"{CANARY}\n")
    monkeypatch.setenv(key_storage.PASSPHRASE_FILE, str(path))
    return path


def nobody(_new: bool) -> str | None:
    """Stand for a command without a terminal."""
    return None


def never(_new: bool) -> str | None:
    """Stand for a person who must not be asked."""
    raise AssertionError("asked for a passphrase")


def written(folder: Path) -> bytes:
    """Return everything that stands in a folder, names included."""
    return b"\n".join(
        os.fsencode(path) + (path.read_bytes() if path.is_file() else b"") for path in folder.rglob("*")
    )


def test_the_demo_key_is_made_once_and_asks_for_nothing(tmp_path: Path) -> None:
    """It lies open for its owner only, is trusted from then on, and is the same the next time."""
    first, second = signing_keys.demo_signer(tmp_path), signing_keys.signer_for("test", tmp_path, never)
    assert first.fingerprint == second.fingerprint
    assert first.demo
    pin = pinned(tmp_path)[first.fingerprint]
    assert (pin.use, pin.own, pin.kept) == ("demo", True, "plain-file")
    if sys.platform != "win32":
        assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_no_key_signs_what_it_is_not_for(tmp_path: Path) -> None:
    """The demo key never begins a live bundle, nor the seller's a dry run."""
    for demo, kind in ((True, "live"), (False, "mock"), (False, "test")):
        signer = Signer(Ed25519PrivateKey.generate(), demo=demo)
        with pytest.raises(ValueError, match="wrong key"):
            Recorder.begin(tmp_path / "out", facts={"site_kind": kind}, clean=str, signer=signer)
    assert not (tmp_path / "out").exists()


def test_a_keyring_keeps_the_sellers_key(tmp_path: Path, ring: InMemory) -> None:
    """Where there is one, nobody is asked, and no file holds the key."""
    first, second = signing_keys.live_signer(tmp_path, never), signing_keys.live_signer(tmp_path, never)
    assert first.fingerprint == second.fingerprint
    assert not first.demo
    assert [kept.encode() for kept in ring.held.values()] == [first.private_pem]
    assert b"PRIVATE KEY" not in written(tmp_path)
    assert pinned(tmp_path)[first.fingerprint].kept == "keyring"


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_without_a_keyring_a_passphrase_locks_the_key(
    tmp_path: Path, passphrase: Path, backend: Callable[[], KeyringBackend]
) -> None:
    """One that is missing and one that is switched off are alike; the passphrase is written nowhere."""
    keyring.set_keyring(backend())
    home = tmp_path / "state"
    first, second = signing_keys.live_signer(home, never), signing_keys.live_signer(home, never)
    assert first.fingerprint == second.fingerprint
    assert pinned(home)[first.fingerprint].kept == "encrypted-file"
    everything = written(home)
    assert CANARY.encode() not in everything
    assert first.private_pem.splitlines()[1] not in everything
    assert b"PRIVATE KEY" not in everything


def test_a_passphrase_is_asked_for_where_somebody_is_there(tmp_path: Path) -> None:
    """Once as a new one, then as the one that was given; a slip of the finger may be mended."""
    asked: list[bool] = []
    answers = iter([CANARY, "wrong", "worse", CANARY])

    def ask(new: bool) -> str | None:
        asked.append(new)
        return next(answers)

    first, second = signing_keys.live_signer(tmp_path, ask), signing_keys.live_signer(tmp_path, ask)
    assert first.fingerprint == second.fingerprint
    assert asked == [True, False, False, False]


def test_a_letter_typed_in_another_form_is_the_same(tmp_path: Path) -> None:
    """An accent comes as one character from one keyboard and as two from another."""
    signing_keys.live_signer(tmp_path, lambda _new: "caf\u00e9-and-more")
    signing_keys.live_signer(tmp_path, lambda _new: "cafe\u0301-and-more")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("nobody", "no keyring to keep the signing key in, and no passphrase"),
        ("missing", "cannot be read"),
        ("empty", "holds no passphrase"),
    ],
)
def test_where_no_passphrase_is_the_hint_says_how_to_give_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, said: str
) -> None:
    """Exit 2 before anything is opened, and no key is half made."""
    if what != "nobody":
        monkeypatch.setenv(key_storage.PASSPHRASE_FILE, str(tmp_path / what))
        (tmp_path / "empty").write_text("\nin the second line\n")
    with pytest.raises(BadInput) as refused:
        signing_keys.live_signer(tmp_path / "state", nobody)
    assert said in refused.value.message
    assert refused.value.where == key_storage.PASSPHRASE_FILE
    assert signing_keys.live_pin(tmp_path / "state") is None


def test_a_wrong_passphrase_is_said(tmp_path: Path, passphrase: Path) -> None:
    """From a file it is tried once, from a person three times; nothing of it is repeated."""
    signing_keys.live_signer(tmp_path / "state", nobody)
    passphrase.write_text("mistaken")
    with pytest.raises(BadInput, match="does not open") as refused:
        signing_keys.live_signer(tmp_path / "state", never)
    assert "mistaken" not in refused.value.message + refused.value.hint


def test_a_key_file_that_was_changed_is_said(tmp_path: Path, passphrase: Path) -> None:
    """What was tampered with opens with no passphrase."""
    home = tmp_path / "state"
    signer = signing_keys.live_signer(home, nobody)
    (home / "keys" / f"{signer.fingerprint[:16]}.json").write_text("{}")
    with pytest.raises(BadInput, match="not as it was written"):
        signing_keys.live_signer(home, nobody)


def test_a_locked_keyring_is_a_sentence(tmp_path: Path, ring: InMemory) -> None:
    """The key is there, and no second one is made behind its back."""
    signing_keys.live_signer(tmp_path, never)
    ring.locked = True
    with pytest.raises(BadInput, match="does not give out") as refused:
        signing_keys.live_signer(tmp_path, never)
    assert "Unlock" in refused.value.hint
    ring.locked = False
    ring.held.clear()
    with pytest.raises(BadInput, match="no longer holds"):
        signing_keys.live_signer(tmp_path, never)


def test_a_new_key_keeps_the_old_one_trusted(tmp_path: Path, ring: InMemory) -> None:
    """Bundles of the key before still verify; its private half is gone."""
    before = signing_keys.live_signer(tmp_path, never)
    after = signing_keys.new_live_signer(tmp_path, never)
    assert signing_keys.live_signer(tmp_path, never).fingerprint == after.fingerprint
    assert pinned(tmp_path)[before.fingerprint].kept is None
    assert [kept.encode() for kept in ring.held.values()] == [after.private_pem]


def test_pins_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    """A file that somebody wrote by hand is said to be none of ours."""
    signing_keys.demo_signer(tmp_path)
    (tmp_path / "keys" / "pins.json").write_text('{"format": "handrail-pins/1", "pins": [3]}')
    with pytest.raises(BadInput, match="not as they were written"):
        pinned(tmp_path)


def test_a_fingerprint_is_read_as_people_write_it() -> None:
    """With colons, blanks, capitals or a prefix; anything else is none."""
    plain = "0a" * 32
    for text in (
        plain,
        plain.upper(),
        f"sha256:{plain}",
        ":".join(["0A"] * 32),
        f" {plain[:32]} {plain[32:]}",
    ):
        assert read_fingerprint(text) == plain
    assert read_fingerprint(plain[:-1]) is None


def test_somebody_elses_key_is_pinned_by_file_or_fingerprint(tmp_path: Path) -> None:
    """Either way it is the same key, trusted for live bundles, and not one's own."""
    other = Signer(Ed25519PrivateKey.generate(), demo=False)
    (tmp_path / "other.pem").write_bytes(other.public_pem)
    by_print = signing_keys.pin_other(tmp_path, other.fingerprint)
    by_file = signing_keys.pin_other(tmp_path, str(tmp_path / "other.pem"))
    assert by_print.fingerprint == by_file.fingerprint == other.fingerprint
    assert (by_file.own, by_file.use, by_file.public) == (False, "live", other.public_pem.decode())
    assert list(pinned(tmp_path)) == [other.fingerprint]


@pytest.mark.parametrize("text", ["12ab", "a file that is not there", __file__])
def test_what_is_no_key_is_not_pinned(tmp_path: Path, text: str) -> None:
    """The sentence says what a key looks like."""
    with pytest.raises(BadInput):
        signing_keys.pin_other(tmp_path, text)
    assert pinned(tmp_path) == {}


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run a verb here and return its code and what it printed."""
    code = main([*map(str, arguments), "--lang", "en"])
    return code, *capsys.readouterr()


def test_the_verbs_hand_a_key_over(
    tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What one person exports another pins; show tells them all; the passphrase is never shown."""
    mine, yours = tmp_path / "mine", tmp_path / "yours"
    code, _out, err = told(
        capsys, "evidence", "key", "export", "--out", tmp_path / "key.pem", "--state", mine
    )
    own = signing_keys.live_pin(mine)
    assert own is not None
    assert (code, own.fingerprint in " ".join(err.split())) == (0, True)
    assert told(capsys, "evidence", "key", "pin", tmp_path / "key.pem", "--state", yours)[0] == 0
    assert list(pinned(yours)) == [own.fingerprint]
    code, out, _err = told(capsys, "evidence", "key", "rotate", "--state", mine, "--json")
    new = json.loads(out)["fingerprint"]
    code, out, _err = told(capsys, "evidence", "key", "show", "--state", mine, "--json")
    assert [(one["fingerprint"], one["kept"]) for one in json.loads(out)] == [
        (own.fingerprint, None),
        (new, "encrypted-file"),
    ]
    code, out, _err = told(capsys, "evidence", "key", "show", "--state", mine)
    assert own.fingerprint in out
    assert new in out
    passphrase.unlink()
    assert CANARY.encode() not in written(tmp_path)


def test_a_live_run_without_a_passphrase_opens_nothing(tmp_path: Path, handrail: Callable[..., Ran]) -> None:
    """Exit 2 with what to do, before any browser and any evidence."""
    profile = handrail("profile", "example").stdout
    (tmp_path / "profile.toml").write_text(profile, "utf-8")
    ran = handrail(
        "run", "contact", "--site", "amazon-us", "--profile", tmp_path / "profile.toml", "--json",
        "--out", tmp_path / "out", "--state", tmp_path / "state", "--headless",
    )  # fmt: skip
    assert ran.code == 2, ran.stderr
    assert key_storage.PASSPHRASE_FILE in ran.record["error"]["hint"]
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="terminals as POSIX has them")
def test_at_a_terminal_the_passphrase_is_asked_for_unseen(tmp_path: Path) -> None:
    """A new one is typed twice, too short a one again, and the terminal shows none of it."""
    hands, terminal = os.openpty()
    command = [
        sys.executable,
        "-m",
        "handrail_cli.main",
        "evidence",
        "key",
        "rotate",
        "--state",
        str(tmp_path),
    ]
    asking = subprocess.Popen(  # noqa: S603  # our own command
        [*command, "--state", str(tmp_path), "--json", "--lang", "en"],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
    )
    assert asking.stderr is not None
    said = b""
    for prompt, typed in TYPED:
        # What is typed before a question does not count.
        asked = b""
        while not asked.endswith(prompt):
            asked += asking.stderr.read(1)
        said += asked
        os.write(hands, typed + b"\n")
    out, err = asking.communicate(timeout=60)
    assert asking.returncode == 0, err
    assert b"too short" in said
    assert b"not the same" in said
    os.write(terminal, b"(its end)")
    assert CANARY.encode() not in said + out + err + os.read(hands, 4096)
    for descriptor in (hands, terminal):
        os.close(descriptor)
    new = signing_keys.live_signer(tmp_path, lambda _new: CANARY)
    assert new.fingerprint == json.loads(out)["fingerprint"]


TYPED = [
    (b"at least 8 characters: ", b"short"),
    (b"at least 8 characters: ", CANARY.encode()),
    (b"The same again: ", b"another one"),
    (b"at least 8 characters: ", CANARY.encode()),
    (b"The same again: ", CANARY.encode()),
]
"""What the terminal asks, and what is typed."""
