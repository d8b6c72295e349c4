"""Settings of django-oscar with its own pages, as small as they get."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from oscar import INSTALLED_APPS
from oscar import defaults as oscar_defaults


def site_settings(data: Path) -> dict[str, Any]:
    """Return Django's settings for a shop that lives in the folder."""
    own = {name: value for name, value in vars(oscar_defaults).items() if name.startswith("OSCAR_")}
    labels = [
        app.split(".")[-3] if app.startswith("oscar.apps") else app.split(".")[-1] for app in INSTALLED_APPS
    ]
    return {
        **own,
        "ALLOWED_HOSTS": ["127.0.0.1"],
        "SECRET_KEY": "of a shop that lives for one test",
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": data / "shop.sqlite3",
                # Requests run in threads: wait for the writer instead of failing.
                "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
            }
        },
        "INSTALLED_APPS": INSTALLED_APPS,
        # Tables straight from the models: a fresh shop in a moment.
        "MIGRATION_MODULES": dict.fromkeys([*labels, "reviews", "auth", "sites"]),
        "MIDDLEWARE": [
            "counted.count_posts",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "oscar.apps.basket.middleware.BasketMiddleware",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).with_name("templates")],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.template.context_processors.i18n",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                        "oscar.apps.search.context_processors.search_form",
                        "oscar.apps.checkout.context_processors.checkout",
                        "oscar.apps.communication.notifications.context_processors.notifications",
                        "oscar.core.context_processors.metadata",
                    ]
                },
            }
        ],
        "AUTHENTICATION_BACKENDS": ["oscar.apps.customer.auth_backends.EmailBackend"],
        "HAYSTACK_CONNECTIONS": {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        "ROOT_URLCONF": "shop.urls",
        "SITE_ID": 1,
        "STATIC_URL": "/static/",
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [("en", "English"), ("zh-hans", "简体中文")],
        "USE_TZ": True,
        "DEFAULT_AUTO_FIELD": "django.db.models.AutoField",
        # A slow hash protects nobody here and costs each sign-in half a second.
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
