SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Which version serves whom, and the log of what was decided.
\set admin :USER
CREATE ROLE fairpg_test_ana LOGIN;
CREATE ROLE fairpg_test_rita LOGIN;
CREATE ROLE fairpg_test_abel LOGIN;
CREATE ROLE fairpg_test_otto LOGIN;
CREATE ROLE fairpg_test_olga LOGIN;
CREATE ROLE fairpg_test_service LOGIN;
CREATE TABLE applications AS
SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income, i * 13 % 40 AS age,
    CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex, i * 17 % 23 AS tenure,
    (ARRAY['north', 'south', 'east'])[1 + i * 11 % 3] AS town, i * 29 % 31 AS rooms
FROM generate_series(1, 6000) i;
GRANT SELECT ON applications TO PUBLIC;
SELECT fairpg.init() IS NOT NULL AS ready;
SELECT count(fairpg.assign_duty(duty, role_name)) FROM (VALUES ('analyst', 'fairpg_test_ana'), ('reviewer', 'fairpg_test_rita'),
    ('approver', 'fairpg_test_abel'), ('operator', 'fairpg_test_otto'), ('ombudsman', 'fairpg_test_olga')) v (duty, role_name);
GRANT USAGE ON SCHEMA fairpg_catalog, fairpg_report TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_catalog TO fairpg_test_ana, fairpg_test_rita, fairpg_test_abel, fairpg_test_otto;
GRANT INSERT ON ALL TABLES IN SCHEMA fairpg_catalog TO fairpg_test_ana;
GRANT UPDATE ON fairpg_catalog.model TO fairpg_test_ana;
GRANT SELECT ON fairpg_catalog.store_version TO PUBLIC;
GRANT SELECT ON fairpg_catalog.model_version, fairpg_catalog.deployment TO fairpg_test_service;

-- without a policy the newest version serves everybody, and nothing is logged
\c - fairpg_test_ana
SELECT version FROM fairpg.train('free', 'applications', 'repaid', features => '{income}', protected => '{sex}', seed => 1);
SELECT fairpg.assign('free', 'a'), fairpg.assign('free', NULL), fairpg.assign(NULL, 'a');
SELECT fairpg.assign('debit', 'a');
\c - :admin
SELECT d.* FROM applications a, LATERAL fairpg.log_decision('free', a.id::text, a) d WHERE a.id = 1;
\c - fairpg_test_ana
SELECT fairpg.create_policy('lending',
    rationale => 'Approval decides about access to credit, so rates of approval are compared; errors are looked at beside them.',
    legal_basis => 'Equal Credit Opportunity Act, 15 U.S.C. 1691', legal_as_of => '2026-10-01',
    ethical_notes => 'Women were approved less often in the past, for no reason of theirs.',
    harms => 'Applicants who are refused although they would repay.',
    template => 'four_fifths', protected => '{sex}',
    options => '{"min_canary": "0 s", "max_canary_share": 0.5, "required_reviews": ["design_review"]}');
\c - fairpg_test_abel
SELECT fairpg.activate_policy('lending', 1, 'as agreed by the committee');
\c - fairpg_test_ana
SELECT version FROM fairpg.train('credit', 'applications', 'repaid', features => '{income}', protected => '{sex}', seed => 1);
\c - :admin
-- version 1 as one from before models knew averages: -2.5 + 0.05 * income, of format 1
UPDATE fairpg_catalog.model_version SET artifact = image, artifact_sha256 = sha256(image)
FROM (SELECT '\x6661697270674d0a01000000010000006c00000000000000000000000000e03f00000000000004c00100000006000000696e636f6d650000000001000000000000000000000000009a9999999999a93f000000000000000000000000000000000000000000405940bd989009'::bytea AS image) i WHERE model = 'credit';
SELECT fairpg.govern('credit', 'lending', 'whom to grant a loan, by a first score');
SELECT fairpg.assign('credit', 'a');
\c - fairpg_test_ana
SELECT version FROM fairpg.train('credit', 'applications', 'repaid', features => '{income,age,tenure,town,rooms}', protected => '{sex}', seed => 1,
    options => '{"threshold": 0.8}');
\c - fairpg_test_rita
SELECT version, outcome FROM fairpg.review('credit', 1, 'design_review', 'pass', 'features, label and threshold are as designed', body => '{"purpose": "whom to lend to", "label": "repaid", "features": "income", "alternatives": "none as good"}');
SELECT version, outcome FROM fairpg.review('credit', 2, 'design_review', 'pass', 'features, label and threshold are as designed', body => '{"purpose": "whom to lend to", "label": "repaid", "features": "income", "alternatives": "none as good"}');
\c - fairpg_test_abel
SELECT version, outcome FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
SELECT version, outcome FROM fairpg.approve('credit', 2, 'the evidence is sufficient for use');

