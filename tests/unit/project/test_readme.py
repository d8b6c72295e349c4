"""What the README promises is so: its help, links, exit codes and commands."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from project_paths import ROOT

from handrail.core.errors import BadInput
from handrail.core.outcome import Outcome
from handrail.registry import FLOWS
from handrail_fixtures.plugin import Ran

READMES = (ROOT / "README.md", ROOT / "README.zh.md")
PAGES = (*READMES, *sorted((ROOT / "docs").glob("*.md")))
LARGEST_PICTURE = 250_000

Handrail = Callable[..., Ran]


def outside_code(document: Path) -> str:
    """Return a page's prose: what stands in code blocks is no link."""
    return re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def links(document: Path) -> list[str]:
    """Return the addresses of a document's links and pictures, without their anchors."""
    found = re.findall(r"\]\(([^)\s]+)\)", outside_code(document))
    return [link.partition("#")[0] for link in found if not link.startswith(("http:", "https:", "#"))]


def shell_blocks(text: str) -> list[list[str]]:
    """Return the lines of each block of shell commands."""
    blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [[line for line in block.splitlines() if line.strip()] for block in blocks]


def commands_that_run() -> list[str]:
    """Return the commands of the README's blocks that say they are run here."""
    text = READMES[0].read_text("utf-8")
    marked = re.findall(
        r"<!-- [^>]*tests/test_readme\.py runs these lines[^>]* -->\n(```sh\n.*?^```)", text, re.M | re.S
    )
    return [line for block in marked for lines in shell_blocks(block) for line in lines]


def help_tool(readme: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Check the generated help of our README, or of another one that stands in the same place."""
    root = readme.parent if readme else ROOT
    return subprocess.run(  # noqa: S603  # our own script
        [sys.executable, str(root / "tests" / "tools" / "readme_help.py"), "--check"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_help_in_the_readme_is_what_the_commands_print() -> None:
    """The generated help is fresh: a changed option without `make readme` fails here."""
    ran = help_tool()
    assert ran.returncode == 0, ran.stderr


def test_stale_help_is_noticed(tmp_path: Path) -> None:
    """One word that the command no longer prints is enough, and the README is left as it was."""
    tools = tmp_path / "tests" / "tools"
    tools.mkdir(parents=True)
    (tools / "readme_help.py").write_bytes((ROOT / "tests" / "tools" / "readme_help.py").read_bytes())
    stale = READMES[0].read_text("utf-8").replace("print one JSON object", "print some JSON objects")
    readme = tmp_path / "README.md"
    readme.write_text(stale, "utf-8")
    ran = help_tool(readme)
    assert ran.returncode == 1
    assert "make readme" in ran.stderr
    assert readme.read_text("utf-8") == stale


def test_every_verb_has_its_help_in_the_readme() -> None:
    """No verb is missing, sub-verbs included."""
    text = READMES[0].read_text("utf-8")
    for verb in (
        "dry-run",
        "run",
        "profile example",
        "profile check",
        "scenarios",
        "guide",
        "mock",
        "site check",
        "site unlock",
        "evidence verify",
        "evidence export",
        "evidence key pin",
        "stop",
        "doctor",
    ):
        assert f"<summary><code>handrail {verb}</code></summary>" in text


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    """Links and pictures of the README and of docs/ exist beside it."""
    missing = [link for link in links(document) if link and not (document.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_pictures_are_there_and_modest(readme: Path) -> None:
    """A run and a report are shown, and no picture is heavy."""
    pictures = [readme.parent / link for link in links(readme) if link.endswith(".png")]
    assert {picture.name.partition(".")[0] for picture in pictures} >= {"run", "report"}
    assert all(picture.stat().st_size < LARGEST_PICTURE for picture in pictures)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_table_of_exit_codes_is_the_programs_own(readme: Path) -> None:
    """Each code has the outcome's name, and 2 is bad input."""
    rows = re.findall(r"^\| (\d) \| ([^|]+) \|", readme.read_text("utf-8"), flags=re.MULTILINE)
    table = {int(code): name for code, name in rows}
    promised = {outcome.exit_code: outcome.value for outcome in Outcome}
    assert table == {**promised, BadInput.exit_code: "–"}
    assert len(rows) == len(table)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_ci_calls_the_test_command_of_the_readme(readme: Path) -> None:
    """What a developer is told to type is what CI runs."""
    told = [line for block in shell_blocks(readme.read_text("utf-8")) for line in block]
    called = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert {"make test", "make test-all"} <= set(told)
    assert "make test-all" in called


def test_the_commands_to_copy_are_there() -> None:
    """The marked blocks hold a dry run of each flow, and both checks: an empty block would prove nothing."""
    commands = commands_that_run()
    for begins in (*(f"handrail dry-run {flow}" for flow in FLOWS), "handrail profile check"):
        assert any(command.startswith(begins) for command in commands)
    assert sum(command.startswith("handrail evidence verify") for command in commands) == 2


def test_the_commands_to_copy_run(
    handrail: Handrail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed one after another in a fresh folder, each ends in the exit code the README gives, else 0."""
    monkeypatch.setenv("HANDRAIL_STATE", str(tmp_path / "state"))
    evidence = tmp_path / "handrail-evidence"
    for line in commands_that_run():
        command, _mark, comment = line.partition("#")
        expected = re.search(r"exit code (\d)", comment)
        words, _arrow, into = command.partition(">")
        _name, *arguments = words.split()
        newest = max((folder.name for folder in evidence.glob("*")), default="")
        ran = handrail(*(one.replace("BUNDLE", newest) for one in arguments))
        assert ran.code == (int(expected[1]) if expected else 0), f"{line}\n{ran.stderr}"
        if into:
            (tmp_path / into.strip()).write_text(ran.stdout, "utf-8")
    assert len(list(evidence.glob("*/report.html"))) == len(FLOWS)
