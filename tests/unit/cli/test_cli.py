"""The command line itself: its version, its help, what it says to a wrong usage, and its one object."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from handrail.core.version import __version__
from handrail_cli.main import main
from handrail_fixtures.plugin import Ran

Handrail = Callable[..., Ran]


@pytest.fixture
def handrail(handrail_process: Handrail) -> Handrail:
    """Start it as its users do: the language of its help is settled when it is loaded."""
    return handrail_process


def test_the_version_is_told_before_anything_else(handrail: Handrail) -> None:
    """On stdout, with exit 0, even where a wrong verb follows."""
    for arguments in (["--version"], ["--version", "frobnicate"]):
        ran = handrail(*arguments)
        assert (ran.code, ran.stdout, ran.stderr) == (0, f"handrail {__version__}\n", "")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("verb", ["", "run", "dry-run", "mock", "scenarios", "profile", "site", "doctor"])
def test_every_verb_has_help_in_both_languages(
    verb: str, lang: str, monkeypatch: pytest.MonkeyPatch, handrail: Handrail
) -> None:
    """On stdout, with exit 0, and without the object that --json asks for."""
    monkeypatch.setenv("HANDRAIL_LANG", lang)
    more = ["--json"] if verb in ("run", "dry-run", "doctor", "scenarios") else []
    ran = handrail(*filter(None, [verb]), *more, "--help")
    assert ran.code == 0
    assert re.match(rf"\s*(Usage: |用法：)handrail {verb}", ran.stdout)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in ran.stdout) == (lang == "zh")
    assert ran.stderr == ""


USAGE = {
    "unknown-verb": (["frobnicate"], "There is no command called frobnicate.", "`handrail --help`"),
    "misspelt-verb": (["dry-rn", "contact"], "There is no command called dry-rn.", "Did you mean dry-run?"),
    "misspelt-verb-below": (["site", "lst"], "There is no command called lst.", "Did you mean list?"),
    "no-flow": (["dry-run"], "FLOW is missing.", "`handrail dry-run --help`"),
    "no-site": (["run", "contact"], "--site is missing.", "`handrail run --help`"),
    "no-file": (["profile", "check"], "FILE is missing.", "`handrail profile check --help`"),
    "unknown-option": (["dry-run", "contact", "--frob"], "There is no option --frob.", "dry-run --help"),
    "misspelt-option": (
        ["dry-run", "contact", "--scenari", "ok"],
        "There is no option --scenari.",
        "--scenario",
    ),
    "no-value": (["dry-run", "contact", "--out"], "--out needs a value.", "--help"),
    "a-value-too-many": (["dry-run", "contact", "--json=3"], "--json takes no value.", "--help"),
    "one-word-too-many": (["dry-run", "contact", "now"], "handrail dry-run does not take “now”.", "--help"),
    "no-such-level": (["dry-run", "contact", "--assist", "strong"], "--assist: ", "dry-run --help"),
    "no-such-language": (["dry-run", "contact", "--lang", "xx"], "--lang: ", "dry-run --help"),
    "no-number": (["mock", "--port", "many"], "--port: ", "`handrail mock --help`"),
    "no-port": (["mock", "--port", "99999"], "--port: ", "`handrail mock --help`"),
}


@pytest.mark.parametrize("case", USAGE)
def test_a_wrong_usage_is_a_sentence_and_a_hint(case: str, handrail: Handrail, tmp_path: Path) -> None:
    """Exit 2, nothing on stdout, nothing written."""
    arguments, said, hint = USAGE[case]
    ran = handrail(*arguments)
    assert ran.code == 2
    assert ran.stdout == ""
    first, second = ran.stderr.strip().splitlines()
    assert first.startswith(f"✗ {said}")
    assert hint in second
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["profile"], ["site"]])
def test_without_a_verb_the_help_is_shown_and_a_sentence(arguments: list[str], handrail: Handrail) -> None:
    """The help on stdout; that something is missing on stderr, with exit 2."""
    ran = handrail(*arguments)
    assert ran.code == 2
    assert "Usage: handrail" in ran.stdout
    assert len(ran.stderr.strip().splitlines()) == 2


@pytest.mark.parametrize("case", ["no-flow", "unknown-option", "no-such-level", "no-such-language"])
def test_a_wrong_usage_with_json_is_one_object_too(case: str, handrail: Handrail) -> None:
    """The same sentence and hint for scripts, and an object of the shape every run prints."""
    arguments, said, hint = USAGE[case]
    ran = handrail(*arguments, "--json")
    assert ran.code == ran.record["exit_code"] == 2
    assert ran.record["error"]["message"].startswith(said)
    assert hint in ran.record["error"]["hint"]
    assert ran.record["error"]["where"]
    assert ran.record["bundle"] is None


def test_a_wrong_usage_is_said_in_chinese_too(handrail: Handrail) -> None:
    """The language is chosen before anything else is understood."""
    ran = handrail("--lang", "zh", "dry-run", "--json")
    assert ran.code == 2
    assert "bundle" in ran.record
    for text in (ran.record["error"]["message"], ran.record["error"]["hint"]):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_main_returns_the_exit_code_to_its_caller(capsys: pytest.CaptureFixture[str]) -> None:
    """The one place where an error becomes an exit code can be called from Python."""
    assert main(["--version"]) == 0
    assert main(["dry-run", "contct", "--json"]) == 2
    told = capsys.readouterr().out.removeprefix(f"handrail {__version__}\n")
    assert json.loads(told)["error"]["hint"] == "Did you mean contact?"
