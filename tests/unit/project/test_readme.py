"""What the README promises is so: its size, its first screen, its pictures and its exit codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documents import READMES, blocks, commands, links
from project_paths import ROOT

from handrail.core.errors import BadInput
from handrail.core.outcome import Outcome
from handrail.registry import FLOWS

LARGEST_README = 16_384
LARGEST_PICTURE = 250_000
FIRST_SCREEN = 40
"""Lines that are read without scrolling."""

each_readme = pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)


@each_readme
def test_it_is_read_in_twenty_minutes(readme: Path) -> None:
    """A worried seller has no time for more than 16 KB."""
    assert len(readme.read_bytes()) <= LARGEST_README


@each_readme
def test_the_first_screen_says_what_to_type(readme: Path, tmp_path: Path) -> None:
    """A checklist, a dry run, then the real run, in that order, and every flow, before anybody scrolls."""
    first = tmp_path / "first.md"
    first.write_text("\n".join(readme.read_text("utf-8").splitlines()[:FIRST_SCREEN]) + "\n", "utf-8")
    typed = [command for block in blocks(first, "sh") for command in commands(block)]
    verbs = [command.split()[1] for command in typed]
    assert [verb for verb in verbs if verb != "profile"] == ["guide", "dry-run", "run"]
    text = first.read_text("utf-8")
    assert all(f"| `{flow}` |" in text for flow in FLOWS)


def test_both_languages_have_the_same_commands() -> None:
    """Nothing to type is left out of one README: only the language and words for a name differ."""

    def typed(readme: Path) -> list[str]:
        lines = [command for block in blocks(readme, "sh") for command in commands(block)]
        return [
            line.partition("#")[0].replace(" --lang zh", "").replace("证据包", "BUNDLE").rstrip()
            for line in lines
        ]

    english, chinese = map(typed, READMES)
    assert english == chinese


@each_readme
def test_the_pictures_are_there_and_modest(readme: Path) -> None:
    """A run and a report are shown, and no picture is heavy."""
    pictures = [readme.parent / link for _words, link in links(readme) if link.endswith(".png")]
    assert {picture.name.partition(".")[0] for picture in pictures} >= {"run", "report"}
    assert all(picture.stat().st_size < LARGEST_PICTURE for picture in pictures)


@pytest.mark.parametrize(
    "document",
    [*READMES, ROOT / "docs" / "reference" / "exit-codes.md"],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_the_table_of_exit_codes_is_the_programs_own(document: Path) -> None:
    """Each code has the outcome's name, and 2 is bad input."""
    rows = re.findall(r"^\| (\d) \| ([^|]+) \|", document.read_text("utf-8"), flags=re.MULTILINE)
    table = {int(code): name for code, name in rows}
    promised = {outcome.exit_code: outcome.value for outcome in Outcome}
    assert table == {**promised, BadInput.exit_code: "–"}
    assert len(rows) == len(table)
