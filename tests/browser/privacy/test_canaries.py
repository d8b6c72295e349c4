"""Canaries by class: planted in a run, then looked for in everything the run leaves behind."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
import zipfile
import zlib
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
from handrail_fixtures.scenario import load
from handrail_fixtures.serve import MockSite

EMAIL = "canary.owner@harborlane.example"
PHONE = "+86 137 9517 4826"
OTHER_PHONE = "+86 139 6620 9753"
PASSWORD = "ebb-and-flow-27"
MASK = (0x1F, 0x29, 0x33)
TAX_ID = "91440300MA7QWX2K8R"
BANK_ENDING = "730516"
BUSINESS = ("Canary Wharfside Goods Co., Ltd.", "Canary Wharfside", "4417 Petrel Street", "Cormorant Bay")
SELLER = f"""
legal_name = "{BUSINESS[0]}"
country = "CN"
tax_id = "{TAX_ID}"
bank_ending = "{BANK_ENDING}"
account.name = "Harbor Lane Trading"
contact = {{ email = "{EMAIL}", phone = "{PHONE}" }}
"""

CERTIFIED = (
    SELLER.replace("Harbor Lane Trading", BUSINESS[1])
    + f"""
[business_address]
lines = ["{BUSINESS[2]}"]
city = "{BUSINESS[3]}"
state = "CA"
postal_code = "94607"
country = "US"
"""
)


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


def ending_forms(secret: str) -> set[str]:
    """The end of a secret, beside what a page puts in place of the rest."""
    return {f"{dots}{gap}{secret[-4:]}" for dots in ("••", "**", "··") for gap in ("", " ")}


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
        found = [form for form, pattern in patterns.items() if form in text and pattern.search(text)]
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


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """One long run: a wrong code, a refused number, another one, everything said with --verbose."""
    tmp_path = tmp_path_factory.mktemp("played")
    scenario = tmp_path / "scenario.toml"
    scenario.write_text(
        '[[faults]]\nat = "request-code"\nchannel = "phone"\ndo = "refuse"\ntimes = 1\n', encoding="utf-8"
    )
    (tmp_path / "seller.toml").write_text(SELLER, encoding="utf-8")
    said = (files("handrail_fixtures") / "answers" / "mock.toml").read_text("utf-8")
    said = said.replace('refused = "wait"', f'refused = "another-number"\nanother-number = "{OTHER_PHONE}"')
    (tmp_path / "answers.toml").write_text(said, encoding="utf-8")
    with MockSite(load(str(scenario))) as site:
        yield run_contact(tmp_path, site)


def run_contact(tmp_path: Path, site: MockSite) -> dict[str, Any]:
    """Walk the contact flow in a process of its own, and return everything it left."""
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
    secrets = set().union(*map(secret_forms, {PASSWORD, TAX_ID, BANK_ENDING, *played["codes"]}))
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


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A dry run in which the pages show every field of the profile, exported in every form."""
    folder = tmp_path_factory.mktemp("certified")
    (folder / "seller.toml").write_text(CERTIFIED, encoding="utf-8")
    left, said = folder / "left", ""

    def handrail(*arguments: str | Path) -> str:
        ran = subprocess.run(  # noqa: S603  # our own command
            [sys.executable, "-m", "handrail_cli.main", *map(str, arguments), "--state", str(left / "state")],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return ran.stdout + ran.stderr

    said += handrail(
        "dry-run", "certify", "--profile", "seller.toml", "--out", left / "evidence", "--verbose"
    )
    (bundle,) = (left / "evidence").iterdir()
    for form in ("--out", "--pdf", "--images"):
        said += handrail("evidence", "export", bundle, form, left / f"whole{form}")
    for form in ("--out", "--pdf"):
        said += handrail("evidence", "export", bundle, form, left / f"stranger{form}", "--redact", "business")
    return {"left": left, "said": said, "bundle": bundle}


def test_no_export_holds_a_secret_or_a_number(certified: dict[str, Any]) -> None:
    """Bundle, zip, PDF, pages and every word said: no tax id, no bank digits, no phone, no address."""
    secrets = set().union(*map(secret_forms, (PASSWORD, TAX_ID, BANK_ENDING)))
    endings = ending_forms(TAX_ID) | ending_forms(BANK_ENDING)
    places = [("what was said", certified["said"]), *everything_in(certified["left"])]
    places += [(name, pdf_text(certified["left"] / name)) for name in ("whole--pdf", "stranger--pdf")]
    assert_absent(secrets | personal_forms(), iter(places))
    for name, text in places:
        assert not [form for form in endings if form in text], name


def test_a_certification_is_printed_on_few_pages_and_each_picture_once(certified: dict[str, Any]) -> None:
    """At most six sheets, whatever the paper; every capture stands in the print once."""
    captures = len(list((certified["bundle"] / "artifacts").glob("*.png")))
    data = (certified["left"] / "whole--pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", data)) <= 6
    assert len(re.findall(rb"/Subtype\s*/Image\b", data)) == captures
    assert len(list((certified["left"] / "whole--images").iterdir())) <= 6


