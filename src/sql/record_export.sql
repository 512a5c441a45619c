-- The record leaves the database: one event with the proof that it is in a
-- block, or all of it as lines.  doc/record.md has both formats.

CREATE FUNCTION fairpg.receipt(event bigint)
    RETURNS jsonb
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.receipt(bigint)
    IS 'one event with its payload, the path from its leaf to the root of its block, and the header of that: proof for whoever holds the block''s hash';

-- With names withheld, the digest stands for who acted on what, and the receipt
-- can go to whoever the payload is for.
CREATE FUNCTION fairpg.make_receipt(event bigint, with_names boolean)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    kept fairpg_catalog.event;
    place fairpg_catalog.event_leaf;
    header fairpg_catalog.event_block;
    path bytea[];
BEGIN
    SELECT e.* INTO kept FROM fairpg_catalog.event e WHERE e.event = make_receipt.event;
    IF NOT FOUND THEN
        RAISE no_data_found USING MESSAGE = format('there is no event %s', coalesce(event::text, 'NULL'));
    END IF;
    SELECT l.* INTO place FROM fairpg_catalog.event_leaf l WHERE l.event = make_receipt.event;
    SELECT b.* INTO header FROM fairpg_catalog.event_block b WHERE b.block = place.block;
    IF place.block IS NOT NULL THEN
        path := (SELECT fairpg.merkle_path(array_agg(l.leaf ORDER BY l.leaf_no), place.leaf_no)
            FROM fairpg_catalog.event_leaf l WHERE l.block = place.block);
    END IF;
    RETURN jsonb_build_object(
        'format', 'fairpg receipt 1',
        'event', jsonb_build_object('event', kept.event, 'at', fairpg.record_time(kept.at), 'action', kept.action,
                'payload', kept.payload, 'salt', encode(kept.salt, 'hex'), 'payload_digest', encode(kept.payload_digest, 'hex'))
            || CASE WHEN with_names
                THEN jsonb_build_object('role', kept.role, 'login', kept.login, 'asserted', kept.asserted,
                    'person', kept.person, 'object', kept.object, 'context_salt', encode(kept.context_salt, 'hex'))
                ELSE jsonb_build_object('context_digest', encode(fairpg.context_digest(kept.context_salt, kept.role,
                    kept.login, kept.asserted, kept.person, kept.object), 'hex')) END,
        'leaf', encode(coalesce(place.leaf, kept.leaf), 'hex'),
        'leaf_no', place.leaf_no,
        'path', CASE WHEN path IS NOT NULL THEN (SELECT coalesce(jsonb_agg(encode(u.node, 'hex') ORDER BY u.height), '[]')
            FROM unnest(path) WITH ORDINALITY AS u (node, height)) END,
        'block', CASE WHEN place.block IS NOT NULL THEN jsonb_build_object('block', header.block,
            'prev_hash', encode(header.prev_hash, 'hex'), 'merkle_root', encode(header.merkle_root, 'hex'), 'n', header.n,
            'sealed_at', fairpg.record_time(header.sealed_at), 'hash', encode(header.hash, 'hex')) END,
        'head', fairpg.do_audit_head());
END
$body$;
COMMENT ON FUNCTION fairpg.make_receipt(bigint, boolean)
    IS 'part of the calls of governance: the receipt of an event, with or without who acted on what; without a block where it is in none yet';

CREATE FUNCTION fairpg.do_receipt(event bigint)
    RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    receipt CONSTANT jsonb := fairpg.make_receipt(event, true);
BEGIN
    IF jsonb_typeof(receipt -> 'block') = 'null' THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('event %s is in no block yet', event),
            HINT = 'Call fairpg.seal() first.';
    END IF;
    RETURN receipt;
END
$body$;
COMMENT ON FUNCTION fairpg.do_receipt(bigint) IS 'what fairpg.receipt() does';

