"""Triggers that keep what a price rests on as it was, whoever asks."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION pricing_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'kept history: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION pricing_line_keeps_submission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.survey_id, NEW.number, NEW.head, NEW.use, NEW.amount, NEW.note, NEW.product_id, NEW.allocation,
        NEW.allocation_key)
        IS NOT DISTINCT FROM
        (OLD.id, OLD.survey_id, OLD.number, OLD.head, OLD.use, OLD.amount, OLD.note, OLD.product_id, OLD.allocation,
        OLD.allocation_key)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'kept history: cost line % is what was submitted', OLD.id USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION pricing_price_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.valid_until IS NULL AND
        (to_jsonb(NEW) - 'valid_until') IS NOT DISTINCT FROM (to_jsonb(OLD) - 'valid_until')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'kept history: %.% may only end, once', TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER pricing_costline_keeps BEFORE UPDATE ON pricing_costline
    FOR EACH ROW EXECUTE FUNCTION pricing_line_keeps_submission();
CREATE TRIGGER pricing_fee_ends BEFORE UPDATE ON pricing_fee
    FOR EACH ROW EXECUTE FUNCTION pricing_price_only_ends();
CREATE TRIGGER pricing_ceiling_ends BEFORE UPDATE ON pricing_ceiling
    FOR EACH ROW EXECUTE FUNCTION pricing_price_only_ends();
"""
FROZEN = ("pricing_derivation", "pricing_quote", "pricing_ceilingact", "pricing_review", "pricing_monthlyincome")
LASTING = (*FROZEN, "pricing_costline", "pricing_costsurvey", "pricing_revenuedecision", "pricing_fee", "pricing_ceiling")


def triggers():
    for table in FROZEN:
        yield f"CREATE TRIGGER {table}_keeps BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION pricing_refuse();"
    for table in LASTING:
        yield f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION pricing_refuse();"


REMOVAL = """
DROP FUNCTION pricing_refuse() CASCADE;
DROP FUNCTION pricing_line_keeps_submission() CASCADE;
DROP FUNCTION pricing_price_only_ends() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("pricing", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS + "\n".join(triggers()), REMOVAL)]
