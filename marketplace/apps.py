"""The marketplace app."""

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    """Register the app."""

    name = "marketplace"
    default_auto_field = "django.db.models.BigAutoField"
