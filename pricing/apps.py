"""The pricing app."""

from django.apps import AppConfig


class PricingConfig(AppConfig):
    """Register the app."""

    name = "pricing"
    default_auto_field = "django.db.models.BigAutoField"
