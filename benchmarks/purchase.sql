-- The bare counterpart of a purchase: one function that writes, in one transaction, the rows and the later changes of
-- rows that quote, order, payment, webhook inbox, capture, licence and their four ledger entries write in the services.
-- Constraints, indexes and triggers are the platform's own. What is left out is what the services are for: deciding.

CREATE SEQUENCE benchmark_quantity START 100000;

CREATE FUNCTION benchmark_entry(
    entry uuid, kind text, subject text, payload jsonb, refs uuid[], secrets jsonb, at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    salt bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    committed jsonb;
    bytes bytea;
    row_id bigint;
BEGIN
    SELECT jsonb_object_agg(key, encode(sha256(salt || convert_to(value, 'UTF8')), 'hex'))
        INTO committed FROM jsonb_each_text(secrets);
    bytes := convert_to(jsonb_build_object(
        'format', 1, 'log', 'gongshu.local/log1', 'id', entry, 'kind', kind, 'version', 1, 'subject', subject,
        'occurred_at', at, 'refs', refs, 'payload', payload || jsonb_build_object('commitments', committed)
    )::text, 'UTF8');
    INSERT INTO ledger_entry (public_id, kind, version, subject, occurred_at, body, leaf_hash, sm3, terms)
        SELECT entry, kind, 1, subject, at, bytes, sha256('\x00'::bytea || bytes), sha256(bytes),
            array_agg(value) || subject::varchar
        FROM jsonb_each_text(payload) WHERE length(value) BETWEEN 6 AND 128
        RETURNING id INTO row_id;
    INSERT INTO ledger_waitingentry (entry_id) VALUES (row_id);
    INSERT INTO ledger_opening (entry_id, name, value, salt)
        SELECT row_id, key, value, salt FROM jsonb_each_text(secrets);
    INSERT INTO ledger_entryref (entry_id, ref_id, position)
        SELECT row_id, (SELECT id FROM ledger_entry WHERE public_id = wanted.entry_id), wanted.place
        FROM unnest(refs) WITH ORDINALITY AS wanted(entry_id, place);
END $$;

CREATE FUNCTION benchmark_purchase(bought uuid, purchaser uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := now();
    amount numeric := nextval('benchmark_quantity');
    quote uuid := gen_random_uuid();
    ordered uuid := gen_random_uuid();
    paid uuid := gen_random_uuid();
    journal uuid := gen_random_uuid();
    licence uuid := gen_random_uuid();
    quoted_fact uuid := gen_random_uuid();
    ordered_fact uuid := gen_random_uuid();
    captured_fact uuid := gen_random_uuid();
    issued_fact uuid := gen_random_uuid();
    reference text := 'cs_' || replace(paid::text, '-', '');
    fee record;
    listing record;
    document bytea;
    price numeric;
    total bigint;
    derivation bigint;
    order_row bigint;
    payment_row bigint;
    journal_row bigint;
BEGIN
    SELECT * INTO STRICT fee FROM pricing_fee
        WHERE product_id = bought AND form = 'per_call' AND valid_from <= at
            AND (valid_until IS NULL OR valid_until > at)
        ORDER BY valid_from DESC LIMIT 1;
    SELECT * INTO STRICT listing FROM marketplace_listing WHERE product_id = bought AND state = 'listed';
    price := fee.top_price;
    total := round(amount * price * 100);
    SELECT convert_to(replace(convert_from(d.document, 'UTF8'), '"version"', format('"n":%s,"version"', amount)), 'UTF8')
        INTO STRICT document FROM pricing_derivation d WHERE calculation = 'quote' ORDER BY id LIMIT 1;
    INSERT INTO pricing_derivation (public_id, calculation, version, document, sha256, derived_at)
        VALUES (gen_random_uuid(), 'quote', 1, document, encode(sha256(document), 'hex'), at) RETURNING id INTO derivation;
    PERFORM benchmark_entry(
        quoted_fact, 'quote.made', 'quote:' || quote,
        jsonb_build_object('quote', quote, 'product', bought, 'form', fee.form, 'unit', fee.unit, 'use', 'industry',
            'kind', fee.kind, 'free', false, 'derivation_sha256', encode(sha256(document), 'hex')),
        ARRAY[fee.entry_id], jsonb_build_object('quantity', amount, 'total', total, 'actor', purchaser), at);
    INSERT INTO pricing_quote (public_id, product_id, buyer_id, fee_id, form, unit, quantity, scenario, free, confirmed,
            unit_price, total, derivation_id, entry_id, made_at, valid_until)
        VALUES (quote, bought, purchaser, fee.id, fee.form, fee.unit, amount, 'industry', false, true,
            price, total, derivation, quoted_fact, at, at + interval '30 days');
    PERFORM benchmark_entry(
        ordered_fact, 'order.placed', 'order:' || ordered,
        jsonb_build_object('order', ordered, 'product', bought, 'form', fee.form, 'unit', fee.unit,
            'quantity', amount, 'scenario', 'industry'),
        ARRAY[listing.entry_id, (SELECT coded_entry FROM registry_registration r JOIN registry_dataproduct p
            ON r.product_id = p.id WHERE p.public_id = bought AND coded_entry IS NOT NULL LIMIT 1), quoted_fact],
        jsonb_build_object('buyer', purchaser, 'unit_price', price, 'total', total, 'quote', quote, 'actor', purchaser), at);
    INSERT INTO marketplace_order (public_id, number, buyer_id, listing_id, product_id, quote_id, form, unit, quantity,
            scenario, unit_price, total, currency, state, placed_at, expires_at, entry_id)
        VALUES (ordered, 'DD' || upper(left(replace(ordered::text, '-', ''), 16)), purchaser, listing.id, bought, quote,
            fee.form, fee.unit, amount, 'industry', price, total, 'CNY', 'placed', at, at + interval '1 day',
            ordered_fact) RETURNING id INTO order_row;
    INSERT INTO marketplace_payment (public_id, order_id, provider, reference, redirect_url, amount, currency, state,
            reason, created_at, refunded)
        VALUES (paid, order_row, 'stripe', '', '', total, 'CNY', 'created', '', at, 0) RETURNING id INTO payment_row;
    UPDATE marketplace_order SET state = 'payment_pending' WHERE id = order_row;
    UPDATE marketplace_payment SET state = 'pending', reference = 'cs_' || replace(paid::text, '-', ''),
        redirect_url = 'https://checkout.example/' || paid, checked_at = at WHERE id = payment_row;
    INSERT INTO marketplace_paymentnotice (provider, event_id, kind, reference, body, received_at, outcome)
        VALUES ('stripe', 'evt_' || paid, 'checkout.session.completed', reference, convert_to(repeat('{}', 600), 'UTF8'),
            at, '');
    PERFORM benchmark_entry(
        captured_fact, 'payment.captured', 'order:' || ordered,
        jsonb_build_object('payment', paid, 'order', ordered, 'provider', 'stripe', 'journal', journal,
            'lines', encode(sha256(convert_to(journal::text || total, 'UTF8')), 'hex')),
        ARRAY[ordered_fact], jsonb_build_object('amount', total, 'reference', reference, 'actor', 'system'), at);
    INSERT INTO marketplace_journalentry (public_id, kind, order_id, happened_at, salt, entry_id)
        VALUES (journal, 'captured', order_row, at, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
            captured_fact) RETURNING id INTO journal_row;
    INSERT INTO marketplace_journalline (journal_id, account_id, amount, currency)
        SELECT journal_row, a.id, sign * total, 'CNY' FROM (VALUES
            ('buyer:' || purchaser, 1), ('buyer:' || purchaser, -1), ('clearing:stripe', 1), ('unsettled', -1)
        ) AS line(code, sign) JOIN marketplace_account a USING (code) WHERE a.currency = 'CNY' ORDER BY a.id;
    PERFORM benchmark_entry(
        issued_fact, 'licence.issued', 'licence:' || licence,
        jsonb_build_object('licence', licence, 'order', ordered, 'product', bought, 'quota', amount,
            'valid_from', at, 'valid_until', at + interval '1 year'),
        ARRAY[ordered_fact, captured_fact], jsonb_build_object('licensee', purchaser, 'actor', 'system'), at);
    INSERT INTO marketplace_licence (public_id, number, order_id, licensee_id, product_id, quota, used, valid_from,
            valid_until, state, state_reason, entry_id)
        VALUES (licence, 'XK' || upper(left(replace(licence::text, '-', ''), 16)), order_row, purchaser, bought, amount,
            0, at, at + interval '1 year', 'active', '', issued_fact);
    INSERT INTO ledger_entrystatus (entry_id, status_id, subject, state, valid_until)
        SELECT id, sha256(convert_to('gongshu/status/v1', 'UTF8') || '\x00'::bytea || convert_to(subject, 'UTF8')), subject,
            'active', (at + interval '1 year')::date
        FROM ledger_entry WHERE public_id = issued_fact;
    UPDATE marketplace_order SET state = 'fulfilled', paid_at = at WHERE id = order_row;
    UPDATE marketplace_payment SET state = 'captured', captured_at = at, entry_id = captured_fact WHERE id = payment_row;
    UPDATE marketplace_paymentnotice SET handled_at = at, outcome = 'captured'
        WHERE provider = 'stripe' AND event_id = 'evt_' || paid;
    RETURN licence;
END $$;
