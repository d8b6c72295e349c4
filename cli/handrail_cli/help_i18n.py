"""Typer's own words in a help text, said in the operator's language."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import typer

from handrail.core.i18n import gettext as _


def translate(command: Any) -> None:
    """Have this command and every one below it print help in the language in use."""
    command.context_class = _Context
    for one in getattr(command, "commands", {}).values():
        translate(one)


class _Context(typer.Context):
    """Where a command's help is put together."""

    def make_formatter(self) -> Any:
        """Return a formatter that begins the usage line in our words."""
        formatter = super().make_formatter()
        formatter.write_usage = partial(formatter.write_usage, prefix=_("Usage: "))  # type: ignore[method-assign]  # its prefix has no setting
        return formatter

    def get_help(self) -> str:
        """Print the help, with every word of Typer's that has a setting set."""
        command: Any = self.command
        command.options_metavar = _("[OPTIONS]")
        if hasattr(command, "subcommand_metavar"):
            command.subcommand_metavar = _("COMMAND [ARGS]...")
        shown = command.get_help_option(self)
        if shown is not None:
            shown.help = _("Show this message and exit.")
        _set_panels()
        return super().get_help()


def _set_panels() -> None:
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = _("Options")
    rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
    rich_utils.DEFAULT_STRING = _("[default: {}]")
    rich_utils.REQUIRED_LONG_STRING = _("[required]")
    usage = rf"(?P<usage>{re.escape(_('Usage: '))})"
    rich_utils.OptionHighlighter.highlights = [*rich_utils.OptionHighlighter.highlights, usage]
