-- The record: events are written, sealed and erased.

CREATE FUNCTION fairpg.record_event(action text, object text, payload jsonb)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
#variable_conflict use_variable
DECLARE
    number bigint;
BEGIN
    -- the trigger adds time, role, login, salt and hashes
    INSERT INTO fairpg_catalog.event AS e (action, object, payload, person)
        VALUES (action, object, payload, coalesce(
            (SELECT p.person FROM fairpg_catalog.person p WHERE p.role_name = session_user), session_user))
        RETURNING e.event INTO number;
    RETURN number;
END
$body$;
COMMENT ON FUNCTION fairpg.record_event(text, text, jsonb)
    IS 'part of the calls of governance: writes an event, and returns its number';

-- What events are about, where it is a model, with or without a version, or a policy.
CREATE FUNCTION fairpg.record_object(model text, version integer, policy text DEFAULT NULL, policy_version integer DEFAULT NULL)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$ SELECT coalesce('model ' || model || coalesce('@' || version, ''), 'policy ' || policy || '@' || policy_version) $body$;
COMMENT ON FUNCTION fairpg.record_object(text, integer, text, integer)
    IS 'part of the calls of governance: what an event is about, such as "model credit@3"';

-- A refusal is an answer, since an error would take its own record with it.
CREATE FUNCTION fairpg.record_refusal(action text, object text, payload jsonb, because text)
    RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    PERFORM fairpg.record_event(action, object, payload || jsonb_build_object('because', because));
    RETURN format('refused: %s', because);
END
$body$;
COMMENT ON FUNCTION fairpg.record_refusal(text, text, jsonb, text)
    IS 'part of the calls of governance: writes an event that something was refused, and returns the answer';

CREATE FUNCTION fairpg.add_note(object text, note text)
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.add_note(text, text)
    IS 'writes a note about anything into the record, and returns the number of the event';

CREATE FUNCTION fairpg.do_add_note(object text, note text)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    IF coalesce(object, '') !~ '[^[:space:]]' OR coalesce(note, '') !~ '[^[:space:]]' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'a note needs an object and a text';
    END IF;
    RETURN fairpg.record_event('note added', object, jsonb_build_object('note', note));
END
$body$;
COMMENT ON FUNCTION fairpg.do_add_note(text, text) IS 'what fairpg.add_note() does';

-- Events of transactions that have not committed are not seen, and sealed the
-- next time.  So writers wait for nobody.  Sealers wait for each other, by a
-- lock on the table that others than its owner take by this call alone: a fork
-- needs two who seal at once.  But they do not wait for long, since who seals in
-- a transaction that stays open would hold up every job after it.

CREATE FUNCTION fairpg.lock_record()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    holder record;
BEGIN
    LOCK TABLE fairpg_catalog.event_block IN SHARE ROW EXCLUSIVE MODE;
EXCEPTION WHEN lock_not_available THEN
    -- who has it; a vacuum has another mode
    SELECT coalesce('Process ' || l.pid, 'A prepared transaction') AS who, l.mode INTO holder
        FROM pg_locks l
        WHERE l.locktype = 'relation' AND l.relation = 'fairpg_catalog.event_block'::regclass
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            AND l.granted AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
        ORDER BY l.mode = 'ShareRowExclusiveLock' DESC LIMIT 1;
    RAISE lock_not_available USING
        MESSAGE = CASE holder.mode WHEN 'ShareRowExclusiveLock' THEN 'another session is sealing the record'
            ELSE 'the record could not be locked' END,
        DETAIL = format('%s holds %s on table "fairpg_catalog.event_block".',
            coalesce(holder.who, 'Another session'), coalesce(holder.mode, 'a lock')),
        HINT = 'Nothing is lost: events are sealed the next time. The lock is held until the transaction ends; '
            'idle_in_transaction_session_timeout ends those that nobody ends.';
END
$body$;
COMMENT ON FUNCTION fairpg.lock_record()
    IS 'part of fairpg.seal(): keeps others from sealing until the transaction ends, or an error that names who does';

CREATE FUNCTION fairpg.seal(OUT block bigint, OUT n integer, OUT hash text)
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.seal()
    IS 'seals the events that are in no block yet in a new one, and returns the newest block; 0 events: there were none';

