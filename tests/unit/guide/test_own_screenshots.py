"""`handrail guide --add`: the seller's own screenshots in a bundle that says whose they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from handrail.core.errors import BadInput
from handrail.evidence.keys.signing_keys import demo_signer
from handrail.evidence.verify.verdict import Trust
from handrail.evidence.verify.verifier import verify
from handrail.guide.own_screenshots import read_picture

SELLER = """legal_name = "Wei Lin Trading"
country = "CN"
account.name = "wei-lin"
contact = { email = "new@example.com", phone = "+86 139 0013 9000" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a profile, and a screenshot that says more than it shows."""
    (tmp_path / "seller.toml").write_text(SELLER, encoding="utf-8")
    image = Image.new("RGBA", (64, 40), (10, 20, 30, 255))
    # Somebody has erased a corner: transparent, but the colour is still in the file.
    image.paste((250, 0, 0, 0), (0, 0, 10, 10))
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "+86 139 0013 9000")
    exif = Image.Exif()
    exif[0x010E] = "+86 139 0013 9000"
    image.save(tmp_path / "verified.png", pnginfo=told, exif=exif)
    return tmp_path


@pytest.fixture
def guide(handrail: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    """Run `handrail guide contact` for the mock, with everything it writes below one folder."""
    places = ("--profile", folder / "seller.toml", "--state", folder / "state", "--out", folder / "out")
    return lambda *more: handrail("guide", "contact", "--site", "mock", *places, *more)


def test_own_screenshots_are_kept_sealed_and_called_own(guide: Callable[..., Any], folder: Path) -> None:
    """Log, manifest, facts and report say that Handrail did not take them; the bundle verifies."""
    picture = folder / "verified.png"
    ran = guide("--add", picture, "--add", picture, "--yes")
    assert ran.code == 0, ran.stderr
    (bundle,) = (folder / "out").iterdir()
    own = frozenset({demo_signer(folder / "state").fingerprint})
    verdict = verify(bundle, Trust(demo_keys=own))
    assert (verdict.intact, verdict.signer, verdict.complete) == (True, "pinned", True)
    assert verdict.added_by_hand is True
    events = [json.loads(line) for line in (bundle / "events.jsonl").read_text("utf-8").splitlines()]
    assert events[0]["own_pictures"] is True
    assert "not captured by Handrail" in next(one["text"] for one in events if one["kind"] == "advice")
    captures = [one for one in events if one["kind"] == "capture"]
    assert [one["caption"] for one in captures] == ["Own screenshot: verified"] * 2
    facts = json.loads((bundle / captures[0]["beside"][0]["path"]).read_text("utf-8"))
    assert facts["captured_by"] == "person"
    assert facts["original"]["commitment"] == hashlib.sha256(picture.read_bytes()).hexdigest()
    result = json.loads((bundle / "manifest.json").read_text("utf-8"))["result"]
    assert (result["outcome"], result["captured_by"]) == ("kept", "person")
    report = (bundle / "report.html").read_text("utf-8")
    assert "Added by hand: screenshots kept" in report
    assert "A real run" not in report
    assert "A dry run, by" not in report
    assert "not captured by Handrail" in report
    assert "pages were read" not in report
    assert "painted over in pictures" not in report


@pytest.mark.parametrize(
    ("site", "language", "mark", "sealed"),
    [
        ("amazon-us", "en", "ADDED BY HAND", "Pictures added by hand, no run; by the seller's own key"),
        ("mock", "en", "ADDED BY HAND", "Pictures added by hand, no run; by a demo key"),
        ("amazon-us", "zh", "手工添加", "手工添加的图片，并非一次运行；由卖家自己的密钥签署"),
    ],
)
def test_the_top_of_the_report_and_every_check_say_that_it_was_added_by_hand(
    site: str,
    language: str,
    mark: str,
    sealed: str,
    handrail: Callable[..., Any],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A screenshot of anything is never called a run: in the strip, the seal, the title, verify and show."""
    secret = folder / "passphrase"
    secret.write_text("a passphrase that is long", encoding="utf-8")
    secret.chmod(0o600)
    monkeypatch.setenv("HANDRAIL_PASSPHRASE_FILE", str(secret))
    said = ("--lang", language, "--state", folder / "state")
    ran = handrail(
        "guide", "contact", "--site", site, "--profile", folder / "seller.toml", "--out", folder / "out",
        "--add", folder / "verified.png", "--yes", *said,
    )  # fmt: skip
    assert ran.code == 0, ran.stderr
    (bundle,) = (folder / "out").iterdir()
    report = (bundle / "report.html").read_text("utf-8")
    top = report.partition('<dl class="facts">')[0]
    assert f'<p class="strip"><strong>{mark}' in top
    assert f"<title>{mark}" in top
    assert sealed in unescape(top)
    assert "A real run" not in report
    for verb in ("verify", "show"):
        assert f"! {mark}" in handrail("evidence", verb, bundle, *said).stdout
    assert handrail("evidence", "verify", bundle, "--json", *said).record["added_by_hand"] is True


def test_a_picture_keeps_its_sight_and_loses_what_its_file_says(folder: Path) -> None:
    """RGB, no text, no EXIF; what was made transparent stays unseen."""
    own = read_picture(folder / "verified.png")
    assert b"0013" not in own.png
    (folder / "kept.png").write_bytes(own.png)
    with Image.open(folder / "kept.png") as kept:
        assert (kept.mode, kept.size, kept.info, dict(kept.getexif())) == ("RGB", (64, 40), {}, {})
        assert kept.getpixel((2, 2)) == (255, 255, 255)
        assert kept.getpixel((30, 30)) == (10, 20, 30)


def test_nothing_is_kept_before_somebody_has_looked(guide: Callable[..., Any], folder: Path) -> None:
    """Without a terminal and without --yes no bundle is begun, and the hint says what to do."""
    ran = guide("--add", folder / "verified.png")
    assert ran.code == 2
    assert "masks nothing" in ran.stderr
    assert "--yes" in ran.stderr
    assert not (folder / "out").exists()


@pytest.mark.parametrize("wrong", ["missing", "folder", "text", "cut", "jpeg", "bomb"])
def test_what_is_no_screenshot_is_refused_by_name(wrong: str, folder: Path) -> None:
    """Anything but one whole PNG of a sensible size is refused before anything is written."""
    path = folder / "wrong.png"
    whole = (folder / "verified.png").read_bytes()
    match wrong:
        case "folder":
            path.mkdir()
        case "text":
            path.write_bytes(b"not a picture")
        case "cut":
            path.write_bytes(whole[: len(whole) - 30])
        case "jpeg":
            Image.new("RGB", (8, 8)).save(path, "JPEG")
        case "bomb":
            Image.new("1", (10_000, 9_500)).save(path, "PNG")
    with pytest.raises(BadInput) as caught:
        read_picture(path)
    assert str(path) in caught.value.message
    assert "PNG" in (caught.value.hint or "")
