"""One attended run of the installed command: its terminal, its window, its log as it grows, what it left."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from attending.devtools import Gone
from attending.evidence_check import Deeds
from attending.terminal import Terminal
from attending.waiting import wait_for
from attending.window import Window, starter
from handrail.browser.find import find_browser
from handrail_fixtures.serve import RECORD

_MOCK = re.compile(r"(http://127\.0\.0\.1:\d+)/_mock/outbox")
COMMAND = Path(sys.executable).with_name("handrail")
_BROWSER_ITSELF = Path("/usr/lib/chromium/chromium")
"""Where the system's package puts the browser that its wrapper script starts after half a second."""


@dataclass(frozen=True)
class Left:
    """What a run left: its exit code, its evidence, and the mock's own record of it."""

    code: int
    stdout: str
    screen: str
    mock: dict[str, Any]
    """What the mock received and sent, written by itself when it stopped."""
    deeds: Deeds
    """What the person did."""

    @property
    def record(self) -> dict[str, Any]:
        """The one object that --json prints."""
        record: dict[str, Any] = json.loads(self.stdout)
        return record

    @property
    def bundle(self) -> Path:
        """The folder of its evidence."""
        return Path(self.record["bundle"])

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The bundle's log."""
        lines = (self.bundle / "events.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def told(self, kind: str, **facts: object) -> list[dict[str, Any]]:
        """Return the events of this kind that have these facts."""
        return [
            event
            for event in self.events
            if event["kind"] == kind and all(event.get(key) == value for key, value in facts.items())
        ]

    @property
    def sealed(self) -> bool:
        """Whether the evidence was sealed."""
        return (self.bundle / "attestation.dsse.json").is_file()


class Run:
    """An attended dry run while it lasts."""

    def __init__(
        self,
        folder: Path,
        display: str,
        flow: str,
        scenario: str | Path,
        *options: str,
        lang: str = "en",
        columns: int = 120,
        window: Iterable[str] = (),
    ) -> None:
        """Start it; `window` is what the browser is told besides, such as --window-size=800,600."""
        self._folder = folder
        self._out = folder / "evidence"
        self._told = folder / "mock.json"
        self._events: list[dict[str, Any]] = []
        self._seen = 0
        self._log: int | None = None
        self._half = b""
        self._mock: str | None = None
        found = find_browser(None, headless=False).path
        # The package's own wrapper takes a while to find what we know.
        browser = (
            _BROWSER_ITSELF if found == Path("/usr/bin/chromium") and _BROWSER_ITSELF.exists() else found
        )
        program = starter(folder / "browser", browser, more=window)
        self.window = Window(folder / "browser", display)
        environ = {
            **{name: value for name, value in os.environ.items() if name != "HANDRAIL_BROWSER"},
            "DISPLAY": display,
            RECORD: str(self._told),
            "TERM": "xterm",
        }
        self.terminal = Terminal(
            [
                str(COMMAND), "dry-run", flow, "--scenario", str(scenario), "--attend", "--headed", "--json",
                "--browser", str(program), "--out", str(self._out), "--state", str(folder / "state"),
                "--lang", lang, *options,
            ],
            folder / "stdout",
            environ,
            columns,
        )  # fmt: skip

    @property
    def mock(self) -> str:
        """Where the mock marketplace is, as the terminal says it."""
        if self._mock is None:
            self._mock = wait_for(self._told_mock, lambda: f"no outbox was named\n{self.terminal.screen}")
        return self._mock

    def next_prompt(self) -> dict[str, Any] | None:
        """Wait for the next question in the terminal, and return its event; None at the run's end."""

        def look() -> tuple[dict[str, Any] | None] | None:
            ended = self.terminal.ended
            event = self._next("prompt")
            return (event,) if event or ended else None

        (event,) = wait_for(look, lambda: f"nothing more is asked\n{self.terminal.screen}")
        if event is not None:
            self.terminal.reads("›")
        return event

    def answer_to(self, prompt: dict[str, Any]) -> dict[str, Any] | None:
        """Wait until this question is answered, and return the event; None where the run has ended first."""

        def look() -> tuple[dict[str, Any] | None] | None:
            ended = self.terminal.ended
            self._read_log()
            answers = [e for e in self._events if e["kind"] == "answer" and e["id"] == prompt["id"]]
            return (answers[0] if answers else None,) if answers or ended else None

        (event,) = wait_for(look, lambda: f"nothing was taken as an answer\n{self._seen_by_now()}")
        return event

    def event(self, kind: str, **facts: object) -> dict[str, Any]:
        """Wait for an event of this kind with these facts in the log."""

        def look() -> dict[str, Any] | None:
            self._read_log()
            return next(
                (
                    event
                    for event in self._events
                    if event["kind"] == kind and all(event.get(key) == value for key, value in facts.items())
                ),
                None,
            )

        return wait_for(look, lambda: f"no {kind} {facts}\n{self.terminal.screen}")

    def left(self, deeds: Deeds) -> Left:
        """Wait until it has ended, and return what it left."""
        code = self.terminal.exit_code()
        mock = json.loads(self._told.read_text("utf-8")) if self._told.is_file() else {}
        return Left(code, self.terminal.stdout, self.terminal.screen, mock, deeds)

    @property
    def acts(self) -> int:
        """How often anything was typed at the terminal or pressed on the page."""
        return self.terminal.presses + self.window.presses

    def close(self) -> None:
        """End what still runs."""
        self.window.hang_up()
        self.terminal.close()
        if self._log is not None:
            os.close(self._log)

    def _seen_by_now(self) -> str:
        try:
            (self._folder / "window.png").write_bytes(self.window.picture())
        except Gone as gone:
            return f"{self.terminal.screen}\n(no window: {gone})"
        return f"{self.terminal.screen}\n(the window: {self._folder / 'window.png'})"

    def _told_mock(self) -> str | None:
        found = _MOCK.search(self.terminal.screen)
        return found[1] if found else None

    def _next(self, kind: str) -> dict[str, Any] | None:
        self._read_log()
        while self._seen < len(self._events):
            event = self._events[self._seen]
            self._seen += 1
            if event["kind"] == kind:
                return event
        return None

    def _read_log(self) -> None:
        """Read on in the log, which stays the same file when its folder is renamed."""
        if self._log is None:
            logs = [*self._out.glob("*/events.jsonl"), *self._out.glob(".*/events.jsonl")]
            if not logs:
                return
            self._log = os.open(logs[0], os.O_RDONLY)
        while piece := os.read(self._log, 65536):
            self._half += piece
        *lines, self._half = self._half.split(b"\n")
        self._events += [json.loads(line) for line in lines]


def available() -> bool:
    """Whether there is what an attended run needs here: an X server, and hands for it."""
    return bool(shutil.which("Xvfb") and shutil.which("xdotool"))
