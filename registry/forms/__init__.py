"""What people fill in on the registry's pages."""

from registry.forms.certificates import CredentialForm, NumberForm
from registry.forms.registrations import ApplicationForm, ConfirmForm, DecisionForm, ObjectionForm, ReasonForm

__all__ = [
    "ApplicationForm",
    "ConfirmForm",
    "CredentialForm",
    "DecisionForm",
    "NumberForm",
    "ObjectionForm",
    "ReasonForm",
]
