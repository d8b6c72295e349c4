"""Who is signed in, and the session that makes the next run the same visitor to the site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from handrail.core.files import write_private
from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import SessionChanged

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext


class AccountSession:
    """The signed-in account as last seen, and where its storage state is kept while effects are open."""

    def __init__(self, file: Path) -> None:
        self.file = file
        """The visitor's storage state, kept until nothing is open any more."""
        self.name: str | None = None
        """The account's name once it was seen on the page or said by the person."""
        self._is_kept = False

    def require_known(self) -> None:
        """Raise SessionChanged where somebody signed in since the account was last looked at."""
        if self.name is None:
            raise SessionChanged(
                _("Somebody signed in meanwhile, and the account is not known yet; nothing was sent."),
                ends_run=False,
            )

    def forget(self) -> None:
        """Somebody signed in: it may be another account, in another session."""
        self.name, self._is_kept = None, False

    async def keep(self, context: BrowserContext) -> None:
        """Save the storage state before the first effect of this session."""
        if self._is_kept:
            return
        state = await context.storage_state(indexed_db=True)
        write_private(self.file, json.dumps(state).encode())
        self._is_kept = True
