-- The record is verified: here, by receipts of single events, and by an export
-- that needs no server (src/verify).

CREATE FUNCTION fairpg.record_time(at timestamptz)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$ SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $body$;
COMMENT ON FUNCTION fairpg.record_time(timestamptz)
    IS 'a time as receipts and exports of the record write it: UTC, to the microsecond';

-- Whether each event is as it was recorded, and as it was sealed.
CREATE FUNCTION fairpg.verify_events()
    RETURNS TABLE (part text, block bigint, event bigint, verdict text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN QUERY
    SELECT 'events', f.block, f.event, 'failed', f.fault
    FROM (
        SELECT l.block, coalesce(e.event, l.event) AS event,
            CASE
                WHEN e.event IS NULL THEN 'the event is missing'
                WHEN e.payload IS NULL AND e.salt IS NULL THEN
                    CASE WHEN format('event %s', e.event) NOT IN (SELECT r.object FROM fairpg_catalog.event r
                            WHERE r.action = 'event erased')
                        THEN 'its payload is gone, and no event says that it was erased' END
                WHEN e.payload IS NULL OR e.salt IS NULL THEN 'its payload or its salt is gone'
                WHEN fairpg.payload_digest(e.salt, e.payload) IS DISTINCT FROM e.payload_digest
                    THEN 'its payload is not what was recorded'
            END AS payload_fault,
            CASE
                WHEN e.event IS NULL THEN NULL
                WHEN fairpg.leaf_hash(e.event, e.at, e.action, fairpg.context_digest(e.context_salt, e.role, e.login,
                        e.asserted, e.person, e.object), e.payload_digest) IS DISTINCT FROM e.leaf
                    THEN 'its fields are not what was recorded'
                WHEN l.event IS NOT NULL AND l.leaf IS DISTINCT FROM e.leaf
                    THEN 'it is not the event that was sealed'
            END AS leaf_fault
        FROM fairpg_catalog.event e FULL JOIN fairpg_catalog.event_leaf l ON l.event = e.event
    ) c, LATERAL (SELECT c.block, c.event, concat_ws('; ', c.payload_fault, c.leaf_fault) AS fault) f
    WHERE f.fault <> ''
    ORDER BY f.event;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'events', NULL::bigint, NULL::bigint, 'ok',
            format('%s events are as they were recorded', count(*)) FROM fairpg_catalog.event e;
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.verify_events()
    IS 'part of fairpg.verify(): events that are not as they were recorded or sealed';

-- Whether blocks are the trees over their leaves, and chained.
CREATE FUNCTION fairpg.verify_blocks()
    RETURNS TABLE (part text, block bigint, event bigint, verdict text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN QUERY
    SELECT 'blocks', f.block, NULL::bigint, 'failed', f.fault
    FROM (
        SELECT coalesce(b.block, t.block) AS block, concat_ws('; ',
            CASE WHEN b.block IS NULL THEN 'the block is missing, and its leaves are there' END,
            CASE WHEN b.hash <> fairpg.block_hash(b.block, b.prev_hash, b.merkle_root, b.n, b.sealed_at)
                THEN 'its header is not what was sealed' END,
            CASE WHEN b.n <> coalesce(t.n, 0) OR t.lowest <> 0 OR t.highest <> t.n - 1
                THEN format('it has %s leaves, and says %s', coalesce(t.n, 0), b.n) END,
            CASE WHEN NOT t.whole OR b.merkle_root <>
                    fairpg.merkle_root(CASE WHEN t.whole THEN t.leaves END)
                THEN 'its leaves do not lead to its root' END) AS fault
        FROM fairpg_catalog.event_block b
            FULL JOIN (SELECT l.block, count(*) AS n, min(l.leaf_no) AS lowest, max(l.leaf_no) AS highest,
                    array_agg(l.leaf ORDER BY l.leaf_no) AS leaves, bool_and(octet_length(l.leaf) = 32) AS whole
                FROM fairpg_catalog.event_leaf l GROUP BY l.block) t ON t.block = b.block
    ) f
    WHERE f.fault <> ''
    ORDER BY f.block;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'blocks', NULL::bigint, NULL::bigint, 'ok',
            format('%s blocks hold the events that they say', count(*)) FROM fairpg_catalog.event_block b;
    END IF;

    RETURN QUERY
    SELECT 'chain', f.block, NULL::bigint, 'failed', f.fault
    FROM (
        SELECT b.block, CASE
            WHEN b.block <> coalesce(lag(b.block) OVER w, 0) + 1
                THEN format('the block before is %s', coalesce(lag(b.block) OVER w, 0))
            WHEN b.prev_hash <> coalesce(lag(b.hash) OVER w, decode(repeat('00', 32), 'hex'))
                THEN 'it does not follow from the block before' END AS fault
        FROM fairpg_catalog.event_block b WINDOW w AS (ORDER BY b.block)
    ) f
    WHERE f.fault IS NOT NULL
    ORDER BY f.block;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'chain', max(b.block), NULL::bigint, 'ok',
            CASE count(*) WHEN 0 THEN 'nothing is sealed yet' ELSE 'each block follows from the one before' END
            FROM fairpg_catalog.event_block b;
    END IF;
END
$body$;
COMMENT ON FUNCTION fairpg.verify_blocks()
    IS 'part of fairpg.verify(): blocks that are not what was sealed, or do not follow each other';

-- What proves nothing by itself, and should be known.
CREATE FUNCTION fairpg.verify_circumstances()
    RETURNS TABLE (part text, block bigint, event bigint, verdict text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    -- Numbers are given before clocks are read, by many sessions: some seconds
    -- are nothing.
    RETURN QUERY
    SELECT 'clock', NULL::bigint, c.event, 'note',
        format('the clock had gone back since event %s', c.number_before)
    FROM (SELECT e.event, e.at, lag(e.at) OVER w AS before, lag(e.event) OVER w AS number_before
        FROM fairpg_catalog.event e WINDOW w AS (ORDER BY e.event)) c
    WHERE CASE WHEN isfinite(c.at) AND isfinite(c.before) THEN c.at < c.before - interval '10 seconds' END
    UNION ALL
    SELECT 'clock', b.block, NULL::bigint, 'note', 'the clock had gone back since the block before'
    FROM (SELECT k.block, k.sealed_at, lag(k.sealed_at) OVER (ORDER BY k.block) AS before
        FROM fairpg_catalog.event_block k) b
    WHERE b.sealed_at < b.before
    ORDER BY 2, 3;

    RETURN QUERY
    SELECT 'unsealed', NULL::bigint, min(e.event), 'note',
        format('%s events are in no block yet: until fairpg.seal(), they can be changed and nobody finds out', count(*))
    FROM fairpg_catalog.event e
    WHERE NOT EXISTS (SELECT FROM fairpg_catalog.event_leaf l WHERE l.event = e.event)
    HAVING count(*) > 0;

    RETURN QUERY
    SELECT 'origin', NULL::bigint, o.event, 'note',
        'the server is another one than that of the record: fairpg.post_restore() takes the record over'
    FROM (SELECT e.event, e.payload ->> 'system_identifier' AS identifier FROM fairpg_catalog.event e
        WHERE e.action IN ('record begun', 'record restored') ORDER BY e.event DESC LIMIT 1) o
    WHERE o.identifier <> (SELECT s.system_identifier::text FROM pg_control_system() s);

    RETURN QUERY
    SELECT 'guards', NULL::bigint, NULL::bigint, 'note', format('%s: %s', g.object, g.state)
    FROM fairpg.do_guard_report() g WHERE g.verdict <> 'ok';

    -- what was found when blocks were sealed
    RETURN QUERY
    WITH said AS (
        SELECT e.event, e.payload ->> 'functions' AS functions,
            lag(e.payload ->> 'functions') OVER (ORDER BY e.event) AS functions_before,
            CASE jsonb_typeof(e.payload -> 'off') WHEN 'array' THEN e.payload -> 'off' ELSE '[]' END AS off
        FROM fairpg_catalog.event e
        WHERE e.action IN ('record begun', 'guards changed')
    )
    SELECT 'guards', (SELECT l.block FROM fairpg_catalog.event_leaf l WHERE l.event = s.event), s.event, 'note', w.what
    FROM said s CROSS JOIN LATERAL (
        SELECT 'found when the block was sealed: ' || string_agg(format('%s: %s', o.value ->> 'object', o.value ->> 'state'), '; '
            ORDER BY o.ordinality) FROM jsonb_array_elements(s.off) WITH ORDINALITY o
        UNION ALL
        SELECT 'functions of fairpg were others than before: fairpg.guard_report() has what to compare with the release'
        WHERE s.functions <> s.functions_before) w (what)
    WHERE w.what IS NOT NULL
    ORDER BY s.event;
END
$body$;
COMMENT ON FUNCTION fairpg.verify_circumstances()
    IS 'part of fairpg.verify(): what proves nothing by itself, such as a clock that went back';

-- Whether an event is still the one that somebody has a receipt of; of a block,
-- the receipt is an anchor like others.
CREATE FUNCTION fairpg.verify_witness(receipt jsonb)
    RETURNS TABLE (part text, block bigint, event bigint, verdict text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    number bigint;
    kept text;
    fault text := (SELECT string_agg(r.part, ', ') FROM fairpg.verify_receipt(receipt) r WHERE r.verdict = 'failed');
BEGIN
    IF fault IS NOT NULL THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'the receipt is no anchor',
            DETAIL = format('What does not fit in it: %s.', fault),
            HINT = 'fairpg.verify_receipt() says what it was compared with.';
    END IF;
    number := (receipt #>> '{event,event}')::bigint;
    kept := (SELECT encode(e.leaf, 'hex') FROM fairpg_catalog.event e WHERE e.event = number);
    RETURN QUERY SELECT 'receipt', NULL::bigint, number,
        CASE WHEN kept = receipt ->> 'leaf' THEN 'ok' ELSE 'failed' END,
        CASE
            WHEN kept = receipt ->> 'leaf' THEN 'the event is that of the receipt'
            WHEN kept IS NULL THEN 'the receipt has the event, and the record has not'
            ELSE 'the event is not that of the receipt: it was changed before it was sealed, or the record is another one'
        END;
END
$body$;
COMMENT ON FUNCTION fairpg.verify_witness(jsonb)
    IS 'part of fairpg.verify(): whether the record has the event that somebody has a receipt of';

-- Anchors are given, since one that is kept inside would be rebuilt with the rest.
CREATE FUNCTION fairpg.verify_anchors(anchor jsonb)
    RETURNS TABLE (part text, block bigint, event bigint, verdict text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    given jsonb;
    number bigint;
    hash text;
    kept text;
    newest bigint := (SELECT coalesce(max(b.block), 0) FROM fairpg_catalog.event_block b);
BEGIN
    IF anchor IS NULL THEN
        RETURN QUERY SELECT 'anchor', NULL::bigint, NULL::bigint, 'note',
            'no anchor was given: newest blocks that were dropped, and a record rebuilt from an early block on, are not found without';
        RETURN;
    END IF;
    FOR given IN SELECT a.value FROM jsonb_array_elements(
        CASE jsonb_typeof(anchor) WHEN 'array' THEN anchor ELSE jsonb_build_array(anchor) END) a
    LOOP
        -- a receipt says something of its event, and of a block if it leads there
        IF given ->> 'format' = 'fairpg receipt 1' THEN
            RETURN QUERY SELECT * FROM fairpg.verify_witness(given);
            CONTINUE WHEN jsonb_typeof(given -> 'block') = 'null';
            given := given -> 'block';
        END IF;
        IF coalesce(given ->> 'block', '') !~ '^[0-9]{1,18}$' OR coalesce(given ->> 'hash', '') !~ '^[0-9a-f]{64}$' THEN
            RAISE invalid_parameter_value USING
                MESSAGE = 'an anchor needs a block and its hash',
                DETAIL = format('Given was: %s.', left(coalesce(given::text, 'NULL'), 200)),
                HINT = 'An anchor is what fairpg.audit_head() or fairpg.receipt() returned, or an array of such.';
        END IF;
        number := (given ->> 'block')::bigint;
        hash := given ->> 'hash';
        kept := CASE number WHEN 0 THEN repeat('00', 32)
            ELSE (SELECT encode(b.hash, 'hex') FROM fairpg_catalog.event_block b WHERE b.block = number) END;
        RETURN QUERY SELECT 'anchor', number, NULL::bigint,
            CASE WHEN kept = hash THEN 'ok' ELSE 'failed' END,
            CASE
                WHEN kept = hash AND number = newest THEN 'the record ends with this block'
                WHEN kept = hash THEN format('the record holds this block, and goes on to block %s', newest)
                WHEN kept IS NULL AND number > newest THEN format(
                    'the record ends with block %s: newer blocks were dropped, or an older state was restored', newest)
                WHEN kept IS NULL THEN 'the block is missing'
                ELSE 'the block has another hash: the record was rebuilt, or is another one'
            END;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION fairpg.verify_anchors(jsonb)
    IS 'part of fairpg.verify(): whether the record still holds the blocks that somebody kept elsewhere';

-- Heads that are said to be kept outside.  Whoever rebuilds the record can rebuild
-- these as well, so they are no anchors; they say where the anchors are.
CREATE FUNCTION fairpg.verify_published()
    RETURNS TABLE (part text, block bigint, event bigint, verdict text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN QUERY
    WITH published AS (
        SELECT e.event, (e.payload ->> 'block')::bigint AS block, e.payload ->> 'place' AS place,
            e.payload ->> 'hash' IS NOT DISTINCT FROM encode(b.hash, 'hex') AS held
        FROM fairpg_catalog.event e
            LEFT JOIN fairpg_catalog.event_block b ON b.block::text = e.payload ->> 'block'
        WHERE e.action = 'head published' AND e.payload ->> 'block' ~ '^[0-9]{1,18}$'
    )
    (SELECT 'published', p.block, p.event, 'failed',
        format('the head was published (%s), and the record has another block, or none', p.place)
     FROM published p WHERE NOT p.held ORDER BY p.event)
    UNION ALL
    (SELECT 'published', p.block, p.event, 'note',
        format('heads that are kept outside: %s, the newest here: %s', count(*) OVER (), p.place)
     FROM published p WHERE p.held ORDER BY p.block DESC, p.event DESC LIMIT 1);
END
$body$;
COMMENT ON FUNCTION fairpg.verify_published()
    IS 'part of fairpg.verify(): heads that are kept outside, and where';

CREATE FUNCTION fairpg.verify(anchor jsonb DEFAULT NULL)
    RETURNS TABLE (part text, block bigint, event bigint, verdict text, detail text)
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.verify(jsonb)
    IS 'verifies the record, against blocks kept elsewhere if there are any: rows that are ok, failed, or a note';

CREATE FUNCTION fairpg.do_verify(anchor jsonb)
    RETURNS TABLE (part text, block bigint, event bigint, verdict text, detail text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN QUERY SELECT * FROM fairpg.verify_events();
    RETURN QUERY SELECT * FROM fairpg.verify_blocks();
    RETURN QUERY SELECT * FROM fairpg.verify_anchors(anchor);
    RETURN QUERY SELECT * FROM fairpg.verify_published();
    RETURN QUERY SELECT * FROM fairpg.verify_circumstances();
END
$body$;
COMMENT ON FUNCTION fairpg.do_verify(jsonb) IS 'what fairpg.verify() does';

CREATE FUNCTION fairpg.post_restore(anchor jsonb DEFAULT NULL)
    RETURNS TABLE (part text, block bigint, event bigint, verdict text, detail text)
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.post_restore(jsonb)
    IS 'verifies a restored record as fairpg.verify() does, and writes an event that it goes on here, with what was found';

CREATE FUNCTION fairpg.do_post_restore(anchor jsonb)
    RETURNS TABLE (part text, block bigint, event bigint, verdict text, detail text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    head jsonb := fairpg.do_audit_head();
    failed jsonb := (SELECT coalesce(jsonb_agg(to_jsonb(v)), '[]')
        FROM (SELECT * FROM fairpg.do_verify(anchor) v WHERE v.verdict = 'failed' LIMIT 100) v);
    number bigint;
BEGIN
    RETURN QUERY SELECT * FROM fairpg.do_verify(anchor);
    number := fairpg.record_event('record restored', 'record', jsonb_build_object(
        'database', current_database(),
        'system_identifier', (SELECT s.system_identifier::text FROM pg_control_system() s),
        'head', head, 'anchor', anchor, 'failed', failed));
    RETURN QUERY SELECT 'restored', (head ->> 'block')::bigint, number, 'note',
        'the record goes on in this database: call fairpg.seal() to have that in a block';
END
$body$;
COMMENT ON FUNCTION fairpg.do_post_restore(jsonb) IS 'what fairpg.post_restore() does';

-- What keeps the record from being written to: by name, so that what is gone is
-- in the list as well.
CREATE FUNCTION fairpg.guard_report()
    RETURNS TABLE (object text, owner text, state text, digest text, verdict text)
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.guard_report()
    IS 'triggers, tables and functions that the record hangs on: whether they are there and enabled, whose they are, SHA-256 of what functions do';

CREATE FUNCTION fairpg.do_guard_report()
    RETURNS TABLE (object text, owner text, state text, digest text, verdict text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    guarded CONSTANT name[] := fairpg.guarded_tables();
    logs CONSTANT name[] := '{decision,decision_attribute,outcome}';
    keeper CONSTANT name := (SELECT pg_get_userbyid(s.nspowner) FROM pg_namespace s WHERE s.nspname = 'fairpg_catalog');
    extension CONSTANT oid := (SELECT x.oid FROM pg_extension x WHERE x.extname = 'fairpg');
BEGIN
    RETURN QUERY
    WITH wanted (relation, trigger, body) AS (
        SELECT g, 'record_guarded'::name, 'record_guarded'::name FROM unnest(guarded) g
        UNION ALL SELECT g, 'record_truncated', 'record_guarded' FROM unnest(guarded) g
        UNION ALL SELECT r, 'result_measured', 'result_guarded' FROM unnest(fairpg.result_tables()) r
        UNION ALL SELECT r, 'result_kept', 'result_guarded' FROM unnest(fairpg.result_tables()) r WHERE r <> 'model_version'
        UNION ALL VALUES ('model_version'::name, 'model_version_guarded'::name, 'model_version_guarded'::name),
            ('event', 'record_kept', 'event_guarded'), ('event', 'record_truncated', 'record_kept'),
            ('event_block', 'record_kept', 'record_kept'), ('event_block', 'record_truncated', 'record_kept'),
            ('event_leaf', 'record_kept', 'record_kept'), ('event_leaf', 'record_truncated', 'record_kept')
        UNION ALL
        SELECT l.relation, g.trigger, 'decision_guarded'
        FROM (SELECT unnest(logs) UNION ALL SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent IN (SELECT to_regclass('fairpg_catalog.' || log) FROM unnest(logs) AS log)) l (relation)
            CROSS JOIN (VALUES ('decision_guarded'::name), ('decision_truncated')) g (trigger)
    ), guarded_relation AS (
        SELECT c.* FROM pg_class c
        WHERE c.relnamespace = to_regnamespace('fairpg_catalog') AND c.relkind IN ('r', 'p')
            AND c.relname IN (SELECT w.relation FROM wanted w)
    ), found AS (
        SELECT format('trigger %s on fairpg_catalog.%s', w.trigger, w.relation) AS named,
            pg_get_userbyid(c.relowner) AS holder,
            CASE
                WHEN t.oid IS NULL THEN 'missing'
                WHEN t.tgenabled NOT IN ('O', 'A') THEN 'disabled'
                WHEN p.pronamespace <> 'fairpg'::regnamespace OR p.proname <> w.body THEN 'of another function'
                WHEN t.tgqual IS NOT NULL THEN 'with a condition'
                ELSE 'enabled'
            END AS condition, NULL::text AS hash
        FROM wanted w LEFT JOIN pg_class c
                ON c.relnamespace = to_regnamespace('fairpg_catalog') AND c.relname = w.relation
            LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = w.trigger
            LEFT JOIN pg_proc p ON p.oid = t.tgfoid
        UNION ALL
        SELECT format('table fairpg_catalog.%s', c.relname), pg_get_userbyid(c.relowner),
            CASE WHEN pg_get_userbyid(c.relowner) = keeper THEN 'of the owner of the store' ELSE 'of another role' END,
            NULL
        FROM guarded_relation c
        -- what runs within our own statements, or adds rows to a table and takes them away without a trigger of it
        UNION ALL
        SELECT format('trigger %s on fairpg_catalog.%s', t.tgname, c.relname), pg_get_userbyid(p.proowner), 'of another function', NULL
        FROM guarded_relation c JOIN pg_trigger t ON t.tgrelid = c.oid JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND p.pronamespace <> 'fairpg'::regnamespace
            AND (c.relname, t.tgname) NOT IN (SELECT w.relation, w.trigger FROM wanted w)
        UNION ALL
        SELECT format('rule %s on fairpg_catalog.%s', r.rulename, c.relname), pg_get_userbyid(c.relowner), 'not of the extension', NULL
        FROM guarded_relation c JOIN pg_rewrite r ON r.ev_class = c.oid
        UNION ALL
        SELECT format('table %s', i.inhrelid::regclass), pg_get_userbyid(k.relowner),
            format('inherits from fairpg_catalog.%s', c.relname), NULL
        FROM guarded_relation c JOIN pg_inherits i ON i.inhparent = c.oid JOIN pg_class k ON k.oid = i.inhrelid
        WHERE c.relkind = 'r'
        UNION ALL
        SELECT format('row security on fairpg_catalog.%s', c.relname), pg_get_userbyid(c.relowner), 'forced on the owner', NULL
        FROM guarded_relation c WHERE c.relrowsecurity AND c.relforcerowsecurity
        UNION ALL
        SELECT format('function %s', p.oid::regprocedure), pg_get_userbyid(p.proowner),
            CASE
                WHEN p.oid NOT IN (SELECT d.objid FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
                        AND d.refclassid = 'pg_extension'::regclass AND d.refobjid = extension) THEN 'not of the extension'
                WHEN p.proowner <> (SELECT x.extowner FROM pg_extension x WHERE x.oid = extension) THEN 'of another role than the extension'
                ELSE 'of the extension'
            END,
            encode(sha256(convert_to(concat_ws(E'\n', p.prosrc, p.probin, p.proconfig::text), 'UTF8')), 'hex')
        FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
        WHERE p.pronamespace = 'fairpg'::regnamespace
            AND (l.lanname <> 'c' OR p.prosrc = 'fairpg_govern' OR p.prorettype = 'trigger'::regtype)
    )
    SELECT f.named, f.holder::text, f.condition, f.hash,
        CASE WHEN f.condition IN ('enabled', 'of the owner of the store', 'of the extension')
            THEN 'ok' ELSE 'failed' END
    FROM found f ORDER BY f.named COLLATE "C";
END
$body$;
COMMENT ON FUNCTION fairpg.do_guard_report() IS 'what fairpg.guard_report() does';

-- The report as seals keep it.  Events that nobody signs could not say it.
CREATE FUNCTION fairpg.guard_state()
    RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    state jsonb;
    signing text;
BEGIN
    SELECT jsonb_build_object(
            'off', coalesce(jsonb_agg(jsonb_build_object('object', g.object, 'owner', g.owner, 'state', g.state)
                ORDER BY g.object COLLATE "C") FILTER (WHERE g.verdict <> 'ok'), '[]'),
            'functions', encode(sha256(convert_to(string_agg(g.digest, ',' ORDER BY g.object COLLATE "C"), 'UTF8')), 'hex'))
        INTO state FROM fairpg.do_guard_report() g;
    signing := (SELECT o.value ->> 'state' FROM jsonb_array_elements(state -> 'off') o
        WHERE o.value ->> 'object' = 'trigger record_kept on fairpg_catalog.event');
    IF signing IS NOT NULL THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = 'events are not signed',
            DETAIL = format('Trigger "record_kept" on "fairpg_catalog.event" is %s.', signing),
            HINT = 'Enable it, or have fairpg.init() make it again, and call fairpg.verify().';
    END IF;
    RETURN state;
END
$body$;
COMMENT ON FUNCTION fairpg.guard_state()
    IS 'part of fairpg.seal(): guards that are off, and SHA-256 of what the functions do';
