"""The terminal operator: the person at the keyboard, asked without ever blocking the page."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from rich.markup import escape

from handrail.core.console_input import Keyboard
from handrail.core.i18n import gettext as _
from handrail.operator import STOP_ALL, Answer, Prompt
from handrail.operator.choice_keys import choice_keys, chosen
from handrail_cli.output import console

if TYPE_CHECKING:
    from playwright.async_api import Page

    from handrail.browser.stop_key import StopOffer

_MISREADS = 5
"""So many lines of a pipe are read for one question; a person may mistype as often as it takes."""
_READING_S = 1.0
"""How long a question that asks for consent has to stand before it can be answered."""
_EVERY_RUN = "stop all"
"""What ends every run, typed at any question; the same in every language, as a command is."""
_STYLES = {"+": "green", "-": "red", "@": "dim"}
"""How a line of a diff is shown, by its first character."""
_BELL = "\a"


class TerminalOperator:
    """Ask on stderr, read from stdin; an end of input is nobody answering."""

    def __init__(self) -> None:
        self._talk = console(stderr=True)
        self._keyboard = Keyboard()
        self.stop_offer: StopOffer | None = None
        """What is offered before runs of other accounts are stopped."""

    async def ask(self, prompt: Prompt, page: Page | None) -> Answer | None:
        """Return what the person chose or typed, or None when there is no more input."""
        at_terminal = sys.stdin is not None and sys.stdin.isatty()
        lines = 0
        with self._keyboard.listening(hidden=prompt.secret and prompt.wants_text):
            self._show(prompt)
            since = time.monotonic()
            while at_terminal or lines < _MISREADS:
                lines += 1
                line = await self._keyboard.line()
                if line is None or not at_terminal:
                    # Only a terminal has shown the Enter that ends the line.
                    self._talk.print()
                if line is None:
                    return None
                if at_terminal and prompt.is_consent and time.monotonic() - since < _READING_S:
                    self._say_again(_("That came before the question could be read. Read it, then answer."))
                    continue
                answer = _understood(prompt, line.strip())
                if answer is not None and answer.choice == STOP_ALL and not await self._confirm_stop():
                    self._show(prompt)
                    since = time.monotonic()
                    continue
                if answer is not None:
                    return answer
                self._say_again(_not_understood(prompt))
        return None

    async def _confirm_stop(self) -> bool:
        """Return whether every run is to stop: at once, unless runs of other accounts would stop too."""
        if self.stop_offer is None or not self.stop_offer.others():
            return True
        choices = {
            "this": _("Stop this run only"),
            "all": _("Stop every run"),
            "no": _("Go on with the question"),
        }
        for key, label in choices.items():
            self._talk.print(f"    [cyan]{key}[/]  {escape(label)}")
        self._talk.print("  › " + _("your answer: "), end="")
        while (line := await self._keyboard.line()) is not None:
            choice = line.strip().lower()
            if choice in {"all", "no"}:
                return choice == "all"
            if choice == "this":
                break
            self._say_again(_("Type one of these: {keys}.", keys=_(", ").join(choices)))
        self.stop_offer.stop_this()
        return await asyncio.Event().wait()  # until that arrives: whoever runs this run cancels it

    def _say_again(self, problem: str) -> None:
        self._talk.print("  " + escape(problem), style="yellow")
        self._talk.print("  › ", end="")

    def _show(self, prompt: Prompt) -> None:
        if self._talk.is_terminal:
            self._talk.file.write(_BELL)
        self._talk.print(f"\n[bold cyan]?[/] [bold]{escape(prompt.text)}[/]")
        if prompt.value is not None:
            # The person's own value, for the person's own eyes: it goes into no evidence.
            self._talk.print(f"    {escape(prompt.value)}", style="bold yellow")
        for line in (prompt.detail or "").splitlines():
            self._talk.print(f"    {escape(line)}", style=_STYLES.get(line[:1]))
        for key, choice in choice_keys(prompt).items():
            default = " " + _("(Enter)") if choice.id == prompt.default else ""
            self._talk.print(f"    [cyan]{key}[/]  {escape(choice.label)}{default}")
        self._talk.print(f"    [cyan]{_EVERY_RUN}[/]  {escape(_('Stop every run'))}", style="dim")
        ending = _("type {what}: ", what=_wanted(prompt)) if prompt.wants_text else _("your answer: ")
        self._talk.print("  › " + ending, end="")


def _understood(prompt: Prompt, line: str) -> Answer | None:
    if line.lower() == _EVERY_RUN:
        return Answer(choice=STOP_ALL)
    if (choice := chosen(prompt, line)) is not None:
        return Answer(choice=choice.id)
    if prompt.wants_text and line:
        return Answer(text=line)
    return None


def _not_understood(prompt: Prompt) -> str:
    keys = _(", ").join((*choice_keys(prompt), _EVERY_RUN))
    if prompt.wants_text:
        return _("Type {what}, or one of these: {keys}.", what=_wanted(prompt), keys=keys)
    return _("Type one of these: {keys}.", keys=keys)


def _wanted(prompt: Prompt) -> str:
    """Return what is to be typed, in the middle of a sentence."""
    if prompt.kind == "certifier":
        return _("your name")
    return _("the new value") if prompt.kind == "another-number" else _("the code")
