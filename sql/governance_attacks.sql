SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Ways around the gate that people would try: each is refused, or does not help.
\set admin :USER
CREATE ROLE fairpg_test_ana LOGIN;
CREATE ROLE fairpg_test_bob LOGIN;
CREATE ROLE fairpg_test_rita LOGIN;
CREATE ROLE fairpg_test_abel LOGIN;
CREATE ROLE fairpg_test_abel_too LOGIN;
CREATE ROLE fairpg_test_otto LOGIN;
SELECT fairpg.init(roles => true, role_prefix => 'fairpg_test_') IS NOT NULL AS ready;
GRANT fairpg_test_analyst TO fairpg_test_ana, fairpg_test_bob;
GRANT fairpg_test_reviewer TO fairpg_test_rita;
GRANT fairpg_test_approver TO fairpg_test_abel, fairpg_test_abel_too, fairpg_test_bob;
GRANT fairpg_test_operator TO fairpg_test_otto;
CREATE TABLE attacked AS
SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income,
    CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex
FROM generate_series(1, 6000) i;
GRANT SELECT ON attacked TO PUBLIC;
\set why 'Approval decides about access to credit, so rates of approval are compared; errors are looked at beside them.'

-- a threshold that everything keeps, and times that run backwards
\c - fairpg_test_ana
SELECT fairpg.create_policy('nothing', :'why', 'a law of the land', '2026-10-01', 'none that we know of, after discussion', 'people who are refused',
    criteria => '[{"criterion": "g", "metric": "demographic_parity", "attribute": "sex", "threshold": "NaN", "evidence": "point", "rationale": "as good as any other one"}]');
SELECT fairpg.create_policy('nothing', :'why', 'a law of the land', '2026-10-01', 'none that we know of, after discussion', 'people who are refused',
    template => 'four_fifths', protected => '{sex}', options => '{"min_canary": "-1 day"}');
SELECT fairpg.create_policy('nothing', :'why', 'a law of the land', '2026-10-01', 'none that we know of, after discussion', 'people who are refused',
    template => 'four_fifths', protected => '{sex}', options => '{"approval_lifetime": "-1 day"}');

-- no reviews asked for are no reviews, and not those of a policy that says nothing
SELECT fairpg.create_policy('quiet', :'why', 'a law of the land', '2026-10-01', 'none that we know of, after discussion', 'people who are refused',
    template => 'four_fifths', protected => '{sex}', options => '{"required_reviews": [], "jurisdictions": ["here", "there"]}');
SELECT required_reviews, jurisdictions FROM fairpg_catalog.policy WHERE policy = 'quiet';

-- who trained what another has chosen, taken over or trained again, cannot approve it
\c - fairpg_test_bob
SELECT version FROM fairpg.train('copied', 'attacked', 'repaid', features => '{income}', protected => '{sex}', seed => 1);
SELECT count(*) FROM fairpg.frontier('front', 'attacked', 'repaid', protected => '{sex}', fairness => 'demographic_parity', max_gaps => '{0.05,1}', features => '{income}');
SELECT pg_sleep(0.01) IS NULL AS slept;
\c - fairpg_test_ana
SELECT fairpg.create_policy('lending', :'why', 'a law of the land', '2026-10-01', 'none that we know of, after discussion', 'people who are refused',
    template => 'four_fifths', protected => '{sex}', options => '{"required_reviews": ["look"], "min_canary": "7 days", "approvals_required": 2}');
SELECT fairpg.create_policy('other', :'why', 'a law of the land', '2026-10-01', 'none that we know of, after discussion', 'people who are refused',
    template => 'four_fifths', protected => '{sex}', options => '{"required_reviews": ["look"], "canary_required": false}');
