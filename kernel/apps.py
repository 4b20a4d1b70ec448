"""The kernel as a Django app: it owns the table of idempotency keys."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Register the kernel."""

    name = "kernel"
    default_auto_field = "django.db.models.BigAutoField"
