"""Translate Typer's own words in help texts."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import typer

from handrail.core.i18n import gettext as _


def translate(command: Any) -> None:
    """Make a command and all its subcommands print help in the language in use."""
    command.context_class = _Context
    for subcommand in getattr(command, "commands", {}).values():
        translate(subcommand)


class _Context(typer.Context):
    """A context that translates a command's help."""

    def make_formatter(self) -> Any:
        """Return a formatter with a translated usage line."""
        formatter = super().make_formatter()
        formatter.write_usage = partial(formatter.write_usage, prefix=_("Usage: "))  # type: ignore[method-assign]  # its prefix has no setting
        return formatter

    def get_help(self) -> str:
        """Return the help, with all of Typer's words that can be set translated."""
        command: Any = self.command
        command.options_metavar = _("[OPTIONS]")
        if hasattr(command, "subcommand_metavar"):
            command.subcommand_metavar = _("COMMAND [ARGS]...")
        help_option = command.get_help_option(self)
        if help_option is not None:
            help_option.help = _("Show this message and exit.")
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
