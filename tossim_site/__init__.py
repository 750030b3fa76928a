"""The site: settings, addresses, processes. Everything else lives in the apps."""

from tossim_site.celery import app as celery_app

__all__ = ["celery_app"]
