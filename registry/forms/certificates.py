"""What people fill in to check a certificate, and what the office fills in to suspend one."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class NumberForm(forms.Form):
    """A certificate number to look up."""

    number = forms.CharField(label=_("Certificate number or registration code"), max_length=64)


class CredentialForm(forms.Form):
    """A credential to check, pasted."""

    credential = forms.CharField(
        label=_("Credential (JSON)"), max_length=65536, widget=forms.Textarea(attrs={"rows": 8})
    )


class CredentialFileForm(forms.Form):
    """A credential to check, as a file."""

    file = forms.FileField(label=_("Credential file (.json)"), allow_empty_file=True)

    def content(self) -> bytes:
        """Return the file's bytes, no more of them than tell that it is too long."""
        return bytes(self.cleaned_data["file"].read(65_537))


class CertificateReasonForm(forms.Form):
    """Why a certificate is suspended or stands again."""

    reason = forms.CharField(
        label=_("Reason (everybody can read it)"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
