"""How processes write their logs: text for people, or a JSON object a line for whatever collects them."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

TEXT: dict[str, Any] = {"format": "{asctime} {levelname} {name} {message}", "style": "{"}
JSON: dict[str, Any] = {
    "()": structlog.stdlib.ProcessorFormatter,
    "foreign_pre_chain": [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso"),
    ],
    "processors": [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ],
}
FORMS = {"text": TEXT, "json": JSON}
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
QUIET = ("daphne", "django.channels", "celery", "httpx", "httpx2")
"""Loggers whose everyday lines say nothing about a match."""


def logging_config(*, form: str, level: str) -> dict[str, Any]:
    """A configuration for `logging.config.dictConfig`: everything from `level` up, to standard error.

    Raises ImproperlyConfigured for a form or level that does not exist.
    """
    if form not in FORMS:
        raise ImproperlyConfigured(f"TOSSIM_LOG_FORMAT is {form!r}; it can be {' or '.join(FORMS)}.")
    if level not in LEVELS:
        raise ImproperlyConfigured(f"TOSSIM_LOG_LEVEL is {level!r}; it can be {', '.join(LEVELS)}.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": FORMS[form]},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "chosen"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {name: {"level": "WARNING"} for name in QUIET},
    }
