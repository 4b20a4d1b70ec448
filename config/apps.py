"""The assembling app: base templates, static files, the story and the start-up commands."""

from django.apps import AppConfig


class AssemblyConfig(AppConfig):
    """Register the assembling app."""

    name = "config"
    default_auto_field = "django.db.models.BigAutoField"
