"""Exports: one zip file, a PDF, or pictures of pages, of a bundle that was checked first."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from handrail.browser.find import find_browser
from handrail.core.errors import BadInput
from handrail.evidence.export import exporter
from handrail.evidence.export.business_names import NameForms, mail_domains, without_domains
from handrail.evidence.format.events import Json
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.recorder import Recorder
from handrail.evidence.verify.verdict import Trust
from handrail.evidence.verify.verifier import verify
from handrail_fixtures.plugin import Ran

SELLER = Signer(Ed25519PrivateKey.generate(), demo=False)
TRUST = Trust(keys=frozenset({SELLER.fingerprint}))
MASK = (0x1F, 0x29, 0x33)
PAPER = "#f4f7f7"
NAME, ACCOUNT, STREET, CITY = "Harbour Lane Ltd", "Harbour Lane", "2100 Quay Street", "Oakland"
FACT = [100, 200, 300, 24]
"""Where the legal name stands in the picture."""


def picture() -> bytes:
    """Return a page's capture."""
    file = io.BytesIO()
    Image.new("RGB", (1280, 900), PAPER).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sealed evidence of a real run that changed an address and was cut short."""
    facts: dict[str, Json] = {
        "flow": "address",
        "site": "shop",
        "site_kind": "live",
        "dry_run": False,
        "legal_name": NAME,
        "account": ACCOUNT,
    }
    recorder = Recorder.begin(tmp_path_factory.mktemp("out"), facts=facts, clean=str, signer=SELLER)
    size = {"width": 1280, "height": 900}
    known = {"caption": f"{STREET} as found", "masks": [], "device_pixel_ratio": 1, **size}
    recorder.artifact("found", picture(), {**known, "business": [FACT]}, "- text")
    recorder.artifact("own", picture(), {"caption": "Own screenshot", "masks": [], **size}, None)
    prompt = f"Save the business address: “{STREET}, {CITY}, CA” becomes “9 Hill Road”; state: “CA”?"
    recorder.event("prompt", id=1, prompt="approve", text=prompt, choices=["yes"], labels=["Yes"])
    for part, before, after in (
        ("line1", STREET, "9 Hill Road"),
        ("city", CITY, "Alameda"),
        ("state", "CA", "NV"),
    ):
        recorder.event("change", channel="business", part=part, before=before, after=after)
    recorder.event("confirmed", item="legal-name", value=NAME, by="Lin Wei")
    return recorder.finish({"outcome": "unfinished", "exit_code": 3, "advice": [f"{ACCOUNT} in {CITY}"]})


@pytest.fixture(scope="module")
def made(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every form of it, as it is and without business facts."""
    folder = tmp_path_factory.mktemp("exported")
    browser = find_browser(None, headless=True)

    async def make() -> dict[str, Any]:
        with exporter.checked(bundle, TRUST) as one:
            for redact in (False, True):
                kind = "redacted" if redact else "whole"
                await exporter.to_pdf(one, folder / f"{kind}.pdf", browser, "A4", redact=redact)
                await exporter.to_pictures(one, folder / kind, browser, "Letter", redact=redact)
            exporter.to_zip(one, folder / "whole.zip")
            exporter.to_copy(one, folder / "redacted.zip", SELLER)
        return {path.name: path for path in folder.iterdir()}

    # Pytest-playwright's own loop may be running in this thread.
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, make()).result()


def test_a_zip_verifies_as_the_folder_does(bundle: Path, made: dict[str, Any]) -> None:
    """The packed bundle is the same evidence: same verdict, same bytes."""
    packed, folder = verify(made["whole.zip"], TRUST), verify(bundle, TRUST)
    assert packed == folder
    assert packed.exit_code == 0


def test_a_zip_can_be_exported_again(made: dict[str, Any], tmp_path: Path) -> None:
    """From the zip comes the very same zip."""
    with exporter.checked(made["whole.zip"], TRUST) as one:
        exporter.to_zip(one, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == made["whole.zip"].read_bytes()


def test_what_does_not_verify_is_not_exported(bundle: Path, tmp_path: Path) -> None:
    """No copy is made of evidence that was changed."""
    with zipfile.ZipFile(tmp_path / "changed.zip", "w") as changed:
        for path in sorted(bundle.rglob("*")):
            if path.is_file():
                name = path.relative_to(bundle).as_posix()
                changed.writestr(name, path.read_bytes() + (b" " if name == "report.html" else b""))
    with pytest.raises(exporter.NotExported), exporter.checked(tmp_path / "changed.zip", TRUST):
        pass


def test_a_pdf_has_its_marks_its_tags_and_its_paper(made: dict[str, Any]) -> None:
    """The PDF is tagged, has an outline and A4 pages, and holds no path of this machine."""
    data = made["whole.pdf"].read_bytes()
    assert data.startswith(b"%PDF")
    for wanted in (b"/StructTreeRoot", b"/Outlines", b"/MarkInfo"):
        assert wanted in data
    (sizes,) = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data))
    assert [float(side) for side in sizes] == pytest.approx([595, 842], abs=1.5)
    assert b"file:" not in data
    assert made["whole.pdf"].stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["whole", "redacted"])