-- a canary alone serves its share, and nobody else
\c - fairpg_test_otto
SELECT to_state, outcome FROM fairpg.deploy('credit', 1, 'canary', 0.25, 'a quarter of the subjects');
SELECT to_state, outcome, reasons FROM fairpg.deploy('credit', 2, 'canary', 0.25, 'a second one beside it');
SELECT min(assigned), max(assigned), count(assigned) BETWEEN 1332 AND 1668 AS a_quarter
FROM (SELECT fairpg.assign('credit', id::text) AS assigned FROM applications) a;
\c - :admin
SELECT d.* FROM (SELECT a FROM applications a WHERE fairpg.assign('credit', a.id::text) IS NULL LIMIT 1) x,
    LATERAL fairpg.log_decision('credit', (x.a).id::text, x.a) d;

-- champion and canary: anybody can recompute who gets which
\c - fairpg_test_otto
SELECT to_state, outcome FROM fairpg.deploy('credit', 1, 'champion', reason => 'the canary went well');
SELECT to_state, outcome FROM fairpg.deploy('credit', 2, 'canary', 0.1, 'a tenth of the subjects');
CREATE TEMP TABLE small AS SELECT id FROM applications WHERE fairpg.assign('credit', id::text) = 2;
SELECT to_state, outcome FROM fairpg.retire('credit', 2, 'to serve a larger share');
SELECT to_state, outcome FROM fairpg.deploy('credit', 2, 'canary', 0.3, 'three tenths of the subjects');
-- who was of the smaller share is of the larger one
SELECT bool_and(fairpg.assign('credit', id::text) = 2) AS all_stay, count(*) BETWEEN 484 AND 716 AS a_tenth FROM small;
SELECT count(*) FILTER (WHERE assigned = 2) BETWEEN 1622 AND 1978 AS three_tenths, count(DISTINCT assigned) AS versions,
    bool_and(assigned = CASE WHEN ('x' || left(encode(sha256(convert_to(d.salt || id, 'UTF8')), 'hex'), 13))::bit(52)::bigint
        / 2::float8 ^ 52 < d.share THEN 2 ELSE 1 END) AS as_recomputed
FROM (SELECT id, fairpg.assign('credit', id::text) AS assigned FROM applications) a, fairpg_catalog.deployment d
WHERE d.slot = 'canary' AND d.ended_at IS NULL;
SELECT count(*) FROM applications a
WHERE fairpg.predict('credit', a, fairpg.assign('credit', id::text))
    IS DISTINCT FROM CASE fairpg.assign('credit', id::text) WHEN 2 THEN fairpg.predict('credit', a, 2) ELSE fairpg.predict('credit', a, 1) END;
CREATE TABLE pg_temp.assigned AS SELECT id, fairpg.assign('credit', id::text) AS version FROM applications;
\c - :admin
SELECT md5(string_agg(fairpg.assign('credit', id::text)::text, '' ORDER BY id)) AS here FROM applications \gset
\c - fairpg_test_service
SELECT md5(string_agg(fairpg.assign('credit', id::text)::text, '' ORDER BY id)) = :'here' AS same_in_every_session FROM applications;
PREPARE who (text) AS SELECT fairpg.assign('credit', $1) IS NOT NULL;
EXECUTE who('x');

-- the log takes rights to it, and then writes what the model gives
SELECT d.* FROM applications a, LATERAL fairpg.log_decision('credit', a.id::text, a) d WHERE a.id = 1;
\c - :admin
GRANT INSERT ON fairpg_catalog.decision TO fairpg_test_service;
\c - fairpg_test_service
SELECT d.decision IS NOT NULL AS numbered, d.version IN (1, 2) AS of_a_version FROM applications a,
    LATERAL fairpg.log_decision('credit', a.id::text, a) d WHERE a.id = 1;
SELECT d.* FROM applications a, LATERAL fairpg.log_decision('credit', a.id::text, a, '{"sex": "f"}') d WHERE a.id = 1;
\c - :admin
GRANT INSERT ON fairpg_catalog.decision_attribute, fairpg_catalog.outcome TO fairpg_test_service;
GRANT SELECT ON fairpg_catalog.decision TO fairpg_test_otto;
\c - fairpg_test_service
SELECT count(*), count(DISTINCT d.decision), bool_and(d.version = fairpg.assign('credit', a.id::text)) AS assigned,
    bool_and(d.score = fairpg.predict('credit', a, d.version)) AS scored,
    bool_and(d.decided = fairpg.decide('credit', a, d.version)) AS decided
