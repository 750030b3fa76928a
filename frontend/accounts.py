"""The forms of accounts where they differ from the library's."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm


class SignIn(LoginForm):  # type: ignore[misc]  # the library has no types
    """Signing in; accounts have no e-mail address, so a forgotten password cannot be sent anywhere."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = "Forgotten? Whoever runs this site can set a new one."
