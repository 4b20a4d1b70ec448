"""Hashes do not compress: transactions and tiles, which are little else, are stored without the attempt."""

from django.db import migrations

COLUMNS = (("ledger_chaintransaction", "raw"), ("ledger_tile", "data"))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_guards_application_role")]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL",
            f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTENDED",
        )
        for table, column in COLUMNS
    ]
