"""The second factor: roles that need one can do nothing in a session that was opened without."""

from __future__ import annotations

from typing import Final

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import urlencode

from config.accounts import SecondFactorNeeded
from config.middleware import GetResponse, api_key, problem_response
from kernel.problems import problem
from registry.roles import SECOND_FACTOR

PROVE: Final = "/account/2fa/reauthenticate/"
ENROL: Final = "/registry/account/security/"
OPEN: Final = ("/account/", ENROL, "/registry/login/", "/registry/logout/", "/i18n/", "/static/", "/health")
PROVING: Final = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def proved(request: HttpRequest) -> bool:
    """Return whether this session showed a second factor: a code, a passkey, or a recovery code."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


class SecondFactorMiddleware:
    """Lead people whose roles need a second factor to it; refuse their API requests until it was shown.

    An API key is a credential of its own, made in a session that showed one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or ask for the second factor."""
        if not settings.SECOND_FACTOR_REQUIRED or api_key(request) or request.path.startswith(OPEN):
            return self.get_response(request)
        needing = SECOND_FACTOR & request.actor.roles  # type: ignore[attr-defined]  # set by config's middleware
        if not needing or proved(request):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            error = SecondFactorNeeded(roles=", ".join(sorted(needing)))
            return problem_response(problem(error, language=translation.get_language() or "zh"))
        enrolled = Authenticator.objects.filter(user_id=request.user.pk, type__in=PROVING).exists()
        asked = request.get_full_path() if request.method == "GET" else "/"
        return redirect(f"{PROVE if enrolled else ENROL}?{urlencode({'next': asked})}")