\c - fairpg_test_abel
SELECT fairpg.activate_policy('lending', 1, 'as agreed by the committee');
SELECT fairpg.activate_policy('other', 1, 'as agreed by the committee');
\c - fairpg_test_ana
SELECT fairpg.choose(max(frontier), 1, 'the smallest gap') AS chosen FROM fairpg_catalog.frontier \gset
SELECT fairpg.import_model(fairpg.export_model('copied', 1));
SELECT version FROM fairpg.retrain('copied', version => 1, start => 'none');
SELECT model, version, array_agg(person ORDER BY person) AS contributors
FROM fairpg_catalog.model_version v, fairpg.contributors(v.model, v.version) GROUP BY 1, 2 ORDER BY 1, 2;
-- and rules that came after the first training of it are too late
\c - :admin
SELECT fairpg.govern('front', 'lending', 'whom to grant a loan, by a first score');
SELECT fairpg.govern('copied', 'lending', 'whom to grant a loan, by a first score');
SELECT 'front' AS model, verdict FROM fairpg.gate_report('front', 1, 'reviewed') WHERE check_name = 'policy_first'
UNION ALL SELECT 'copied', verdict FROM fairpg.gate_report('copied', 2, 'reviewed') WHERE check_name = 'policy_first';

-- a version under the policy, approved by two roles of one person
\c - fairpg_test_ana
SELECT version FROM fairpg.train('trial', 'attacked', 'repaid', features => '{income}', protected => '{sex}', seed => 3);
SELECT version FROM fairpg.train('credit', 'attacked', 'repaid', features => '{income}', protected => '{sex}', seed => 7);
\c - :admin
SELECT fairpg.govern('credit', 'lending', 'whom to grant a loan, by a first score');
\c - fairpg_test_rita
SELECT outcome FROM fairpg.review('credit', 1, 'look', 'pass', 'features, label and threshold are as designed');
\c - fairpg_test_abel
SELECT outcome FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
\c - :admin
SELECT fairpg.map_person('fairpg_test_abel', 'Abel A.');
SELECT fairpg.map_person('fairpg_test_abel_too', 'Abel A.');
\c - fairpg_test_abel_too
SELECT outcome, reasons FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
\c - :admin
SELECT fairpg.map_person('fairpg_test_abel_too', 'Another');
\c - fairpg_test_abel_too
SELECT outcome FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');

-- from one policy to a weaker one, when the result has been seen
\c - :admin
BEGIN;
SELECT fairpg.govern('credit', 'other', 'whom to grant a loan, by a first score');
SELECT verdict FROM fairpg.gate_report('credit', 1, 'champion') WHERE check_name = 'policy_first';
ROLLBACK;

-- a canary that is stopped is none that has served its time
\c - fairpg_test_otto
SELECT outcome FROM fairpg.deploy('credit', 1, 'canary', 0.001, 'a tenth of a percent');
SELECT outcome FROM fairpg.suspend('credit', 'stopped at once, and on');
SELECT fairpg.mitigate_incident(max(incident), 'nothing was the matter at all') FROM fairpg_catalog.incident;
\c - fairpg_test_abel
SELECT outcome FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
\c - fairpg_test_abel_too
SELECT outcome FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
\c - fairpg_test_otto
SELECT outcome, reasons FROM fairpg.deploy('credit', 1, 'champion', reason => 'it was a canary before');
SELECT outcome, reasons FROM fairpg.deploy('credit', 1, 'canary', 0.001, 'a tenth of a percent again');
-- reasons and words are looked at in refusals as well
SELECT fairpg.rollback('credit', NULL, 1);
SELECT fairpg.rollback('credit', 'back to where we were', 1, 'nonsense');
\c - fairpg_test_ana
SELECT fairpg.add_contributor('credit', 1, 'fairpg_nobody', 'wrote the features');

-- evidence is measured: neither made up, nor changed, moved or taken away
CREATE FUNCTION pg_temp.made_up() RETURNS TABLE (refused bigint, otherwise text[])
LANGUAGE plpgsql AS $$
DECLARE
    part name;
