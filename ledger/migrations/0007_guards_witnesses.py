"""Triggers: a cosignature is never changed or removed, a witness only ever retires."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION ledger_witness_only_retires() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.retired_at IS NULL AND NEW.retired_at IS NOT NULL
        AND (NEW.id, NEW.public_id, NEW.name, NEW.verifier_key, NEW.organisation_id, NEW.registered_at)
        IS NOT DISTINCT FROM
        (OLD.id, OLD.public_id, OLD.name, OLD.verifier_key, OLD.organisation_id, OLD.registered_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'witness % may only retire', OLD.id USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_witness_retires BEFORE UPDATE ON ledger_witness
    FOR EACH ROW EXECUTE FUNCTION ledger_witness_only_retires();
CREATE TRIGGER ledger_cosignature_keeps BEFORE UPDATE ON ledger_cosignature
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
"""
STAYS = """
CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER {table}_remains BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
TABLES = ("ledger_witness", "ledger_cosignature")
REMOVAL = "DROP FUNCTION ledger_witness_only_retires() CASCADE;\n" + "\n".join(
    f"DROP TRIGGER IF EXISTS {table}_{name} ON {table};" for table in TABLES for name in ("keeps", "stays", "remains")
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_witnesses")]
    operations = [migrations.RunSQL(FUNCTION + "".join(STAYS.format(table=table) for table in TABLES), REMOVAL)]
