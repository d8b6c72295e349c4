"""What any verification asks the person; each returns the answer and does nothing with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.stops import NeedsPerson
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, PromptKind
from handrail.operator.typed_code import describe_format, read_code

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

_TRIES_AT_TYPING = 5


async def ask_code(
    run: RunContext,
    kind: PromptKind,
    question: str,
    *,
    channel: str,
    label: str,
    code_format: str,
    tried: Collection[str],
    if_stopped: str,
    default: str | None = None,
) -> str | None:
    """Return the code the person types; None where it has not arrived.

    A code that is not of the site's format (a regex), or was tried already, is asked for again.
    """
    problem = ""
    stopped = NeedsPerson(
        if_stopped, hint=_("Run the same command again with the code at hand: no second code is asked for.")
    )
    for _attempt in range(_TRIES_AT_TYPING):
        prompt = Prompt(
            kind,
            together(problem, question),
            choices=(Choice("not-arrived", _("It has not arrived")), Choice(STOP, _("Stop here"))),
            default=default,
            wants_text=True,
            secret=True,
            code_format=code_format,
            channel=channel,
        )
        answer = await run.journal.require(prompt, stopped)
        if answer.choice == "not-arrived":
            return None
        code = read_code(answer.text or "", code_format)
        if code is None:
            problem = _not_a_code(code_format)
        elif code in tried:
            problem = _("That code was entered already.")
        else:
            return code
    raise NeedsPerson(_("No usable code was typed for {channel}.", channel=label), ends_run=False)


def _not_a_code(code_format: str) -> str:
    shape = describe_format(code_format)
    if not shape:
        return _("That does not look like this site's codes.")
    return _("That does not look like this site's codes ({shape}).", shape=shape)
