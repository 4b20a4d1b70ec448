"""What stands beside a resource, and what was disclosed or bid, is never rewritten; deposits stay for 20 years."""

from django.db import migrations

FIXED = (
    "registry_version",
    "registry_disclosure",
    "registry_qualityreport",
    "registry_selectionbid",
    "registry_providerconsent",
)
FORWARD = """
CREATE FUNCTION registry_fact_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE FUNCTION registry_deposit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR OLD.keep_until > (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION 'deposit % is kept until %', OLD.public_id, OLD.keep_until USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER registry_deposit_kept BEFORE UPDATE OR DELETE ON registry_deposit
    FOR EACH ROW EXECUTE FUNCTION registry_deposit_kept();
""" + "".join(
    f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION registry_fact_fixed();\n"
    for table in FIXED
)
BACK = (
    "".join(f"DROP TRIGGER {table}_fixed ON {table};\n" for table in FIXED)
    + """
DROP TRIGGER registry_deposit_kept ON registry_deposit;
DROP FUNCTION registry_deposit_kept();
DROP FUNCTION registry_fact_fixed();
"""
)


class Migration(migrations.Migration):
    """Add the guards."""

    dependencies = [("registry", "0009_guards_files")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
