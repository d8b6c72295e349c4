"""The certification: compared first, its clock started on the person's word, certified by their own hand."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from playwright.async_api import TimeoutError

from handrail.i18n import gettext as _
from handrail.operator import Prompt
from handrail.operator.prompts import STOP, YES, done_or_stop, yes_or_no
from handrail.sites.locate import locate, read
from handrail.sites.model import At, Certification, Value
from handrail.walk import asking, reconcile
from handrail.walk.arrive import open_page, stand_on
from handrail.walk.deadline import Deadline, Reading, Source, earliest, from_notice
from handrail.walk.finding import find
from handrail.walk.items import BUSINESS, MENDED_BY, Compared, compared
from handrail.walk.ledger import Entry
from handrail.walk.meaning import ask_which
from handrail.walk.place import Doubt, Place, Report
from handrail.walk.press import SIGNED_OUT, let_through
from handrail.walk.seeing import LOOK_MS, any_of
from handrail.walk.stops import NeedsPerson, Waiting

if TYPE_CHECKING:
    from handrail.profile.model import Profile
    from handrail.walk.trail import Trail

_LAST_CALL = timedelta(hours=24)
"""What must be left of a deadline after the next look; with less, a person decides."""
_MOST_ROUNDS = 4
_GOES_IN_MS = 15_000
"""How long the notice may take to come, its clock running already."""


class Certifying(Place):
    """One certification of the account's information, from what is compared to what is certified."""

    def __init__(self, trail: Trail, where: Certification, profile: Profile, reports: list[Report]) -> None:
        super().__init__(trail, name="certification", page=where.page, reports=reports)
        self.where = where
        self._profile = profile
        self._items: list[Compared] = []
        self._clock_runs = False

    @property
    def label(self) -> str:
        """The certification as a person calls it."""
        return _("certification of the account's information")

    @property
    def display(self) -> str:
        """Which items are certified."""
        return _(", ").join(one.name for one in self._items)

    @property
    def committed(self) -> str:
        """Every item that is certified, as the evidence shows it."""
        return json.dumps([(one.kind, one.wanted) for one in self._items], ensure_ascii=False)

    async def asked(self) -> bool:
        """Look whether the site asks, and by when; what an earlier run left open is settled."""
        trail = self.trail
        await self.arrive()
        await trail.step("read certification", "read", self._read_deadline)
        if not await self._sees(self.where.asked):
            self.state = "verified"
            await self._nothing_asked()
            return False
        self.state = "unverified"
        last = trail.ledger.last(self.key, "certify", "accepted")
        lag = timedelta(hours=self.where.refreshes_within_hours)
        if last is not None and datetime.now(UTC) - last.at < lag:
            trail.say(
                _(
                    "You certified on {time}; the site may go on asking for up to {hours} hours. "
                    "Nothing is sent again. Evidence: {bundle}",
                    time=f"{last.at.astimezone():%Y-%m-%d %H:%M %z}",
                    hours=f"{self.where.refreshes_within_hours:g}",
                    bundle=last.run,
                )
            )
            await trail.capture(_("The site still asks"), self.slug("still-asked"))
            return False
        return True

    async def compare(self) -> None:
        """Hold every item on the account's own pages against the profile; stop where one differs."""
        pages = dict.fromkeys(item.page for item in self.where.items.values())
        self._items = []
        for name in pages:
            await open_page(self.trail, name)
            self._items += await self.trail.step(f"compare {name}", "read", partial(self._read, name))
            await self.trail.capture(_("Compared with the profile"), self.slug("compared"))
        self._refuse_differences(self._items)
        for one in self._items:
            if one.equality == "written-differently":
                self.trail.say(
                    _(
                        "{item}: the site writes “{shown}”, the profile “{wanted}”.",
                        item=one.name,
                        shown=one.shown,
                        wanted=one.wanted,
                    )
                )

    async def confirm(self) -> None:
        """Have the person say, by name, that each compared value is true today."""
        trail = self.trail
        if trail.rehearsing:
            return  # nothing is certified
        asked = Prompt(
            "certifier",
            _("Who certifies? Type your name; it stands in the evidence beside each value."),
            wants_text=True,
        )
        answer = await trail.ask(asked)
        name = " ".join((answer.text or "").split()) if answer is not None else ""
        if not name:
            raise NeedsPerson(
                _("Nobody gave a name, so nothing is certified."), hint=self._by_when(), ends_run=False
            )
        for one in self._items:
            prompt = Prompt(
                "confirm-true",
                _("Is this true today? {item}: {value}", item=one.name, value=one.shown),
                choices=yes_or_no(),
                channel=one.kind,
            )
            answer = await trail.ask(prompt)
            if answer is None or answer.choice != YES:
                raise NeedsPerson(
                    _("Nobody confirmed that the {item} is true today; nothing is certified.", item=one.name),
                    hint=self._by_when(),
                    ends_run=False,
                )
            trail.recorder.event("confirmed", item=one.kind, value=one.shown, by=name, choice=answer.choice)

    async def open_notice(self) -> None:
        """Open the page that starts the clock, on the person's word; once it runs, just open it."""
        for _round in range(_MOST_ROUNDS):
            await open_page(self.trail, self.where.review)
            if self._clock_runs and not self.trail.rehearsing:
                await self._go_in()
            elif not await self._started():
                continue
            if await self._on_notice():
                return
            # Signing in would lead straight back to the notice: the way goes by the safe page.
            await self.back()
        raise NeedsPerson(_("The notice does not open."), hint=self._by_when())

    async def _started(self) -> bool:
        """Start the clock on the person's word; return whether the browser now stands on the notice."""
        await self._agree_to_start()
        result = await self.press(
            "open-notice",
            self.where.open,
            "start-clock",
            None,
            what=_("the button that leads to the notice"),
        )
        word = result.word
        if word == SIGNED_OUT or word is None:
            word = await reconcile.after_silence(self, result)
        if word == "opened":
            self._clock_runs = True
        elif word not in (SIGNED_OUT, "not-opened", "nothing-left"):
            await self.not_taken(word, result)
        # Where only the safe page has told so, that is where the browser stands.
        return word == "opened" and result.word is not None

    async def certify(self) -> None:
        """Have the person tick and certify with their own hand, once; keep the page before and after."""
        for _round in range(_MOST_ROUNDS):
            if await self._certified():
                return
            await self.back()  # signed in anew: the way to the notice begins again
            await self.open_notice()
        raise NeedsPerson(_("The site keeps signing out; nothing is certified."), hint=self._by_when())

    async def _certified(self) -> bool:
        """Have it ticked and certified; False where the site signed out instead."""
        trail, where = self.trail, self.where
        for at in where.tick:
            await self._ticked(at)
        await trail.capture(_("Before certifying"), self.slug("before"))
        result = await self.press(
            "certify",
            where.certify,
            "submit",
            _("Certify on the page yourself: press the marked button. It is a statement under law."),
            what=_("the button that certifies"),
            hands="certify",
        )
        word = result.word or await reconcile.after_silence(self, result)
        if word == SIGNED_OUT:
            return False
        if word != "accepted":
            await self.not_taken(word, result)
        self.state = "verified"
        await trail.capture(_("Certified"), self.slug("certified"))
        await self._see_it_refreshed()
        return True

    async def came(self) -> None:
        """Wait until the page says whether it asks."""
        known = {
            "asked": (self.where.asked, _("What says that it asks for the certification")),
            "not-asked": (self.where.not_asked, _("What says that it asks for nothing")),
        }
        for _round in range(_MOST_ROUNDS):
            # Looked for again once the person said which: what is not seen proves nothing.
            with suppress(TimeoutError):
                await any_of(self.trail, [at for at, _what in known.values()]).first.wait_for(timeout=LOOK_MS)
                return
            if not await ask_which(self.trail, known):
                break
        raise NeedsPerson(
            _("The page does not say in known words whether it asks for the certification."),
            hint=_("Look at the page; when its words have changed, add them to the site file."),
        )

    async def told_by_page(self, entry: Entry) -> str | None:
        """Say what came of an effect as the page shows it now, or None where it cannot tell."""
        await self.stand()
        await self._read_deadline()
        if entry.step == "open-notice":
            if self.where.clock is None:
                return None
            return "opened" if self._clock_runs else "not-opened"
        if not await self._sees(self.where.asked):
            return "accepted"
        # While its status may be old, a site that still asks proves nothing.
        return None if self.where.refreshes_within_hours else "not-saved"

    def doubt(self, entry: Entry) -> Doubt:
        """Return what the person is asked about an effect that the page cannot tell."""
        if entry.step == "open-notice":
            return Doubt(_("the notice was opened"), "opened", "not-opened")
        return Doubt(_("the information was certified"), "accepted", "not-saved")

    async def _read_deadline(self) -> None:
        trail, where = self.trail, self.where
        self._clock_runs = where.clock is not None and await self._sees(where.clock)
        notice = from_notice(trail.notice_date, where.rule.days) if trail.notice_date else None
        known = earliest(
            notice, await self._reading(where.due, "site"), await self._reading(where.certify_by, "clock")
        )
        trail.deadline = known or trail.deadline
        self._tell(trail.deadline)

    async def _reading(self, value: Value | None, source: Source) -> Reading | None:
        text = await read(self.trail.page, self.trail.site, value) if value is not None else None
        at = asking.as_time(text)
        return Reading(at.astimezone(), source) if at is not None else None

    def _tell(self, deadline: Deadline | None) -> None:
        if deadline is not None:
            self.trail.recorder.event("deadline", **deadline.as_json())  # type: ignore[arg-type]  # plain JSON

    async def _nothing_asked(self) -> None:
        await self.trail.capture(_("The site asks for nothing"), self.slug("not-asked"))
        last = self.trail.ledger.last(self.key, "certify", "accepted")
        if last is not None:
            self.trail.say(
                _(
                    "Certified on {time}. Evidence: {bundle}",
                    time=f"{last.at.astimezone():%Y-%m-%d %H:%M %z}",
                    bundle=last.run,
                )
            )

    async def _read(self, page: str) -> list[Compared]:
        trail = self.trail
        found = [
            await compared(trail.page, trail.site, self._profile, kind, item)
            for kind, item in self.where.items.items()
            if item.page == page
        ]
        for one in found:
            if one.kind in BUSINESS:
                for piece in one.shown.split(", "):
                    trail.redaction.add_business(piece)
            trail.recorder.event(
                "compared",
                item=one.kind,
                equality=one.equality,
                shown=one.shown,
                wanted=one.wanted,
                state=one.state,
            )
        return found

    def _refuse_differences(self, items: list[Compared]) -> None:
        wrong = [one for one in items if one.equality not in ("same", "written-differently")]
        if not wrong:
            return
        if all(one.equality == "different" and one.state == "in-progress" for one in wrong):
            raise self._not_visible_yet(wrong)
        raise NeedsPerson(
            _("; ").join(map(_what_is_wrong, wrong)) + _(". Nothing is certified."),
            hint=_how_to_mend(wrong, self._by_when()),
            ends_run=False,
        )

    def _not_visible_yet(self, wrong: list[Compared]) -> Waiting | NeedsPerson:
        names = _(", ").join(one.name for one in wrong)
        look = datetime.now(UTC) + timedelta(hours=self.where.look_again_hours)
        deadline = self.trail.deadline
        if deadline is not None and look + _LAST_CALL > deadline.at:
            return NeedsPerson(
                _(
                    "The site still works on a change of: {names}; the deadline is too near to wait.",
                    names=names,
                ),
                hint=_(
                    "Deadline: {deadline}. Read the page yourself and decide;"
                    " a false statement is never the way.",
                    deadline=deadline,
                ),
                ends_run=False,
            )
        return Waiting(
            _(
                "The site still works on a change of: {names}. Nothing is certified before it shows.",
                names=names,
            ),
            until=min(look, deadline.at) if deadline is not None else look,
            until_from="handrail",
        )

    async def _agree_to_start(self) -> None:
        if self.trail.rehearsing:
            return  # nothing is opened
        days = self.where.rule.days
        deadline = self.trail.deadline
        by = datetime.now().astimezone() + timedelta(days=days)
        if deadline is not None:
            by = min(by, deadline.at.astimezone())
        prompt = Prompt(
            "start-clock",
            _(
                "Everything compared is as the profile says. Opening the next page starts a legal deadline: "
                "{days} days, so certify by {day}. Open it?",
                days=days,
                day=f"{by:%Y-%m-%d}",
            ),
            choices=yes_or_no(),
            channel=self.name,
        )
        answer = await self.trail.ask(prompt)
        if answer is None or answer.choice != YES:
            raise NeedsPerson(
                _("The notice was not opened: nobody said that its clock may start."),
                hint=self._by_when(),
                ends_run=False,
            )

    async def _go_in(self) -> None:
        """Open the notice whose clock runs already: that has no effect any more."""
        trail = self.trail
        button = await find(trail, self.where.open.press, what=_("the button that leads to the notice"))
        anchor = locate(trail.page, trail.site, trail.site.pages[self.where.notice].anchor)
        async with let_through(trail, self.where.open):
            by_hand = trail.assist == "guide"
            await asking.revealed(self, button, until=anchor.first.wait_for(timeout=0) if by_hand else None)
            known = anchor.or_(any_of(trail, [one.see for one in trail.site.interruptions]))
            # A notice that looks different now is for the person to recognise.
            with suppress(TimeoutError):
                await known.first.wait_for(timeout=_GOES_IN_MS)

    async def _on_notice(self) -> bool:
        """Stand on the notice, and compare what it repeats; False where something led away from it."""
        trail = self.trail
        if not await stand_on(trail, self.where.notice):
            return False
        await trail.capture(_("Notice and certification"), self.slug("notice"))
        if self.where.repeats_items:
            again = [
                await compared(trail.page, trail.site, self._profile, kind, item)
                for kind, item in self.where.items.items()
            ]
            self._refuse_differences(again)
        return True

    async def _ticked(self, at: At) -> None:
        box = await find(self.trail, at, what=_("the box to tick"))
        if await box.is_checked():
            return
        prompt = Prompt(
            "tick",
            _("Read the statement on the page; when it is true, tick the marked box yourself."),
            choices=done_or_stop(),
            channel=self.name,
            target=box,
        )
        answer = await self.trail.ask(prompt, until=asking.checked(box))
        if answer is None or answer.choice == STOP or not await box.is_checked():
            raise NeedsPerson(_("The statement was not ticked; nothing is certified."), hint=self._by_when())

    async def _see_it_refreshed(self) -> None:
        await self.back()
        still = await self._sees(self.where.asked)
        await self.trail.capture(_("What the site says afterwards"), self.slug("afterwards"))
        if still:
            self.trail.say(
                _(
                    "The site still asks: its status may take up to {hours} hours."
                    " Nothing more is to be done.",
                    hours=f"{self.where.refreshes_within_hours:g}",
                )
            )

    def _by_when(self) -> str:
        deadline = self.trail.deadline
        if deadline is None:
            return _("Run the same command again when you are ready; nothing was sent.")
        return _("Deadline: {deadline}. Run the same command again before that.", deadline=deadline)

    async def _sees(self, at: At) -> bool:
        return await locate(self.trail.page, self.trail.site, at).count() > 0


def _what_is_wrong(one: Compared) -> str:
    sentences = {
        "different": _(
            "{item}: the site shows “{shown}”, the profile says “{wanted}”",
            item=one.name,
            shown=one.shown,
            wanted=one.wanted,
        ),
        "not-stated": _("{item}: the profile does not state it", item=one.name),
        "not-shown": _("{item}: the site does not show it", item=one.name),
    }
    return sentences[one.equality]


def _how_to_mend(wrong: list[Compared], by_when: str) -> str:
    flows = dict.fromkeys(MENDED_BY[one.kind] for one in wrong if one.kind in MENDED_BY)
    first = _(" and ").join(f"`handrail run {flow}`" for flow in flows)
    if first:
        return _("Run {flows} first, then certify. {by_when}", flows=first, by_when=by_when)
    return _("Mend it in the account's settings or in the profile. {by_when}", by_when=by_when)
