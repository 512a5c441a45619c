-- The tables of the record: events, and the blocks that they are sealed in.
--
-- No foreign key leads from the one to the other: each would lock, and so write,
-- every event again when it is sealed.  fairpg.verify() finds what they would
-- prevent.

CREATE FUNCTION fairpg.event_guarded()
    RETURNS trigger
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_event_guarded';
COMMENT ON FUNCTION fairpg.event_guarded()
    IS 'trigger of the store: signs new events, and lets old ones lose their payload and nothing else';

CREATE FUNCTION fairpg.record_kept()
    RETURNS trigger
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_record_kept';
COMMENT ON FUNCTION fairpg.record_kept()
    IS 'trigger of the store: refuses changes of rows, and new ones that no call of governance makes';

CREATE FUNCTION fairpg.make_record_tables()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $tables$
BEGIN
    CREATE TABLE fairpg_catalog.event (
        event bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL,
        role text NOT NULL,
        login text,
        asserted text,
        person text NOT NULL,
        action text NOT NULL,
        object text NOT NULL,
        payload jsonb,
        salt bytea,
        payload_digest bytea NOT NULL,
        context_salt bytea NOT NULL,
        leaf bytea NOT NULL
    );
    COMMENT ON TABLE fairpg_catalog.event
        IS 'what has been done, by whom and when; rows are added and never changed, but that a payload can be erased';
    COMMENT ON COLUMN fairpg_catalog.event.event
        IS 'number of the event; numbers of transactions that failed are missing';
    COMMENT ON COLUMN fairpg_catalog.event.at IS 'when, by the clock of the server';
    COMMENT ON COLUMN fairpg_catalog.event.role IS 'role of the session';
    COMMENT ON COLUMN fairpg_catalog.event.login IS 'who had logged in';
    COMMENT ON COLUMN fairpg_catalog.event.asserted
        IS 'what the application said of who acted (setting fairpg.actor)';
    COMMENT ON COLUMN fairpg_catalog.event.person
        IS 'the person that the role was, by fairpg_catalog.person at that time';
    COMMENT ON COLUMN fairpg_catalog.event.action IS 'what was done, such as "version approved"';
    COMMENT ON COLUMN fairpg_catalog.event.object IS 'what it was done to, such as "model credit@3"';
    COMMENT ON COLUMN fairpg_catalog.event.payload IS 'details; NULL: erased';
    COMMENT ON COLUMN fairpg_catalog.event.salt
        IS 'random bytes hashed with the payload, so that it cannot be guessed from its digest; NULL: erased';
    COMMENT ON COLUMN fairpg_catalog.event.payload_digest IS 'SHA-256 of salt and payload';
    COMMENT ON COLUMN fairpg_catalog.event.context_salt
        IS 'random bytes hashed with role, login, asserted, person and object, so that a receipt can do without these';
    COMMENT ON COLUMN fairpg_catalog.event.leaf
        IS 'SHA-256 of all other columns, with digests in the place of payload and context';
    CREATE INDEX event_about_guards ON fairpg_catalog.event (event) WHERE action IN ('record begun', 'guards changed');
    COMMENT ON INDEX fairpg_catalog.event_about_guards IS 'finds what was last said of the guards, which each seal asks for';

    CREATE TABLE fairpg_catalog.event_block (
        block bigint PRIMARY KEY,
        prev_hash bytea NOT NULL,
        merkle_root bytea NOT NULL,
        n integer NOT NULL,
        sealed_at timestamptz NOT NULL,
        hash bytea NOT NULL
    );
    COMMENT ON TABLE fairpg_catalog.event_block
        IS 'blocks that events are sealed in, each chained to the one before';
    COMMENT ON COLUMN fairpg_catalog.event_block.block IS 'number of the block, from 1';
    COMMENT ON COLUMN fairpg_catalog.event_block.prev_hash
        IS 'hash of the block before; 32 zero bytes in the first one';
    COMMENT ON COLUMN fairpg_catalog.event_block.merkle_root
        IS 'root of the Merkle tree over the leaves of its events';
    COMMENT ON COLUMN fairpg_catalog.event_block.n IS 'number of its events';
    COMMENT ON COLUMN fairpg_catalog.event_block.sealed_at IS 'when it was sealed';
    COMMENT ON COLUMN fairpg_catalog.event_block.hash IS 'SHA-256 of all other columns';

    CREATE TABLE fairpg_catalog.event_leaf (
        block bigint NOT NULL,
        leaf_no integer NOT NULL,
        event bigint NOT NULL UNIQUE,
        leaf bytea NOT NULL,
        PRIMARY KEY (block, leaf_no)
    );
    COMMENT ON TABLE fairpg_catalog.event_leaf IS 'which events a block seals, in the order of its tree';
    COMMENT ON COLUMN fairpg_catalog.event_leaf.block IS 'number of the block';
    COMMENT ON COLUMN fairpg_catalog.event_leaf.leaf_no IS 'place in its tree, from 0';
    COMMENT ON COLUMN fairpg_catalog.event_leaf.event IS 'number of the event';
    COMMENT ON COLUMN fairpg_catalog.event_leaf.leaf IS 'leaf of the event when it was sealed';
