"""The Celery app. Queues: `live` for matches that people watch, `batch`, `judge` and `train`."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tossim_site.settings")

app = Celery("tossim_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
