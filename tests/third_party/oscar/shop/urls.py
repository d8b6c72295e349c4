"""The shop's addresses: oscar's own, and one for tests."""

from __future__ import annotations

from counted import posts
from django.apps import apps
from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("_posts", posts),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
