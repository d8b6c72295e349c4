"""The terminal operator: the person at the keyboard, asked without ever blocking the page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.markup import escape

from handrail.core.console_input import Keyboard
from handrail.core.i18n import gettext as _
from handrail.operator import STOP_ALL, Answer, Choice, Prompt
from handrail_cli.output import console

if TYPE_CHECKING:
    from playwright.async_api import Page

_MISREADS = 5
_EVERY_RUN = "stop all"
"""What ends every run, typed at any question; the same in every language, as a command is."""
_STYLES = {"+": "green", "-": "red", "@": "dim"}
"""How a line of a diff is shown, by its first character."""


class TerminalOperator:
    """Ask on stderr, read from stdin; an end of input is nobody answering."""

    def __init__(self) -> None:
        self._talk = console(stderr=True)
        self._keyboard = Keyboard()

    async def ask(self, prompt: Prompt, page: Page | None) -> Answer | None:
        """Return what the person chose or typed, or None when there is no more input."""
        with self._keyboard.listening(hidden=prompt.secret and prompt.wants_text):
            self._show(prompt)
            for _again in range(_MISREADS):
                line = await self._keyboard.line()
                if line is None or not sys.stdin.isatty():
                    # Only a terminal has shown the Enter that ends the line.
                    self._talk.print()
                if line is None:
                    return None
                answer = self._understood(prompt, line.strip())
                if answer is not None:
                    return answer
                self._talk.print("  " + _("Type one of the numbers shown, or its word."), style="yellow")
        return None

    def _show(self, prompt: Prompt) -> None:
        self._talk.print(f"\n[bold cyan]?[/] [bold]{escape(prompt.text)}[/]")
        if prompt.value is not None:
            # The person's own value, for the person's own eyes: it goes into no evidence.
            self._talk.print(f"    {escape(prompt.value)}", style="bold yellow")
        for line in (prompt.detail or "").splitlines():
            self._talk.print(f"    {escape(line)}", style=_STYLES.get(line[:1]))
        for number, choice in enumerate(prompt.choices, start=1):
            default = " " + _("(Enter)") if choice.id == prompt.default else ""
            self._talk.print(f"    [cyan]{number}[/]  {escape(choice.label)}{default}")
        self._talk.print(f"    [cyan]{_EVERY_RUN}[/]  {escape(_('Stop every run'))}", style="dim")
        ending = _("your answer, or a number: ") if prompt.wants_text else _("number: ")
        self._talk.print("  › " + ending, end="")

    @staticmethod
    def _understood(prompt: Prompt, line: str) -> Answer | None:
        if line.lower() == _EVERY_RUN:
            return Answer(choice=STOP_ALL)
        choice = _chosen(prompt, line)
        if choice is not None:
            return Answer(choice=choice.id)
        if prompt.wants_text and line:
            return Answer(text=line)
        return None


def _chosen(prompt: Prompt, line: str) -> Choice | None:
    if not line:
        return next((one for one in prompt.choices if one.id == prompt.default), None)
    if line.isdigit() and 1 <= int(line) <= len(prompt.choices):
        return prompt.choices[int(line) - 1]
    said = line.lower()
    return next(
        (one for one in prompt.choices if said in (one.id, one.label.lower(), (one.name or one.id).lower())),
        None,
    )