FROM applications a, LATERAL fairpg.log_decision('credit', a.id::text, a, jsonb_build_object('sex', sex, 'branch', NULL), 'north') d
WHERE a.id > 1;
-- one call for each column is none that anybody means
SELECT (fairpg.log_decision('credit', a.id::text, a)).* FROM applications a;
SELECT (l).version IN (1, 2) AS once FROM (SELECT fairpg.log_decision('credit', '1', a) AS l FROM applications a WHERE id = 1 OFFSET 0) x;
SELECT fairpg.log_decision('credit', NULL, a) FROM applications a WHERE id = 1;
SELECT fairpg.log_decision('credit', '1', NULL::applications);
SELECT fairpg.log_decision('credit', '1', a, '["f"]') FROM applications a WHERE id = 1;
INSERT INTO fairpg_catalog.decision (at, model, version, deployment, slot, subject_digest, input_digest, score, decided, region)
VALUES (now(), 'credit', 1, 1, 'champion', '', '', 0.9, true, '');
INSERT INTO fairpg_catalog.decision_attribute VALUES (1, now(), 'sex', 'm');
SELECT * FROM fairpg_catalog.decision_attribute;
SELECT override_to FROM fairpg_catalog.decision;
\c - :admin
-- what stands in the log can be recomputed from the rows and the salt
SELECT count(*) AS rows, count(DISTINCT a.id) AS subjects,
    bool_and(d.input_digest = sha256(convert_to(row_to_json(a)::text, 'UTF8'))) AS inputs,
    bool_and(d.score = fairpg.predict('credit', a, d.version)) AS scores,
    bool_and(d.decided = (d.score >= d.cutoff)) AS cutoffs,
    bool_and(d.slot = p.slot AND d.version = p.version AND d.at >= p.started_at) AS deployments,
    string_agg(DISTINCT d.region, '|' ORDER BY d.region) AS regions
FROM applications a
    JOIN fairpg_catalog.decision d ON d.subject_digest = sha256(convert_to(
        (SELECT f.salt FROM fairpg_catalog.deployment f WHERE f.model = 'credit' ORDER BY f.deployment LIMIT 1) || a.id, 'UTF8'))
    JOIN fairpg_catalog.deployment p USING (deployment);
SELECT attribute, group_name, count(*) FROM fairpg_catalog.decision_attribute GROUP BY 1, 2 ORDER BY 1, 2;
-- negative decisions have up to four reasons, those of version 1 none that are known
SELECT d.version, d.decided, count(*) > 100 AS many, max(cardinality(d.reasons)) AS reasons, count(DISTINCT d.reasons) > 20 AS different,
    bool_and(d.reasons IS NOT DISTINCT FROM CASE WHEN d.version = 2 AND NOT d.decided THEN ARRAY(
        SELECT r.feature FROM fairpg.reasons('credit', a, 2) r WHERE r.contribution < -1e-6 AND r.place <= 4 ORDER BY r.place) END) AS as_told
FROM applications a JOIN fairpg_catalog.decision d ON d.input_digest = sha256(convert_to(row_to_json(a)::text, 'UTF8'))
GROUP BY 1, 2 ORDER BY 1, 2;
-- the average applicant is refused as well, for no feature of hers
SELECT id AS subject FROM applications WHERE fairpg.assign('credit', id::text) = 2 LIMIT 1 \gset
SELECT d.decision AS average, d.decided FROM (SELECT NULL::integer AS income, NULL::integer AS age, NULL::integer AS tenure,
    'nowhere' AS town, NULL::integer AS rooms) a, LATERAL fairpg.log_decision('credit', :'subject', a) d \gset
SELECT decided, reasons FROM fairpg_catalog.decision WHERE decision = :average;
SELECT count(*) = (SELECT count(*) FROM fairpg_catalog.decision) AS all_in_this_month
FROM fairpg_catalog.decision d WHERE d.tableoid::regclass::text = 'fairpg_catalog.decision_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM');

