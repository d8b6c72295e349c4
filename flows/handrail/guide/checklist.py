"""A checklist for one verification, put together from the site file and the profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.toml_files import closest
from handrail.guide.address import address
from handrail.guide.certify import certify
from handrail.guide.contact import contact
from handrail.guide.deadlines import deadlines
from handrail.guide.model import Checklist, Step
from handrail.guide.shared_steps import View
from handrail.profile.model import Profile
from handrail.sites.schema.site import Site

_STEPS: dict[str, Callable[[View], list[Step]]] = {
    "contact": contact,
    "address": address,
    "certify": certify,
}


def checklist(
    flow: str,
    site: Site,
    profile: Profile,
    *,
    notice_date: date | None = None,
    today: date | None = None,
    command: str | None = None,
) -> Checklist:
    """Return what a person does in their own browser; BadInput where the site file says nothing of it.

    `notice_date` is the day the marketplace's notice is dated; `today` is this machine's day; `command`
    is what the person typed for it, with their own files, so that the checklist can name it.
    """
    made = today or date.today()  # the day on the person's own calendar
    command = command or f"handrail guide {flow} --site {site.id} --profile FILE"
    view = View.of(_known_flow(flow), site, profile, command)
    counted, notes = deadlines(flow, site, view.known, notice_date, made)
    return Checklist(
        flow=flow,
        site=site.name,
        account=" ".join(profile.account.name.split()),
        hosts=site.hosts,
        made=made,
        steps=tuple(_STEPS[flow](view)),
        never=_never(view),
        deadlines=counted,
        notes=notes,
        walked="seen" in site.sureness() or site.kind != "live",
        unknown=view.known.unknown if view.known else None,
        command=command,
    )


def _known_flow(flow: str) -> str:
    if flow in _STEPS:
        return flow
    near = closest(flow, list(_STEPS))
    raise BadInput(
        _("There is no checklist called {name}.", name=flow),
        hint=_("Did you mean {name}?", name=near)
        if near
        else _("Checklists: {names}.", names=", ".join(_STEPS)),
        where=flow,
    )


def _never(view: View) -> tuple[str, ...]:
    clock = _("Do not open the notice before everything on the account's pages is right: it starts a clock.")
    own = {
        "contact": (
            _("Do not ask for a second code while the first may still come: it makes the first worthless."),
            _("Do not verify again what the page shows as verified, however often a notice comes."),
        ),
        "address": (
            _(
                "Do not order a second postcard: it makes the code on the first worthless, "
                "and no deadline moves with it."
            ),
            _(
                "Do not write the address otherwise than it stands on the document that proves it; "
                "even “St.” and “Street” are told apart."
            ),
        ),
        "certify": (
            *((clock,) if view.starts_clock else ()),
            _("Do not certify what is not true today. A changed address is mended first."),
            _("Let nobody else and no program press the last button: it is your own statement."),
        ),
    }
    return (
        *own[view.flow],
        _(
            "Never follow a link in an e-mail, and never type a password or a code on any host but {hosts}.",
            hosts=view.hosts,
        ),
    )
