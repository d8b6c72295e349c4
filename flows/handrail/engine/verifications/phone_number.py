"""The phone number, before the browser opens: whether it can take a text at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.stops import NeedsPerson
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, YES, yes_or_no
from handrail.profile.phones import capability

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.profile.channel import Channel
    from handrail.profile.model import Profile

_TRIES = 3


async def settle_numbers(run: RunContext, profile: Profile) -> Profile:
    """Return the profile with a number that can take a code, or that the person says can."""
    phone = profile.contact.phone
    for _again in range(_TRIES):
        line = capability(phone.value)
        run.journal.event(
            "number",
            channel="phone",
            value=phone.display,
            can_text=line.can_text,
            line=line.line_type,
        )
        if line.can_text == "yes" or (
            line.can_text == "unknown" and await _takes_texts(run, phone, line.reason)
        ):
            break
        other = await _another(run, phone, line.reason)
        if other is None:
            break
        phone = other
    else:
        raise NeedsPerson(_("None of the numbers given can take a text message."))
    contact = profile.contact.model_copy(update={"phone": phone})
    return profile.model_copy(update={"contact": contact})


async def _takes_texts(run: RunContext, phone: Channel, reason: str) -> bool:
    question = _("{reason} Is {phone} in your hand now, and does it take texts?", reason=reason, phone=phone)
    answer = await run.journal.ask(Prompt("takes-texts", question, choices=yes_or_no(), channel="phone"))
    if answer is None:
        raise NeedsPerson(
            _("Nobody could say whether {phone} takes texts.", phone=phone),
            hint=_("Run the same command again with the phone in your hand."),
        )
    return answer.choice == YES


async def _another(run: RunContext, phone: Channel, reason: str) -> Channel | None:
    """Return the number to use instead, or None where the person wants this one tried all the same."""
    prompt = Prompt(
        "landline",
        _("{reason} A code sent to {phone} will probably not arrive.", reason=reason, phone=phone),
        choices=(
            Choice("another-number", _("Use another number")),
            Choice("go-on", _("Try this one all the same")),
            Choice(STOP, _("Stop here")),
        ),
        channel="phone",
    )
    not_opened = NeedsPerson(
        _("{reason} The browser was not opened.", reason=reason),
        hint=_("Put a mobile number into the profile ([contact] phone), then run the same command again."),
        where="contact.phone",
    )
    answer = await run.journal.require(prompt, not_opened, only=("another-number", "go-on"))
    return None if answer.choice == "go-on" else await ask_for_number(run, phone)


async def ask_for_number(run: RunContext, instead_of: Channel) -> Channel:
    """Have the person give another value of the same kind; NeedsPerson when they do not."""
    problem = ""
    for _again in range(_TRIES):
        prompt = Prompt(
            "another-number",
            together(problem, _("Which one should be used instead of {channel}?", channel=instead_of)),
            choices=(Choice(STOP, _("Stop here")),),
            wants_text=True,
            channel=instead_of.kind,
        )
        answer = await run.journal.ask(prompt)
        if answer is not None and answer.choice == STOP:
            raise NeedsPerson(_("Stopped before another value was given for {channel}.", channel=instead_of))
        if answer is None or not answer.text:
            break
        try:
            other = instead_of.with_value(answer.text)
        except BadInput as error:
            problem = error.message
            continue
        run.redaction.add_personal(other)
        return other
    raise NeedsPerson(_("No other value was given for {channel}.", channel=instead_of), ends_run=False)
