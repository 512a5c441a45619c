SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- The record: events, blocks, verification.  Hashes are compared with those of
-- plain SQL, and trees with the published ones of Certificate Transparency.
SELECT fairpg.init() IS NOT NULL AS ready;

-- trees, over the leaves that implementations of RFC 6962 are tested with
CREATE TABLE leaves AS
SELECT n, sha256('\x00' || decode(data, 'hex')) AS leaf
FROM (VALUES (0, ''), (1, '00'), (2, '10'), (3, '2021'), (4, '3031'), (5, '40414243'), (6, '5051525354555657'),
	(7, '606162636465666768696a6b6c6d6e6f')) v (n, data);
SELECT n, encode(fairpg.merkle_root(ARRAY(SELECT leaf FROM leaves l WHERE l.n < k.n ORDER BY l.n)), 'hex')
FROM generate_series(0, 8) k (n);
-- every leaf of every tree leads to its root, by its own path and place alone
SELECT count(*) AS paths,
	count(*) FILTER (WHERE fairpg.merkle_climb(leaves[i + 1], i, n, fairpg.merkle_path(leaves, i)) = fairpg.merkle_root(leaves)) AS lead,
	count(*) FILTER (WHERE fairpg.merkle_climb(leaves[(i + 1) % n + 1], i, n, fairpg.merkle_path(leaves, i)) = fairpg.merkle_root(leaves)) AS other_leaf,
	count(*) FILTER (WHERE fairpg.merkle_climb(leaves[i + 1], (i + 1) % n, n, fairpg.merkle_path(leaves, i)) = fairpg.merkle_root(leaves)) AS other_place,
	count(fairpg.merkle_climb(leaves[i + 1], i, n, fairpg.merkle_path(leaves, i) || leaves[1])) AS too_long
FROM (SELECT n, array_agg(sha256(int4send(j))) AS leaves FROM generate_series(2, 40) n, generate_series(1, n) j GROUP BY n) t,
	generate_series(0, n - 1) i;
SELECT fairpg.merkle_root(ARRAY['\x00'::bytea]);
SELECT fairpg.merkle_path(ARRAY[sha256('a')], 1);
DROP TABLE leaves;

-- events
CREATE ROLE fairpg_test_noter;
CREATE ROLE fairpg_test_other;
SET fairpg.actor = E'the "app"';
SELECT fairpg.add_note('model credit@1', E'a "quoted" note,\na line, <b>, \\ and Łódź');
RESET fairpg.actor;
SELECT fairpg.add_note('model ' || i, 'note ' || i) FROM generate_series(2, 6) i;
SELECT fairpg.add_note(' ', 'text');
SELECT fairpg.add_note('model x', NULL);
SELECT event, role = session_user AS mine, login = session_user AS by_me, asserted, person = session_user AS is_me, action, object, payload,
	length(salt), at BETWEEN now() - interval '1 minute' AND clock_timestamp() AS now
FROM fairpg_catalog.event ORDER BY event LIMIT 2;
-- the same in plain SQL, as doc/record.md says
CREATE FUNCTION field(value bytea) RETURNS bytea LANGUAGE sql
	AS $$ SELECT coalesce(int4send(length(value)) || value, '\xffffffff') $$;
CREATE FUNCTION words(value text) RETURNS bytea LANGUAGE sql AS $$ SELECT field(convert_to(value, 'UTF8')) $$;
SELECT count(*) AS events,
	count(*) FILTER (WHERE payload_digest = sha256(salt || convert_to(payload::text, 'UTF8'))) AS digests,
	count(*) FILTER (WHERE leaf = sha256('\x00' || field(int8send(event)) || field(timestamptz_send(at)) || words(action)
		|| field(sha256(context_salt || words(role) || words(login) || words(asserted) || words(person) || words(object)))
		|| field(payload_digest))) AS leaves,
	count(DISTINCT salt) AS salts, count(DISTINCT context_salt) AS more_salts, bool_or(salt = context_salt) AS any_alike
FROM fairpg_catalog.event;

-- sealed
SELECT block, n, length(hash) FROM fairpg.seal();
SELECT block, n FROM fairpg.seal();
SELECT fairpg.add_note('model y', 'one more') IS NOT NULL AS noted;
SELECT fairpg.audit_head() - 'hash' - 'sealed_at' AS head;
SELECT block, n FROM fairpg.seal();
SELECT block, n, length(prev_hash) AS prev_bytes,
	hash = sha256('\x02' || field(int8send(block)) || field(prev_hash) || field(merkle_root) || field(int8send(n))
		|| field(timestamptz_send(sealed_at))) AS hashed
