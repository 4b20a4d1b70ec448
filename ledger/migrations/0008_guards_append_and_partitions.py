"""Writing an entry in one round trip, and sealed leaves in partitions of 2^20 indexes.

``ledger_append`` writes an entry with its place in the queue, openings, edges and status, or writes nothing and returns
the ids that stand in the way: refs that name no entry, or the entry's own id when it is taken.

``ledger_make_partitions`` runs with its owner's rights: the application may have a partition made ahead of the leaves,
and can create, alter or drop nothing itself. A partition has no rights of its own for anybody else; rows are reached
through the whole. Uniqueness of an entry over all partitions, and indexes without a gap, are checked for each sealing.
"""

from django.db import migrations

APPEND = """
CREATE FUNCTION ledger_append(
    new_id uuid, kind text, version integer, subject text, occurred_at timestamptz, body bytea, leaf_hash bytea,
    sm3 bytea, terms text[], refs uuid[], names text[], facts text[], salts bytea[],
    status_id bytea, status_subject text, status_state text, status_until date
) RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
    targets bigint[];
    missing uuid[];
    pk bigint;
BEGIN
    IF cardinality(refs) > 0 THEN
        SELECT array_agg(held.id ORDER BY place), array_agg(named.ref ORDER BY place) FILTER (WHERE held.id IS NULL)
            INTO targets, missing
            FROM unnest(refs) WITH ORDINALITY AS named(ref, place)
            LEFT JOIN ledger_entry held ON held.public_id = named.ref;
        IF missing IS NOT NULL THEN
            RETURN missing;
        END IF;
    END IF;
    INSERT INTO ledger_entry (public_id, kind, version, subject, occurred_at, body, leaf_hash, sm3, terms)
        VALUES (new_id, kind, version, subject, occurred_at, body, leaf_hash, sm3, terms)
        ON CONFLICT (public_id) DO NOTHING RETURNING id INTO pk;
    IF pk IS NULL THEN
        RETURN ARRAY[new_id];
    END IF;
    INSERT INTO ledger_waitingentry (entry_id) VALUES (pk);
    INSERT INTO ledger_opening (entry_id, name, value, salt)
        SELECT pk, opened.name, opened.fact, opened.salt FROM unnest(names, facts, salts) AS opened(name, fact, salt);
    IF targets IS NOT NULL THEN
        INSERT INTO ledger_entryref (entry_id, ref_id, position)
            SELECT pk, target, place - 1 FROM unnest(targets) WITH ORDINALITY AS edge(target, place);
    END IF;
    IF status_id IS NOT NULL THEN
        INSERT INTO ledger_entrystatus (entry_id, status_id, subject, state, valid_until)
            VALUES (pk, status_id, status_subject, status_state, status_until);
    END IF;
    RETURN NULL;
END $$;
"""

PARTITIONS = """
ALTER TABLE ledger_leaf RENAME TO ledger_leaf_whole;
CREATE TABLE ledger_leaf (index bigint NOT NULL, entry_id bigint NOT NULL, CONSTRAINT leaf_once PRIMARY KEY (index))
    PARTITION BY RANGE (index);

CREATE FUNCTION ledger_make_partitions() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    width CONSTANT bigint := 1048576;
    size bigint;
    made integer := 0;
    number bigint;
    part text;
    grantee text;
BEGIN
    SELECT coalesce(max(size_row.size), 0) INTO size FROM public.ledger_treehead AS size_row;
    SELECT count(*) INTO number FROM pg_inherits WHERE inhparent = 'public.ledger_leaf'::regclass;
    WHILE number <= size / width + 1 LOOP
        part := 'ledger_leaf_' || lpad(number::text, 5, '0');
        EXECUTE format('CREATE TABLE public.%I (LIKE public.ledger_leaf INCLUDING ALL)', part);
        EXECUTE format('CREATE UNIQUE INDEX %I ON public.%I (entry_id)', part || '_entry', part);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON public.%I FOR EACH STATEMENT '
            'EXECUTE FUNCTION public.ledger_refuse()', part || '_remains', part);
        EXECUTE format('ALTER TABLE public.ledger_leaf ATTACH PARTITION public.%I FOR VALUES FROM (%s) TO (%s)',
            part, number * width, (number + 1) * width);
        FOR grantee IN
            SELECT DISTINCT CASE rights.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(rights.grantee)) END
            FROM pg_class, aclexplode(relacl) AS rights
            WHERE pg_class.oid = format('public.%I', part)::regclass AND rights.grantee <> relowner
        LOOP
            EXECUTE format('REVOKE ALL ON public.%I FROM %s', part, grantee);
        END LOOP;
        number := number + 1;
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

CREATE FUNCTION ledger_leaf_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first bigint;
    last bigint;
    counted bigint;
    before bigint;
BEGIN
    SELECT min(index), max(index), count(*) INTO first, last, counted FROM sealed;
    IF counted = 0 THEN
        RETURN NULL;
    END IF;
    SELECT max(index) INTO before FROM ledger_leaf WHERE index < first;
    IF first <> coalesce(before + 1, 0) OR last - first + 1 <> counted THEN
        RAISE EXCEPTION 'sealed history: leaf % does not follow leaf %', first, before
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM sealed JOIN ledger_leaf older USING (entry_id) WHERE older.index < first) THEN
        RAISE EXCEPTION 'sealed history: an entry after leaf % is sealed already', before
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""

FILLED = """
DO $$ BEGIN
    WHILE (SELECT count(*) FROM pg_inherits WHERE inhparent = 'ledger_leaf'::regclass)
        <= (SELECT coalesce(max(index), 0) / 1048576 + 1 FROM ledger_leaf_whole)
    LOOP
        PERFORM ledger_make_partitions();
    END LOOP;
END $$;
INSERT INTO ledger_leaf (index, entry_id) SELECT index, entry_id FROM ledger_leaf_whole ORDER BY index;
DROP TABLE ledger_leaf_whole;
"""

GUARDS = """
ALTER TABLE ledger_leaf ADD CONSTRAINT leaf_of_entry FOREIGN KEY (entry_id) REFERENCES ledger_entry (id)
    DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER ledger_leaf_keeps BEFORE UPDATE ON ledger_leaf FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_leaf_stays BEFORE DELETE ON ledger_leaf FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_leaf_remains BEFORE TRUNCATE ON ledger_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_leaf_follows AFTER INSERT ON ledger_leaf REFERENCING NEW TABLE AS sealed
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_leaf_follows();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_guards_witnesses")]
    operations = [
        migrations.RunSQL(APPEND),
        migrations.RunSQL(PARTITIONS),
        migrations.RunSQL(FILLED),
        migrations.RunSQL(GUARDS),
    ]
