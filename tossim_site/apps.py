"""The site as an app: it brings the commands that start and stop it."""

from django.apps import AppConfig


class TossimSiteConfig(AppConfig):
    """Names the app."""

    name = "tossim_site"
