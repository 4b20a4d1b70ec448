"""The registry app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Register the app."""

    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"
