"""The front end as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class FrontendConfig(AppConfig):
    """Pages, sockets and the HTTP API. It has no tables of its own."""

    name = "frontend"
    verbose_name = "Front end"