BEGIN
    refused := 0;
    FOREACH part IN ARRAY fairpg.result_tables() LOOP
        BEGIN
            EXECUTE format('INSERT INTO fairpg_catalog.%I DEFAULT VALUES', part);
            otherwise := otherwise || format('%s: taken', part);
        EXCEPTION WHEN insufficient_privilege THEN
            IF SQLERRM LIKE '%training and measuring alone' THEN
                refused := refused + 1;
            ELSE
                otherwise := otherwise || format('%s: %s', part, SQLERRM);
            END IF;
        END;
    END LOOP;
    RETURN NEXT;
END $$;
SELECT m.*, cardinality(fairpg.result_tables()) AS tables FROM pg_temp.made_up() m;
SELECT count(*) AS n_evaluations FROM fairpg_catalog.evaluation WHERE model = 'credit' \gset
INSERT INTO fairpg_catalog.evaluation OVERRIDING SYSTEM VALUE SELECT * FROM fairpg_catalog.evaluation WHERE model = 'credit';
\c - :admin
CREATE FUNCTION sneaked(integer) RETURNS integer LANGUAGE plpgsql AS
    'BEGIN INSERT INTO fairpg_catalog.evaluation_gap DEFAULT VALUES; RETURN $1; END';
-- nor while something is measured
\c - fairpg_test_ana
SELECT fairpg.evaluate('credit', 'SELECT sneaked(id), repaid, income, sex FROM attacked');
SELECT fairpg.train('credit', 'SELECT sneaked(id), repaid, income, sex FROM attacked', 'repaid');
\c - :admin
INSERT INTO fairpg_catalog.evaluation_gap DEFAULT VALUES;
UPDATE fairpg_catalog.evaluation_gap g SET value = 0 FROM fairpg_catalog.evaluation e WHERE e.evaluation = g.evaluation AND e.model = 'credit';
UPDATE fairpg_catalog.evaluation SET part = 'external' WHERE model = 'credit';
UPDATE fairpg_catalog.evaluation SET model = 'credit', version = 1 WHERE model = 'trial';
DELETE FROM fairpg_catalog.evaluation_gap g USING fairpg_catalog.evaluation e WHERE e.evaluation = g.evaluation AND e.model = 'credit';
DELETE FROM fairpg_catalog.evaluation WHERE model = 'credit';
DELETE FROM fairpg_catalog.frontier_choice WHERE model = 'front';
SET client_min_messages = warning;
TRUNCATE fairpg_catalog.evaluation CASCADE;
RESET client_min_messages;
SELECT count(*) = :n_evaluations AS as_before FROM fairpg_catalog.evaluation WHERE model = 'credit';
-- nor are analyses made to find less: what they were told is looked at by the gate
\c - fairpg_test_ana
SELECT fairpg.create_policy('looked_at', :'why', 'a law of the land', '2026-10-01', 'none that we know of, after discussion', 'people who are refused',
    template => 'four_fifths', protected => '{sex}', criteria => '[{"criterion": "rows", "phase": "data", "contrast": "count", "metric": "data_checks_serious",
    "threshold": 0, "evidence": "point", "rationale": "as good as any other one"}, {"criterion": "scores", "metric": "calibration_in_the_large", "attribute": "sex",
    "contrast": "each_group", "threshold": 0.1, "rationale": "as good as any other one"}]');
