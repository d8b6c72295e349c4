"""Serve django-allauth on loopback: its own pages, one user, every message in an outbox.

The user's password comes from the environment, as ALLAUTH_PASSWORD: arguments are for all to see.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

sys.path.append(str(Path(__file__).parent.parent))  # what both sites share

from counted import serve
from store.settings import site_settings


def main() -> None:
    """Make the site in --data if it is not there, say `ready URL`, and serve until ended."""
    options = _options()
    options.data.mkdir(parents=True, exist_ok=True)
    settings.configure(**site_settings(options.data.resolve(), dict(options.knob)))
    django.setup()
    _make_tables_and_user(options)
    serve(get_wsgi_application(), options.port)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of database and outbox")
    parser.add_argument("--name", default="wei-lin", help="the user's name, as allauth shows it")
    parser.add_argument("--email", default="old@example.com", help="verified")
    parser.add_argument("--phone", default="+8613800138000", help="E.164, verified")
    parser.add_argument("--phone-unverified", action="store_true", help="leave it unverified")
    parser.add_argument(
        "--knob",
        type=_knob,
        action="append",
        default=[],
        metavar="SETTING=JSON",
        help="override a setting, such as ACCOUNT_PHONE_VERIFICATION_TIMEOUT=2",
    )
    return parser.parse_args()


def _knob(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    return name, json.loads(value)


def _make_tables_and_user(options: argparse.Namespace) -> None:
    # Django's models can be imported only once the settings are in place.
    from allauth.account.models import EmailAddress
    from django.core.management import call_command
    from store.models import Seller

    call_command("migrate", run_syncdb=True, verbosity=0)
    if Seller.objects.exists():
        return
    user = Seller.objects.create_user(
        options.name,
        options.email,
        os.environ["ALLAUTH_PASSWORD"],
        phone=options.phone,
        phone_verified=not options.phone_unverified,
    )
    EmailAddress.objects.create(user=user, email=options.email, verified=True, primary=True)


if __name__ == "__main__":
    main()
