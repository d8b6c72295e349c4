"""Settings that turn on allauth's own verification by code."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

APPS = ["auth", "contenttypes", "sessions", "messages"]


def site_settings(data: Path, knobs: dict[str, Any]) -> dict[str, Any]:
    """Return Django's settings for a site that lives in the folder; knobs override them."""
    return {**_django(data), **_allauth(), **knobs}


def _django(data: Path) -> dict[str, Any]:
    return {
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost"],
        "SECRET_KEY": _secret_key(data / "secret-key"),
        "OUTBOX": data / "outbox.jsonl",
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": data / "site.sqlite3",
                # Requests run in threads: wait for the writer instead of failing.
                "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
            }
        },
        "INSTALLED_APPS": [
            *(f"django.contrib.{app}" for app in APPS),
            "allauth",
            "allauth.account",
            "store",
        ],
        # Tables straight from the models: a fresh site in a fraction of a second.
        "MIGRATION_MODULES": dict.fromkeys([*APPS, "account"]),
        "MIDDLEWARE": [
            "counted.count_posts",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        "ROOT_URLCONF": "store.urls",
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [("en", "English"), ("zh-hans", "简体中文")],
        "USE_TZ": True,
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "EMAIL_BACKEND": "store.outbox.OutboxBackend",
        # A slow hash protects nobody here and costs each sign-in half a second.
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }


def _allauth() -> dict[str, Any]:
    return {
        "AUTH_USER_MODEL": "store.Seller",
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "LOGIN_URL": "/accounts/login/",
        "LOGIN_REDIRECT_URL": "/accounts/email/",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/accounts/login/",
        "ACCOUNT_ADAPTER": "store.adapter.StoreAdapter",
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "phone*", "password1*"],
        "ACCOUNT_CHANGE_EMAIL": True,
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": True,
        "ACCOUNT_RATE_LIMITS": False,
    }


def _secret_key(path: Path) -> str:
    """Keep one key per folder, so that sessions outlive a restart."""
    if not path.exists():
        path.write_text(secrets.token_urlsafe(40), encoding="ascii")
    return path.read_text(encoding="ascii")
