"""Triggers that refuse to change what the log has recorded, whoever asks."""

from django.db import migrations

FROZEN = ("ledger_entry", "ledger_entryref", "ledger_leaf", "ledger_treehead", "ledger_log", "ledger_logcontract", "ledger_batch")
GUARDED = (*FROZEN, "ledger_tile", "ledger_chaintransaction")

FUNCTIONS = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'sealed history: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION ledger_tile_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id = OLD.id AND NEW.level = OLD.level AND NEW.number = OLD.number
        AND length(NEW.data) >= length(OLD.data)
        AND substring(NEW.data FROM 1 FOR length(OLD.data)) = OLD.data THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'sealed history: tile %/% may only grow', OLD.level, OLD.number
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION ledger_journal_only_finishes() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER ledger_tile_grows BEFORE UPDATE ON ledger_tile
    FOR EACH ROW EXECUTE FUNCTION ledger_tile_only_grows();
CREATE TRIGGER ledger_journal_finishes BEFORE UPDATE ON ledger_chaintransaction
    FOR EACH ROW EXECUTE FUNCTION ledger_journal_only_finishes();
"""


def triggers():
    for table in FROZEN:
        yield f"CREATE TRIGGER {table}_keeps BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse();"
    for table in GUARDED:
        yield f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse();"
        yield (
            f"CREATE TRIGGER {table}_remains BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();"
        )


REMOVAL = """
DROP FUNCTION ledger_refuse() CASCADE;
DROP FUNCTION ledger_tile_only_grows() CASCADE;
DROP FUNCTION ledger_journal_only_finishes() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS + "\n".join(triggers()), REMOVAL)]
