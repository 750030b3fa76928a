"""The built page as the web server gives it out."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client


@pytest.fixture(scope="module")
def asset() -> str:
    """The address of a script that the build has named by its content."""
    scripts = sorted((settings.DIST / "assets").glob("*.js"))
    assert scripts, "the page is not built: ./tossim test builds it"
    return f"/static/ui/assets/{scripts[0].name}"


@pytest.mark.parametrize(("address", "kept"), [("{asset}", True), ("/static/admin/css/base.css", False)])
def test_only_what_is_named_by_its_content_is_kept_for_ever(asset: str, address: str, kept: bool) -> None:
    answer = Client().get(address.format(asset=asset))
    answer.close()
    assert answer.status_code == 200
    assert ("immutable" in answer["Cache-Control"]) is kept
