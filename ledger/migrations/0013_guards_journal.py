"""What was written of a transaction is refused as soon as a statement names it, without reading its bytes to compare."""

from django.db import migrations

WRITTEN = "id, chain_id, sender, nonce, purpose, raw, tx_hash, block_time, prepared_at"

FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION ledger_journal_only_finishes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('prepared', 'sent')
        OR (
            OLD.state IN ('mined', 'reverted') AND NEW.state = 'sent' AND NEW.block_number IS NULL
            AND EXISTS (
                SELECT FROM ledger_chainmove moved
                WHERE moved.transaction_id = OLD.id AND moved.block_hash = OLD.block_hash
            )
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'sealed history: journal row % is what was sent', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_chaintransaction_keeps BEFORE UPDATE OF {WRITTEN} ON ledger_chaintransaction
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
"""

BEFORE = """
DROP TRIGGER ledger_chaintransaction_keeps ON ledger_chaintransaction;
CREATE OR REPLACE FUNCTION ledger_journal_only_finishes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.chain_id, NEW.sender, NEW.nonce, NEW.purpose, NEW.raw, NEW.tx_hash, NEW.block_time, NEW.prepared_at)
        IS NOT DISTINCT FROM
        (OLD.id, OLD.chain_id, OLD.sender, OLD.nonce, OLD.purpose, OLD.raw, OLD.tx_hash, OLD.block_time, OLD.prepared_at)
        AND (
            OLD.state IN ('prepared', 'sent')
            OR (
                OLD.state IN ('mined', 'reverted') AND NEW.state = 'sent' AND NEW.block_number IS NULL
                AND EXISTS (
                    SELECT FROM ledger_chainmove moved
                    WHERE moved.transaction_id = OLD.id AND moved.block_hash = OLD.block_hash
                )
            )
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'sealed history: journal row % is what was sent', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_guards_uncompressed")]
    operations = [migrations.RunSQL(FUNCTIONS, BEFORE)]
