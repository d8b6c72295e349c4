"""Serve django-oscar on loopback: its own pages, one customer with one address.

The customer's password comes from the environment, as OSCAR_PASSWORD: arguments are for all to see.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application

sys.path.append(str(Path(__file__).parent.parent))  # what both sites share

from counted import serve
from shop.settings import site_settings

COUNTRIES = {"US": "United States", "CN": "China", "CA": "Canada", "TW": "Taiwan"}


def main() -> None:
    """Make the shop in --data if it is not there, say `ready URL`, and serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of the database")
    parser.add_argument("--email", required=True, help="the customer's, who signs in with it")
    parser.add_argument(
        "--address",
        type=lambda text: text.split("=", 1),
        action="append",
        default=[],
        metavar="COLUMN=TEXT",
        help="a part of the address that is there",
    )
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    settings.configure(**site_settings(options.data.resolve()))
    django.setup()
    _make_tables_and_customer(options)
    serve(StaticFilesHandler(get_wsgi_application()), options.port)


def _make_tables_and_customer(options: argparse.Namespace) -> None:
    # Django's models can be imported only once the settings are in place.
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from oscar.core.loading import get_model

    call_command("migrate", run_syncdb=True, verbosity=0)
    customers = get_user_model().objects
    if customers.exists():
        return
    customer = customers.create_user("wei", options.email, os.environ["OSCAR_PASSWORD"])
    country = get_model("address", "Country")
    for code, name in COUNTRIES.items():
        country.objects.create(iso_3166_1_a2=code, printable_name=name, name=name, is_shipping_country=True)
    get_model("address", "UserAddress").objects.create(user=customer, **dict(options.address))


if __name__ == "__main__":
    main()
