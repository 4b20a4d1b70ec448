"""Triggers that keep policies, given answers, spends and released tables as they were, whoever asks."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION privacy_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'privacy: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION privacy_policy_only_retires() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.active AND NOT NEW.active
        AND (NEW.id, NEW.public_id, NEW.product_id, NEW.version_id, NEW.document, NEW.digest, NEW.activated_at, NEW.entry_id)
        IS NOT DISTINCT FROM
        (OLD.id, OLD.public_id, OLD.product_id, OLD.version_id, OLD.document, OLD.digest, OLD.activated_at, OLD.entry_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'privacy: policy % is immutable', OLD.public_id USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION privacy_run_answers_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.answer IS NULL
        AND (NEW.id, NEW.policy_id, NEW.plan, NEW.plan_hash, NEW.rho) IS NOT DISTINCT FROM
        (OLD.id, OLD.policy_id, OLD.plan, OLD.plan_hash, OLD.rho)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'privacy: run % is answered', OLD.plan_hash USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION privacy_budget_only_spends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.spent >= OLD.spent AND NEW."limit" <= OLD."limit"
        AND (NEW.id, NEW.version_id, NEW.licensee_id) IS NOT DISTINCT FROM (OLD.id, OLD.version_id, OLD.licensee_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'privacy: budget % neither grows nor is refunded', OLD.id USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION privacy_spend_only_settles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT OLD.spent
        AND (NEW.id, NEW.budget_id, NEW.run_id, NEW.rho, NEW.reserved_at)
        IS NOT DISTINCT FROM (OLD.id, OLD.budget_id, OLD.run_id, OLD.rho, OLD.reserved_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'privacy: spend % is settled', OLD.id USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER privacy_policy_keeps BEFORE UPDATE ON privacy_policy
    FOR EACH ROW EXECUTE FUNCTION privacy_policy_only_retires();
CREATE TRIGGER privacy_run_keeps BEFORE UPDATE ON privacy_run
    FOR EACH ROW EXECUTE FUNCTION privacy_run_answers_once();
CREATE TRIGGER privacy_budget_keeps BEFORE UPDATE ON privacy_budget
    FOR EACH ROW EXECUTE FUNCTION privacy_budget_only_spends();
CREATE TRIGGER privacy_spend_keeps BEFORE UPDATE ON privacy_spend
    FOR EACH ROW EXECUTE FUNCTION privacy_spend_only_settles();
"""

KEPT = ("privacy_policy", "privacy_run", "privacy_budget", "privacy_spend", "privacy_cube", "privacy_dataversion")


def triggers():
    for table in KEPT:
        yield f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION privacy_refuse();"


REMOVAL = """
DROP FUNCTION privacy_refuse() CASCADE;
DROP FUNCTION privacy_policy_only_retires() CASCADE;
DROP FUNCTION privacy_run_answers_once() CASCADE;
DROP FUNCTION privacy_budget_only_spends() CASCADE;
DROP FUNCTION privacy_spend_only_settles() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS + "\n".join(triggers()), REMOVAL)]
