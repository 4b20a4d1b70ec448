"""The assembled platform: settings, urls, API, celery app, base templates. Nobody imports it."""
