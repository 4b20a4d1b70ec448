"""The privacy app."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Register the app."""

    name = "privacy"
    default_auto_field = "django.db.models.BigAutoField"
