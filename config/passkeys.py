"""The library's forms of passkeys, with labels that can be translated."""

from __future__ import annotations

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # the library ships no types
    """A new passkey and its name."""

    name = forms.CharField(label=_("Name of the passkey"), required=False)


class EditPasskeyForm(EditWebAuthnForm):  # type: ignore[misc]  # as above
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name of the passkey"), required=True)
