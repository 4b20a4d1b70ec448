import subprocess
import sys

PROGRAM = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
import config.urls, config.celery, ledger.tasks, ledger.gateways
import json
try:
    json.loads("[" * 100_000)
except RecursionError:
    print("refused", sys.getrecursionlimit())
"""


def test_deeply_nested_json_is_refused_and_does_not_end_a_process_that_speaks_to_the_chain():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert (run.returncode, run.stdout.split()) == (0, ["refused", "1000"]), run.stderr[-500:]
