"""Entries' columns say when they happened as their bytes do: to the millisecond.

Entries written before this kept the microseconds of the clock beside bytes that never had them, so that an audit could
not tell a column that somebody moved by less than a millisecond. What the bytes do not say goes, with the guard off for
this one statement; the bytes and their hashes stay as they are.
"""

from django.db import migrations

TRUNCATED = """
ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_keeps;
UPDATE ledger_entry SET occurred_at = date_trunc('milliseconds', occurred_at)
    WHERE occurred_at <> date_trunc('milliseconds', occurred_at);
ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_keeps;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0016_guards_openings")]
    operations = [migrations.RunSQL(TRUNCATED, migrations.RunSQL.noop)]