-- Needs no store: whoever was given a receipt may check it in any database.
CREATE FUNCTION fairpg.verify_receipt(receipt jsonb)
    RETURNS TABLE (part text, verdict text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    e CONSTANT jsonb := receipt -> 'event';
    b CONSTANT jsonb := receipt -> 'block';
    -- one that was given out before is a proof of its event and of nothing else
    sealed CONSTANT boolean := jsonb_typeof(b) IS DISTINCT FROM 'null';
    erased CONSTANT boolean := jsonb_typeof(e -> 'salt') = 'null' AND jsonb_typeof(e -> 'payload') = 'null';
    path bytea[];
    leaf bytea;
    root bytea;
    head bytea;
BEGIN
    IF receipt ->> 'format' IS DISTINCT FROM 'fairpg receipt 1' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'this is not a receipt',
            DETAIL = 'Its key "format" is not "fairpg receipt 1".';
    END IF;
    BEGIN
        path := ARRAY(SELECT decode(p.value, 'hex')
            FROM jsonb_array_elements_text(CASE WHEN sealed THEN receipt -> 'path' ELSE '[]' END)
                WITH ORDINALITY AS p (value, height) ORDER BY p.height);
        leaf := fairpg.leaf_hash((e ->> 'event')::bigint, (e ->> 'at')::timestamptz, e ->> 'action',
            CASE WHEN e ? 'context_salt' THEN fairpg.context_digest(decode(e ->> 'context_salt', 'hex'), e ->> 'role',
                e ->> 'login', e ->> 'asserted', e ->> 'person', e ->> 'object')
                ELSE decode(e ->> 'context_digest', 'hex') END,
            decode(e ->> 'payload_digest', 'hex'));
        root := fairpg.merkle_climb(decode(receipt ->> 'leaf', 'hex'), (receipt ->> 'leaf_no')::integer,
            (b ->> 'n')::integer, path);
        head := fairpg.block_hash((b ->> 'block')::bigint, decode(b ->> 'prev_hash', 'hex'),
            decode(b ->> 'merkle_root', 'hex'), (b ->> 'n')::integer, (b ->> 'sealed_at')::timestamptz);
        RETURN QUERY SELECT * FROM (VALUES
            ('payload', CASE
                WHEN erased THEN 'note'
                WHEN encode(fairpg.payload_digest(decode(e ->> 'salt', 'hex'), e -> 'payload'), 'hex')
                    = e ->> 'payload_digest' THEN 'ok' ELSE 'failed' END,
                CASE WHEN erased THEN 'the payload had been erased'
                    ELSE 'the payload leads to its digest' END),
            ('event', CASE WHEN encode(leaf, 'hex') = receipt ->> 'leaf' THEN 'ok' ELSE 'failed' END,
                CASE WHEN e ? 'context_salt' THEN 'the fields of the event lead to its leaf'
                    ELSE 'the fields of the event, with a digest of who acted on what, lead to its leaf' END),
            ('path', CASE WHEN NOT sealed THEN 'note' WHEN encode(root, 'hex') = b ->> 'merkle_root' THEN 'ok' ELSE 'failed' END,
                CASE WHEN sealed THEN 'the leaf leads to the root of the block' ELSE 'the event was in no block yet' END),
            ('block', CASE WHEN NOT sealed THEN 'note' WHEN encode(head, 'hex') = b ->> 'hash' THEN 'ok' ELSE 'failed' END,
                CASE WHEN sealed
                    THEN format('the header leads to hash %s: compare it with one from elsewhere, or with the record by fairpg.verify(receipt)',
                        b ->> 'hash')
                    ELSE 'ask for the receipt again when the record has been sealed' END)) v;
    EXCEPTION WHEN data_exception THEN
        RETURN QUERY SELECT 'receipt', 'failed', format('it cannot be read: %s', SQLERRM);
    END;
END
$body$;
COMMENT ON FUNCTION fairpg.verify_receipt(jsonb)
    IS 'verifies a receipt by itself: whether its event leads to the hash of its block';

-- A field of a line: backslash escapes as in COPY, and \N for NULL.
CREATE FUNCTION fairpg.record_field(field text)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
        SELECT coalesce(replace(replace(replace(replace(field, '\', '\\'), E'\t', '\t'), E'\n', '\n'), E'\r', '\r'), '\N')
    $body$;
COMMENT ON FUNCTION fairpg.record_field(text)
    IS 'part of fairpg.export_record(): a text as a field of a line';

CREATE FUNCTION fairpg.export_record()
    RETURNS TABLE (line_no bigint, line text)
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.export_record()
    IS 'the whole record as lines of text, for the program fairpg-verify or any other';

CREATE FUNCTION fairpg.do_export_record()
    RETURNS TABLE (line_no bigint, line text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN QUERY
    -- one snapshot for all; blocks stand behind their events, events without a
    -- block behind all blocks
    WITH lines (block, rank, place, line) AS (
        SELECT NULL::bigint, 0, 0::bigint, concat_ws(E'\t', 'fairpg-record', '1', fairpg.record_time(clock_timestamp()))
        UNION ALL
        SELECT l.block, 1, coalesce(l.leaf_no, e.event),
            CASE WHEN e.event IS NULL
                THEN concat_ws(E'\t', 'missing', l.event, l.block, l.leaf_no, encode(l.leaf, 'hex'))
                ELSE concat_ws(E'\t', 'event', e.event, coalesce(l.block::text, '\N'), coalesce(l.leaf_no::text, '\N'),
                    coalesce(encode(l.leaf, 'hex'), '\N'), encode(e.leaf, 'hex'), coalesce(fairpg.record_time(e.at), '\N'),
                    fairpg.record_field(e.action), fairpg.record_field(e.role), fairpg.record_field(e.login),
                    fairpg.record_field(e.asserted), fairpg.record_field(e.person), fairpg.record_field(e.object),
                    encode(e.context_salt, 'hex'), encode(e.payload_digest, 'hex'), coalesce(encode(e.salt, 'hex'), '\N'),
                    fairpg.record_field(e.payload::text)) END
        FROM fairpg_catalog.event e FULL JOIN fairpg_catalog.event_leaf l ON l.event = e.event
        UNION ALL
        SELECT b.block, 2, 0, concat_ws(E'\t', 'block', b.block, encode(b.prev_hash, 'hex'), encode(b.merkle_root, 'hex'),
            b.n, coalesce(fairpg.record_time(b.sealed_at), '\N'), encode(b.hash, 'hex'))
        FROM fairpg_catalog.event_block b
        UNION ALL
        SELECT NULL, 3, 0, concat_ws(E'\t', 'end',
            (SELECT count(*) FROM fairpg_catalog.event_block), (SELECT count(*) FROM fairpg_catalog.event))
    )
    SELECT row_number() OVER (ORDER BY s.rank = 0 DESC, s.rank = 3, s.block NULLS LAST, s.rank, s.place), s.line
    FROM lines s
    ORDER BY 1;
END
$body$;
COMMENT ON FUNCTION fairpg.do_export_record() IS 'what fairpg.export_record() does';