def test_pages_are_plain_numbered_pictures(made: dict[str, Any], kind: str) -> None:
    """Upload forms take them: RGB without alpha or text, numbered, of one page's size, none too large."""
    pages = sorted(made[kind].iterdir())
    assert [page.name for page in pages] == [f"{number:03d}.png" for number in range(1, len(pages) + 1)]
    assert 2 <= len(pages) <= 12
    for page in pages:
        with Image.open(page) as image:
            assert (image.mode, image.size) == ("RGB", (1632, 2112))
            assert not image.info
        assert page.stat().st_size < 5_000_000


def test_pictures_go_into_a_new_folder_only(bundle: Path, made: dict[str, Any]) -> None:
    """Pages of two reports never mix."""

    async def make() -> None:
        with exporter.checked(bundle, TRUST) as one:
            await exporter.to_pictures(one, made["whole"], find_browser(None, headless=True), "A4")

    with ThreadPoolExecutor(1) as aside, pytest.raises(BadInput, match="not empty"):
        aside.submit(asyncio.run, make()).result()


def test_a_copy_without_business_facts_names_its_original(bundle: Path, made: dict[str, Any]) -> None:
    """It says that it is derived, of which bundle and seal; no log goes with it."""
    digest = hashlib.sha256((bundle / "attestation.dsse.json").read_bytes()).hexdigest()
    with zipfile.ZipFile(made["redacted.zip"]) as copy:
        told = json.loads(copy.read("manifest.json"))
        report = copy.read("report.html").decode()
        assert sorted(copy.namelist()) == [
            "SHA256SUMS",
            "artifacts/0001-found.png",
            "attestation.dsse.json",
            "manifest.json",
            "report.html",
            "signer.pub.pem",
        ]
    assert told["derived_from"] == {"bundle_id": bundle.name, "attestation.dsse.json": {"sha256": digest}}
    assert "DERIVED COPY" in told["marks"]
    assert "INCOMPLETE" in told["marks"]
    for said in ("DERIVED COPY", bundle.name, digest, "The picture is withheld"):
        assert said in report


def test_a_copy_for_strangers_holds_no_business_fact(made: dict[str, Any]) -> None:
    """Names, addresses and who confirmed them are gone from every text; states and times are not."""
    with zipfile.ZipFile(made["redacted.zip"]) as copy:
        report = copy.read("report.html").decode()
    shown = re.sub(r"data:image/[a-z]+;base64,[A-Za-z0-9+/=]+", "", report)
    for fact in (NAME, ACCOUNT, STREET, CITY, "Alameda", "9 Hill Road", "Lin Wei", "“CA”", "NV<"):
        assert fact not in shown
    assert "[withheld]" in shown
    assert "Not finished" in shown


def test_business_facts_are_painted_over_in_the_pictures(made: dict[str, Any]) -> None:
    """Where the legal name stood there is one flat colour, and the rest of the picture is as it was."""
    with zipfile.ZipFile(made["redacted.zip"]) as copy:
        data = copy.read("artifacts/0001-found.png")
    left, top, width, height = FACT
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == "RGB"
        colours = image.crop((left, top, left + width, top + height)).getcolors()
        assert colours == [(width * height, MASK)]
        assert image.getpixel((left - 2, top - 2)) == (0xF4, 0xF7, 0xF7)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "One form is exported at a time."),
        (["--pdf", "a.pdf", "--out", "a.zip"], "One form is exported at a time."),
    ],
)
def test_one_form_is_exported_at_a_time(
    handrail: Callable[..., Ran], bundle: Path, given: list[str], said: str
) -> None:
    """None or two of them is a mistake that is said in a sentence."""
    ran = handrail("evidence", "export", bundle, *given, "--state", "state")
    assert ran.code == 2
    assert said in ran.stderr


def test_the_command_writes_and_names_the_file(
    handrail: Callable[..., Ran], bundle: Path, tmp_path: Path
) -> None:
    """On stdout stands the file and nothing else; what was found stands beside, on stderr."""
    ran = handrail("evidence", "export", bundle, "--out", "one.zip", "--state", "state")
    assert ran.code == 0, ran.stderr
    assert ran.stdout.strip() == str(tmp_path / "one.zip")
    assert "NO TRUSTED TIME" in ran.stderr
    assert verify(tmp_path / "one.zip", TRUST).exit_code == 0


@pytest.mark.parametrize("option", ["--out", "--pdf"])
def test_nothing_is_overwritten(
    option: str, handrail: Callable[..., Ran], bundle: Path, tmp_path: Path
) -> None:
    """A file that is there stays as it is, and it ends with 2."""
    there = tmp_path / "there"
    there.write_text("somebody's own")
    ran = handrail("evidence", "export", bundle, option, there, "--state", "state")
    assert ran.code == 2
    assert "is there already" in ran.stderr
    assert there.read_text() == "somebody's own"