FROM fairpg_catalog.event_block ORDER BY block;
SELECT l.block, l.leaf_no, e.event, e.action FROM fairpg_catalog.event_leaf l JOIN fairpg_catalog.event e USING (event) ORDER BY 1, 2;
SELECT part, block, event, verdict, detail FROM fairpg.verify(fairpg.audit_head());
SELECT part, block, event, verdict, detail FROM fairpg.verify();
-- settings change nothing of what is hashed
SET datestyle = 'German, DMY';
SET timezone = 'Asia/Kolkata';
SET bytea_output = 'escape';
SET extra_float_digits = 0;
SELECT part, verdict FROM fairpg.verify(fairpg.receipt(2));
SELECT * FROM fairpg.verify_receipt(fairpg.receipt(1)) WHERE part <> 'block';
RESET datestyle;
RESET timezone;
RESET bytea_output;
RESET extra_float_digits;

-- a snapshot from before the newest block
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT fairpg.seal();
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT fairpg.seal();
ROLLBACK;
-- events can be written there
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT fairpg.add_note('model y', 'from a serializable transaction') IS NOT NULL AS noted;
COMMIT;

-- receipts
SELECT jsonb_object_keys(fairpg.receipt(1)) AS key ORDER BY 1;
SELECT fairpg.receipt(1) -> 'event' -> 'payload';
SELECT part, verdict FROM fairpg.verify_receipt(fairpg.receipt(1)) ;
SELECT change[1] AS changed, (SELECT string_agg(part, ', ') FROM fairpg.verify_receipt(jsonb_set(fairpg.receipt(1), path, value)) WHERE verdict = 'failed') AS failed
FROM (VALUES (ARRAY['payload'], '{event,payload,note}'::text[], '"no"'::jsonb), (ARRAY['role'], '{event,role}', '"no"'),
	(ARRAY['time'], '{event,at}', '"2026-01-01T00:00:00Z"'), (ARRAY['digest'], '{event,payload_digest}', '"00"'),
	(ARRAY['leaf'], '{leaf}', to_jsonb(repeat('0', 64))), (ARRAY['place'], '{leaf_no}', '1'), (ARRAY['path'], '{path,0}', to_jsonb(repeat('0', 64))),
	(ARRAY['root'], '{block,merkle_root}', to_jsonb(repeat('0', 64))), (ARRAY['hash'], '{block,hash}', to_jsonb(repeat('0', 64))),
	(ARRAY['n'], '{block,n}', '5')) v (change, path, value);
SELECT part, verdict, detail FROM fairpg.verify_receipt(jsonb_set(fairpg.receipt(1), '{leaf}', '"zz"'));
-- a payload without its salt is not one that was erased
SELECT part, verdict FROM fairpg.verify_receipt(jsonb_set(fairpg.receipt(1), '{event,salt}', 'null')) WHERE part = 'payload';
SELECT fairpg.verify_receipt('{}');
SELECT fairpg.verify_receipt('[1]');
SELECT fairpg.receipt(1000);
SELECT fairpg.receipt(NULL);
SELECT fairpg.receipt(max(event)) FROM fairpg_catalog.event;

-- anchors
SELECT part, block, verdict, detail FROM fairpg.verify(jsonb_build_array(fairpg.receipt(1), jsonb_build_object('block', 2, 'hash', repeat('a', 64)),
	jsonb_build_object('block', 7, 'hash', repeat('a', 64)), jsonb_build_object('block', 0, 'hash', repeat('0', 64)))) WHERE part = 'anchor';
SELECT * FROM fairpg.verify('{}');
SELECT * FROM fairpg.verify('7');
SELECT * FROM fairpg.verify('{"block": -1, "hash": "00"}');
SELECT * FROM fairpg.verify('[null]');

