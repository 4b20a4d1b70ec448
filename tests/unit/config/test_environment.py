"""The platform's variables: all faults named at once, nothing needed by commands that need no service."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
COMPLETE = {
    "DATABASE_URL": "postgresql://gongshu@db.example/gongshu",
    "BROKER_URL": "amqp://broker.example",
    "CHAIN_URL": "https://chain.example",
    "SECRET_KEY": "9f3b" * 20 + "-xyz!",
    "STRIPE_API_KEY": "sk_of_an_example",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
    "KEY_STORE_DIR": "/var/lib/gongshu/keys",
    "PUBLIC_URL": "https://gongshu.example",
    "ALLOWED_HOSTS": '["gongshu.example"]',
}


def manage(*command, **variables):
    """Run manage.py with nothing but ``variables`` in its environment."""
    plain = {"PATH": os.environ["PATH"], "GONGSHU_ENVIRONMENT": "/nonexistent/environment.json"}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=plain | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_every_missing_and_malformed_variable_is_named_at_once():
    answer = manage("check", DATABASE_URL=COMPLETE["DATABASE_URL"], CHAIN_ID="one", DEBUG="perhaps")
    assert answer.returncode != 0
    required = set(COMPLETE) - {"DATABASE_URL", "PUBLIC_URL", "ALLOWED_HOSTS"}
    said = answer.stdout + answer.stderr
    assert [name for name in (*required, "CHAIN_ID", "DEBUG") if f"  {name}: " not in said] == []
    assert "DATABASE_URL: " not in said


@pytest.mark.parametrize("command", [["check"], ["makemigrations", "--check", "--dry-run", "--help"]])
def test_commands_that_need_no_service_need_no_variable(command):
    answer = manage(*command)
    assert answer.returncode == 0, answer.stderr


def test_the_deployment_check_is_clean_behind_tls():
    answer = manage("check", "--deploy", "--fail-level", "INFO", **COMPLETE)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "no issues" in answer.stdout
