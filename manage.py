"""Run a management command in this checkout; no variable needs to be set."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db.utils import OperationalError

from config.environment import BadEnvironment, nothing_configured


def main() -> None:
    """Run the command named on the command line; explain a missing environment or database in one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except BadEnvironment as error:
        sys.exit(str(error))
    except OperationalError as error:
        if nothing_configured():
            sys.exit("No database: start the embedded parts with `make run`, or set DATABASE_URL and its companions.")
        sys.exit(f"The database does not answer (is `make run` running?): {error}")


if __name__ == "__main__":
    main()
