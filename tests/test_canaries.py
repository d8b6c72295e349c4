"""Canaries by class: planted in a run, then looked for in everything the run leaves behind."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from PIL import Image

from handrail.profile.channel import parse_channel
from handrail_fixtures.plugin import Ran
from handrail_fixtures.serve import MockSite

EMAIL = "canary.owner@harborlane.example"
PHONE = "+86 137 9517 4826"
OTHER_PHONE = "+86 139 6620 9753"
PASSWORD = "ebb-and-flow-27"
MASK = (0x1F, 0x29, 0x33)
SELLER = f"""
legal_name = "Shenzhen Harbor Lane Trading Co., Ltd."
country = "CN"
account.name = "Harbor Lane Trading"
contact = {{ email = "{EMAIL}", phone = "{PHONE}" }}
"""


def personal_forms() -> set[str]:
    """Every written form of the values planted; the local part alone is the page's own word sometimes."""
    forms: set[str] = set()
    for kind, value in (("email", EMAIL), ("phone", PHONE), ("phone", OTHER_PHONE)):
        written = parse_channel(kind, value).written_forms()  # type: ignore[arg-type]  # one of the two
        forms.update(written)
    return {form for form in forms if len(form) > 5}


def secret_forms(secret: str) -> set[str]:
    """A secret as it might be written: plain, quoted for an address, in base64."""
    return {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")}


def everything_in(folder: Path) -> Iterator[tuple[str, str]]:
    """Each file's name and content, as text, undecodable bytes and all."""
    for path in sorted(folder.rglob("*")):
        yield str(path.relative_to(folder)), str(path.relative_to(folder))
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes().decode("utf-8", "surrogateescape")


def assert_absent(forms: set[str], where: Iterator[tuple[str, str]]) -> None:
    """None of the forms stands anywhere; a code's digits inside a longer hash are no find."""
    patterns = {form: re.compile(rf"(?<![0-9A-Za-z]){re.escape(form)}(?![0-9A-Za-z])") for form in forms}
    for name, text in where:
        found = [form for form, pattern in patterns.items() if pattern.search(text)]
        assert not found, f"{name} holds {found}"


class Watcher:
    """Reads the arguments of every process below ours while a run lasts."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.seen: dict[str, str] = {}

    def look(self) -> None:
        """Remember the command line of every descendant."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except OSError:
                    continue  # it ended while we looked
                children.setdefault(parent, []).append(int(entry.name))
        waiting = [self.pid]
        while waiting:
            pid = waiting.pop()
            waiting.extend(children.get(pid, []))
            try:
                self.seen[str(pid)] = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue  # the same


@pytest.fixture
def played(mock_site: Callable[..., MockSite], tmp_path: Path) -> dict[str, Any]:
    """One long run: a wrong code, a refused number, another one, everything said with --verbose."""
    scenario = tmp_path / "scenario.toml"
    scenario.write_text(
        '[[faults]]\nat = "request-code"\nchannel = "phone"\ndo = "refuse"\ntimes = 1\n', encoding="utf-8"
    )
    (tmp_path / "seller.toml").write_text(SELLER, encoding="utf-8")
    said = (files("handrail_fixtures") / "answers" / "mock.toml").read_text("utf-8")
    said = said.replace('refused = "wait"', f'refused = "another-number"\nanother-number = "{OTHER_PHONE}"')
    (tmp_path / "answers.toml").write_text(said, encoding="utf-8")
    site = mock_site(scenario)
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    command = [
        sys.executable, "-m", "handrail_cli.main", "run", "contact", "--site", "mock", "--url", site.url,
        "--profile", "seller.toml", "--answers", "answers.toml", "--state", "left/state",
        "--out", "left/evidence", "--headless", "--verbose", "--json",
    ]  # fmt: skip
    run = subprocess.Popen(  # noqa: S603  # our own command
        command,
        cwd=tmp_path,
        env={**os.environ, "HOME": str(home), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watcher = Watcher(run.pid)
    deadline = time.monotonic() + 120
    while run.poll() is None and time.monotonic() < deadline:
        watcher.look()
        try:
            stdout, stderr = run.communicate(timeout=0.2)
        except subprocess.TimeoutExpired:
            continue
    assert run.returncode == 0, stderr
    outbox = httpx.get(site.url + "/_mock/outbox").json()["messages"]
    codes = {code for one in outbox for code in re.findall(r"\b\d{6}\b", one["text"])}
    assert len(codes) >= 2
    return {
        "codes": codes,
        "record": json.loads(stdout),
        "streams": {"stdout": stdout, "stderr": stderr},
        "left": [tmp_path / "left", home, temporary],
        "arguments": watcher.seen,
    }


def test_nothing_secret_and_nothing_personal_is_left_anywhere(played: dict[str, Any]) -> None:
    """Bundle, state, streams, home, temporary files and process arguments hold none of the canaries."""
    secrets = set().union(*(secret_forms(one) for one in {PASSWORD, *played["codes"]}))
    assert len(played["arguments"]) > 3  # the driver and the browser were seen
    places = [*played["streams"].items(), *played["arguments"].items()]
    for folder in played["left"]:
        places += everything_in(folder)
    assert_absent(secrets, iter(places))
    assert_absent(personal_forms(), iter(places))


def test_masked_pixels_are_one_opaque_colour(played: dict[str, Any]) -> None:
    """Every mask a capture names is painted in one flat colour, in a picture without alpha."""
    bundle = Path(played["record"]["bundle"])
    masks = 0
    for facts in sorted((bundle / "artifacts").glob("*.json")):
        told = json.loads(facts.read_text("utf-8"))
        with Image.open(facts.with_suffix(".png")) as picture:
            assert picture.mode == "RGB"
            assert not picture.info.get("transparency")
            for mask in told["masks"]:
                left, top = max(mask["x"], 0), max(mask["y"], 0)
                box = (left, top, mask["x"] + mask["width"], mask["y"] + mask["height"])
                colours = picture.crop(box).getcolors()
                assert colours is not None
                assert [colour for _count, colour in colours] == [MASK]
                masks += 1
    assert masks >= 4


def test_a_waiting_run_keeps_its_cookies_in_one_private_file_only(
    mock_site: Callable[..., MockSite], handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """While a code is on its way, the visitor's session stands in one file only its owner can read."""
    (tmp_path / "seller.toml").write_text(SELLER, encoding="utf-8")
    answers = (files("handrail_fixtures") / "answers" / "mock.toml").read_text("utf-8")
    (tmp_path / "answers.toml").write_text(answers, encoding="utf-8")
    ran = handrail(
        "run", "contact", "--site", "mock", "--url", mock_site("code-never-arrives").url, "--profile",
        "seller.toml", "--answers", "answers.toml", "--state", "left/state", "--out", "left/evidence",
        "--headless", "--json",
    )  # fmt: skip
    assert ran.code == 5, ran.stderr
    (kept,) = (tmp_path / "left" / "state" / "sessions").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    cookies = [one["value"] for one in json.loads(kept.read_text("utf-8"))["cookies"]]
    assert cookies
    elsewhere = ((name, text) for name, text in everything_in(tmp_path / "left") if "sessions" not in name)
    assert_absent(set(cookies), elsewhere)
    assert not [cookie for cookie in cookies if cookie in ran.stdout + ran.stderr]
