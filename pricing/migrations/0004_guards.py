"""Triggers on what 0003 added: entered rows are never changed, plans may only end, a line keeps its subsidy."""

from django.db import migrations

LINE = """
CREATE OR REPLACE FUNCTION pricing_line_keeps_submission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - ARRAY['adjusted', 'adjustment_reason', 'adjusted_at'])
        IS NOT DISTINCT FROM (to_jsonb(OLD) - ARRAY['adjusted', 'adjustment_reason', 'adjusted_at'])
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'kept history: cost line % is what was submitted', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER pricing_plan_ends BEFORE UPDATE ON pricing_plan
    FOR EACH ROW EXECUTE FUNCTION pricing_price_only_ends();
CREATE TRIGGER pricing_plan_stays BEFORE DELETE ON pricing_plan FOR EACH ROW EXECUTE FUNCTION pricing_refuse();
"""
FROZEN = (
    "pricing_parameterrow",
    "pricing_evidence",
    "pricing_filedreport",
    "pricing_contact",
    "pricing_promotion",
    "pricing_distribution",
    "pricing_valuation",
)
FREEZE = "\n".join(
    f"CREATE TRIGGER {table}_keeps BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION pricing_refuse();"
    for table in FROZEN
)
THAW = "\n".join(f"DROP TRIGGER {table}_keeps ON {table};" for table in FROZEN)
THAW += "DROP TRIGGER pricing_plan_ends ON pricing_plan; DROP TRIGGER pricing_plan_stays ON pricing_plan;"


class Migration(migrations.Migration):
    dependencies = [("pricing", "0003_extensions")]
    operations = [migrations.RunSQL(LINE + FREEZE, THAW)]
