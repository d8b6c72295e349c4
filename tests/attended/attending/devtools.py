"""A second connection to the browser under test: a few commands of its DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import urllib.request
from typing import Any
from urllib.parse import urlsplit

_PATIENCE_S = 30.0


class Gone(Exception):
    """The page, or the browser, is not there any more."""


class DevTools:
    """One page's connection: a command is sent, and its answer is waited for; nothing is subscribed to."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname and parts.port
        try:
            self._socket = socket.create_connection((parts.hostname, parts.port), timeout=_PATIENCE_S)
            self._rest = b""
            self._shake_hands(f"{parts.hostname}:{parts.port}", parts.path)
        except OSError as error:
            raise Gone(url) from error
        self._sent = 0

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return what the browser answers; Gone where it cannot any more."""
        self._sent += 1
        try:
            self._write(json.dumps({"id": self._sent, "method": method, "params": parameters}).encode())
            while True:
                answer = json.loads(self._read_message())
                if answer.get("id") == self._sent:
                    break
        except OSError as error:
            raise Gone(method) from error
        if "error" in answer:
            raise Gone(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    # RFC 6455, as far as a client needs it that talks with a browser on loopback.

    def _shake_hands(self, host: str, path: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self._socket.sendall(request.encode())
        while b"\r\n\r\n" not in self._rest:
            self._receive()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        if b" 101 " not in head.splitlines()[0]:
            raise ConnectionRefusedError(head.decode("latin-1"))

    def _receive(self) -> None:
        piece = self._socket.recv(65536)
        if not piece:
            raise ConnectionResetError
        self._rest += piece

    def _exactly(self, size: int) -> bytes:
        while len(self._rest) < size:
            self._receive()
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def _read_message(self) -> bytes:
        message = b""
        while True:
            first, second = self._exactly(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack(">H", self._exactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", self._exactly(8))
            piece = self._exactly(size)
            if first & 0x0F == 8:
                raise ConnectionResetError
            if first & 0x0F in (0, 1, 2):
                message += piece
                if first & 0x80:
                    return message

    def _write(self, message: bytes) -> None:
        size = len(message)
        if size < 126:
            head = struct.pack(">BB", 0x81, 0x80 | size)
        elif size < 65536:
            head = struct.pack(">BBH", 0x81, 0x80 | 126, size)
        else:
            head = struct.pack(">BBQ", 0x81, 0x80 | 127, size)
        # A mask of zeros leaves the message as it is.
        self._socket.sendall(head + b"\0\0\0\0" + message)


def targets(port: int) -> list[dict[str, Any]]:
    """Return what the browser lists, the newest first; Gone where there is none."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=_PATIENCE_S) as answer:
            listed: list[dict[str, Any]] = json.load(answer)
    except (OSError, ValueError) as error:
        raise Gone("browser") from error
    return listed


def command(port: int, what: str) -> None:
    """Give one of the few commands that need no page: close/ID, activate/ID."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/{what}", timeout=_PATIENCE_S) as answer:
            answer.read()
    except OSError as error:
        raise Gone(what) from error