CREATE FUNCTION fairpg.do_seal(OUT block bigint, OUT n integer, OUT hash text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s'
    AS $body$
DECLARE
    head fairpg_catalog.event_block;
    guards jsonb;
    events bigint[];
    leaves bytea[];
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('fairpg.seal() cannot be called at isolation level %s',
                upper(current_setting('transaction_isolation'))),
            DETAIL = 'A snapshot from before the newest block would seal events a second time.',
            HINT = 'Call it at READ COMMITTED, in a transaction of its own.';
    END IF;
    PERFORM fairpg.lock_record();
    guards := fairpg.guard_state();

    SELECT b.* INTO head FROM fairpg_catalog.event_block b ORDER BY b.block DESC LIMIT 1;
    IF NOT FOUND THEN
        head.block := 0;
        head.hash := decode(repeat('00', 32), 'hex');
        -- what makes this record another one than that of any other database
        PERFORM fairpg.record_event('record begun', 'record', guards || jsonb_build_object(
            'database', current_database(),
            'system_identifier', (SELECT s.system_identifier::text FROM pg_control_system() s)));
    ELSIF guards IS DISTINCT FROM (SELECT jsonb_build_object('off', e.payload -> 'off', 'functions', e.payload -> 'functions')
        FROM fairpg_catalog.event e WHERE e.action IN ('record begun', 'guards changed') ORDER BY e.event DESC LIMIT 1)
    THEN
        PERFORM fairpg.record_event('guards changed', 'record', guards);
    END IF;

    SELECT array_agg(e.event ORDER BY e.event), array_agg(e.leaf ORDER BY e.event) INTO events, leaves
        FROM fairpg_catalog.event e
        WHERE NOT EXISTS (SELECT FROM fairpg_catalog.event_leaf l WHERE l.event = e.event);
    n := coalesce(cardinality(events), 0);
    IF n > 0 THEN
        head.block := head.block + 1;
        head.prev_hash := head.hash;
        head.merkle_root := fairpg.merkle_root(leaves);
        head.n := n;
        head.sealed_at := clock_timestamp();
        head.hash := fairpg.block_hash(head.block, head.prev_hash, head.merkle_root, head.n, head.sealed_at);
        INSERT INTO fairpg_catalog.event_block SELECT (head).*;
        INSERT INTO fairpg_catalog.event_leaf
            SELECT head.block, u.place - 1, u.event, u.leaf
            FROM unnest(events, leaves) WITH ORDINALITY AS u (event, leaf, place);
        PERFORM fairpg.announce_block(head.block, head.n, encode(head.hash, 'hex'));
    END IF;
    block := head.block;
    hash := encode(head.hash, 'hex');
END
$body$;
COMMENT ON FUNCTION fairpg.do_seal() IS 'what fairpg.seal() does';

CREATE FUNCTION fairpg.audit_head()
    RETURNS jsonb
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.audit_head()
    IS 'the newest block of the record: keep it elsewhere, and it is an anchor for fairpg.verify()';

CREATE FUNCTION fairpg.do_audit_head()
    RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
BEGIN
    RETURN coalesce(
        (SELECT jsonb_build_object('block', b.block, 'hash', encode(b.hash, 'hex'), 'n', b.n,
                'sealed_at', fairpg.record_time(b.sealed_at))
            FROM fairpg_catalog.event_block b ORDER BY b.block DESC LIMIT 1),
        jsonb_build_object('block', 0, 'hash', repeat('00', 32), 'n', 0, 'sealed_at', NULL))
        || jsonb_build_object('unsealed', (SELECT count(*) FROM fairpg_catalog.event e
            WHERE NOT EXISTS (SELECT FROM fairpg_catalog.event_leaf l WHERE l.event = e.event)));
END
$body$;
COMMENT ON FUNCTION fairpg.do_audit_head() IS 'what fairpg.audit_head() does';

-- An anchor that is kept here proves nothing; that there is one, and where, has to
-- be known by whoever looks for it.
CREATE FUNCTION fairpg.publish_head(place text, head jsonb DEFAULT NULL, evidence text DEFAULT NULL)
    RETURNS jsonb
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.publish_head(text, jsonb, text)
    IS 'writes down where a head of the record, by default the newest, is kept outside, with what is shown for it there; returns the head';

CREATE FUNCTION fairpg.do_publish_head(place text, head jsonb, evidence text)
    RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    published jsonb;
BEGIN
    PERFORM fairpg.require_text(place, 'place', 5);
    published := (SELECT jsonb_build_object('block', b.block, 'hash', encode(b.hash, 'hex'))
        FROM fairpg_catalog.event_block b
        WHERE head IS NULL OR (b.block::text = head ->> 'block' AND encode(b.hash, 'hex') = head ->> 'hash')
        ORDER BY b.block DESC LIMIT 1);
    IF published IS NULL THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = CASE WHEN head IS NULL THEN 'nothing has been sealed yet' ELSE 'the record has no such block' END,
            HINT = CASE WHEN head IS NULL THEN 'Call fairpg.seal() first.' ELSE 'A head is what fairpg.audit_head() returned.' END;
    END IF;
    PERFORM fairpg.record_event('head published', 'record', published || jsonb_build_object('place', place, 'evidence', evidence));
    RETURN published;
END
$body$;
COMMENT ON FUNCTION fairpg.do_publish_head(text, jsonb, text) IS 'what fairpg.publish_head() does';

CREATE FUNCTION fairpg.erase_event(event bigint, reason text)
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_govern';
COMMENT ON FUNCTION fairpg.erase_event(bigint, text)
    IS 'erases the payload of an event, which its leaf outlives, and returns the number of the event that says so';

CREATE FUNCTION fairpg.do_erase_event(event bigint, reason text)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $body$
DECLARE
    erased fairpg_catalog.event;
BEGIN
    IF length(btrim(coalesce(reason, ''), E' \t\r\n')) < 10 THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'argument "reason" is too short',
            DETAIL = 'It needs 10 characters at least.';
    END IF;
    SELECT e.* INTO erased FROM fairpg_catalog.event e WHERE e.event = do_erase_event.event FOR UPDATE;
    IF NOT FOUND THEN
        RAISE no_data_found USING MESSAGE = format('there is no event %s', coalesce(event::text, 'NULL'));
    END IF;
    IF erased.payload IS NULL THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('the payload of event %s has been erased', event);
    END IF;
    IF erased.action IN ('record begun', 'record restored', 'guards changed', 'event erased') THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('event %s is about the record itself', event),
            DETAIL = format('Events "%s" hold nothing of people, and what they say is needed to verify the others.', erased.action);
    END IF;
    UPDATE fairpg_catalog.event e SET payload = NULL, salt = NULL WHERE e.event = do_erase_event.event;
    RETURN fairpg.record_event('event erased', format('event %s', event), jsonb_build_object('reason', reason));
END
$body$;
COMMENT ON FUNCTION fairpg.do_erase_event(bigint, text) IS 'what fairpg.erase_event() does';