-- rows stay as they were written, for the owner too
UPDATE fairpg_catalog.decision SET decided = true;
DELETE FROM fairpg_catalog.decision_attribute;
TRUNCATE fairpg_catalog.decision;
DO $$ BEGIN EXECUTE format('TRUNCATE fairpg_catalog.decision_%s', to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM'));
EXCEPTION WHEN insufficient_privilege THEN RAISE WARNING 'refused'; END $$;
TRUNCATE fairpg_catalog.decision_default;

-- outcomes come later, by whoever has the right, and stay as well
\c - fairpg_test_service
INSERT INTO fairpg_catalog.outcome (decision, at, label, observed_at, source) VALUES (1, now(), true, now(), 'ledger');
\c - :admin
UPDATE fairpg_catalog.outcome SET label = false;

-- partitions: none is made twice, and what has none is kept in the default one
SELECT fairpg.make_decision_partitions() AS made, fairpg.make_decision_partitions(5) AS more, fairpg.make_decision_partitions(5) AS again;
SELECT fairpg.make_decision_partitions(-1);

-- a person decides otherwise, with a reason and in the open
SELECT decision FROM fairpg_catalog.decision JOIN fairpg_catalog.decision_attribute USING (decision) WHERE decided AND group_name = 'm' LIMIT 1 \gset yes_
SELECT decision FROM fairpg_catalog.decision JOIN fairpg_catalog.decision_attribute USING (decision) WHERE NOT decided AND group_name = 'f' LIMIT 1 \gset no_
\c - fairpg_test_otto
SELECT fairpg.override_decision(:no_decision, true, 'income was entered wrongly');
\c - fairpg_test_olga
SELECT fairpg.override_decision(:no_decision, true, 'because');
SELECT fairpg.override_decision(:no_decision, false, 'income was entered wrongly') IS NULL;
SELECT fairpg.override_decision(:no_decision, true, 'income was entered wrongly') LIKE 'decision % is t' AS done;
SELECT fairpg.override_decision(:yes_decision, false, 'the papers were forged') LIKE 'decision % is f' AS done;
SELECT fairpg.override_decision(0, false, 'the papers were forged');
\c - :admin
SELECT decided, override_to, override_by, override_reason, overridden_at > at AS later FROM fairpg_catalog.decision
WHERE override_to IS NOT NULL ORDER BY decided;

-- the views, recomputed
GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_report TO fairpg_test_service;
\c - fairpg_test_service
SELECT attribute, group_name, direction, overridden, flag FROM fairpg_report.overrides ORDER BY 1, 2, 3;
\c - :admin
SELECT bool_and(abs(v.low - i.low) < 1e-12 AND abs(v.high - i.high) < 1e-12) AS intervals, count(*) FROM fairpg_report.overrides v,
    LATERAL fairpg.proportion_interval(v.overridden, v.n) i;
SELECT v.version, v.attribute, v.group_name, v.n = t.n AND v.selected = t.selected AS counts,
    abs(v.low - i.low) < 1e-12 AND abs(v.high - i.high) < 1e-12 AS intervals, v.flag
FROM fairpg_report.decisions_by_group v
    JOIN (SELECT d.version, a.attribute, a.group_name, count(*) AS n, count(*) FILTER (WHERE coalesce(d.override_to, d.decided)) AS selected
        FROM fairpg_catalog.decision d JOIN fairpg_catalog.decision_attribute a USING (decision) GROUP BY 1, 2, 3) t
        USING (version, attribute, group_name),
    LATERAL fairpg.proportion_interval(v.selected, v.n) i
ORDER BY 1, 2, 3;
SELECT v.arm, v.version, v.attribute, v.group_name, v.n > 0 AS counted,
    abs(v.difference_low - i.low) < 1e-12 AND abs(v.difference_high - i.high) < 1e-12 AS intervals, v.flag
FROM fairpg_report.canary v
    LEFT JOIN fairpg_report.canary c ON v.arm = 'canary' AND c.arm = 'champion' AND c.deployment = v.deployment
        AND c.attribute = v.attribute AND c.group_name = v.group_name,
    LATERAL fairpg.difference_interval(v.selected, v.n, c.selected, c.n) i
ORDER BY 1, 3, 4;
-- each feature for each group, also those that are never named for it
WITH adverse AS (
    SELECT d.decision, d.region, d.reasons, x.attribute, x.group_name FROM fairpg_catalog.decision d,
        LATERAL (SELECT '' AS attribute, '' AS group_name UNION ALL
            SELECT a.attribute, a.group_name FROM fairpg_catalog.decision_attribute a WHERE a.decision = d.decision) x
    WHERE NOT d.decided AND d.version = 2
), expected AS (
    SELECT a.region, a.attribute, a.group_name, f.feature, count(*) AS n, count(*) FILTER (WHERE f.feature = ANY (a.reasons)) AS named,
        count(*) FILTER (WHERE f.feature = a.reasons[1]) AS named_first
    FROM adverse a, unnest('{income,age,tenure,town,rooms}'::text[]) f (feature) GROUP BY 1, 2, 3, 4)
SELECT v.attribute, v.group_name, v.region, count(*) AS features, bool_and(v.month = date_trunc('month', now() AT TIME ZONE 'UTC') AND v.version = 2 AND v.slot = 'canary') AS of_version,
    bool_and(v.n = e.n AND v.named = e.named AND v.named_first = e.named_first AND v.named_rate = e.named / e.n::float8) AS counts,
    bool_and(abs(v.low - i.low) < 1e-12 AND abs(v.high - i.high) < 1e-12) AS intervals, string_agg(DISTINCT v.flag, ', ') AS flags
FROM fairpg_report.decision_reasons v FULL JOIN expected e USING (region, attribute, group_name, feature),
    LATERAL fairpg.proportion_interval(e.named, e.n) i
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
-- small cells, and the next one beside a single small cell, show no figures
\c - fairpg_test_service
SELECT count(d) FROM applications a, LATERAL fairpg.log_decision('credit', '1', a, jsonb_build_object('region',
    CASE WHEN a.id < 10 THEN 'few' WHEN a.id < 30 THEN 'some' ELSE 'many' END)) d WHERE a.id <= 100;
SELECT DISTINCT group_name, n, selection_rate IS NULL AS hidden, flag FROM fairpg_report.decisions_by_group WHERE attribute = 'region' ORDER BY n, group_name;

-- history: who was champion when
\c - fairpg_test_otto
SELECT to_state, outcome FROM fairpg.deploy('credit', 2, 'champion', reason => 'better on the same rows');
SELECT version, to_state, outcome FROM fairpg.suspend('credit', 'complaints from one branch');
SELECT fairpg.assign('credit', 'a');
SELECT version, to_state, outcome FROM fairpg.rollback('credit', 'back to what worked');
SELECT fairpg.assign('credit', 'a');
-- each deployment at its beginning, in its middle, just before its end and at its end
SELECT d.slot, d.version, d.share, fairpg.champion_at('credit', d.started_at) AS at_start,
    fairpg.champion_at('credit', d.ended_at - interval '1 us') AS before_end, fairpg.champion_at('credit', d.ended_at) AS at_end
FROM fairpg_catalog.deployment d WHERE d.model = 'credit' ORDER BY d.deployment;
SELECT fairpg.champion_at('credit', '2000-01-01'), fairpg.champion_at('debit', now()), fairpg.champion_at('credit', 'infinity') AS ever;
SELECT s.* FROM fairpg_catalog.deployment d, LATERAL fairpg.serving_at('credit', d.started_at) s
WHERE d.slot = 'canary' AND d.share = 0.3;
SELECT count(*) AS beside_their_time FROM fairpg_catalog.decision d
WHERE NOT EXISTS (SELECT FROM fairpg.serving_at(d.model, d.at) s WHERE s.slot = d.slot AND s.version = d.version);

-- a threshold of the group is a reason in the log, and a mixture has reasons too
\c - fairpg_test_ana
SET client_min_messages = error;
SELECT version FROM fairpg.train('credit', 'applications', 'repaid', features => '{income,age}', protected => '{sex}', fairness => 'demographic_parity',
    method => 'threshold', max_gap => 0.01, seed => 1);
SELECT version FROM fairpg.train('credit', 'applications', 'repaid', features => '{income,age}', protected => '{sex}', fairness => 'demographic_parity',
    method => 'reduction', max_gap => 0, seed => 1);
SELECT version, count(*) AS members FROM fairpg_catalog.coefficient WHERE term = '(intercept)' AND version > 2 GROUP BY 1 ORDER BY 1;
\c - fairpg_test_rita
SELECT count(fairpg.review('credit', v, 'design_review', 'pass', 'features, label and threshold are as designed', body => '{"purpose": "whom to lend to", "label": "repaid", "features": "income", "alternatives": "none as good"}')) FROM generate_series(3, 4) v;
\c - fairpg_test_abel
SELECT count(fairpg.approve('credit', v, 'the evidence is sufficient for use')) FROM generate_series(3, 4) v;
\c - fairpg_test_otto
SELECT to_state, outcome FROM fairpg.deploy('credit', 3, 'canary', 0.5, 'half of the subjects');
\c - fairpg_test_service
SELECT count(d) FROM applications a, LATERAL fairpg.log_decision('credit', a.id::text, a, region => 'south') d WHERE a.id < 1000;
\c - fairpg_test_otto
SELECT to_state, outcome FROM fairpg.retire('credit', 3, 'to try the next one');
SELECT to_state, outcome FROM fairpg.deploy('credit', 4, 'canary', 0.5, 'half of the subjects');
\c - fairpg_test_service
SELECT count(d) FROM applications a, LATERAL fairpg.log_decision('credit', a.id::text, a, region => 'south') d WHERE a.id < 1000;
\c - :admin
SELECT d.version, count(*) > 100 AS many, count(*) FILTER (WHERE d.reasons @> '{(threshold by sex)}') > 0 AS by_threshold,
    bool_and(d.reasons = ARRAY(SELECT r.feature FROM fairpg.reasons('credit', a, d.version) r WHERE r.contribution < -1e-6 ORDER BY r.place)) AS as_told
FROM applications a JOIN fairpg_catalog.decision d ON d.input_digest = sha256(convert_to(row_to_json(a)::text, 'UTF8'))
WHERE d.version > 2 AND NOT d.decided GROUP BY 1 ORDER BY 1;
SELECT feature, named_first > 0 AS weightiest FROM fairpg_report.decision_reasons WHERE version = 3 ORDER BY 1;

-- retention: attributes by themselves, then all of it
\c - fairpg_test_otto
SELECT fairpg.purge_attributes('credit', now(), 'kept for a month by plan');
\c - :admin
SELECT fairpg.purge_attributes('credit', 'infinity', 'kept for a month by plan');
SELECT fairpg.purge_attributes('debit', now(), 'kept for a month by plan');
SELECT fairpg.purge_attributes('credit', now(), 'plan');
SELECT count(*) AS attributes FROM fairpg_catalog.decision_attribute \gset
SELECT count(*) AS decisions FROM fairpg_catalog.decision \gset
SELECT fairpg.purge_attributes('credit', now(), 'kept for a month by plan') = :attributes AS all_gone;
SELECT (SELECT count(*) FROM fairpg_catalog.decision) = :decisions AS decisions_stay, count(*) AS attributes FROM fairpg_catalog.decision_attribute;
SELECT fairpg.purge_decisions('credit', now() - interval '1 year', 'kept for a year by plan');
SELECT fairpg.purge_decisions('credit', now(), 'kept for a year by plan') = :decisions AS all_gone;
SELECT count(*) FROM fairpg_catalog.decision;

-- the guards come back
SET client_min_messages = warning;
DROP EXTENSION fairpg CASCADE;
CREATE EXTENSION fairpg;
SELECT fairpg.init();
TRUNCATE fairpg_catalog.decision;
INSERT INTO fairpg_catalog.decision_attribute VALUES (1, now(), 'sex', 'm');

-- a store that was made anew, or restored, in the same session: its salts are its own
CREATE TABLE served AS SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS y, i * 7919 % 101 AS x FROM generate_series(1, 3000) i;
CREATE FUNCTION served_anew(salt text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    seen bytea;
BEGIN
    DROP SCHEMA IF EXISTS fairpg_catalog, fairpg_report CASCADE;
    PERFORM fairpg.init();
    PERFORM fairpg.train('anew', 'served', 'y', features => '{x}', seed => 1);
    SET LOCAL session_replication_role = replica;
    UPDATE fairpg_catalog.model_version SET state = 'champion';
    INSERT INTO fairpg_catalog.deployment (model, version, slot, share, salt, started_at, started_by, reason)
        VALUES ('anew', 1, 'champion', 1, salt, clock_timestamp(), session_user, 'for the test');
    SET LOCAL session_replication_role = origin;
    PERFORM fairpg.log_decision('anew', 'A-1', s) FROM served s WHERE s.id = 1;
    SELECT d.subject_digest INTO seen FROM fairpg_catalog.decision d;
    RETURN seen = sha256(convert_to(salt || 'A-1', 'UTF8'));
END $$;
SELECT served_anew('one salt') AS first, served_anew('another salt') AS second;
DROP FUNCTION served_anew;
DROP TABLE served;

DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
DROP TABLE applications;
DROP ROLE fairpg_test_ana, fairpg_test_rita, fairpg_test_abel, fairpg_test_otto, fairpg_test_olga, fairpg_test_service;
