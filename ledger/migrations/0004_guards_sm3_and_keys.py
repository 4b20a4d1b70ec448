"""Fill the second digest and the log's first key in, and guard the new tables as the others are guarded.

Entries are frozen; only the tables' owner, who migrates, can lift that guard while the digests are filled in.
"""

import hashlib

from django.db import migrations

AT_ONCE = 5000
GUARDS = "".join(
    f"""
CREATE TRIGGER {table}_keeps BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER {table}_remains BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
    for table in ("ledger_entrystatus", "ledger_logkey")
)
FIRST_KEYS = """
INSERT INTO ledger_logkey (log_id, algorithm, verifier_key, from_size, added_at)
SELECT id, 'ed25519', verifier_key, 0, opened_at FROM ledger_log;
"""


def fill(apps, schema_editor):
    last = 0
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_keeps")
        while True:
            cursor.execute(
                "SELECT id, body FROM ledger_entry WHERE id > %s AND sm3 IS NULL ORDER BY id LIMIT %s", [last, AT_ONCE]
            )
            rows = cursor.fetchall()
            if not rows:
                break
            last = rows[-1][0]
            digests = [hashlib.new("sm3", bytes(body)).digest() for _, body in rows]
            cursor.execute(
                "UPDATE ledger_entry SET sm3 = filled.sm3 FROM unnest(%s::bigint[], %s::bytea[]) AS filled(id, sm3) "
                "WHERE ledger_entry.id = filled.id",
                [[pk for pk, _ in rows], digests],
            )
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_keeps")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_status_sm3_keys")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(FIRST_KEYS + GUARDS, migrations.RunSQL.noop),
    ]
