"""Every address of the platform."""

from django.urls import include, path

from config import demonstration, kit_pages
from config.api import api

urlpatterns = [
    path("api/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("style/", kit_pages.style, name="style"),
    path("demonstration/", demonstration.page, name="demonstration"),
    path("demonstration/<str:username>/", demonstration.enter, name="demonstration-enter"),
    path("health", demonstration.health, name="health"),
    path("account/", include("allauth.urls")),
    path("ledger/", include("ledger.urls")),
    path("registry/", include("registry.urls")),
    path("pricing/", include("pricing.urls")),
    path("privacy/", include("privacy.urls")),
    path("", include("marketplace.urls")),
]
