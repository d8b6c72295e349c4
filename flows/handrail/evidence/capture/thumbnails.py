"""Reduced pictures for the report."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

WIDTH = 480
"""Pixels: twice its size on screen, and enough for paper."""
_TALLEST = 960
"""Pixels; a taller picture is cut off below."""
_QUALITY = 70


def reduced(image: Image.Image) -> bytes:
    """Return a reduced picture in WebP; of a very tall one, its upper part."""
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
    """Return a file's picture reduced; empty if it is no readable picture."""
    from PIL import UnidentifiedImageError

    try:
        return reduced_png(path.read_bytes())
    except UnidentifiedImageError:
        return b""


def reduced_png(png: bytes) -> bytes:
    """Return a PNG reduced; raises UnidentifiedImageError if it is no picture."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        return reduced(picture.convert("RGB"))
