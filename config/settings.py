"""Django settings, assembled from config.environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from config.environment import ROOT, load

ENVIRONMENT = load()
BASE_DIR = ROOT


def database(url: str) -> dict[str, Any]:
    """Return Django's description of a PostgreSQL URL; ``?host=/dir`` names a socket directory."""
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(options.pop("port", parts.port or "")),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database(ENVIRONMENT.DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = ENVIRONMENT.SECRET_KEY
DEBUG = ENVIRONMENT.DEBUG
ALLOWED_HOSTS = ENVIRONMENT.ALLOWED_HOSTS
PUBLIC_URL = ENVIRONMENT.PUBLIC_URL.rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
DEMONSTRATION = ENVIRONMENT.DEMONSTRATION
DATA_DIR: Path = ENVIRONMENT.DATA_DIR

BROKER_URL = ENVIRONMENT.BROKER_URL
# Rates are limited for all processes together where the broker can keep the counts.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": BROKER_URL,
        "KEY_PREFIX": "gongshu",
    }
    if BROKER_URL.startswith(("redis://", "rediss://"))
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CHAIN_URL = ENVIRONMENT.CHAIN_URL
CHAIN_ID = ENVIRONMENT.CHAIN_ID
# Blocks, its own included, under which a transaction counts as mined on a chain that is not ours to mine.
CHAIN_CONFIRMATIONS = ENVIRONMENT.CHAIN_CONFIRMATIONS
# An embedded node: blocks between two snapshots on disk, and blocks after which a new chain begins (0: never).
CHAIN_SNAPSHOT_BLOCKS = ENVIRONMENT.CHAIN_SNAPSHOT_BLOCKS
CHAIN_EPOCH_BLOCKS = ENVIRONMENT.CHAIN_EPOCH_BLOCKS
LOG_ORIGIN = ENVIRONMENT.LOG_ORIGIN
ISSUER_KEYS = "registry.queries.office_keys"  # by whose certificates a verifier that we hand out goes
STRIPE_API_KEY = ENVIRONMENT.STRIPE_API_KEY
STRIPE_API_BASE = ENVIRONMENT.STRIPE_API_BASE
STRIPE_WEBHOOK_SECRET = ENVIRONMENT.STRIPE_WEBHOOK_SECRET
KEY_STORE_DIR = ENVIRONMENT.KEY_STORE_DIR
KEY_STORE_PASSPHRASE = ENVIRONMENT.KEY_STORE_PASSPHRASE
IDENTITY_KEY_FILE: Path = ENVIRONMENT.IDENTITY_KEY_FILE or DATA_DIR / "identity-keys.json"

INSTALLED_APPS = [
    "config",
    "kernel",
    "ledger",
    "registry",
    "pricing",
    "privacy",
    "marketplace",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_cotton",
    "django_htmx",
    "ninja",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.gatehouse.GatehouseMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.ImmutableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.ActorMiddleware",
    "config.access.SecondFactorMiddleware",
    "config.middleware.SessionForgeryMiddleware",
    "config.middleware.ApiAnswerMiddleware",
    "config.middleware.ContentSecurityMiddleware",
    "config.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
            "builtins": ["config.templatetags.kit", "django.templatetags.i18n"],
        },
    },
]

AUTH_USER_MODEL = "registry.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "allauth.account.auth_backends.AuthenticationBackend"]
# NIST SP 800-63B: long, not common, not made of what everybody knows of the user; no composition rules, no expiry.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "config.accounts.ContextValidator"},
]
# Staff and regulators use a second factor. Only a demonstration does without, and says so on its pages.
SECOND_FACTOR_REQUIRED = ENVIRONMENT.SECOND_FACTOR or not DEMONSTRATION

ACCOUNT_ADAPTER = "config.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
# Axes counts failed logins, in the database and so for all processes; allauth limits what costs mail or work.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "reset_password": "20/h/ip,3/h/key", "signup": "20/h/ip"}
MFA_ADAPTER = "config.accounts.SecondFactorAdapter"
MFA_FORMS = {"add_webauthn": "config.passkeys.AddPasskeyForm", "edit_webauthn": "config.passkeys.EditPasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Gongshu"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_URL.startswith("http://")
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "config.accounts.name_given"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_LOCKOUT_CALLABLE = "config.accounts.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

# Mail goes to files until EMAIL_URL names a server: smtp://user:password@host:587 (STARTTLS) or smtps://…:465.
_MAIL = urlsplit(ENVIRONMENT.EMAIL_URL)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _MAIL.hostname else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = _MAIL.hostname or ""
EMAIL_PORT = _MAIL.port or 587
EMAIL_HOST_USER = unquote(_MAIL.username or "")
EMAIL_HOST_PASSWORD = unquote(_MAIL.password or "")
EMAIL_USE_TLS = _MAIL.scheme == "smtp"
EMAIL_USE_SSL = _MAIL.scheme == "smtps"
DEFAULT_FROM_EMAIL = ENVIRONMENT.EMAIL_FROM

LOGIN_URL = "registry:login"
LOGIN_REDIRECT_URL = "marketplace:home"
LOGOUT_REDIRECT_URL = "marketplace:home"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "config" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = ENVIRONMENT.STATIC_ROOT  # where collectstatic puts files; unset, they are served from the apps
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = STATIC_ROOT is None

# Plain HTTP is for the one-machine demonstration; anything public is served over TLS.
_TLS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = _TLS
CSRF_COOKIE_SECURE = _TLS
SECURE_SSL_REDIRECT = _TLS
SECURE_HSTS_SECONDS = 31_536_000 if _TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _TLS
SECURE_HSTS_PRELOAD = _TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _TLS else None
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

# Where an entry of a kind is shown: the ledger asks here, for it names no page above it.
ENTRY_PAGES = {
    "registration": "registry:registration",
    "agreement": "registry:agreement",
    "resource": "registry:resource",
    "certificate": "registry:certificate",
    "right": "registry:property-right",
    "opening": "registry:opening",
    "product": "marketplace:product",
    "order": "marketplace:order",
    "licence": "marketplace:licence",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