def test_a_place_that_takes_no_files_is_said(
    handrail: Callable[..., Ran], bundle: Path, tmp_path: Path
) -> None:
    """A folder that is not there ends in a sentence, and leaves nothing behind."""
    (tmp_path / "file").write_text("in the way")
    ran = handrail("evidence", "export", bundle, "--out", "file/one.zip", "--state", "state")
    assert ran.code == 3
    assert "cannot be written" in ran.stderr


def test_a_copy_verifies_as_a_copy(bundle: Path, made: dict[str, Any]) -> None:
    """It is intact and by the same key, and its verdict names the bundle it was made from."""
    verdict = verify(made["redacted.zip"], TRUST, expect_id=bundle.name)
    digest = hashlib.sha256((bundle / "attestation.dsse.json").read_bytes()).hexdigest()
    assert (verdict.exit_code, verdict.reasons) == (0, ())
    assert verdict.as_json()["copy_of"] == {
        "bundle_id": bundle.name,
        "attestation_sha256": digest,
        "taken_out": "business",
    }
    assert verify(made["redacted.zip"]).exit_code == 4
    assert verify(made["whole.zip"], TRUST).copy_of is None


def test_another_key_seals_no_copy(bundle: Path, tmp_path: Path) -> None:
    """Only the key that sealed the bundle vouches for a copy; another is refused, and nothing is written."""
    stranger = Signer(Ed25519PrivateKey.generate(), demo=False)
    with exporter.checked(bundle, TRUST) as one, pytest.raises(BadInput, match="key that sealed the bundle"):
        exporter.to_copy(one, tmp_path / "copy.zip", stranger)
    assert not list(tmp_path.iterdir())


def edited(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    """Return what changes some bytes of a file."""

    def change(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new))

    return change


def added(name: str) -> Callable[[Path], None]:
    """Return what adds a file."""

    def change(folder: Path) -> None:
        (folder / name).write_bytes(b"{}\n")

    return change


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (edited("report.html", b"Not finished", b"Done already"), "file-changed"),
        (edited("manifest.json", b"business", b"nothings"), "manifest-changed"),
        (edited("SHA256SUMS", b"report.html", b"report.htm_"), "sums-changed"),
        (edited("attestation.dsse.json", b'"keyid":"', b'"keyid":"0'), "keyid"),
        (added("events.jsonl"), "bad-name"),
        (added("attestation.dsse.json.tsr"), "bad-name"),
        (added("artifacts/0002-more.png"), "unlisted"),
        (lambda folder: (folder / "artifacts/0001-found.png").unlink(), "missing"),
        (lambda folder: (folder / "report.html").unlink(), "missing"),
    ],
)
def test_a_changed_copy_does_not_verify(
    attack: Callable[[Path], None], code: str, made: dict[str, Any], tmp_path: Path
) -> None:
    """Edited, added to, or with a part taken away: each is found, as in a bundle."""
    with zipfile.ZipFile(made["redacted.zip"]) as copy:
        copy.extractall(tmp_path / "copy")
    attack(tmp_path / "copy")
    verdict = verify(tmp_path / "copy", TRUST)
    assert verdict.exit_code == 1
    assert code in {reason.code for reason in verdict.reasons}


def test_a_copys_seal_vouches_for_no_bundle(made: dict[str, Any], tmp_path: Path) -> None:
    """The seal of a copy put on the whole bundle, by the same key, verifies as neither."""
    with zipfile.ZipFile(made["whole.zip"]) as whole:
        whole.extractall(tmp_path / "whole")
    with zipfile.ZipFile(made["redacted.zip"]) as copy:
        (tmp_path / "whole" / "attestation.dsse.json").write_bytes(copy.read("attestation.dsse.json"))
    assert verify(tmp_path / "whole", TRUST).exit_code == 1


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Harbor Lane Trading LLC", "w••@harborlane.example", "w••@#.example"),
        ("Harbor Lane Trading LLC", "HARBOR-LANE.example and ｈａｒｂｏｒ　ｌａｎｅ", "#.example and #"),
        ("Harbor Lane Trading LLC", "A harbour at the lane", "A harbour at the lane"),
        ("Harbor Lane Trading LLC", "shop.harbor_lane_trading.example", "shop.#_trading.example"),
        ("Acme Ltd", "acme.example, Acme; acmeist", "#.example, #; acmeist"),
        ("Café Müller GmbH", "cafe muller, CAFÉ-MÜLLER", "#, #"),
        ("上海港湾贸易有限公司", "上海港灣貿易（港湾贸易）", "#（#）"),
        ("上海港湾贸易有限公司", "有限公司", "有限公司"),
    ],
)
def test_a_company_is_found_in_every_written_form(name: str, text: str, left: str) -> None:
    """Other case, width, spacing, accents or script, or inside a domain: the name is the name."""
    assert NameForms.of([name]).replace(text, "#") == left


def test_mail_domains_go_wherever_they_stand() -> None:
    """A domain tells whose it is even where it is not the company's name."""
    domains = mail_domains(["To o••@quay-42.example, please", "and w••@mail.quay-42.example."])
    hide = without_domains(domains, "#")
    assert domains == {"quay-42.example", "mail.quay-42.example"}
    assert hide("o••@mail.quay-42.example; see QUAY-42.example") == "o••@#; see #"
