"""The site's addresses: allauth's own, and two for tests."""

from __future__ import annotations

from counted import posts
from django.urls import include, path

from . import watch

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("_outbox", watch.outbox),
    path("_posts", posts),
]
