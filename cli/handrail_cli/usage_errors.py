"""Turn Typer's usage errors into one sentence and one hint in the person's language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handrail.core.error_text import reason
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.toml_files import closest

if TYPE_CHECKING:
    import typer
    from pydantic_core import ErrorDetails


def bad_usage(error: typer.TyperException) -> BadInput:
    """Return a usage error as BadInput, with the nearest name or the help command as its hint."""
    path, near = _path(error), _nearest(error)
    return BadInput(
        _sentence(error),
        hint=_("Did you mean {name}?", name=near)
        if near
        else _("`{command} --help` shows what it takes.", command=path),
        where=_parameter(error) or path,
    )


def _sentence(error: typer.TyperException) -> str:
    # Typer shows only the base of its usage errors; which one it is stands in the class's name.
    kind, name = type(error).__name__, _parameter(error)
    if kind == "NoArgsIsHelpError":
        return _("The command does not say what to do.")
    if kind == "MissingParameter":
        return _("{name} is missing.", name=name)
    if kind == "NoSuchOption":
        return _("There is no option {name}.", name=name)
    if kind == "BadParameter":
        return _("{name}: {reason}.", name=name, reason=_reason(error))
    if kind == "BadOptionUsage":
        takes_one = "requires an argument" in error.message
        return _("{name} needs a value.", name=name) if takes_one else _("{name} takes no value.", name=name)
    if extra := re.match(r"Got unexpected extra argument\(s\) \((.+)\)", error.message):
        return _("{command} does not take “{extra}”.", command=_path(error), extra=extra[1])
    if verb := _unknown_verb(error):
        return _("There is no command called {name}.", name=verb)
    return error.format_message().rstrip(".") + "."


def _path(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context else "handrail"


def _parameter(error: typer.TyperException) -> str | None:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return getattr(error, "option_name", None)
    if parameter.param_type_name == "option":
        return str(parameter.opts[0])
    return str(parameter.metavar or parameter.name.upper())


def _nearest(error: typer.TyperException) -> str | None:
    if possibilities := getattr(error, "possibilities", None):
        return str(possibilities[0])
    verb = _unknown_verb(error)
    context = getattr(error, "ctx", None)
    return closest(verb, context.command.list_commands(context)) if verb and context else None


def _unknown_verb(error: typer.TyperException) -> str | None:
    match = re.match(r"No such command '(.+?)'\.", error.message)
    return match[1] if match else None


def _reason(error: typer.TyperException) -> str:
    if among := re.search(r"(\S+) is not one of (.+)\.$", error.message):
        return _("{value} is not one of {choices}", value=among[1], choices=among[2])
    details: list[ErrorDetails] = getattr(error.__cause__, "errors", list)()
    if details:
        return reason(details[0])
    plain = error.message.rstrip(".")
    return plain[:1].lower() + plain[1:]
