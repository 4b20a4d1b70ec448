"""Facts about certificates that are written once; and a standing for every certificate issued before there were any."""

from django.db import migrations

TABLES = ("standingchange", "countersignature", "statuslist", "assetvaluation", "rightclaim")
FUNCTION = """
CREATE FUNCTION registry_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
"""
FUNCTION_BACK = "DROP FUNCTION registry_written_once();"
GUARD = """
CREATE TRIGGER registry_{table}_once BEFORE UPDATE OR DELETE ON registry_{table}
    FOR EACH ROW EXECUTE FUNCTION registry_written_once();
"""
GUARD_BACK = "DROP TRIGGER registry_{table}_once ON registry_{table};"
STANDINGS = """
INSERT INTO registry_standing (certificate_id, state, since, article, reason, followed_entry, entry)
SELECT c.id, 'active', c.issued_at, '', '', r.last_entry, c.entry FROM registry_certificate c
JOIN registry_registration r ON r.id = c.registration_id
WHERE NOT EXISTS (SELECT 1 FROM registry_standing s WHERE s.certificate_id = c.id);
"""


class Migration(migrations.Migration):
    """Add the guards and fill the standings."""

    dependencies = [("registry", "0006_right_claims")]
    operations = [
        migrations.RunSQL(FUNCTION, FUNCTION_BACK),
        *[migrations.RunSQL(GUARD.format(table=table), GUARD_BACK.format(table=table)) for table in TABLES],
        migrations.RunSQL(STANDINGS, migrations.RunSQL.noop),
    ]
