"""The privacy's pages."""

from django.urls import URLPattern, path

from privacy import pages

app_name = "privacy"
urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("desk/", pages.desk, name="desk"),
    path("sources/<uuid:source_id>/", pages.source, name="source"),
    path("sources/<uuid:source_id>/measure/", pages.measure, name="measure"),
    path("products/<uuid:product_id>/release/", pages.release, name="release"),
]
