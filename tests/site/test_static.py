"""The built page as the web server gives it out."""

from __future__ import annotations

import gzip

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("", None)])
def test_what_is_built_goes_out_compressed_to_whoever_takes_it(asset: str, accepted: str, encoding: str | None) -> None:
    answer = Client(headers={"Accept-Encoding": accepted}).get(asset)
    size = len(b"".join(answer))
    answer.close()
    assert answer.get("Content-Encoding") == encoding
    assert (size < (settings.DIST / "assets" / asset.rpartition("/")[2]).stat().st_size) is bool(encoding)


def test_pages_go_out_compressed() -> None:
    answer = Client(headers={"Accept-Encoding": "gzip"}).get("/rules/text")
    assert answer["Content-Encoding"] == "gzip"
    assert b"Serial Killer" in gzip.decompress(answer.content)
