"""The ledger app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Register the app."""

    name = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
