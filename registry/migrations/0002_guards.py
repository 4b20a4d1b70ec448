"""What the tables may never hold, whoever writes: shares that do not sum to one, altered certificates."""

from django.db import migrations

SHARES = """
CREATE FUNCTION registry_shares_sum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE total numeric;
BEGIN
    SELECT sum(share) INTO total FROM registry_revenueshare
    WHERE agreement_id = COALESCE(NEW.agreement_id, OLD.agreement_id);
    IF total IS NOT NULL AND total <> 1 THEN
        RAISE EXCEPTION 'revenue shares of agreement % sum to %, not 1',
            COALESCE(NEW.agreement_id, OLD.agreement_id), total USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER registry_shares_sum AFTER INSERT OR UPDATE OR DELETE ON registry_revenueshare
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registry_shares_sum();
"""
SHARES_BACK = """
DROP TRIGGER registry_shares_sum ON registry_revenueshare;
DROP FUNCTION registry_shares_sum();
"""
CERTIFICATES = """
CREATE FUNCTION registry_certificate_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'certificate % is never changed or deleted', OLD.number USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER registry_certificate_fixed BEFORE UPDATE OR DELETE ON registry_certificate
    FOR EACH ROW EXECUTE FUNCTION registry_certificate_fixed();
"""
CERTIFICATES_BACK = """
DROP TRIGGER registry_certificate_fixed ON registry_certificate;
DROP FUNCTION registry_certificate_fixed();
"""


class Migration(migrations.Migration):
    """Add the guards."""

    dependencies = [("registry", "0001_initial")]
    operations = [migrations.RunSQL(SHARES, SHARES_BACK), migrations.RunSQL(CERTIFICATES, CERTIFICATES_BACK)]
