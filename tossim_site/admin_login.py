"""How the first admin gets in: a user without a password, and a link that logs in once."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse, reverse_lazy
from sesame.utils import get_query_string
from sesame.views import LoginView


def admin_ensure() -> None:
    """Makes the superuser `admin`, without a usable password, unless there is a superuser."""
    if not User.objects.filter(is_superuser=True).exists():
        User.objects.create_superuser(username="admin", password=None)


def first_admin() -> User | None:
    """The superuser who has been there longest."""
    return User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()


def login_link(user: User, url: str) -> str:
    """An address of the site at `url` that logs `user` in and shows the admin; good once, and for a day."""
    return f"{url}{reverse('admin-login-link')}{get_query_string(user)}"


class AdminLoginLink(LoginView):  # type: ignore[misc]  # the library has no types
    """Logs in whoever comes with a good link. Raises PermissionDenied, with what to do, for any other."""

    next_page = reverse_lazy("admin:index")

    def login_failed(self) -> HttpResponse:
        raise PermissionDenied(
            "This link has been used, or is more than a day old. ./tossim manage login_link prints a new one."
        )
