"""The emergency contact, step by step: each channel by itself."""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail.guide.model import Step, Wording
from handrail.guide.shared_steps import View, arrive, channel_entry, keep, sign_in
from handrail.guide.site_labels import watched, wordings
from handrail.profile.channel import Channel
from handrail.profile.phones import capability
from handrail.sites.schema.contact import ContactSlot


def contact(view: View) -> list[Step]:
    """Return the steps of the emergency contact: each channel by itself."""
    first = next(iter(view.site.contact.values()), None)
    each = [_channel(view, channel) for channel in view.profile.contact]
    return [sign_in(view), arrive(view, first.page if first else None), *each, keep(view)]


def _channel(view: View, channel: Channel) -> Step:
    slot = view.site.contact.get(channel.kind)
    phone = channel.kind == "phone"
    able = capability(channel.value) if phone else None
    return Step(
        _("Phone number") if phone else _("E-mail address"),
        do=(
            _("Compare it with what the page shows. If it is the same and verified, leave it alone."),
            _("Otherwise type it, save, and ask for one code. It may take some minutes to come."),
            _("Type the code on this page only; nobody else may have it, whoever calls or writes."),
            *((_("A landline, or a number that was given up, cannot take the code."),) if phone else ()),
        ),
        look_for=_labels(view, slot),
        entries=(channel_entry(view, channel, slot),),
        press=_presses(view, slot),
        watch=watched(view.site, (slot.save, slot.request, slot.code.submit) if slot else (), view.known),
        warning=able.reason if able and able.can_text != "yes" else None,
    )


def _labels(view: View, slot: ContactSlot | None) -> tuple[Wording, ...]:
    if slot is None:
        return ()
    return wordings(view.site, [slot.status.verified, slot.status.unverified, slot.code.field])


def _presses(view: View, slot: ContactSlot | None) -> tuple[Wording, ...]:
    if slot is None:
        return wordings(view.site, view.known.press if view.known else ())
    presses = (slot.save, slot.request, slot.code.submit)
    return wordings(view.site, [*slot.reveal, *(press.press for press in presses if press)])
