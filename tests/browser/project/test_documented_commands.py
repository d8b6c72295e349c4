"""What the README and docs/ tell people to type works as they say."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from documents import READMES, REFERENCE, Block, blocks, commands, handrail_words, rows
from project_paths import ROOT

from handrail.engine.context.results import RunResult
from handrail.registry import FLOWS
from handrail_fixtures.plugin import Ran

Handrail = Callable[..., Ran]
RUNS = "a test runs these lines"


def marked(document: Path, *languages: str) -> list[Block]:
    """Return the blocks that say a test runs them."""
    return [block for block in blocks(document, *languages) if RUNS in block.mark]


def to_run() -> list[str]:
    """Return the README's commands that are run here."""
    return [line for block in marked(READMES[0], "sh") for line in commands(block)]


def test_the_commands_to_copy_are_there() -> None:
    """A checklist, a dry run of each flow and both checks are run: an empty block would prove nothing."""
    typed = to_run()
    verbs = [f"handrail dry-run {flow}" for flow in FLOWS]
    for begins in (*verbs, "handrail guide", "handrail profile check"):
        assert any(command.startswith(begins) for command in typed)
    assert sum(command.startswith("handrail evidence verify") for command in typed) == 2


def test_the_commands_to_copy_run(
    handrail: Handrail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed one after another in a fresh folder, each ends in the exit code the README gives, else 0."""
    monkeypatch.setenv("HANDRAIL_STATE", str(tmp_path / "state"))
    evidence = tmp_path / "handrail-evidence"
    for line in to_run():
        expected = re.search(r"# exit code (\d)", line)
        into = re.search(r"> ([\w.]+)", line)
        newest = max((folder.name for folder in evidence.glob("*")), default="")
        ran = handrail(*(word.replace("BUNDLE", newest) for word in handrail_words(line) or ()))
        assert ran.code == (int(expected[1]) if expected else 0), f"{line}\n{ran.stderr}"
        if into:
            (tmp_path / into[1]).write_text(ran.stdout, "utf-8")
    assert len(list(evidence.glob("*/report.html"))) == len(FLOWS)


def example(text: str, folder: Path) -> str:
    """Run an example from a file in an empty folder, and return what it prints."""
    (folder / "example.py").write_text(text, "utf-8")
    ran = subprocess.run(
        [sys.executable, "example.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_api_example_prints_what_the_page_says(tmp_path: Path) -> None:
    """The example of docs/reference/api.md runs as it is, and the page shows its own output."""
    page = REFERENCE / "api.md"
    assert example(blocks(page, "python")[0].text, tmp_path) == blocks(page, "text")[0].text


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(blocks(REFERENCE / "api.md", "python")[1], id="an operator"),
        pytest.param(*blocks(ROOT / "docs" / "explain" / "addresses.md", "python"), id="addresses"),
    ],
)
def test_an_example_in_python_runs(block: Block, tmp_path: Path) -> None:
    """Copied into a file and run in an empty folder, it ends well."""
    example(block.text, tmp_path)


def keys(value: Any) -> set[str]:
    """Return the keys of an object, or of the objects in a list."""
    if isinstance(value, list):
        return {key for one in value for key in one}
    return set(value)


def documented(heading: str) -> set[str]:
    """Return the keys of the table under a heading of docs/reference/json.md."""
    cells = [cell for cell, *_rest in rows(REFERENCE / "json.md", heading)]
    return {key.removesuffix("[]") for cell in cells for key in re.findall(r"`([^`]+)`", cell)}


def test_the_json_of_each_verb_has_the_keys_that_the_page_says(
    handrail: Handrail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No key is missing on the page, and none is there that the verb does not print."""
    monkeypatch.setenv("HANDRAIL_STATE", str(tmp_path / "state"))
    (tmp_path / "me.toml").write_text(handrail("profile", "example").stdout, "utf-8")
    ran = handrail("dry-run", "contact", "--json").record
    assert keys(ran) == documented("## handrail run, handrail dry-run")
    bundle = ran["bundle"]
    for verb, arguments in {
        "stop": [],
        "scenarios": [],
        "doctor": [],
        "profile check": ["me.toml"],
        "site list": [],
        "site diff": ["mock"],
        "site export": ["mock", "--profile", "me.toml", "--yes"],
        "evidence list": [],
        "evidence verify": [bundle],
        "evidence key show": [],
    }.items():
        printed = handrail(*verb.split(), *arguments, "--json").record
        assert keys(printed) == documented(f"## handrail {verb}"), verb
    shown = handrail("evidence", "show", bundle, "--json").record
    verified = documented("## handrail evidence verify")
    assert keys(shown) == verified | documented("## handrail evidence show")


def test_the_parts_of_a_runs_json_are_on_the_page(walk: Callable[..., RunResult]) -> None:
    """The keys of each list in a run's result are named in its row, and so are an error's."""
    table = dict(rows(REFERENCE / "json.md", "## handrail run, handrail dry-run"))
    result = walk("code-request-refused").as_json()
    for key in ("channels", "effects", "site_saw", "steps"):
        words = set(re.findall(r"`([^`]+)`", table[f"`{key}[]`"]))
        assert result[key]
        assert keys(result[key]) <= words, key
    assert keys(result["error"]) == set(re.findall(r"`([^`]+)`", table["`error`"]))
