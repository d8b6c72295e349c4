"""The browser's window: what a person sees on its page, and hands that press and type there."""

from __future__ import annotations

import base64
import os
import re
import signal
import stat
import subprocess
import urllib.parse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attending.devtools import DevTools, Gone, command, targets
from attending.waiting import wait_for

_RING = "border:3px solid #f7c948"
"""How Handrail's ring is drawn around what the person is to use."""
_PLACE = re.compile(r"(left|top|width|height):(-?\d+)px")
_STARTER = """#!/bin/sh
for argument; do
  case "$argument" in --user-data-dir=*) printf %s "${{argument#*=}}" > "{folder}/profile";; esac
done
printf %s $$ > "{folder}/pid"
exec "{browser}" --remote-debugging-port=0 {more} "$@"
"""


def starter(folder: Path, browser: Path, *, more: Iterable[str] = ()) -> Path:
    """Write and return a program that starts the browser, open to a second connection."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "chromium"
    program.write_text(_STARTER.format(folder=folder, browser=browser, more=" ".join(more)), "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


class Window:
    """The window that a run has opened, or will open."""

    def __init__(self, folder: Path, display: str) -> None:
        self._folder = folder
        self._display = display
        self._port: int | None = None
        self._page: tuple[str, DevTools] | None = None
        self.presses = 0
        """How often something was pressed or typed."""

    @property
    def port(self) -> int:
        """Where the browser listens for the second connection."""
        if self._port is None:
            self._port = wait_for(self._told_port, "the browser did not start")
        return self._port

    def pages(self) -> list[dict[str, Any]]:
        """Return the tabs there are, the one in front first."""
        return [one for one in targets(self.port) if one["type"] == "page"]

    def url(self) -> str:
        """Return the address of the tab in front."""
        return str(self.pages()[0]["url"])

    def page(self) -> DevTools:
        """Return the connection to the tab in front."""
        front = self.pages()
        if not front:
            raise Gone("no tab")
        name = str(front[0]["id"])
        if self._page is None or self._page[0] != name:
            if self._page is not None:
                self._page[1].close()
            self._page = (name, DevTools(str(front[0]["webSocketDebuggerUrl"])))
        return self._page[1]

    def evaluate(self, expression: str) -> Any:
        """Return what an expression is on the page."""
        answer = self.page().send("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    # What is there

    def found(self, role: str, names: Iterable[str]) -> list[int]:
        """Return what has this role and one of these names, in the page's order; shadow roots are no wall."""
        page = self.page()
        root = page.send("DOM.getDocument", depth=0)["root"]["backendNodeId"]
        nodes: list[int] = []
        for name in names:
            answer = page.send(
                "Accessibility.queryAXTree", backendNodeId=root, role=role, accessibleName=name
            )
            nodes += [one["backendDOMNodeId"] for one in answer["nodes"] if not one.get("ignored")]
        return nodes

    def element(self, role: str, *names: str, number: int = 0) -> int:
        """Wait for an element of this role and name, and return it; of several, the one of this number."""

        def look() -> int | None:
            try:
                nodes = self.found(role, names)
            except Gone:
                return None  # the page is just being left
            return nodes[number] if len(nodes) > number else None

        return wait_for(look, lambda: f"there is no {role} called {names} on {self.url()}")

    def ring(self) -> tuple[float, float]:
        """Wait until Handrail's ring rests around something, and return its middle."""
        before: list[tuple[float, float] | None] = [None]

        def look() -> tuple[float, float] | None:
            now = self._ring_now()
            rests = now is not None and now == before[0]
            before[0] = now
            return now if rests else None

        return wait_for(look, lambda: f"there is no ring on {self.url()}")

    def overlays(self) -> str:
        """Return what Handrail shows above the page, as text."""
        return "\n".join(_texts(glass) for glass in self._glass())

    # Hands

    def press(self, role: str, *names: str, number: int = 0) -> None:
        """Click on this with the mouse."""
        for _again in range(3):
            try:
                self.click(self.middle_of(self.element(role, *names, number=number)))
            except Gone:
                continue  # it was drawn anew meanwhile
            return
        raise AssertionError(f"{role} {names} cannot be pressed")

    def press_ring(self) -> None:
        """Click where the ring is."""
        self.click(self.ring())

    def fill(self, text: str, role: str, *names: str, number: int = 0) -> None:
        """Click into this field, and type over what stands there."""
        self.press(role, *names, number=number)
        self.types(text)

    def fill_ring(self, text: str) -> None:
        """Click into the field the ring is around, type over what stands there, and leave it by Tab."""
        self.press_ring()
        self.types(text)
        # Else a site's list of suggestions may cover the next field.
        self.tab()

    def choose(self, label: str, role: str, *names: str) -> None:
        """Choose this option of a list, with the keyboard, as one that is not drawn by the page allows."""
        page = self.page()
        node = page.send("DOM.resolveNode", backendNodeId=self.element(role, *names))["object"]["objectId"]
        page.send(
            "Runtime.callFunctionOn",
            objectId=node,
            functionDeclaration="function () { this.focus() }",
        )
        for key in label:
            page.send("Input.dispatchKeyEvent", type="char", text=key)

    def types(self, text: str) -> None:
        """Type over what stands in the field that has the focus."""
        self.presses += 1
        page = self.page()
        for kind in ("keyDown", "keyUp"):
            more = {"commands": ["selectAll"]} if kind == "keyDown" else {}
            page.send("Input.dispatchKeyEvent", type=kind, key="a", code="KeyA", modifiers=2, **more)
        if text:
            page.send("Input.insertText", text=text)

    def tab(self) -> None:
        """Go on to the next field with the keyboard."""
        for kind in ("rawKeyDown", "keyUp"):
            self.page().send(
                "Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9
            )

    def middle_of(self, node: int) -> tuple[float, float]:
        """Scroll to an element, and return its middle."""
        page = self.page()
        page.send("DOM.scrollIntoViewIfNeeded", backendNodeId=node)
        quads = page.send("DOM.getContentQuads", backendNodeId=node)["quads"]
        if not quads:
            raise Gone("not drawn")
        quad = quads[0]
        return sum(quad[0::2]) / 4, sum(quad[1::2]) / 4

    def click(self, place: tuple[float, float]) -> None:
        """Click there, as a mouse does."""
        self.presses += 1
        page = self.page()
        x, y = place
        page.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            page.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    # The window itself

    def close_tab(self) -> None:
        """Close the tab in front."""
        command(self.port, f"close/{self.pages()[0]['id']}")

    def close(self) -> None:
        """Close the window by its cross."""
        environ = {**os.environ, "DISPLAY": self._display}
        search = ["xdotool", "search", "--onlyvisible", "--class", "chromium"]
        seen = subprocess.run(search, env=environ, capture_output=True, text=True, check=True)  # noqa: S603  # a fixed command
        for window in seen.stdout.split():
            subprocess.run(["xdotool", "windowquit", window], env=environ, check=False)  # noqa: S603, S607  # the same

    def crash_page(self) -> None:
        """Have the tab's renderer die."""
        try:
            self.page().send("Page.crash")
        except Gone:
            return

    def kill(self) -> None:
        """Kill the browser."""
        os.kill(int((self._folder / "pid").read_text("utf-8")), signal.SIGKILL)

    def opens_tab(self, url: str) -> None:
        """Have the page open another tab, as a link to a new window does."""
        address = urllib.parse.quote(url, safe=":/?=&")
        self.page().send("Runtime.evaluate", expression=f"open({address!r})", userGesture=True)

    def picture(self) -> bytes:
        """Return what the tab in front looks like, as a PNG: for whoever looks into a failure."""
        return base64.b64decode(self.page().send("Page.captureScreenshot")["data"])

    def hang_up(self) -> None:
        """End the second connection."""
        if self._page is not None:
            self._page[1].close()

    def _told_port(self) -> int | None:
        profile = self._folder / "profile"
        if not profile.is_file() or not (name := profile.read_text("utf-8")):
            return None
        told = Path(name) / "DevToolsActivePort"
        lines = told.read_text("utf-8").splitlines() if told.is_file() else []
        return int(lines[0]) if lines else None

    def _glass(self) -> list[dict[str, Any]]:
        page = self.page()
        root = page.send("DOM.getDocument", depth=-1, pierce=True)["root"]
        return [node for node in _every(root) if node["nodeName"].lower() == "x-pw-glass"]

    def _ring_now(self) -> tuple[float, float] | None:
        try:
            styles = [_style(node) for glass in self._glass() for node in _every(glass)]
        except Gone:
            return None
        rings = [dict(_PLACE.findall(style)) for style in styles if _RING in style]
        if len(rings) != 1 or len(rings[0]) != 4:
            return None
        ring = {name: float(value) for name, value in rings[0].items()}
        return ring["left"] + ring["width"] / 2, ring["top"] + ring["height"] / 2


def _every(node: dict[str, Any]) -> Iterable[dict[str, Any]]:
    yield node
    inner = [*node.get("children", ()), *node.get("shadowRoots", ())]
    if "contentDocument" in node:
        inner.append(node["contentDocument"])
    for child in inner:
        yield from _every(child)


def _style(node: dict[str, Any]) -> str:
    attributes = node.get("attributes", [])
    return str(dict(zip(attributes[::2], attributes[1::2], strict=True)).get("style", ""))


def _texts(node: dict[str, Any]) -> str:
    return " ".join(one["nodeValue"].strip() for one in _every(node) if one.get("nodeValue", "").strip())
