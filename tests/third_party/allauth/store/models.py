"""The site's users: Django's own, with a phone number."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class Seller(AbstractUser):
    """A user with one phone number; e-mail addresses are kept by allauth's own EmailAddress."""

    phone = models.CharField(max_length=16, blank=True, default="")
    phone_verified = models.BooleanField(default=False)

    class Meta:
        """Name the app, which has no AppConfig."""

        app_label = "store"