END
$tables$;
COMMENT ON FUNCTION fairpg.make_record_tables()
    IS 'part of fairpg.init(): makes the tables of events and blocks';

CREATE FUNCTION fairpg.make_event_guards()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $guards$
DECLARE
    part name;
    body text;
BEGIN
    FOREACH part IN ARRAY '{event,event_block,event_leaf}'::name[] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_trigger
            WHERE tgrelid = format('fairpg_catalog.%I', part)::regclass AND tgname = 'record_kept');
        body := CASE part WHEN 'event' THEN 'event_guarded' ELSE 'record_kept' END;
        EXECUTE format('CREATE TRIGGER record_kept
            BEFORE INSERT OR UPDATE OR DELETE ON fairpg_catalog.%I
            FOR EACH ROW EXECUTE FUNCTION fairpg.%I()', part, body);
        EXECUTE format('COMMENT ON TRIGGER record_kept ON fairpg_catalog.%I
            IS ''has rows added by the calls of governance, and never changed''', part);
        EXECUTE format('CREATE TRIGGER record_truncated
            BEFORE TRUNCATE ON fairpg_catalog.%I
            FOR EACH STATEMENT EXECUTE FUNCTION fairpg.record_kept()', part);
        EXECUTE format('COMMENT ON TRIGGER record_truncated ON fairpg_catalog.%I
            IS ''has rows kept''', part);
    END LOOP;
END
$guards$;
COMMENT ON FUNCTION fairpg.make_event_guards()
    IS 'part of fairpg.init(): makes the triggers that sign events and keep them';

-- Hashes: what exactly goes in, doc/record.md says.

CREATE FUNCTION fairpg.payload_digest(salt bytea, payload jsonb)
    RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_payload_digest';
COMMENT ON FUNCTION fairpg.payload_digest(bytea, jsonb)
    IS 'SHA-256 of a salt and a payload, as an event commits to it';

CREATE FUNCTION fairpg.context_digest(salt bytea, role text, login text, asserted text, person text, object text)
    RETURNS bytea
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_context_digest';
COMMENT ON FUNCTION fairpg.context_digest(bytea, text, text, text, text, text)
    IS 'SHA-256 of a salt and who acted on what, as an event commits to it';

CREATE FUNCTION fairpg.leaf_hash(event bigint, at timestamptz, action text, context_digest bytea, payload_digest bytea)
    RETURNS bytea
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_leaf_hash';
COMMENT ON FUNCTION fairpg.leaf_hash(bigint, timestamptz, text, bytea, bytea)
    IS 'leaf of an event: the SHA-256 of its fields';

CREATE FUNCTION fairpg.merkle_root(leaves bytea[])
    RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_merkle_root';
COMMENT ON FUNCTION fairpg.merkle_root(bytea[])
    IS 'root of the Merkle tree over leaves, as RFC 6962 defines it';

CREATE FUNCTION fairpg.merkle_path(leaves bytea[], leaf_no integer)
    RETURNS bytea[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_merkle_path';
COMMENT ON FUNCTION fairpg.merkle_path(bytea[], integer)
    IS 'hashes that lead from a leaf, counted from 0, to the root of the tree';

CREATE FUNCTION fairpg.merkle_climb(leaf bytea, leaf_no integer, n integer, path bytea[])
    RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_merkle_climb';
COMMENT ON FUNCTION fairpg.merkle_climb(bytea, integer, integer, bytea[])
    IS 'root that a leaf leads to by its path in a tree of n leaves; NULL where the path has not the length of one';

CREATE FUNCTION fairpg.block_hash(block bigint, prev_hash bytea, merkle_root bytea, n integer,
    sealed_at timestamptz)
    RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'fairpg_block_hash';
COMMENT ON FUNCTION fairpg.block_hash(bigint, bytea, bytea, integer, timestamptz)
    IS 'SHA-256 of the header of a block';

CREATE FUNCTION fairpg.announce_block(block bigint, n integer, hash text)
    RETURNS void
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'fairpg_announce_block';
COMMENT ON FUNCTION fairpg.announce_block(bigint, integer, text)
    IS 'part of fairpg.seal(): has the server log name the block when the transaction commits';
