"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("default", derandomize=True, print_blob=True)
settings.load_profile("default")
