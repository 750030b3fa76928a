"""The prompts' templates and their version. Knows Jinja2, and nothing of what is filled in."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined


@lru_cache(maxsize=1)
def _templates() -> dict[str, str]:
    folder = files(__package__).joinpath("templates")
    found = sorted((path for path in folder.iterdir() if path.name.endswith(".jinja")), key=lambda path: path.name)
    return {path.name.removesuffix(".jinja"): path.read_text("utf-8") for path in found}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(  # noqa: S701 (text for a model, not HTML)
        loader=DictLoader(_templates()), undefined=StrictUndefined, keep_trailing_newline=False
    )


@lru_cache(maxsize=1)
def version() -> str:
    """What the templates of this release are known by."""
    return hashlib.sha256("\0".join(f"{k}\0{v}" for k, v in _templates().items()).encode()).hexdigest()[:10]


def template(called: str, /, **parts: object) -> str:
    """A template with its parts filled in. Raises jinja2.UndefinedError for one that is missing."""
    return _environment().get_template(called).render(**parts)
