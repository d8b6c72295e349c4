"""Bad input: each a sentence and a hint, exit 2, one object with --json, and nothing written half."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from handrail_fixtures.plugin import Ran
from handrail_fixtures.serve import MockSite

Handrail = Callable[..., Ran]
OpenMock = Callable[..., MockSite]

KEYS = {
    "flow", "site", "dry_run", "rehearsal", "outcome", "exit_code", "advice", "until",
    "until_from", "deadline", "channels", "effects", "would_send", "held_back", "site_saw", "steps",
    "bundle", "error",
}  # fmt: skip
"""Of the one object that a run prints, on every exit."""

SELLER = (files("handrail_fixtures") / "profiles" / "harbor-lane.toml").read_text("utf-8")
MOCK = (files("handrail.sites") / "data" / "mock.toml").read_text("utf-8")
ANSWERS = (files("handrail_fixtures") / "answers" / "mock.toml").read_text("utf-8")

MISSPELT = {
    "profile": (SELLER.replace("\nemail =", "\nemial ="), "contact.emial", "email"),
    "site": (MOCK.replace("\nhosts =", "\nhsots ="), "hsots", "hosts"),
    "scenario": ('[[faults]]\nat = "save"\ndo = "refuse"\nchanel = "phone"\n', "faults[0].chanel", "channel"),
    "answers": ('code = { file = "codes.txt", patern = "x" }\n', "code.patern", "pattern"),
}
"""By kind of file: one with a misspelt key, where that key stands, and what was meant."""

WRONG_TYPE = {
    "profile": (SELLER.replace('"+86 138 0013 8000"', "13800138000"), "contact.phone"),
    "site": (MOCK.replace("\nhosts =", "\nhosts = 3 #"), "hosts"),
    "scenario": ('[codes.phone]\nlength = "six"\n', "codes.phone.length"),
    "answers": ("approve = 3\n", "approve"),
}
"""By kind of file: one where a value is of the wrong type, and where it stands."""


@pytest.fixture
def given(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file and return where it is."""

    def written(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return written


@pytest.fixture
def profile(given: Callable[[str, str], Path]) -> Path:
    """A profile that can be used."""
    return given("good-profile.toml", SELLER)


@pytest.fixture
def refused(handrail: Handrail, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run a flow's verb; check that it is refused as everything is, and return the error's record."""

    def ran(*arguments: object) -> dict[str, Any]:
        folders = ["--out", tmp_path / "out"] if "--out" not in arguments else []
        folders += ["--state", tmp_path / "state"] if "--state" not in arguments else []
        ended = handrail(*arguments, *folders, "--json")
        error = assert_refusal(ended)
        assert ended.record.keys() == KEYS
        assert ended.record["bundle"] is None
        assert ended.record["effects"] == ended.record["steps"] == []
        assert_nothing_written(tmp_path)
        return error

    return ran


def assert_refusal(ran: Ran) -> dict[str, Any]:
    """Exit 2, one sentence and one hint on stderr, the same in the one object; return its error."""
    assert ran.code == 2, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    sentence, hint = ran.stderr.strip().splitlines()
    error: dict[str, Any] = ran.record["error"]
    assert ran.record["exit_code"] == 2
    assert sentence == f"✗ {error['message']}"
    assert hint == f"  {error['hint']}"
    assert error["message"].endswith(".")
    assert len(error["hint"]) > 10
    assert error["where"]
    return error


def assert_nothing_written(folder: Path) -> None:
    """No bundle, whole or half; no session; no state of a dry run that never was."""
    written = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    assert not [name for name in written if re.search(r"out/.|\.partial-|sessions/|dry-run-", name)]


def broken(kind: str, how: str, folder: Path) -> tuple[Path, str]:
    """Make a file of this kind that is broken in this way; return it and what the sentence says of it."""
    path = folder / f"broken-{kind}.toml"
    if how == "missing":
        return path, "There is no"
    if how == "folder":
        path.mkdir()
        return path, "is a folder"
    content, said = {
        "empty": (b"", "is empty"),
        "only-blanks": (b" \n\n", "is empty"),
        "binary": (b"\x7fELF\x02\x01\x01\x00\xff\xfe\x00", "is not text"),
        "malformed": (b'legal_name = "Harbor\n', "is not valid TOML"),
        "misspelt-key": (MISSPELT[kind][0].encode(), f"{MISSPELT[kind][1]}: there is no such key"),
        "wrong-type": (WRONG_TYPE[kind][0].encode(), f"{WRONG_TYPE[kind][1]}: expected a"),
    }[how]
    path.write_bytes(content)
    return path, said


WAYS = ["missing", "folder", "empty", "only-blanks", "binary", "malformed", "misspelt-key", "wrong-type"]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("kind", ["profile", "site", "scenario", "answers"])
def test_a_file_that_cannot_be_used_is_refused(
    kind: str, how: str, refused: Callable[..., dict[str, Any]], profile: Path, tmp_path: Path
) -> None:
    """The sentence names the file and, where it can be read, the key; a misspelt one what was meant."""
    path, said = broken(kind, how, tmp_path)
    run = ["run", "contact", "--headless", "--url", "http://127.0.0.1:1", "--profile", profile]
    error = refused(*{
        "profile": ["dry-run", "contact", "--profile", path],
        "site": [*run, "--site", path],
        "scenario": ["dry-run", "contact", "--scenario", path],
        "answers": [*run, "--site", "mock", "--answers", path],
    }[kind])  # fmt: skip
    assert said in error["message"]
    assert str(path) in error["message"]
    assert error["where"].startswith(str(path))
    if how == "misspelt-key":
        assert error["where"] == f"{path}: {MISSPELT[kind][1]}"
        assert error["hint"] == f"Did you mean {MISSPELT[kind][2]}?"


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ('aprove = "yes"\n', "there is no prompt “aprove”", "approve"),
        ('code = { file = "x", pattern = "(" }\n', "code.pattern: not a regular expression", "run the same"),
        (
            'code = { file = "x" }\n',
            "code: an answer read from a file or url needs a pattern",
            "run the same",
        ),
    ],
    ids=["unknown-prompt", "bad-regex", "no-pattern"],
)
def test_answers_that_no_prompt_can_take_are_refused(
    text: str,
    said: str,
    hint: str,
    refused: Callable[..., dict[str, Any]],
    given: Callable[[str, str], Path],
    profile: Path,
) -> None:
    """Before a browser opens, with the prompt that was meant."""
    answers = given("answers.toml", text)
    error = refused(
        "run", "contact", "--site", "mock", "--url", "http://127.0.0.1:1", "--headless",
        "--profile", profile, "--answers", answers,
    )  # fmt: skip
    assert said in error["message"]
    assert hint in error["hint"]


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (["dry-run", "contct"], "There is no flow called contct.", "Did you mean contact?"),
        (
            ["dry-run", "contact", "--scenario", "slwo"],
            "There is no scenario called slwo for contact.",
            "slow",
        ),
        (["dry-run", "contact", "--scenario", "zzzzzz"], "There is no scenario", "handrail scenarios"),
        (
            ["run", "contact", "--site", "amazon-ux", "--profile", "p"],
            "no site called amazon-ux",
            "amazon-us",
        ),
        (["run", "contact", "--site", "zzzzzz", "--profile", "p"], "no site called", "handrail site list"),
    ],
)
def test_a_name_that_does_not_exist_is_answered_with_the_closest(
    arguments: list[str], said: str, hint: str, refused: Callable[..., dict[str, Any]]
) -> None:
    """Or, where nothing is close, with how to see the names there are."""
    error = refused(*arguments)
    assert said in error["message"]
    assert hint in error["hint"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("phone", "not a number 5551234"),
        ("phone", "+86 138"),
        ("phone", "+999 138 0013 8000"),
        ("email", "wei.private at nowhere"),
        ("email", "wei.private@"),
    ],
)
@pytest.mark.parametrize("verb", ["check", "dry-run"])
def test_a_contact_that_is_none_is_refused_without_being_repeated(
    verb: str,
    key: str,
    value: str,
    handrail: Handrail,
    refused: Callable[..., dict[str, Any]],
    given: Callable[[str, str], Path],
) -> None:
    """The key is named; the value is personal even when it is wrong, and stands nowhere."""
    path = given("profile.toml", re.sub(rf'\n{key} = ".*"', f'\n{key} = "{value}"', SELLER))
    if verb == "check":
        error = assert_refusal(handrail("profile", "check", path, "--json"))
    else:
        error = refused("dry-run", "contact", "--profile", path)
    assert error["where"] == f"{path}: contact.{key}"
    assert value not in json.dumps(error, ensure_ascii=False)
    assert "5551234" not in json.dumps(error)
    assert "wei.private" not in json.dumps(error)


@pytest.mark.parametrize("option", ["--out", "--state"])
@pytest.mark.parametrize("place", ["in-the-way", "in-the-way/below"])
@pytest.mark.parametrize("verb", ["dry-run", "run"])
def test_a_folder_that_takes_no_files_is_refused(
    verb: str,
    place: str,
    option: str,
    refused: Callable[..., dict[str, Any]],
    given: Callable[[str, str], Path],
    profile: Path,
    tmp_path: Path,
) -> None:
    """The hint names the option that chooses another; the file in the way is left as it was."""
    given("in-the-way", "a file")
    start = ["dry-run", "contact"]
    if verb == "run":
        start = ["run", "contact", "--site", "mock", "--url", "http://127.0.0.1:1", "--headless"]
        start += ["--profile", str(profile)]
    error = refused(*start, option, tmp_path / place)
    assert str(tmp_path / place) in error["message"]
    assert option in error["hint"]
    assert (tmp_path / "in-the-way").read_text("utf-8") == "a file"


def test_a_ledger_that_is_none_is_refused_and_left_alone(
    refused: Callable[..., dict[str, Any]], profile: Path, tmp_path: Path
) -> None:
    """What stands in its place may be somebody's file; nothing is sent without a ledger."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "ledger.sqlite3").write_text("no database", encoding="utf-8")
    error = refused(
        "run", "contact", "--site", "mock", "--url", "http://127.0.0.1:1", "--headless", "--profile", profile
    )
    assert str(tmp_path / "state") in error["message"]
    assert (tmp_path / "state" / "ledger.sqlite3").read_text("utf-8") == "no database"


def test_a_browser_that_is_none_is_refused(
    refused: Callable[..., dict[str, Any]], given: Callable[[str, str], Path]
) -> None:
    """Not there, no program, or a program of another kind."""
    for path in ("/nowhere/chromium", "/bin/true", given("notes.txt", "a text")):
        error = refused("dry-run", "contact", "--browser", path)
        assert str(path) in error["message"]
        assert error["where"] == "--browser"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://127.0.0.1.example.com",
        "127.0.0.1:8000",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999",
        "http://[::1",
    ],
)
def test_an_address_that_is_not_on_this_machine_is_refused(
    url: str, refused: Callable[..., dict[str, Any]], profile: Path
) -> None:
    """--url stands in for a site's address only on loopback."""
    error = refused("run", "contact", "--site", "mock", "--profile", profile, "--url", url, "--headless")
    assert url in error["message"]
    assert error["where"] == "--url"


