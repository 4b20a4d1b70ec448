"""What an office decided and what people signed is written once; a file is kept as long as the rules say (Art 6)."""

from django.db import migrations

TABLES = ("officepolicy", "limitoverride", "correctionconsent", "confirmationsheet")
GUARD = """
CREATE TRIGGER registry_{table}_once BEFORE UPDATE OR DELETE ON registry_{table}
    FOR EACH ROW EXECUTE FUNCTION registry_written_once();
"""
GUARD_BACK = "DROP TRIGGER registry_{table}_once ON registry_{table};"
SIGNATURES = """
CREATE TRIGGER registry_reviewsignature_fixed BEFORE UPDATE ON registry_reviewsignature
    FOR EACH ROW EXECUTE FUNCTION registry_written_once();
"""
SIGNATURES_BACK = "DROP TRIGGER registry_reviewsignature_fixed ON registry_reviewsignature;"
KEPT = """
CREATE FUNCTION registry_file_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (OLD.keep_until IS NULL OR OLD.keep_until > CURRENT_DATE) THEN
        RAISE EXCEPTION 'the file of registration % is kept until %', OLD.number, COALESCE(OLD.keep_until::text, 'its end')
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER registry_file_kept BEFORE DELETE ON registry_registration
    FOR EACH ROW EXECUTE FUNCTION registry_file_kept();
"""
KEPT_BACK = """
DROP TRIGGER registry_file_kept ON registry_registration;
DROP FUNCTION registry_file_kept();
"""


class Migration(migrations.Migration):
    """Add the guards."""

    dependencies = [("registry", "0008_seal_objections")]
    operations = [
        *[migrations.RunSQL(GUARD.format(table=table), GUARD_BACK.format(table=table)) for table in TABLES],
        migrations.RunSQL(SIGNATURES, SIGNATURES_BACK),
        migrations.RunSQL(KEPT, KEPT_BACK),
    ]