def test_the_texts_of_a_pdf_are_really_read(certified: dict[str, Any]) -> None:
    """What a PDF may show is found in it, so that what is not found is not there."""
    told = pdf_text(certified["left"] / "whole--pdf").replace(" ", "")
    for shown in (*BUSINESS, "+86 137••••4826", certified["bundle"].name, "DRY RUN"):
        assert shown.replace(" ", "") in told, shown


def test_copies_for_strangers_hold_no_business_fact(certified: dict[str, Any]) -> None:
    """Neither the redacted zip nor the redacted PDF names the seller or the address; both name the bundle."""
    with zipfile.ZipFile(certified["left"] / "stranger--out") as copy:
        zipped = "".join(copy.read(name).decode("utf-8", "replace") for name in copy.namelist())
    printed = pdf_text(certified["left"] / "stranger--pdf").replace(" ", "")
    for fact in BUSINESS:
        assert fact not in zipped
        assert fact.replace(" ", "") not in printed
    assert certified["bundle"].name in zipped
    assert certified["bundle"].name in printed


def test_pages_as_pictures_hold_nothing_but_pixels(certified: dict[str, Any]) -> None:
    """Every page is RGB without alpha, with no text in the file."""
    pages = sorted((certified["left"] / "whole--images").iterdir())
    assert pages
    for page in pages:
        with Image.open(page) as image:
            assert (image.mode, image.info) == ("RGB", {})


def test_a_commitment_convinces_with_its_salt_and_tells_nothing_without(played: dict[str, Any]) -> None:
    """The seller can prove which number it was; all numbers of a plan tried without the salt fit none."""
    bundle, state = Path(played["record"]["bundle"]), played["left"][0] / "state"
    log = (bundle / "events.jsonl").read_text("utf-8").splitlines()
    kept = {json.loads(line).get("commitment") for line in log} - {None}
    salt = (state / "salt").read_bytes()
    number = parse_channel("phone", OTHER_PHONE).value

    def commitment_value(key: bytes, value: str) -> str:
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()

    assert commitment_value(salt, number) in kept
    # Whoever has the bundle has these, and its display form, which leaves four digits open.
    known = (b"", bundle.name.encode(), b"contact", b"phone")
    plan = [f"{number[:6]}{middle:04d}{number[-4:]}" for middle in range(10_000)]
    assert number in plan
    tried = {hashlib.sha256(one.encode()).hexdigest() for one in plan}
    tried |= {commitment_value(key, one) for key in known for one in plan}
    assert not tried & kept
    assert salt.hex() not in "".join(log)


def pdf_text(path: Path) -> str:
    """Return everything a PDF holds that can be read: what its fonts draw, and every string and stream."""
    data = path.read_bytes()
    objects = {int(n): body for n, body in re.findall(rb"(?m)^(\d+) 0 obj\b(.*?)endobj", data, re.S)}
    streams = {number: inflated(body) for number, body in objects.items()}
    fonts: dict[bytes, dict[int, str]] = {}
    for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", data):
        if told := re.search(rb"/ToUnicode (\d+) 0 R", objects.get(int(number), b"")):
            fonts[name] = letters(streams[int(told[1])])
    drawn = [draw(stream, fonts) for stream in streams.values() if b" Tf" in stream]
    strings = (body.decode("utf-16-be", "ignore") for body in re.findall(rb"\(\xfe\xff(.*?)\)", data, re.S))
    raw = b"".join((data, *streams.values())).decode("latin-1")
    return "\n".join((*drawn, *strings, raw))


def inflated(body: bytes) -> bytes:
    """Return an object's stream, unpacked."""
    found = re.search(rb"stream\r?\n(.*)\r?\nendstream", body, re.S)
    if found is None:
        return b""
    return zlib.decompress(found[1]) if b"/FlateDecode" in body[: found.start()] else found[1]


def letters(cmap: bytes) -> dict[int, str]:
    """Return which letter each of a font's glyphs stands for."""
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.S):
        for glyph, letter in re.findall(rb"<(\w+)> <(\w+)>", block):
            found[int(glyph, 16)] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.S):
        for first, last, letter in re.findall(rb"<(\w+)> <(\w+)> <(\w+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = chr(int(letter, 16) + step)
    return found


def draw(stream: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    """Return what a page's stream writes, in the order it does."""
    said, font = [], {}
    for name, glyphs in re.findall(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>", stream):
        if name:
            font = fonts.get(name, {})
        said += [font.get(int(glyphs[at : at + 4], 16), "?") for at in range(0, len(glyphs), 4)]
    return "".join(said)
