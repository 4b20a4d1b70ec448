"""A stopped log takes no entry, whoever writes it; a mined transaction may wait again only when its move is on record."""

from django.db import migrations

FROZEN = ("ledger_chainmove", "ledger_chainsnapshot")

FUNCTIONS = """
CREATE FUNCTION ledger_stopped() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reason text;
BEGIN
    SELECT en INTO reason FROM ledger_stop WHERE ended_at IS NULL AND everything LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING MESSAGE = reason, ERRCODE = 'LG001';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_entry_unless_stopped BEFORE INSERT ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_stopped();
CREATE TRIGGER ledger_treehead_unless_stopped BEFORE INSERT ON ledger_treehead
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_stopped();

CREATE FUNCTION ledger_stop_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.ended_by <> ''
        AND (NEW.id, NEW.code, NEW.zh, NEW.en, NEW.everything, NEW.since)
        IS NOT DISTINCT FROM (OLD.id, OLD.code, OLD.zh, OLD.en, OLD.everything, OLD.since) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'sealed history: stop % is what was noticed', OLD.id USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_stop_ends BEFORE UPDATE ON ledger_stop
    FOR EACH ROW EXECUTE FUNCTION ledger_stop_only_ends();

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

BEFORE = """
DROP FUNCTION ledger_stopped() CASCADE;
DROP FUNCTION ledger_stop_only_ends() CASCADE;
CREATE OR REPLACE FUNCTION ledger_journal_only_finishes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('prepared', 'sent')
        AND (NEW.id, NEW.chain_id, NEW.sender, NEW.nonce, NEW.purpose, NEW.raw, NEW.tx_hash, NEW.block_time, NEW.prepared_at)
        IS NOT DISTINCT FROM
        (OLD.id, OLD.chain_id, OLD.sender, OLD.nonce, OLD.purpose, OLD.raw, OLD.tx_hash, OLD.block_time, OLD.prepared_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'sealed history: journal row % is what was sent', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
"""


def triggers():
    for table in FROZEN:
        yield f"CREATE TRIGGER {table}_keeps BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse();"
    for table in (*FROZEN, "ledger_stop"):
        yield f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse();"
        yield (
            f"CREATE TRIGGER {table}_remains BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();"
        )


def removal():
    for table in (*FROZEN, "ledger_stop"):
        for name in ("keeps", "stays", "remains"):
            yield f"DROP TRIGGER IF EXISTS {table}_{name} ON {table};"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_chain_care")]
    operations = [migrations.RunSQL(FUNCTIONS + "\n".join(triggers()), BEFORE + "\n".join(removal()))]
