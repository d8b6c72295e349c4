"""handrail site unlock: allow runs again on a site that refused automated access."""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail_cli import options


def unlock(name: options.SiteName, state: options.State = None, lang: options.Lang = None) -> None:
    """Lift a site's lock."""
    from handrail.engine.context.ledger import Ledger
    from handrail.sites import load_site
    from handrail_cli.output import console

    site = load_site(name)
    ledger = Ledger(options.state_folder(state))
    try:
        lifted = ledger.unlock_site(site.id)
    finally:
        ledger.close()
    console().print(
        _("{site} is unlocked.", site=site.name) if lifted else _("{site} was not locked.", site=site.name)
    )
