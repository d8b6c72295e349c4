"""The pictures in the README: terminal, report and one capture of a real dry run, in each language.

`python tests/tools/pictures.py` plays one dry run per language and writes docs/pictures/. It needs a
terminal of its own, so it runs on POSIX systems only.
"""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from handrail.browser.find import find_browser
from handrail.evidence.format.events import read_events

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
COLUMNS = 104
_COLOURS = 256
"""Flat pages need no more, and the files stay small."""
_REPORT_SIZE = {"width": 1000, "height": 1250}
_THEME = TerminalTheme(
    (16, 42, 67),
    (226, 232, 240),
    [
        (16, 42, 67), (248, 113, 113), (134, 239, 172), (253, 224, 71),
        (147, 197, 253), (240, 171, 252), (103, 232, 249), (226, 232, 240),
    ],
)  # fmt: skip
# Only a font made for both keeps Chinese characters two columns wide; Latin text looks better in the other.
_FONTS = {"en": "DejaVu Sans Mono", "zh": "Noto Sans Mono CJK SC"}
_TERMINAL = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #102a43; display: inline-block }}
pre {{ margin: 0; padding: 22px 26px; color: #e2e8f0; background: #102a43;
  font: 14px/1.45 {font}, Menlo, Consolas, monospace }}
</style><pre>{text}</pre>"""


def main(languages: list[str]) -> None:
    """Draw the pictures for these languages."""
    PICTURES.mkdir(exist_ok=True)
    found = find_browser(None, headless=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.path, chromium_sandbox=found.sandbox)
        for language in languages:
            with TemporaryDirectory(prefix="seller-") as folder:
                said = dry_run(Path(folder), language)
                (bundle,) = (Path(folder) / "handrail-evidence").iterdir()
                read_events(bundle / "events.jsonl", head=_head(bundle))
                page = browser.new_page(viewport=_REPORT_SIZE)
                page.goto((bundle / "report.html").as_uri())
                keep(page.screenshot(), f"report.{language}.png")
                keep(terminal(page, said, _FONTS[language]), f"run.{language}.png")
                (capture,) = (bundle / "artifacts").glob("*-phone-verified.png")
                keep(capture.read_bytes(), "capture.png")
                page.close()
        browser.close()


def dry_run(folder: Path, language: str) -> str:
    """Run the dry run in a terminal of its own, and return everything it showed there."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (60, COLUMNS))
    command = ["handrail", "dry-run", "contact", "--lang", language]
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with (
        subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-m", "handrail_cli.main", *command[1:], "--state", str(folder / "state")],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={**environment, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)},
        ) as running
    ):
        os.close(theirs)
        shown = _read_all(ours)
    if running.returncode:
        raise SystemExit(f"The dry run ended with {running.returncode}:\n{shown}")
    return f"$ {' '.join(command)}\n{shown.rstrip()}"


def terminal(page: Page, said: str, font: str) -> bytes:
    """Draw what a terminal showed, colours and all."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(said), soft_wrap=True)
    text = console.export_html(theme=_THEME, inline_styles=True, code_format="{code}")
    page.set_content(_TERMINAL.format(text=text, font=f"'{font}'"))
    return page.locator("pre").screenshot()


def keep(png: bytes, name: str) -> None:
    """Write a picture in few colours."""
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(PICTURES / name, optimize=True)


def _head(bundle: Path) -> str:
    head: str = json.loads((bundle / "manifest.json").read_bytes())["chain"]["head"]
    return head


def _read_all(descriptor: int) -> str:
    pieces = []
    # Linux ends a terminal whose other side was closed with an error, macOS with nothing.
    while piece := _read(descriptor):
        pieces.append(piece)
    os.close(descriptor)
    return b"".join(pieces).decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


if __name__ == "__main__":
    main(sys.argv[1:] or ["en", "zh"])
