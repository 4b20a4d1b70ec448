"""What people fill in to check a certificate."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class NumberForm(forms.Form):
    """A certificate number to look up."""

    number = forms.CharField(label=_("Certificate number"), max_length=40)


class CredentialForm(forms.Form):
    """A credential to check."""

    credential = forms.CharField(
        label=_("Credential (JSON)"), max_length=65536, widget=forms.Textarea(attrs={"rows": 8})
    )
