"""The application's role keeps no right to alter history: what triggers refuse, it may not even attempt.

``ledger_close_history`` takes from every role but the owner what only tampering would need. Roles that are granted
rights later are closed out by calling it again.
"""

from django.db import migrations

CLOSE = """
CREATE FUNCTION ledger_close_history() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    item record;
    grown CONSTANT jsonb := '{
        "ledger_tile": "data",
        "ledger_chaintransaction": "state, block_number, block_hash, gas_used, finished_at"
    }';
    kept CONSTANT text[] := ARRAY['ledger_waitingentry', 'ledger_opening'];
    sealed CONSTANT text[] := ARRAY['ledger_entry', 'ledger_entryref', 'ledger_entrystatus', 'ledger_leaf',
        'ledger_treehead', 'ledger_log', 'ledger_logkey', 'ledger_logcontract', 'ledger_batch'];
BEGIN
    FOR item IN
        SELECT DISTINCT relname, CASE rights.grantee WHEN 0 THEN 'PUBLIC'
            ELSE quote_ident(pg_get_userbyid(rights.grantee)) END AS grantee
        FROM pg_class, aclexplode(relacl) AS rights
        WHERE relnamespace = 'public'::regnamespace AND rights.grantee <> relowner
        AND (relname = ANY(sealed || kept) OR grown ? relname::text)
    LOOP
        EXECUTE format('REVOKE UPDATE, TRUNCATE, REFERENCES, TRIGGER ON public.%I FROM %s', item.relname, item.grantee);
        IF NOT item.relname = ANY(kept) THEN
            EXECUTE format('REVOKE DELETE ON public.%I FROM %s', item.relname, item.grantee);
        END IF;
        IF grown ? item.relname::text THEN
            EXECUTE format('GRANT UPDATE (%s) ON public.%I TO %s', grown ->> item.relname, item.relname, item.grantee);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION ledger_close_history() FROM PUBLIC;
SELECT ledger_close_history();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_guards_chain_care")]
    operations = [migrations.RunSQL(CLOSE)]