def test_answers_from_a_file_are_refused_on_a_live_site(
    refused: Callable[..., dict[str, Any]], given: Callable[[str, str], Path], profile: Path
) -> None:
    """There a person answers."""
    answers = given("answers.toml", ANSWERS)
    error = refused("run", "contact", "--site", "amazon-us", "--profile", profile, "--answers", answers)
    assert "only for sites on this machine" in error["message"]
    assert error["where"] == "--answers"


def test_an_assist_level_above_the_sites_ceiling_is_refused(
    refused: Callable[..., dict[str, Any]], profile: Path
) -> None:
    """The hint names the highest that its terms allow."""
    error = refused("run", "contact", "--site", "amazon-us", "--profile", profile, "--assist", "press")
    assert "at most the assist level fill" in error["message"]
    assert "--assist fill" in error["hint"]
    assert error["where"] == "--assist"


def test_a_port_that_is_taken_is_refused(handrail: Handrail, mock_site: OpenMock) -> None:
    """`handrail mock` says so at once, and names the way out."""
    port = mock_site().url.rpartition(":")[2]
    ran = handrail("mock", "--port", port)
    assert ran.code == 2
    assert ran.stdout == ""
    sentence, hint = ran.stderr.strip().splitlines()
    assert sentence.startswith(f"✗ Port {port} cannot be used: ")
    assert "--port" in hint