\c - fairpg_test_abel
SELECT fairpg.activate_policy('looked_at', 1, 'as agreed by the committee');
\c - fairpg_test_ana
SELECT version FROM fairpg.train('looked', 'attacked', 'repaid', features => '{income}', protected => '{sex}', seed => 3);
SELECT evaluation FROM fairpg.evaluate('looked', 'attacked') \gset
SELECT analysis FROM fairpg.add_analyses(:evaluation, '{data_checks,calibration}');
-- not even before there is a policy
DELETE FROM fairpg_catalog.analysis_row WHERE evaluation = :evaluation AND severity = 'serious';
UPDATE fairpg_catalog.analysis SET analysed_at = '2100-01-01' WHERE evaluation = :evaluation;
\c - :admin
SELECT fairpg.govern('looked', 'looked_at', 'whom to grant a loan, by a first score');
\c - fairpg_test_ana
SELECT criterion, verdict, reason FROM fairpg.criterion_results('looked', 1) WHERE criterion IN ('rows', 'scores');
SELECT value = (SELECT count(*) FROM fairpg.check_data('attacked', '{sex}', 'repaid', '{income}') WHERE severity = 'serious') AS as_counted
FROM fairpg.criterion_results('looked', 1) WHERE criterion = 'rows';
SELECT analysis FROM fairpg.add_analyses(:evaluation, '{data_checks,calibration}', '{"calibration": {"level": 0.5},
    "data_checks": {"options": {"thresholds": {"duplicates": [1, 1, 1], "contradictions": [1, 1, 1]}}}}');
SELECT criterion, verdict, replace(reason, :'evaluation', 'N') AS reason FROM fairpg.criterion_results('looked', 1) WHERE criterion IN ('rows', 'scores');
SELECT analysis FROM fairpg.add_analyses(:evaluation, '{data_checks}', '{"data_checks": {"features": ["id"]}}');
SELECT verdict FROM fairpg.criterion_results('looked', 1) WHERE criterion = 'rows';
SELECT analysis FROM fairpg.add_analyses(:evaluation, '{data_checks,calibration}', '{"calibration": {"bins": 5}}');
SELECT criterion, verdict, reason FROM fairpg.criterion_results('looked', 1) WHERE criterion IN ('rows', 'scores');
\c - :admin
-- what is under no policy is its owner's to delete
SELECT count(*) > 0 AS measured FROM fairpg_catalog.evaluation_gap JOIN fairpg_catalog.evaluation USING (evaluation) WHERE model = 'trial';
UPDATE fairpg_catalog.evaluation SET comment = 'a first look' WHERE model = 'trial';
DELETE FROM fairpg_catalog.evaluation WHERE model = 'trial';
DELETE FROM fairpg_catalog.model_version WHERE model = 'trial';
SELECT count(*) AS left_over FROM fairpg_catalog.evaluation WHERE model = 'trial';

-- what has a serious incident of its own does not come back by a rollback
\c - :admin
CREATE TABLE states AS SELECT version, state FROM fairpg_catalog.model_version WHERE model = 'credit';
SET session_replication_role = replica;
UPDATE fairpg_catalog.model_version SET state = 'retired' WHERE model = 'credit' AND version = 1;
UPDATE fairpg_catalog.deployment SET slot = 'champion', ended_at = clock_timestamp(), end_reason = 'for the test' WHERE model = 'credit';
RESET session_replication_role;
\c - fairpg_test_otto
SELECT fairpg.open_incident('credit', 'Refusals without a reason', 'serious', 'Some hundred people were refused by a mistake.', 1) > 0 AS opened;
SELECT outcome, reasons[1] ~ '^incident open' AS by_incident FROM fairpg.rollback('credit', 'it was good enough for us', 1);

\c - :admin
SET client_min_messages = warning;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP FUNCTION sneaked(integer);
DROP TABLE attacked, states;
DROP OWNED BY fairpg_test_ana, fairpg_test_bob, fairpg_test_rita, fairpg_test_abel, fairpg_test_abel_too, fairpg_test_otto,
    fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman, fairpg_test_auditor,
    fairpg_test_viewer, fairpg_test_admin;
DROP ROLE fairpg_test_ana, fairpg_test_bob, fairpg_test_rita, fairpg_test_abel, fairpg_test_abel_too, fairpg_test_otto,
    fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman, fairpg_test_auditor,
    fairpg_test_viewer, fairpg_test_admin;
