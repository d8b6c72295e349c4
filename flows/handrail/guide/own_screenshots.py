"""Put the seller's own screenshots into a bundle, unmasked and marked as their own."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from handrail.core.error_text import system
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.evidence.recording.recorder import Recorder
from handrail.privacy.redactor import Redactor

if TYPE_CHECKING:
    from PIL.Image import Image

    from handrail.evidence.format.events import Json
    from handrail.evidence.keys.signer import Signer
    from handrail.profile.model import Profile
    from handrail.sites.schema.site import Site

MOST_BYTES = 50 << 20
"""The largest file; a whole page has a tenth of it."""
MOST_PIXELS = 80_000_000
"""The largest picture: a limit against malicious files."""


@dataclass(frozen=True)
class OwnPicture:
    """One screenshot that a person took themselves."""

    name: str
    """Its file's name, without the ending."""
    png: bytes
    """The picture alone: RGB, on white where it was transparent, no text and no data about it."""
    size: tuple[int, int]
    """Width and height in pixels."""
    original: str
    """The sha256 of the file as it was given, in hex."""


def read_picture(path: Path) -> OwnPicture:
    """Return a PNG's picture without what its file says beside it; BadInput for anything else."""
    try:
        data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        raise _refused(path, _("{path} cannot be read: {reason}.", path=path, reason=system(error))) from None
    if data is None:
        raise _refused(path, _("{path} is larger than {size} MB.", path=path, size=MOST_BYTES >> 20))
    image = _decoded(path, data)
    out = io.BytesIO()
    image.save(out, "PNG")
    return OwnPicture(path.stem, out.getvalue(), image.size, hashlib.sha256(data).hexdigest())


def keep(
    pictures: Sequence[OwnPicture], *, flow: str, site: Site, profile: Profile, out: Path, signer: Signer
) -> Path:
    """Write a sealed bundle of these pictures under `out` and return where it is.

    It says in its log, its manifest and its report that Handrail took none of them. Nothing in them
    is masked or looked at. Raises BadInput where `out` takes no files.
    """
    redaction = Redactor(profile)
    facts: dict[str, Json] = {
        "flow": flow,
        "site": site.id,
        "site_name": site.name,
        "site_kind": site.kind,
        "account": profile.account.name,
        "legal_name": profile.legal_name,
        "dry_run": site.kind == "mock",
        "own_pictures": True,
    }
    recorder = Recorder.begin(out, facts=facts, clean=redaction.clean, scan=redaction.scan, signer=signer)
    notice = _("The seller's own screenshots: not captured by Handrail, and nothing in them is masked.")
    recorder.event("advice", text=notice)
    for picture in pictures:
        recorder.artifact(_caption(picture), picture.png, _facts(picture), None)
    return recorder.finish(
        {
            "flow": flow,
            "site": site.id,
            "dry_run": site.kind == "mock",
            "outcome": "kept",
            "exit_code": 0,
            "captured_by": "person",
            "advice": [notice],
        }
    )


def _caption(picture: OwnPicture) -> str:
    return _("Own screenshot: {name}", name=picture.name)


def _facts(picture: OwnPicture) -> dict[str, object]:
    width, height = picture.size
    return {
        "caption": _caption(picture),
        "masks": [],
        "own": True,
        "captured_by": "person",
        "width": width,
        "height": height,
        # The redactor leaves a commitment's hash alone.
        "original": {"commitment": picture.original},
    }


def _decoded(path: Path, data: bytes) -> Image:
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            # Its own warning for large pictures stands above our limit.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=["PNG"])
        if picture.width * picture.height > MOST_PIXELS:
            raise _refused(path, _("{path} has too many pixels.", path=path))
        turned = ImageOps.exif_transpose(picture)
        return _on_white(turned)
    except Image.DecompressionBombError:
        raise _refused(path, _("{path} has too many pixels.", path=path)) from None
    except (OSError, SyntaxError, ValueError):
        # Pillow's ways of saying that a file is no PNG, or is one cut short.
        raise _refused(path, _("{path} is not a whole PNG.", path=path)) from None


def _on_white(picture: Image) -> Image:
    """Return the picture in RGB: what was made transparent must not come back to sight."""
    from PIL import Image

    layered = picture.convert("RGBA")
    plain = Image.new("RGBA", layered.size, "white")
    plain.alpha_composite(layered)
    return plain.convert("RGB")


def _refused(path: Path, sentence: str) -> BadInput:
    return BadInput(
        sentence, hint=_("Give a screenshot saved as PNG with --add FILE.png."), where=f"--add {path}"
    )
