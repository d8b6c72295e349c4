"""The register of flows: a flow is one function, found by its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.toml_files import closest

if TYPE_CHECKING:
    from handrail.core.outcome import Outcome
    from handrail.profile.model import Profile

    Flow = Callable[[Any], Awaitable[Outcome]]
    """Takes the engine's FlowContext, which is above this module."""

FLOWS = ("contact", "address", "certify")
"""Every flow: the module of the same name in this package holds the function of the same name."""

_NEEDS_ONE_OF = {"address": ("registered_address", "business_address")}
"""What a profile must state for a flow: one key at least."""


def find_flow(name: str) -> Flow:
    """Return the flow of this name; BadInput with the closest name when there is none."""
    if name not in FLOWS:
        near = closest(name, list(FLOWS))
        raise BadInput(
            _("There is no flow called {name}.", name=name),
            hint=_("Did you mean {name}?", name=near)
            if near
            else _("Flows: {names}.", names=", ".join(FLOWS)),
            where=name,
        )
    flow: Flow = getattr(import_module(f"handrail.{name}"), name)
    return flow


def check_profile(flow: str, profile: Profile) -> None:
    """Raise BadInput where the profile does not state what this flow is about."""
    keys = _NEEDS_ONE_OF.get(flow, ())
    if keys and all(getattr(profile, key) is None for key in keys):
        raise BadInput(
            _("The profile states nothing that the flow {flow} could verify.", flow=flow),
            hint=_("Add one of these tables to it: {names}.", names=", ".join(f"[{key}]" for key in keys)),
            where=keys[0],
        )
