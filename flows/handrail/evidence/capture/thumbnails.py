"""Reduced pictures: what the report shows of a capture before somebody opens it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

WIDTH = 480
"""Pixels: twice what a screen shows of it, and enough for paper."""
_TALLEST = 960
"""Pixels; what is below can be seen in the picture itself."""
_QUALITY = 70


def reduced(image: Image.Image) -> bytes:
    """Return a picture made small, in WebP; of a very tall one, its upper part."""
    from PIL import Image

    tallest = _TALLEST * image.width // WIDTH
    upper = image.crop((0, 0, image.width, min(image.height, tallest)))
    if upper.width > WIDTH:
        size = (WIDTH, max(1, upper.height * WIDTH // upper.width))
        upper = upper.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    file = io.BytesIO()
    upper.save(file, "WEBP", quality=_QUALITY, method=0)
    return file.getvalue()


def reduced_file(path: Path) -> bytes:
    """Return a picture's file made small; empty for what is no picture that can be read."""
    from PIL import UnidentifiedImageError

    try:
        return reduced_png(path.read_bytes())
    except UnidentifiedImageError:
        return b""


def reduced_png(png: bytes) -> bytes:
    """Return a picture made small; raises UnidentifiedImageError for what is none."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        return reduced(picture.convert("RGB"))