-- where heads are kept: no anchors, but the way to them
BEGIN;
SAVEPOINT before;
SELECT fairpg.publish_head('Gaz');
ROLLBACK TO before;
SELECT fairpg.publish_head('Gazette of 2026-11-27, page 4') = fairpg.audit_head() - '{n,sealed_at,unsealed}'::text[] AS newest;
SELECT fairpg.publish_head('time-stamping service', (fairpg.receipt(1) -> 'block') - 'n', 'a token') -> 'block' AS block;
SELECT action, object, payload - 'hash' AS payload FROM fairpg_catalog.event WHERE action = 'head published' ORDER BY event;
SELECT part, block, verdict, detail FROM fairpg.verify() WHERE part IN ('anchor', 'published');
SAVEPOINT before;
SELECT fairpg.publish_head('Gazette of 2026-11-27', '{"block": 1, "hash": "00"}');
ROLLBACK TO before;
SET LOCAL session_replication_role = replica;
UPDATE fairpg_catalog.event_block SET hash = sha256(hash) WHERE block = 1;
SELECT part, block, verdict, detail FROM fairpg.verify() WHERE part = 'published';
DELETE FROM fairpg_catalog.event_block;
SELECT part, block, verdict, detail FROM fairpg.verify() WHERE part = 'published';
SELECT fairpg.publish_head('Gazette of 2026-11-27');
ROLLBACK;
-- a receipt that does not lead to its block is no anchor, and one of another event is found out
SELECT part, block, event, verdict, detail FROM fairpg.verify(fairpg.receipt(1)) WHERE part IN ('receipt', 'anchor');
SELECT * FROM fairpg.verify(jsonb_set(fairpg.receipt(1), '{path,0}', to_jsonb(repeat('0', 64))));
SELECT * FROM fairpg.verify(jsonb_build_array(fairpg.audit_head(), jsonb_set(fairpg.receipt(1), '{block,n}', '5')));
BEGIN;
SELECT fairpg.receipt(2) AS receipt \gset
SET LOCAL session_replication_role = replica;
UPDATE fairpg_catalog.event SET leaf = sha256(leaf) WHERE event = 2;
SELECT part, block, event, verdict, detail FROM fairpg.verify(:'receipt') WHERE part = 'receipt';
DELETE FROM fairpg_catalog.event WHERE event = 2;
SELECT part, block, event, verdict, detail FROM fairpg.verify(:'receipt') WHERE part = 'receipt';
ROLLBACK;

-- erasure
SELECT fairpg.erase_event(1, 'short');
SELECT fairpg.erase_event(1000, 'there is no such event');
SELECT fairpg.erase_event(NULL, 'there is no such event');
SELECT fairpg.erase_event(7, 'the beginning of it all');
SELECT fairpg.erase_event(1, 'asked for by the person it names') IS NOT NULL AS erased;
SELECT fairpg.erase_event(1, 'asked for by the person it names');
SELECT event, payload, salt, length(payload_digest) AS digest FROM fairpg_catalog.event WHERE event = 1;
SELECT action, object, payload FROM fairpg_catalog.event ORDER BY event DESC LIMIT 1;
SELECT part, verdict, detail FROM fairpg.verify(fairpg.audit_head()) WHERE part IN ('events', 'blocks', 'chain', 'anchor');
SELECT * FROM fairpg.verify_receipt(fairpg.receipt(1)) WHERE part <> 'block';

-- nobody writes here by hand, the owner included
UPDATE fairpg_catalog.event SET object = 'model other' WHERE event = 2;
UPDATE fairpg_catalog.event SET payload = NULL, salt = NULL WHERE event = 2;
DELETE FROM fairpg_catalog.event WHERE event = 2;
TRUNCATE fairpg_catalog.event;
UPDATE fairpg_catalog.event_block SET n = 1;
DELETE FROM fairpg_catalog.event_block;
INSERT INTO fairpg_catalog.event_block SELECT 3, hash, merkle_root, n, sealed_at, hash FROM fairpg_catalog.event_block WHERE block = 2;
TRUNCATE fairpg_catalog.event_block;
DELETE FROM fairpg_catalog.event_leaf;
INSERT INTO fairpg_catalog.event_leaf VALUES (1, 100, 100, '\x00');
INSERT INTO fairpg_catalog.event (action, object, payload, person) VALUES ('version approved', 'model credit@1', '{}', 'bob');
SELECT fairpg.record_event('version approved', 'model credit@1', '{}');
SELECT fairpg.do_add_note('model credit@1', 'without a call');
SELECT fairpg.announce_block(1, 1, 'no');
-- a superuser brings rows of a dump back, and those alone
CREATE TEMP TABLE dumped AS SELECT * FROM fairpg_catalog.event WHERE event = 2;
INSERT INTO fairpg_catalog.event OVERRIDING SYSTEM VALUE SELECT * FROM dumped;
UPDATE dumped SET object = 'model other';
INSERT INTO fairpg_catalog.event OVERRIDING SYSTEM VALUE SELECT * FROM dumped;

-- duties: without a row, they are the owner's own
GRANT USAGE ON SCHEMA fairpg_catalog TO fairpg_test_noter, fairpg_test_other;
GRANT SELECT ON fairpg_catalog.store_version TO fairpg_test_noter;
SET SESSION AUTHORIZATION fairpg_test_noter;
SELECT fairpg.add_note('model x', 'who may');
SELECT fairpg.erase_event(2, 'who may erase this');
SELECT fairpg.receipt(2);
SELECT count(*) FROM fairpg.export_record();
SELECT fairpg.post_restore();
SELECT count(*) FROM fairpg.guard_report();
SELECT fairpg.record_event('version approved', 'model credit@1', '{}');
SELECT fairpg.do_seal();
-- what everybody may
SELECT fairpg.audit_head() ->> 'block' AS head;
SELECT DISTINCT verdict FROM fairpg.verify(fairpg.audit_head()) WHERE part IN ('events', 'blocks', 'chain', 'anchor');
SELECT block, n FROM fairpg.seal();
RESET SESSION AUTHORIZATION;

