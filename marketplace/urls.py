"""The marketplace's pages."""

from django.urls import URLPattern

app_name = "marketplace"
urlpatterns: list[URLPattern] = []
