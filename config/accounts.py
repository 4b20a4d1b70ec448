"""What our accounts want of the libraries that carry them: names, passwords, secrets at rest, and locking out."""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.errors import NotPermitted
from kernel.fields import identity_keyring

DEMONSTRATION_PREFIX: Final = "demo-"
SECRET_PLACE: Final = "account.second_factor"  # noqa: S105 - a place, no password
OUR_WORDS: Final = ("gongshu", "公数", "公共数据", "gonggongshuju")
_REPEATED: Final = re.compile(r"(.+?)\1+")
TOO_MANY: Final = 429


@dataclass(eq=False, kw_only=True)
class LockedOut(NotPermitted):
    """Too many failed logins; the same for accounts that exist and for names that do not."""

    code = "account.locked_out"
    zh = "登录失败次数过多，请在 {minutes} 分钟后再试，或重置密码。"
    en = "Too many failed logins: try again in {minutes} minutes, or reset the password."
    minutes: int


@dataclass(eq=False, kw_only=True)
class SecondFactorNeeded(NotPermitted):
    """A role that needs a second factor, used without one."""

    code = "account.second_factor_needed"
    zh = "您的角色（{roles}）须使用第二因素（动态口令或通行密钥）登录后方可操作。"
    en = "Your roles ({roles}) need a second factor (one-time code or passkey) before anything can be done."
    law = "NDI—TR—2025—03"
    roles: str


def name_given(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the user name of a login, by which failures are counted: the same from the form and from a backend."""
    known = credentials or {}
    return str(known.get("username") or known.get("login") or request.POST.get("login") or "").casefold()


def locked_out(request: HttpRequest, credentials: dict[str, Any], *args: Any) -> HttpResponse:  # noqa: ARG001 - axes' signature
    """Answer a login that is locked out: what happened, until when, whoever the name belongs to."""
    error = LockedOut(minutes=math.ceil(settings.AXES_COOLOFF_TIME.total_seconds() / 60))
    sentence = error.sentence(translation.get_language() or "zh")
    context = {"error": error, "sentence": sentence}
    response = render(request, "config/problem.html", context, status=TOO_MANY)
    response.headers["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return response


class ContextValidator:
    """Refuse a password that is little more than the name of this service, or one piece repeated."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for such a password."""
        rest = password.casefold()
        for word in (*OUR_WORDS, str(getattr(user, "username", "") or "").casefold()):
            rest = rest.replace(word, "") if len(word) > 1 else rest
        repeated = _REPEATED.fullmatch(password.casefold())
        if repeated or len(rest) < 8:
            raise ValidationError(self.get_help_text(), code="password_of_context")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return gettext("The password must not be made of this service's name, your user name, or one piece repeated.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts of people who sign up by themselves."""

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: FBT001 - allauth's signature
        """Return a name that may be taken; names of the demonstration may not."""
        if username.casefold().startswith(DEMONSTRATION_PREFIX):
            raise ValidationError(_("This user name is reserved."), code="username_reserved")
        cleaned: str = super().clean_username(username, shallow=shallow)
        return cleaned


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Secrets of second factors, encrypted at rest like identity data."""

    def encrypt(self, text: str) -> str:
        """Return the envelope of a secret, as text."""
        return base64.b64encode(identity_keyring().seal(text, bound_to=SECRET_PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret of an envelope."""
        return identity_keyring().open(base64.b64decode(encrypted_text), bound_to=SECRET_PLACE)