-- guards are reported
SELECT verdict, count(*) > 20 AS many FROM fairpg.guard_report() GROUP BY 1;
BEGIN;
ALTER TABLE fairpg_catalog.event DISABLE TRIGGER record_kept;
DROP TRIGGER record_truncated ON fairpg_catalog.event_leaf;
ALTER TABLE fairpg_catalog.event_block OWNER TO fairpg_test_other;
ALTER FUNCTION fairpg.do_verify(jsonb) OWNER TO fairpg_test_other;
SELECT object, state, verdict FROM fairpg.guard_report() WHERE verdict <> 'ok';
SELECT part, verdict, detail FROM fairpg.verify(fairpg.audit_head()) WHERE part = 'guards';
ROLLBACK;
-- as is what runs within statements of ours, and what has rows or hides them without a guard
BEGIN;
CREATE TABLE fairpg_catalog.added () INHERITS (fairpg_catalog.evaluation_gap);
CREATE FUNCTION flattered() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.value := 0; RETURN NEW; END';
CREATE TRIGGER flattered BEFORE INSERT ON fairpg_catalog.evaluation_gap FOR EACH ROW EXECUTE FUNCTION flattered();
CREATE RULE more AS ON INSERT TO fairpg_catalog.evaluation_ratio DO ALSO INSERT INTO fairpg_catalog.evaluation_gap DEFAULT VALUES;
ALTER TABLE fairpg_catalog.evaluation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT object, state, verdict FROM fairpg.guard_report() WHERE verdict <> 'ok';
ROLLBACK;
-- what a function does is in its digest
SELECT digest AS digest_before FROM fairpg.guard_report() WHERE object ~ 'fairpg.do_seal' \gset
BEGIN;
CREATE OR REPLACE FUNCTION fairpg.do_seal(OUT block bigint, OUT n integer, OUT hash text) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	AS $$ BEGIN block := 1; END $$;
SELECT digest = :'digest_before' AS same FROM fairpg.guard_report() WHERE object ~ 'fairpg.do_seal';
ROLLBACK;

-- what was off when a block was sealed, is in it: once, until it changes
SELECT count(*) FROM fairpg_catalog.event WHERE action = 'guards changed';
SELECT payload -> 'off' AS off, length(payload ->> 'functions') AS digest FROM fairpg_catalog.event WHERE action = 'record begun';
SELECT n > 0 AS sealed FROM fairpg.seal();
ALTER TABLE fairpg_catalog.approval DISABLE TRIGGER record_guarded;
ALTER TABLE fairpg_catalog.decision_default DISABLE TRIGGER decision_guarded;
SELECT n FROM fairpg.seal();
SELECT n FROM fairpg.seal();
ALTER TABLE fairpg_catalog.approval ENABLE TRIGGER record_guarded;
SELECT n FROM fairpg.seal();
ALTER TABLE fairpg_catalog.decision_default ENABLE TRIGGER decision_guarded;
SELECT n FROM fairpg.seal();
SELECT n FROM fairpg.seal();
SELECT count(*) FROM fairpg.guard_report() WHERE verdict <> 'ok';
SELECT part, block = (SELECT l.block FROM fairpg_catalog.event_leaf l WHERE l.event = v.event) AS in_block, verdict, detail
FROM fairpg.verify(fairpg.audit_head()) v WHERE part = 'guards';
SELECT fairpg.erase_event(max(event), 'nobody needs to know that') FROM fairpg_catalog.event WHERE action = 'guards changed';
-- and so is that a function does something else
BEGIN;
CREATE OR REPLACE FUNCTION fairpg.do_audit_head() RETURNS jsonb LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$ SELECT '{}'::jsonb $$;
SELECT n FROM fairpg.seal();
SELECT detail FROM fairpg.verify('[]') WHERE part = 'guards' ORDER BY event DESC LIMIT 1;
ROLLBACK;
-- without the trigger that signs events there are none, and seals say so
ALTER TABLE fairpg_catalog.event DISABLE TRIGGER record_kept;
SELECT fairpg.seal();
ALTER TABLE fairpg_catalog.event ENABLE TRIGGER record_kept;
SELECT n FROM fairpg.seal();

DROP FUNCTION words, field;

DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
DROP ROLE IF EXISTS fairpg_test_noter, fairpg_test_other;
