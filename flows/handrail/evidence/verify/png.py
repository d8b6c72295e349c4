"""Check a PNG while reading it: complete, opaque, nothing hidden in it or after it."""

from __future__ import annotations

import struct
from collections.abc import Callable

from handrail.evidence.format.findings import CheckFailed

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">I4s")
_SIZE = struct.Struct(">2I2B")
_CRC = 4

_PLAIN = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"sRGB", b"gAMA", b"cHRM", b"pHYs"})
"""The allowed chunks: the picture and how to show it, no texts or EXIF (PNG, third edition, 11)."""

_FIXED = {b"IHDR": 13, b"IEND": 0}
"""Chunks of a fixed length."""

_WITH_ALPHA = frozenset({4, 6})


class Png:
    """A PNG's chunks, checked as its bytes are fed; `size` ends the check."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._have = bytearray()
        self._need = len(_SIGNATURE)
        self._skip = 0
        self._step: Callable[[bytes], None] = self._signature
        self._size: tuple[int, int] | None = None

    def feed(self, data: bytes) -> None:
        """Take the next bytes; raises CheckFailed."""
        position, end = 0, len(data)
        while position < end:
            if self._skip:
                passed = min(self._skip, end - position)
                self._skip -= passed
                position += passed
                continue
            taken = data[position : position + self._need - len(self._have)]
            self._have += taken
            position += len(taken)
            if len(self._have) == self._need:
                whole = bytes(self._have)
                self._have.clear()
                self._step(whole)

    def size(self) -> tuple[int, int]:
        """Return width and height in pixels after the last byte; raises CheckFailed for half a picture."""
        if self._size is None or self._step != self._after_end or self._skip:
            raise CheckFailed("picture-cut", self._name)
        return self._size

    def _signature(self, whole: bytes) -> None:
        if whole != _SIGNATURE:
            raise CheckFailed("picture-cut", self._name)
        self._need, self._step = _HEAD.size, self._chunk

    def _chunk(self, whole: bytes) -> None:
        length, kind = _HEAD.unpack(whole)
        if kind not in _PLAIN:
            raise CheckFailed("picture-chunk", self._name)
        if (kind == b"IHDR") != (self._size is None):
            raise CheckFailed("picture-cut", self._name)
        if length != _FIXED.get(kind, length):
            raise CheckFailed("picture-chunk", self._name)
        if kind == b"IHDR":
            self._need, self._step = length, self._header
            return
        self._skip = length + _CRC
        if kind == b"IEND":
            self._need, self._step = 1, self._after_end

    def _header(self, whole: bytes) -> None:
        width, height, _depth, colour = _SIZE.unpack_from(whole)
        if colour in _WITH_ALPHA:
            raise CheckFailed("picture-alpha", self._name)
        self._size = width, height
        self._skip, self._need, self._step = _CRC, _HEAD.size, self._chunk

    def _after_end(self, _whole: bytes) -> None:
        raise CheckFailed("picture-after-end", self._name)
