"""An address on a site: read, compared, saved once, and verified by post or by documents."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson, SessionChanged, Waiting, in_minutes
from handrail.engine.effects.effect import SIGNED_OUT
from handrail.engine.repair.ask_element import ask_where
from handrail.engine.repair.ask_meaning import ask_which
from handrail.engine.verifications import reasons
from handrail.engine.verifications.address import questions
from handrail.engine.verifications.address.ordering import AddressOrdering
from handrail.engine.verifications.address.progress import VISIBLE_WITHIN_MINUTES
from handrail.engine.verifications.address.shown_address import ShownAddress
from handrail.profile.matching.compare import advice, part_name

if TYPE_CHECKING:
    pass

_MOST_ROUNDS = 6


class AddressVerification(AddressOrdering):
    """One of the account's addresses, from what is shown to what is proven."""

    async def read(self) -> ShownAddress:
        """Read the address and its state, once what an earlier run left open is settled."""
        await self.arrive()
        shown = self._seen(await self.run.journal.step(f"read {self.name}", "read", self._reader.read_twice))
        while shown.is_empty and not await self._is_there_none():
            shown = await self._read()
        shown = await self._with_known_state(shown)
        if shown.state is None:
            raise reasons.unknown_state(self.label)
        for part in shown.comparison.differing:
            self.run.journal.event(
                "difference",
                channel=self.name,
                part=part.part,
                shown=part.shown,
                wanted=part.wanted,
                how=part.kind,
            )
        return shown

    async def wants_alignment(self, shown: ShownAddress) -> bool:
        """Say where the same place is written differently; return whether the person wants it aligned."""
        if shown.comparison.result != "written-differently":
            return False
        for part in shown.comparison.differing:
            self.run.journal.say(advice(part, self.kind))
        return await questions.ask_whether_to_align(self.run, self.name, self.label)

    async def _is_there_none(self) -> bool:
        """Whether there is no address yet, as the person says; where it has moved, they show its parts."""
        if await questions.ask_whether_none(self.run, self.name, self.label):
            return True
        for part, value in self.spec.shown.items():
            await ask_where(self.run, value.at, part_name(part))
        return False

    async def put(self) -> None:
        """Show the difference, fill, read back, and save once the person approved."""
        if await self._is_postcard_out() or self._postcard.order() is not None:
            await self._agree_to_lose_postcard(_("Saving another address"))
        else:
            await self._refuse_to_save_twice(await self._read())
        for _round in range(_MOST_ROUNDS):
            if await self._save():
                return
            await self.back()  # signed in anew: the form is empty again
        raise NeedsPerson(_("The site keeps signing out instead of saving."), ends_run=False)

    async def _refuse_to_save_twice(self, shown: ShownAddress) -> None:
        """Wait where this very address was saved and is not shown yet; ask where a change is under way."""
        if not shown.differs or self.run.rehearsing:
            return
        being_checked = await self._reader.is_being_checked(shown)
        waiting = self._progress.save_not_shown_yet(self.label, self.commitment, being_checked=being_checked)
        if waiting is not None:
            raise waiting
        if being_checked or self._progress.handed_in_recently():
            await questions.agree_to_begin_anew(self.run, self.name, self.label)

    async def _save(self) -> bool:
        """Fill, and save once; False where the site signed out instead."""
        before, save = await self._read(), self.spec.save
        wanted, changes = self._reader.wanted, questions.changes(before.comparison)
        self._tell_changes(changes)
        try:
            await self._open_form()
            filling = partial(self._form.fill, wanted)
            await self.run.journal.step(f"fill {self.name}", "fill", filling, policy="field")
        except SessionChanged:
            return False
        result = await self.press(
            "save",
            save,
            "request-code" if save.asks_for_code else "submit",
            _("Save the {channel}: {changes}", channel=self.label,
              changes=_("; ").join(changes) or self.display),
            what=_("the button that saves"),
            ready=partial(self._form.check, wanted),
            on_release=self._postcard.close_given_up,
        )  # fmt: skip
        word = await self.outcome_of(result)
        if word == SIGNED_OUT:
            return False
        if word not in ("saved", "verify-asked", "code-asked", "checking"):
            await self.not_taken(word, result)
        for part in before.comparison.differing:
            self.record_change(part.shown, part.wanted, part=part.part)
        await self.capture(_("{channel} is saved", channel=self.label), "saved")
        if word == "saved":
            await self._read_back()
        return True

    def _tell_changes(self, changes: list[str]) -> None:
        """Tell the difference part by part where nobody approves it: below press, and in a rehearsal."""
        if self.run.assist == "press" and not self.run.rehearsing:
            return
        for change in changes:
            self.run.journal.tell("say", _("{channel}, {change}", channel=self.label, change=change))

    async def _read_back(self) -> None:
        await self.back()
        shown = await self._read()
        if not shown.differs:
            return
        await self.capture(_("{channel} after saving", channel=self.label), "after-saving")
        if shown.state == "in-progress":
            raise Waiting(
                _("The {channel} is saved; the page does not show it yet.", channel=self.label),
                until=in_minutes(VISIBLE_WITHIN_MINUTES),
                until_from="handrail",
            )
        raise reasons.not_saved(self.label)

    async def verify(self) -> None:
        """See the address verified, or have its verification ordered once, and say until when to wait."""
        for _round in range(_MOST_ROUNDS):
            if await self._is_verified():
                return
            under_way = await self._under_way()
            if under_way == "postcard":
                await self.enter_code()
            elif under_way == "checking":
                raise await self._wait_for_check()
            elif self._postcard.order() is not None and not self._postcard.is_given_up:
                await self._postcard_unseen()
            elif under_way is None and not await self._order() and not await self._is_shown_otherwise():
                raise NeedsPerson(
                    _(
                        "The {channel} is not verified, and the page offers no way to verify it.",
                        channel=self.label,
                    ),
                    hint=_("Look at the page, or ask the marketplace what it needs."),
                    ends_run=False,
                )
        raise NeedsPerson(_("The {channel} does not become verified.", channel=self.label), ends_run=False)

    async def _wait_for_check(self) -> Waiting:
        await self._is_being_checked()  # with its date
        await self.capture(_("{channel} is being checked", channel=self.label), "being-checked")
        expected = self.dates.time("expected")
        return Waiting(
            _("The site is checking the {channel}; nothing more is needed now.", channel=self.label),
            until=expected or in_minutes(VISIBLE_WITHIN_MINUTES),
            until_from="site" if expected else "handrail",
        )

    async def _is_shown_otherwise(self) -> bool:
        """Whether the person shows, under another name, how the verification goes on."""
        spec = self.spec
        known = {
            "asks-how": (spec.asks_how, _("What asks how the address shall be verified")),
            "postcard": (
                spec.postcard.see if spec.postcard else None,
                _("What says that a postcard is on its way"),
            ),
            "checking": (
                spec.checking.see if spec.checking else None,
                _("What says that it is being checked"),
            ),
        }
        return await ask_which(self.run, known)
