"""Who somebody is to us: the secret key of their seat and a guest's mark travel in signed cookies."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

GUEST = "tossim_guest"
"""The cookie by which a guest who speaks in the gallery is known again."""
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


def seat_keys(cookies: Mapping[str, str]) -> dict[int, str]:
    """All keys of seats in somebody's cookies, by match."""
    prefix = cookie_name(0).removesuffix("0")
    numbers = (name.removeprefix(prefix) for name in cookies if name.startswith(prefix))
    found = {int(number): seat_key(cookies, int(number)) for number in numbers if number.isdecimal()}
    return {match_id: key for match_id, key in found.items() if key}


def sealed(match_id: int, key: str) -> str:
    """A key with our signature, as it stands in the cookie."""
    return signing.get_cookie_signer(salt=cookie_name(match_id)).sign(key)


def keep_seat_key(response: HttpResponse, match_id: int, key: str) -> None:
    """Give the browser the key of the seat that it has taken."""
    name = cookie_name(match_id)
    response.set_cookie(
        name, sealed(match_id, key), max_age=MONTH, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def speaker(request: HttpRequest, response: HttpResponse, match_id: int) -> str:
    """Who speaks in a match's gallery: the same for one account or one browser, and nothing that others could use."""
    if request.user.is_authenticated:
        who = f"user {request.user.pk}"
    else:
        who = request.get_signed_cookie(GUEST, "") or secrets.token_urlsafe(16)
        response.set_signed_cookie(
            GUEST, who, max_age=MONTH, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return salted_hmac(GUEST, f"{match_id} {who}").hexdigest()[:16]


def drop_seat_key(response: HttpResponse, match_id: int) -> None:
    """Take the key back."""
    response.delete_cookie(cookie_name(match_id), samesite="Lax")
