"""The locked requirements: everything the project asks for, by hash, from wherever the reader's index is."""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from project_paths import ROOT

LOCK = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
PINS = {
    canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE)
}


def declared() -> list[Requirement]:
    """Return what pyproject.toml asks for, to run, to develop and to build."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        settings = tomllib.load(file)
    project = settings["project"]
    asked = [
        *project["dependencies"],
        *project["optional-dependencies"]["dev"],
        *settings["build-system"]["requires"],
    ]
    return [Requirement(line) for line in asked]


def test_everything_the_project_asks_for_is_pinned_to_a_version_it_accepts() -> None:
    """A dependency added without `make lock` would be missing from a fresh set-up."""
    unmet = [
        str(asked)
        for asked in declared()
        if (name := canonicalize_name(asked.name)) not in PINS or PINS[name] not in asked.specifier
    ]
    assert unmet == []


def test_every_pin_has_hashes() -> None:
    """Without one, pip takes no hash at all."""
    blocks = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(PINS)
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_the_lock_names_no_index_and_no_place_on_a_machine() -> None:
    """It installs from whichever index its reader uses."""
    lines = [line for line in LOCK.splitlines() if "://" in line or line.startswith(("-", "/"))]
    assert lines == []
