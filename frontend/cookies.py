"""A person's seat: its secret key travels in a signed cookie, one for each match."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.http import HttpResponse

MONTH = 30 * 24 * 3600


def cookie_name(match_id: int) -> str:
    """The cookie that keeps the key of a seat in a match."""
    return f"tossim_seat_{match_id}"


def seat_key(cookies: Mapping[str, str], match_id: int) -> str | None:
    """The key in somebody's cookies; None when there is none or its signature is not ours."""
    name = cookie_name(match_id)
    try:
        return signing.get_cookie_signer(salt=name).unsign(cookies.get(name, ""))
    except signing.BadSignature:
        return None


def sealed(match_id: int, key: str) -> str:
    """A key with our signature, as it stands in the cookie."""
    return signing.get_cookie_signer(salt=cookie_name(match_id)).sign(key)


def keep_seat_key(response: HttpResponse, match_id: int, key: str) -> None:
    """Give the browser the key of the seat that it has taken."""
    name = cookie_name(match_id)
    response.set_cookie(
        name, sealed(match_id, key), max_age=MONTH, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def drop_seat_key(response: HttpResponse, match_id: int) -> None:
    """Take the key back."""
    response.delete_cookie(cookie_name(match_id), samesite="Lax")
