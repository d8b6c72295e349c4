"""What is certified, item by item: compared with the profile, and said to be true by the person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson, Waiting
from handrail.engine.page.navigation import open_page
from handrail.engine.verifications.certification import questions
from handrail.engine.verifications.certification.items import (
    BUSINESS,
    MENDED_BY,
    ComparedItem,
    compare_item,
    seen_by_eye,
    wanted_of,
)
from handrail.operator.prompts import YES

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.engine.context.run_context import RunContext
    from handrail.engine.verifications.certification.clock import Clock
    from handrail.profile.model import Profile
    from handrail.sites.schema.base import ItemKind
    from handrail.sites.schema.certification import CertificationSpec, Item

_LAST_CALL = timedelta(hours=24)
"""What must be left of a deadline after the next look; with less, a person decides."""


class ItemComparison:
    """Every item of one certification."""

    def __init__(self, run: RunContext, spec: CertificationSpec, profile: Profile, clock: Clock) -> None:
        self._run = run
        self._spec = spec
        self._profile = profile
        self._clock = clock
        self.items: list[ComparedItem] = []
        """Each item as it was compared, in the site file's order by page."""

    async def compare_all(self) -> None:
        """Open the account's own pages and compare; stop where an item differs."""
        run = self._run
        self.items = []
        for page in dict.fromkeys(item.page for item in self._spec.items.values()):
            await open_page(run, page)
            comparing = partial(self._compare_page, page)
            self.items += await run.journal.step(f"compare {page}", "read", comparing)
            await run.captures.take(_("Compared with the profile"), "certification-compared")
        self._require_same(self.items)
        await self._agree_to_writing()

    async def compare_again(self) -> None:
        """Compare what the page that is open repeats; stop where an item differs from the profile."""
        self._require_same(await self._compare(self._spec.items.items()))

    async def confirm(self) -> None:
        """Have the person say, by name, that each compared value is true today."""
        run = self._run
        if run.rehearsing:
            return  # nothing is certified
        by_when = self._clock.by_when()
        name = await questions.ask_certifier(run, by_when)
        for item in self.items:
            whole = self._whole(item.kind)
            await questions.confirm_true(run, item, whole, await self._locate(item), by_when)
            run.journal.event("confirmed", item=item.kind, value=item.shown, by=name, choice=YES)

    def _whole(self, kind: ItemKind) -> str | None:
        """Return what the profile states where a question shows it only in part; None for a secret."""
        wanted = wanted_of(self._profile, kind)
        return wanted.full if wanted is not None and wanted.full != wanted.kept else None

    def _require_same(self, items: list[ComparedItem]) -> None:
        """Stop where any of these is not what the profile states."""
        wrong = [item for item in items if item.equality not in ("same", "written-differently")]
        if not wrong:
            return
        if all(item.equality == "different" and item.state == "in-progress" for item in wrong):
            raise self._not_visible_yet(wrong)
        raise NeedsPerson(
            _("; ").join(map(_what_is_wrong, wrong)) + _(". Nothing is certified."),
            hint=_how_to_mend(wrong, self._clock.by_when()),
            ends_run=False,
        )

    async def _compare_page(self, page: str) -> list[ComparedItem]:
        """Compare what stands on this page, and put it into the evidence."""
        run = self._run
        items = await self._compare(
            (kind, spec) for kind, spec in self._spec.items.items() if spec.page == page
        )
        for item in items:
            if item.kind in BUSINESS:
                for piece in item.shown.split(", "):
                    run.redaction.add_business(piece)
            run.journal.event(
                "compared",
                item=item.kind,
                equality=item.equality,
                shown=item.shown,
                wanted=item.wanted,
                state=item.state,
                how=item.how,
            )
        return items

    async def _compare(self, specs: Iterable[tuple[ItemKind, Item]]) -> list[ComparedItem]:
        return [
            await self._compare_by_eye(kind)
            if spec.by_eye
            else await compare_item(self._run, self._profile, kind, spec)
            for kind, spec in specs
        ]

    async def _compare_by_eye(self, kind: ItemKind) -> ComparedItem:
        """Have the person compare what nobody has published a place for."""
        wanted = wanted_of(self._profile, kind)
        if wanted is None:
            return seen_by_eye(self._profile, kind, "not-stated")
        equality = await questions.compare_by_eye(self._run, kind, wanted.full, self._clock.by_when())
        return seen_by_eye(self._profile, kind, equality)

    async def _agree_to_writing(self) -> None:
        """Where the same is written differently, only the person decides that it may be certified so."""
        run = self._run
        for item in self.items:
            if item.equality != "written-differently":
                continue
            for sentence in item.advice:
                run.journal.say(sentence)
            if not run.rehearsing:
                hint = _how_to_mend([item], self._clock.by_when())
                await questions.agree_to_writing(run, item, await self._locate(item), hint)

    async def _locate(self, item: ComparedItem) -> Locator | None:
        """Return where the item stands, with its page open: what is confirmed is seen, not remembered."""
        run, spec = self._run, self._spec.items[item.kind]
        if not await run.view.anchor(spec.page).count():
            await open_page(run, spec.page)
        value = spec.value or next(iter(spec.parts.values()), None)
        return run.view.locate(value.at).first if value is not None else None

    def _not_visible_yet(self, wrong: list[ComparedItem]) -> Waiting | NeedsPerson:
        """Return the reason to wait for a change to show, or to decide where the deadline is too near."""
        names = _(", ").join(item.name for item in wrong)
        look = datetime.now(UTC) + timedelta(hours=self._spec.look_again_hours)
        deadline, unread = self._run.deadline, self._clock.unread
        if unread or (deadline is not None and look + _LAST_CALL > deadline.at):
            known = _(", ").join((*unread, *([str(deadline)] if deadline is not None else [])))
            return NeedsPerson(
                _(
                    "The site still works on a change of: {names}; the deadline is too near to wait.",
                    names=names,
                ),
                hint=_(
                    "Deadline: {deadline}. Read the page yourself and decide;"
                    " a false statement is never the way.",
                    deadline=known,
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


def _what_is_wrong(item: ComparedItem) -> str:
    sentences = {
        "different": _(
            "{item}: the site shows “{shown}”, the profile says “{wanted}”",
            item=item.name,
            shown=item.shown,
            wanted=item.wanted,
        ),
        "not-stated": _("{item}: the profile does not state it", item=item.name),
        "not-shown": _("{item}: the site does not show it", item=item.name),
    }
    return sentences[item.equality]


def _how_to_mend(wrong: list[ComparedItem], by_when: str) -> str:
    flows = dict.fromkeys(MENDED_BY[item.kind] for item in wrong if item.kind in MENDED_BY)
    commands = _(" and ").join(f"`handrail run {flow}`" for flow in flows)
    if commands:
        return _("Run {flows} first, then certify. {by_when}", flows=commands, by_when=by_when)
    return _("Mend it in the account's settings or in the profile. {by_when}", by_when=by_when)
