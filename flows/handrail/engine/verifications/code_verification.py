"""A verification by code: typed by the person, sent once each, and never guessed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.effects.effect import NOT_ARRIVED, SIGNED_OUT, EffectResult
from handrail.engine.page.find_element import find
from handrail.engine.verifications.base import Verification
from handrail.sites.schema.actions import CodeEntry

if TYPE_CHECKING:
    from handrail.engine.context.results import VerificationReport
    from handrail.engine.context.run_context import RunContext

_MOST_CODES = 12


class CodeVerification(Verification):
    """One verification by a code that the person receives elsewhere."""

    def __init__(self, run: RunContext, *, name: str, page: str, reports: list[VerificationReport]) -> None:
        super().__init__(run, name=name, page=page, reports=reports)
        self.tried: set[str] = set()
        """Codes typed in this run, in memory only: none of them goes twice."""

    @property
    def code(self) -> CodeEntry:
        """Where the site takes the code."""
        raise NotImplementedError

    async def open_code_form(self) -> None:
        """Bring the code's field to sight, wherever an interruption or a new run has left the page."""
        raise NotImplementedError

    async def ask_code(self) -> str | None:
        """Return the code; empty where the person types it on the page, None where it has not come."""
        raise NotImplementedError

    async def code_missing(self) -> None:
        """Do what the person wants where no code has arrived."""
        raise NotImplementedError

    async def code_expired(self) -> None:
        """Have another code sent, once the person agreed."""
        raise NotImplementedError

    async def confirm_verified(self) -> None:
        """Make sure that the page shows what the code has proven."""
        raise NotImplementedError

    async def enter_code(self) -> None:
        """Have the person's code accepted; a wrong one may be followed by another, never by itself."""
        for _attempt in range(_MOST_CODES):
            if not await self.unless_signed_in(self.open_code_form()):
                await self.back()
                continue
            # A rehearsal enters no code, so it asks for none.
            code = "" if self.run.rehearsing else await self.ask_code()
            if code is None:
                await self.code_missing()
                continue
            result = await self._submit(code)
            if result.word == NOT_ARRIVED:
                await self.code_missing()
                continue
            word = await self.outcome_of(result)
            if word == "accepted":
                await self.confirm_verified()
                return
            await self._not_accepted(code, word, result)
        raise NeedsPerson(_("Too many codes were typed for {channel}.", channel=self.label), ends_run=False)

    async def _not_accepted(self, code: str, word: str, result: EffectResult) -> None:
        """Make ready for another code, or stop where the site takes none."""
        if word == SIGNED_OUT:
            self.tried.discard(code)
            await self.back()
        elif word == "expired":
            await self.code_expired()
        elif word == "wrong-code":
            self.run.journal.tell("say", _("The site says the code is not right."))
        else:
            await self.not_taken(word, result)

    async def _submit(self, code: str) -> EffectResult:
        """Type the code and press; at guide level the person does both, and Handrail sees no code."""
        press = partial(
            self.press,
            "enter-code",
            self.code.submit,
            "submit",
            None,
            what=_("the button that submits the code"),
        )
        if self.run.assist == "guide":
            return await press(
                by_hand=_(
                    "Type the code sent to {channel} on the page, and press the button there.",
                    channel=self.label,
                )
            )
        self.tried.add(code)
        return await press(lead=partial(self._type_code, code))

    async def _type_code(self, code: str) -> None:
        """Type a code the person gave into its field; it is kept nowhere else."""
        self.run.redaction.add_secret(code)
        await (await find(self.run, self.code.field, what=_("the field for the code"))).fill(code)
