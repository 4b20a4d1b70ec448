"""The books guard themselves: journals balance, balances are the sum of their lines, and nothing is rewritten."""

from django.db import migrations

BALANCED = """
CREATE FUNCTION marketplace_journal_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT currency, sum(amount) AS difference INTO wrong FROM marketplace_journalline
        WHERE journal_id = NEW.journal_id GROUP BY currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % does not balance: % sums to %', NEW.journal_id, wrong.currency, wrong.difference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER journal_balanced AFTER INSERT ON marketplace_journalline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION marketplace_journal_balanced();

CREATE FUNCTION marketplace_journal_has_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM marketplace_journalline WHERE journal_id = NEW.id) THEN
        RAISE EXCEPTION 'journal % has no lines', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER journal_has_lines AFTER INSERT ON marketplace_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION marketplace_journal_has_lines();
"""

BALANCES = """
CREATE FUNCTION marketplace_add_to_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE marketplace_account SET balance = balance + NEW.amount
        WHERE id = NEW.account_id AND currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a line in % on an account in another currency', NEW.currency USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER add_to_balance AFTER INSERT ON marketplace_journalline
    FOR EACH ROW EXECUTE FUNCTION marketplace_add_to_balance();

CREATE FUNCTION marketplace_keep_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.balance <> 0) OR (TG_OP = 'UPDATE' AND pg_trigger_depth() < 2) THEN
        RAISE EXCEPTION 'a balance changes only with the lines of its account' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_balance BEFORE INSERT OR UPDATE OF balance ON marketplace_account
    FOR EACH ROW EXECUTE FUNCTION marketplace_keep_balance();
"""

WRITTEN_ONCE = ("journalentry", "journalline", "settlement", "settlementline", "licenceuse")
APPEND_ONLY = """
CREATE FUNCTION marketplace_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'check_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON marketplace_{table}"
    " FOR EACH ROW EXECUTE FUNCTION marketplace_written_once();\n"
    for table in WRITTEN_ONCE
)

BACK = "".join(f"DROP TRIGGER written_once ON marketplace_{table};\n" for table in WRITTEN_ONCE) + """
DROP TRIGGER keep_balance ON marketplace_account;
DROP TRIGGER add_to_balance ON marketplace_journalline;
DROP TRIGGER journal_balanced ON marketplace_journalline;
DROP TRIGGER journal_has_lines ON marketplace_journalentry;
DROP FUNCTION marketplace_written_once();
DROP FUNCTION marketplace_keep_balance();
DROP FUNCTION marketplace_add_to_balance();
DROP FUNCTION marketplace_journal_balanced();
DROP FUNCTION marketplace_journal_has_lines();
"""


class Migration(migrations.Migration):
    """Triggers that no service can forget."""

    dependencies = [("marketplace", "0001_initial")]
    operations = [migrations.RunSQL(BALANCED + BALANCES + APPEND_ONLY, BACK)]
