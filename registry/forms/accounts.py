"""What people fill in about organisations, members, keys and themselves."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from registry.forms.grouped import GroupedForm
from registry.identity import LABELS, VerificationMethod
from registry.key_scopes import READ, SCOPES
from registry.types import ContactDraft, IdentityDraft, Level, OrganisationKind, PersonDraft, Role

KINDS: Final = {
    OrganisationKind.GOVERNMENT: _("Party or government organ"),
    OrganisationKind.INSTITUTION: _("Public institution"),
    OrganisationKind.STATE_ENTERPRISE: _("State-owned enterprise"),
    OrganisationKind.UTILITY: _("Public utility"),
    OrganisationKind.ENTERPRISE: _("Enterprise"),
    OrganisationKind.SOCIAL: _("Social organisation"),
}
LEVELS: Final = {
    Level.NATIONAL: _("National"),
    Level.PROVINCE: _("Provincial"),
    Level.CITY: _("Prefecture-level city"),
    Level.COUNTY: _("County"),
}
ROLE_WORDS: Final = {
    Role.HOLDER_AGENT: _("Data holder's agent"),
    Role.REGISTRY_CLERK: _("Registry clerk"),
    Role.REGISTRY_REVIEWER: _("Registry reviewer"),
    Role.IMPLEMENTING_AGENCY: _("Implementing agency"),
    Role.AUTHORISING_BODY: _("Authorising body"),
    Role.DATA_AUTHORITY: _("Data authority"),
    Role.PRICING_AUTHORITY: _("Pricing authority"),
    Role.OPERATOR: _("Operator"),
    Role.BUYER: _("Buyer"),
    Role.BROKER: _("Data broker"),
    Role.CUSTODIAN: _("Key custodian"),
    Role.REGULATOR: _("Regulator"),
    Role.CHIEF_DATA_OFFICER: _("Chief data officer"),
    Role.ORGANISATION_ADMIN: _("Organisation administrator"),
}
APP_WORDS: Final = {
    "registry": _("Registry"),
    "pricing": _("Pricing"),
    "privacy": _("Protected queries"),
    "marketplace": _("Marketplace"),
    "ledger": _("Ledger"),
}


def role_words(role: str) -> str:
    """Return a role in the page's language."""
    return str(ROLE_WORDS.get(Role(role), role))


def words(kind: type[StrEnum], code: str) -> str:
    """Return a code of `registry.identity` in the page's language."""
    zh, en = LABELS[kind].get(code, (code, code))
    return zh if (get_language() or "zh").startswith("zh") else en


def method_choices() -> list[tuple[str, str]]:
    """Return the ways to verify an organisation, in the page's language."""
    return [(method, words(VerificationMethod, method)) for method in VerificationMethod]


def scope_words(scope: str) -> str:
    """Return a scope in the page's language."""
    app, _colon, verb = scope.partition(":")
    allowed = gettext("read") if verb == READ else gettext("read and write")
    return f"{APP_WORDS[app]} · {allowed}"


class IdentityForm(GroupedForm):
    """An organisation's application for its identity."""

    groups = (
        (_("The organisation"), ("uscc", "kind", "name_zh", "name_en", "region", "level")),
        (
            _("Who stands for it"),
            ("legal_representative", "legal_representative_id", "contact_name", "contact_phone"),
        ),
        (_("How it is verified"), ("method", "letter_sha256", "confirmed")),
    )

    uscc = forms.CharField(
        label=_("Unified social credit code"), max_length=40, help_text=_("18 characters; the last one is checked.")
    )
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=128)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    region = forms.RegexField(
        label=_("Region (GB/T 2260)"), regex="^[0-9]{6}$", help_text=_("Six digits, such as 350100 for Fuzhou")
    )
    level = forms.ChoiceField(
        label=_("Level"), choices=[("", _("That of the region")), *LEVELS.items()], required=False
    )
    legal_representative = forms.CharField(label=_("Legal representative"), max_length=64)
    legal_representative_id = forms.CharField(label=_("Legal representative's ID number"), max_length=40)
    contact_name = forms.CharField(label=_("Contact person"), max_length=64)
    contact_phone = forms.CharField(label=_("Contact person's phone"), max_length=40)
    method = forms.ChoiceField(label=_("Verify us by"), choices=method_choices, widget=forms.RadioSelect)
    letter_sha256 = forms.RegexField(
        label=_("SHA-256 of the letter of authorisation"), regex="^[0-9a-f]{64}$", required=False
    )
    confirmed = forms.BooleanField(label=_("I am authorised to register this organisation; what I state is true."))

    def draft(self) -> IdentityDraft:
        """Return what was stated."""
        return IdentityDraft(**{name: value for name, value in self.cleaned_data.items() if name != "confirmed"})


class VerifyForm(forms.Form):
    """The verification of an application."""

    method = forms.ChoiceField(label=_("Verified by"), choices=method_choices)
    evidence = forms.CharField(
        label=_("What was seen"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Number and amount of the transfer, the register's extract, the documents"),
    )
    confirmed = forms.BooleanField(label=_("I have checked the above and do this in my own name."))


class RefuseForm(forms.Form):
    """The refusal of an application, or the end of an organisation's identity."""

    reason = forms.CharField(label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class RolesForm(forms.Form):
    """Roles to give, among those that may be given."""

    roles = forms.MultipleChoiceField(label=_("Roles"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: object, roles: Iterable[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments, passed through
        self.fields["roles"].choices = list(roles)  # type: ignore[attr-defined]  # a choice field, as declared above


class InviteForm(RolesForm):
    """An invitation to act for an organisation."""

    label = forms.CharField(label=_("For whom"), max_length=100, help_text=_("A note for yourself, stored encrypted"))
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("With an address the invitation is sent there; it is forgotten once sent."),
    )
    field_order = ["label", "email", "roles"]


class ContactForm(forms.Form):
    """A contact person."""

    duty = forms.CharField(label=_("Position held"), max_length=64)
    name = forms.CharField(label=_("Name"), max_length=64)
    phone = forms.CharField(label=_("Phone"), max_length=40)
    id_number = forms.CharField(label=_("ID number"), max_length=40, required=False)

    def draft(self) -> ContactDraft:
        """Return what was stated."""
        return ContactDraft(**self.cleaned_data)


class PersonForm(forms.Form):
    """What a person states of oneself."""

    real_name = forms.CharField(label=_("Your real name"), max_length=64)
    phone = forms.CharField(label=_("Phone"), max_length=40)
    id_number = forms.CharField(label=_("ID number"), max_length=40)

    def draft(self) -> PersonDraft:
        """Return what was stated."""
        return PersonDraft(**self.cleaned_data)


class KeyForm(forms.Form):
    """A new API key: what for, for how long, and what it may do."""

    label = forms.CharField(label=_("What the key is for"), max_length=64)
    days = forms.IntegerField(label=_("Days until it expires"), min_value=1, max_value=365, initial=90)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=lambda: [(scope, scope_words(scope)) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "pairs"}),  # reading beside writing, a line for each app
        help_text=_("A key never does more than your own roles allow."),
    )


class DirectoryForm(forms.Form):
    """A search in the directory of organisations."""

    text = forms.CharField(label=_("Name or code"), max_length=128, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Every kind")), *KINDS.items()], required=False)
    region = forms.RegexField(label=_("Region (GB/T 2260)"), regex="^[0-9]{2,6}$", required=False)
