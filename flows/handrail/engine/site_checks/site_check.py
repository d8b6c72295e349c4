"""Checking a site file against the live pages: which of its places still resolve; nothing is pressed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.outcome import Outcome
from handrail.engine.context.stops import NeedsPerson, PageNotReady, WrongAccount
from handrail.engine.page.navigation import open_page
from handrail.sites.anonymity.skeleton import Node, may_be_dropped, read_skeleton, resolves, skeleton_file
from handrail.sites.placement import PlacedLocator, placed_on, sureness

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.sites.schema.site import Site

Finding = Literal[
    "resolves", "not-shown", "missing", "several", "unknown-words", "name-dropped", "cannot-tell"
]


@dataclass(frozen=True)
class Checked:
    """One place of a site file, and what was found there."""

    path: str
    finding: Finding
    sure: str | None
    """How sure the file is of its least sure wording; None where it has none."""

    @property
    def needs_person(self) -> bool:
        """Whether a person must look at it; what is not shown now may be shown at another moment."""
        return self.finding in ("missing", "several", "unknown-words", "name-dropped")

    def as_json(self) -> dict[str, Any]:
        """Return the same as a script reads it."""
        return {"place": self.path, "finding": self.finding, "sure": self.sure}


@dataclass(frozen=True)
class PageChecked:
    """One page of a site file, and everything the file places on it."""

    page: str
    reached: bool
    why: str | None
    """Why it was not reached, or not opened; None where it was."""
    places: tuple[Checked, ...]

    @property
    def in_order(self) -> bool:
        """Whether nobody need look at it."""
        return self.reached and not any(place.needs_person for place in self.places)

    def as_json(self) -> dict[str, Any]:
        """Return the same as a script reads it."""
        places = [place.as_json() for place in self.places]
        return {"page": self.page, "reached": self.reached, "why": self.why, "places": places}


def outcome(pages: Iterable[PageChecked]) -> Outcome:
    """Return done where all resolves, needs-person where somebody must look."""
    return Outcome.DONE if all(page.in_order for page in pages) else Outcome.NEEDS_PERSON


async def check_pages(run: RunContext) -> list[PageChecked]:
    """Open every page that starts no clock, and look for what the site file places there.

    Raises WrongAccount, SiteRefused or Waiting, where no other page could be read either.
    """
    pages = [name for name, page in run.site.pages.items() if not page.starts_clock]
    return [await _check_page(run, name) for name in pages]


def check_skeletons(site: Site, state: Path) -> list[PageChecked]:
    """Look for the same in what was recorded of the site's pages; BadInput where nothing was."""
    pages = [name for name in site.pages if skeleton_file(state, site, name).exists()]
    if not pages:
        raise BadInput(
            _("No page of {site} has been recorded on this machine.", site=site.name),
            hint=_("`handrail site record {site} --page PAGE` records one.", site=site.id),
            where="--skeleton",
        )
    return [_check_skeleton(site, name, skeleton_file(state, site, name)) for name in pages]


def _check_skeleton(site: Site, name: str, file: Path) -> PageChecked:
    nodes = read_skeleton(file.read_text(encoding="utf-8"))
    checked = [
        (place, Checked(place.path, _find_in(nodes, site, place), sureness(site, place.at)))
        for place in placed_on(site, name)
    ]
    return PageChecked(name, True, None, tuple(judged(checked)))


def _find_in(nodes: list[Node], site: Site, place: PlacedLocator) -> Finding:
    is_there = resolves(nodes, site, place.at)
    if is_there is None:
        return "cannot-tell"
    if is_there:
        return "resolves"
    if may_be_dropped(nodes, site, place.at):
        return "name-dropped" if place.always else "cannot-tell"
    return "missing" if place.always else "not-shown"


async def _check_page(run: RunContext, name: str) -> PageChecked:
    try:
        is_shown = await open_page(run, name)
    except WrongAccount:
        raise
    except (NeedsPerson, PageNotReady) as stop:
        return PageChecked(name, False, stop.message, ())
    places = placed_on(run.site, name) if is_shown else []
    return PageChecked(name, True, None, tuple(judged([await _look_for(run, place) for place in places])))


async def _look_for(run: RunContext, place: PlacedLocator) -> tuple[PlacedLocator, Checked]:
    count = await run.view.locate(place.at).count()
    finding: Finding = "missing" if place.always else "not-shown"
    if count:
        finding = "several" if place.alone and count > 1 else "resolves"
    # Any value will do: only the words are asked about.
    if (
        finding == "resolves"
        and place.status is not None
        and await run.view.state(place.status, ["?"]) is None
    ):
        finding = "unknown-words"
    return place, Checked(place.path, finding, sureness(run.site, place.at))


def judged(checked: Iterable[tuple[PlacedLocator, Checked]]) -> list[Checked]:
    """Return the findings; of what belongs together at least one must be there, else all of it is missing."""
    pairs = list(checked)
    seen_groups = {place.group for place, result in pairs if result.finding != "not-shown"}
    return [
        replace(result, finding="missing")
        if place.group is not None and place.group not in seen_groups
        else result
        for place, result in pairs
    ]
