"""What is certified, item by item: compared with the profile, and said to be true by the person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.stops import NeedsPerson, Waiting
from handrail.engine.page.navigation import open_page
from handrail.engine.verifications.certification.items import (
    BUSINESS,
    MENDED_BY,
    NAMES,
    SECRET,
    Compared,
    Equality,
    compared,
    seen_by_eye,
    wanted_of,
)
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, YES, yes_or_no

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.engine.verifications.certification.verification import Certification
    from handrail.profile.model import Profile
    from handrail.sites.schema.base import ItemKind
    from handrail.sites.schema.certification import Item

_LAST_CALL = timedelta(hours=24)
"""What must be left of a deadline after the next look; with less, a person decides."""
_TRIES_AT_A_NAME = 5


class ItemComparison:
    """Every item of one certification."""

    def __init__(self, place: Certification, profile: Profile) -> None:
        self._place = place
        self._profile = profile
        self._items = place.where.items
        self.found: list[Compared] = []
        """Each item as it was found, in the site file's order by page."""

    async def all(self) -> None:
        """Open the account's own pages and compare; stop where an item differs."""
        run = self._place.run
        self.found = []
        for page in dict.fromkeys(item.page for item in self._items.values()):
            await open_page(run, page)
            self.found += await run.journal.step(f"compare {page}", "read", partial(self._on, page))
            await run.captures.take(_("Compared with the profile"), self._place.slug("compared"))
        self.refuse(self.found)
        await self._agree_to_writing()

    async def again(self) -> None:
        """Compare what the page that is open repeats; stop where an item differs from the profile."""
        self.refuse(await self._found(self._items.items()))

    def refuse(self, items: list[Compared]) -> None:
        """Stop where any of these is not what the profile states."""
        wrong = [one for one in items if one.equality not in ("same", "written-differently")]
        if not wrong:
            return
        if all(one.equality == "different" and one.state == "in-progress" for one in wrong):
            raise self._not_visible_yet(wrong)
        raise NeedsPerson(
            _("; ").join(map(_what_is_wrong, wrong)) + _(". Nothing is certified."),
            hint=_how_to_mend(wrong, self._place.clock.by_when()),
            ends_run=False,
        )

    async def confirm(self) -> None:
        """Have the person say, by name, that each compared value is true today."""
        run = self._place.run
        if run.rehearsing:
            return  # nothing is certified
        name = await self._certifier()
        for one in self.found:
            answer = await run.journal.ask(
                Prompt(
                    "confirm-true",
                    _("Is this true today? {item}: {value}", item=one.name, value=_to_confirm(one)),
                    choices=yes_or_no(),
                    channel=one.kind,
                    target=await self._standing_at(one),
                )
            )
            if answer is None or answer.choice != YES:
                raise NeedsPerson(
                    _("Nobody confirmed that the {item} is true today; nothing is certified.", item=one.name),
                    hint=self._place.clock.by_when(),
                    ends_run=False,
                )
            run.journal.event("confirmed", item=one.kind, value=one.shown, by=name, choice=answer.choice)

    async def _certifier(self) -> str:
        """Return the name of the person who certifies; a number is no name, and is asked about again."""
        question = _("Who certifies? Type your name; it stands in the evidence beside each value.")
        problem = ""
        for _again in range(_TRIES_AT_A_NAME):
            prompt = Prompt("certifier", together(problem, question), wants_text=True)
            answer = await self._place.run.journal.ask(prompt)
            if answer is None or not answer.text:
                break
            name = " ".join(answer.text.split())
            if any(character.isalpha() for character in name):
                return name
            problem = _("“{text}” is no name.", text=name)
        raise NeedsPerson(
            _("Nobody gave a name, so nothing is certified."),
            hint=self._place.clock.by_when(),
            ends_run=False,
        )

    async def _standing_at(self, one: Compared) -> Locator | None:
        """Return where the item stands, with its page open: what is confirmed is seen, not remembered."""
        run, item = self._place.run, self._items[one.kind]
        anchor = run.site.pages[item.page].anchor
        if not await run.view.locate(anchor).count():
            await open_page(run, item.page)
        value = item.value or next(iter(item.parts.values()), None)
        return run.view.locate(value.at).first if value is not None else None

    async def _found(self, items: Iterable[tuple[ItemKind, Item]]) -> list[Compared]:
        run = self._place.run
        return [
            await self._by_eye(kind) if item.by_eye else await compared(run, self._profile, kind, item)
            for kind, item in items
        ]

    async def _on(self, page: str) -> list[Compared]:
        """Compare what stands on this page, and put it into the evidence."""
        run = self._place.run
        found = await self._found((kind, item) for kind, item in self._items.items() if item.page == page)
        for one in found:
            if one.kind in BUSINESS:
                for piece in one.shown.split(", "):
                    run.redaction.add_business(piece)
            run.journal.event(
                "compared",
                item=one.kind,
                equality=one.equality,
                shown=one.shown,
                wanted=one.wanted,
                state=one.state,
                how=one.how,
            )
        return found

    async def _by_eye(self, kind: ItemKind) -> Compared:
        """Have the person compare what nobody has published a place for."""
        wanted = wanted_of(self._profile, kind)
        if wanted is None:
            return seen_by_eye(self._profile, kind, "not-stated")
        words: dict[Equality, str] = {
            "same": _("The same, to the letter"),
            "written-differently": _("The same, written differently"),
            "different": _("Another value"),
            "not-shown": _("It is not shown anywhere"),
        }
        prompt = Prompt(
            "by-eye",
            _(
                "Nobody has published where this stands. Look at the account's pages: is the {item} there "
                "what your profile says?",
                item=str(NAMES[kind]),
            ),
            choices=(*(Choice(word, label) for word, label in words.items()), Choice(STOP, _("Stop here"))),
            channel=kind,
            value=wanted.full,
        )
        answer = await self._place.run.journal.ask(prompt)
        said = next((word for word in words if answer is not None and answer.choice == word), None)
        if said is None:
            raise NeedsPerson(
                _("Nobody compared the {item}; nothing is certified.", item=str(NAMES[kind])),
                hint=self._place.clock.by_when(),
                ends_run=False,
            )
        return seen_by_eye(self._profile, kind, said)

    async def _agree_to_writing(self) -> None:
        """Where the same is written differently, only the person decides that it may be certified so."""
        run = self._place.run
        for one in self.found:
            if one.equality != "written-differently":
                continue
            for sentence in one.advice:
                run.journal.say(sentence)
            if run.rehearsing:
                continue
            prompt = Prompt(
                "certify-as-written",
                _(
                    "{item}: the site writes “{shown}”, the profile “{wanted}”. Certify it as the site "
                    "writes it?",
                    item=one.name,
                    shown=one.shown,
                    wanted=one.wanted,
                ),
                choices=(
                    Choice(YES, _("Yes, it is the same, and true as the site writes it")),
                    Choice(STOP, _("No, have it written as on the documents first")),
                ),
                channel=one.kind,
                target=await self._standing_at(one),
            )
            answer = await run.journal.ask(prompt)
            if answer is None or answer.choice != YES:
                raise NeedsPerson(
                    _(
                        "{item}: the site writes “{shown}”, the profile “{wanted}”, and nobody said that it "
                        "may be certified so.",
                        item=one.name,
                        shown=one.shown,
                        wanted=one.wanted,
                    ),
                    hint=_how_to_mend([one], self._place.clock.by_when()),
                    ends_run=False,
                )

    def _not_visible_yet(self, wrong: list[Compared]) -> Waiting | NeedsPerson:
        names = _(", ").join(one.name for one in wrong)
        look = datetime.now(UTC) + timedelta(hours=self._place.where.look_again_hours)
        deadline = self._place.run.deadline
        unread = self._place.clock.unread
        if unread or (deadline is not None and look + _LAST_CALL > deadline.at):
            told = _(", ").join((*unread, *([str(deadline)] if deadline is not None else [])))
            return NeedsPerson(
                _(
                    "The site still works on a change of: {names}; the deadline is too near to wait.",
                    names=names,
                ),
                hint=_(
                    "Deadline: {deadline}. Read the page yourself and decide;"
                    " a false statement is never the way.",
                    deadline=told,
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


def _to_confirm(one: Compared) -> str:
    """Return what is confirmed; a secret is looked at on the page, where alone it stands."""
    return _("{dots}, as the page shows it", dots=one.shown) if one.kind in SECRET else one.shown


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
