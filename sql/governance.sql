SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Policies, gates and the life of versions.  Every person logs in as a role of
-- their own, since identity is what has been authenticated.
\set admin :USER
\set form '{"purpose": "whom to lend to", "label": "repaid", "features": "income", "alternatives": "none as good"}'
CREATE ROLE fairpg_test_ana LOGIN;
CREATE ROLE fairpg_test_rita LOGIN;
CREATE ROLE fairpg_test_abel LOGIN;
CREATE ROLE fairpg_test_abel_too LOGIN;
CREATE ROLE fairpg_test_otto LOGIN;
CREATE ROLE fairpg_test_reviewers;
CREATE ROLE fairpg_test_approvers;
CREATE ROLE fairpg_test_operators;
CREATE ROLE fairpg_test_analysts;
GRANT fairpg_test_analysts TO fairpg_test_ana;
GRANT fairpg_test_reviewers TO fairpg_test_rita, fairpg_test_ana;
GRANT fairpg_test_approvers TO fairpg_test_abel, fairpg_test_abel_too, fairpg_test_ana;
GRANT fairpg_test_operators TO fairpg_test_otto, fairpg_test_ana;
CREATE TABLE governed_loans AS
SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income,
    CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex
FROM generate_series(1, 6000) i;
GRANT SELECT ON governed_loans TO PUBLIC;
SELECT fairpg.init() IS NOT NULL AS ready;
SELECT fairpg.assign_duty('analyst', 'fairpg_test_analysts');
SELECT fairpg.assign_duty('reviewer', 'fairpg_test_reviewers');
SELECT fairpg.assign_duty('approver', 'fairpg_test_approvers');
SELECT fairpg.assign_duty('operator', 'fairpg_test_operators');
GRANT USAGE ON SCHEMA fairpg_catalog TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_catalog TO PUBLIC;
GRANT INSERT ON ALL TABLES IN SCHEMA fairpg_catalog TO fairpg_test_analysts;
GRANT UPDATE ON fairpg_catalog.model TO fairpg_test_analysts;

-- a policy says why, or it is none
\c - fairpg_test_ana
SELECT fairpg.create_policy('lending', 'because', 'Equal Credit Opportunity Act', '2026-10-01', 'none that we know of, after discussion', 'people refused credit', template => 'four_fifths', protected => '{sex}');
SELECT fairpg.create_policy('lending',
    rationale => 'Approval decides about access to credit, so rates of approval are compared; errors are looked at beside them.',
    legal_basis => 'Equal Credit Opportunity Act, 15 U.S.C. 1691', legal_as_of => '2026-10-01',
    ethical_notes => 'Women were approved less often in the past, for no reason of theirs.',
    harms => 'Applicants who are refused although they would repay.',
    template => 'four_fifths', protected => '{sex}',
    criteria => '[{"criterion": "accuracy", "metric": "accuracy", "contrast": "overall", "comparator": ">=", "threshold": 0.6, "rationale": "Worse than that, nobody is served."}]',
    options => '{"min_canary": "0 s", "max_canary_share": 0.2, "required_reviews": ["design_review"]}');
SELECT fairpg.activate_policy('lending', 1, 'as agreed by the committee');
\c - fairpg_test_abel
SELECT fairpg.activate_policy('lending', 1, 'as agreed by the committee');
SELECT policy, version, criterion, metric, attribute, contrast, comparator, threshold, confidence FROM fairpg_catalog.policy_criterion ORDER BY criterion;

-- the analyst trains; the model comes under the policy; predictions need a champion
\c - fairpg_test_ana
SELECT version FROM fairpg.train('credit', 'governed_loans', 'repaid', features => '{income}', protected => '{sex}', seed => 1);
SELECT fairpg.govern('credit', 'lending', 'whom to grant a loan, by a first score');
\c - :admin
SELECT fairpg.govern('credit', 'lending', 'whom to grant a loan, by a first score');
SELECT fairpg.predict('credit', g) FROM governed_loans g LIMIT 1;
SELECT count(fairpg.predict('credit', g, 1)) FROM governed_loans g;
\c - fairpg_test_ana
SELECT check_name, subject, needed, verdict, blocking FROM fairpg.gate_report('credit', 1, 'reviewed');
SELECT (r).outcome, (r).reasons FROM fairpg.review('credit', 1, 'design_review', 'pass', 'all is well with my own model') r;
\c - fairpg_test_rita
SELECT from_state, to_state, outcome, reasons FROM fairpg.review('credit', 1, 'design_review', 'pass', 'features, label and threshold are as designed', body => :'form');
\c - fairpg_test_abel
SELECT check_name, subject, needed, verdict, blocking FROM fairpg.gate_report('credit', 1, 'approved');
SELECT from_state, to_state, outcome, reasons FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
\c - fairpg_test_ana
SELECT outcome, reasons FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
\c - fairpg_test_otto
SELECT from_state, to_state, outcome, reasons FROM fairpg.deploy('credit', 1, 'champion', reason => 'without a canary');
SELECT from_state, to_state, outcome, reasons FROM fairpg.deploy('credit', 1, 'canary', 0.5, 'half of the subjects');
SELECT from_state, to_state, outcome, reasons FROM fairpg.deploy('credit', 1, 'canary', 0.2, 'a fifth of the subjects');
SELECT from_state, to_state, outcome, reasons FROM fairpg.deploy('credit', 1, 'champion', reason => 'the canary went well');
SELECT count(fairpg.predict('credit', g)) FROM governed_loans g;
SELECT from_state, to_state, outcome, actor, login FROM fairpg_catalog.transition ORDER BY transition;

-- documents
\c - fairpg_test_ana
SELECT fairpg.publish('credit', 1);
SELECT count(fairpg.describe('credit', field, 'An answer to: ' || question)) FROM fairpg_catalog.card_question;
SELECT fairpg.publish('credit', 1);
SELECT fairpg.describe('credit', 'colour', 'blue, with <script>');
SELECT version FROM fairpg.train('credit', 'governed_loans', 'repaid', features => '{income}', protected => '{sex}', seed => 2, fairness => 'demographic_parity', max_gap => 0.01);
SELECT length(fairpg.release_notes('credit', 1, 2)) > 5000 AS page, fairpg.release_notes('credit', 1, 2, format => 'json')::json -> 'title' AS title;
SELECT fairpg.model_card('credit', 1, 'pdf');
SELECT fairpg.model_card('credit', 7);
SELECT fairpg.model_card('credit', 1, 'json', 'press');
SELECT fairpg.describe('credit', 'owner', E'<script>alert(1)</script> | "quoted" \\ back\nnext line');
SELECT fairpg.model_card('credit', 1) LIKE '%<script>%' AS unescaped_html, fairpg.model_card('credit', 1, 'md') ~ '<script>' AS unescaped_md,
    fairpg.model_card('credit', 1, 'json')::json #>> '{identity,owner}' AS owner;

-- an approval is for what the version was: new evidence, and it counts no more
\c - fairpg_test_rita
SELECT outcome, reasons FROM fairpg.review('credit', 2, 'design_review', 'pass', 'features, label and threshold are as designed', body => :'form');
\c - fairpg_test_abel
SELECT outcome FROM fairpg.approve('credit', 2, 'gap is bounded, evidence is good');
SELECT count(*) FROM fairpg.live_approvals('credit', 2);
\c - fairpg_test_ana
SELECT n_rows FROM fairpg.evaluate('credit', 'governed_loans', 2);
\c - fairpg_test_otto
SELECT count(*) FROM fairpg.live_approvals('credit', 2);
SELECT outcome, reasons FROM fairpg.deploy('credit', 2, 'canary', 0.1, 'a tenth of the subjects');
\c - fairpg_test_abel
SELECT outcome, reasons FROM fairpg.approve('credit', 2, 'the evidence of all rows is good as well');
\c - fairpg_test_otto
SELECT outcome, reasons FROM fairpg.deploy('credit', 2, 'canary', 0.1, 'a tenth of the subjects');
SELECT outcome, reasons FROM fairpg.deploy('credit', 2, 'champion', reason => 'the canary went well', on_refuse => 'error');
SELECT version, state FROM fairpg_catalog.model_version WHERE model = 'credit' ORDER BY version;

-- back to the version before, which is still approved; and one that has never served
SELECT outcome, reasons FROM fairpg.rollback('credit', 'complaints about version 2');
SELECT version, state FROM fairpg_catalog.model_version WHERE model = 'credit' ORDER BY version;
\c - fairpg_test_ana
SELECT version FROM fairpg.train('credit', 'governed_loans', 'repaid', features => '{income}', protected => '{sex}', seed => 3);
\c - fairpg_test_otto
SELECT outcome, reasons FROM fairpg.rollback('credit', 'to one that has never served', 3);

-- a stop takes one person, a start two, and a new approval
SELECT version, to_state, outcome FROM fairpg.suspend('credit', 'a complaint that we look into');
SELECT fairpg.predict('credit', g) FROM governed_loans g LIMIT 1;
SELECT fairpg.suspend('credit', 'once more, just to be sure');
SELECT outcome, reasons FROM fairpg.deploy('credit', 1, 'champion', reason => 'nothing was found');
SELECT fairpg.mitigate_incident(max(incident), 'the complaint was looked into, nothing was found') FROM fairpg_catalog.incident;
\c - fairpg_test_abel
SELECT outcome, reasons FROM fairpg.approve('credit', 1, 'the complaint was about something else');
\c - fairpg_test_otto
SELECT outcome, reasons FROM fairpg.deploy('credit', 1, 'champion', reason => 'nothing was found');
SELECT slot, version, ended_at IS NULL AS open, end_reason FROM fairpg_catalog.deployment ORDER BY deployment;

-- who the roles are: two logins of one person are no two persons
\c - :admin
SELECT fairpg.map_person('fairpg_test_ana', 'Ana A.');
SELECT fairpg.map_person('fairpg_test_abel_too', 'Ana A.');
\c - fairpg_test_rita
SELECT outcome FROM fairpg.review('credit', 3, 'design_review', 'pass_with_conditions', 'features, label and threshold are as designed', 'look again in a year', body => :'form');
\c - fairpg_test_abel_too
SELECT outcome, reasons FROM fairpg.approve('credit', 3, 'the evidence is sufficient for use');
\c - :admin
SELECT outcome, reasons[1] ~ 'found a superuser session' AS superuser FROM fairpg.approve('credit', 3, 'the evidence is sufficient for use');
SET SESSION AUTHORIZATION fairpg_test_abel;
SELECT outcome, reasons FROM fairpg.approve('credit', 3, 'the evidence is sufficient for use');
RESET SESSION AUTHORIZATION;

-- exceptions: two persons, a reason, an end
\c - fairpg_test_ana
SELECT fairpg.request_waiver('credit', 3, 'accuracy', 'too short', 'none', now() + interval '10 days');
SELECT fairpg.request_waiver('credit', 3, 'accuracy', repeat('The threshold was set for another population. ', 3), 'manual review of all refusals', now() + interval '1 year');
SELECT fairpg.request_waiver('credit', 3, 'accuracy', repeat('The threshold was set for another population. ', 3), 'manual review of all refusals', now() + interval '10 days');
SELECT fairpg.grant_waiver(1, 'as we have agreed in the meeting');
\c - fairpg_test_abel
SELECT fairpg.grant_waiver(1, 'as we have agreed in the meeting') ~ '^granted until' AS granted;
SELECT fairpg.grant_waiver(1, 'as we have agreed in the meeting');

-- the tables are not to be written otherwise, not even by their owner
\c - :admin
UPDATE fairpg_catalog.approval SET expires_at = 'infinity';
DELETE FROM fairpg_catalog.transition;
TRUNCATE fairpg_catalog.review;
UPDATE fairpg_catalog.model_version SET state = 'champion' WHERE model = 'credit' AND version = 3;
UPDATE fairpg_catalog.model_version SET artifact = '' WHERE model = 'credit' AND version = 3;
DELETE FROM fairpg_catalog.model_version WHERE model = 'credit' AND version = 3;
-- a superuser can do without triggers; the gate then sees it
SET session_replication_role = replica;
UPDATE fairpg_catalog.policy_criterion SET threshold = 0.1 WHERE criterion = 'four_fifths:sex';
RESET session_replication_role;
\c - fairpg_test_abel
SELECT check_name, found, verdict FROM fairpg.gate_report('credit', 3, 'approved') WHERE check_name = 'policy_unchanged';

-- calibration in groups: how far mean score and rate are from each other, as plain SQL has it
\c - fairpg_test_ana
SELECT fairpg.create_policy('scores', rationale => repeat('Scores are read as chances by those who decide. ', 2),
    legal_basis => 'a contract with the insurer', legal_as_of => '2026-10-01', ethical_notes => 'A score that flatters one group decides for it.',
    harms => 'Those whose score is too low.', template => 'calibration_in_groups', protected => '{sex}');
\c - fairpg_test_abel
SELECT fairpg.activate_policy('scores', 1, 'as agreed by the committee');
\c - fairpg_test_ana
SELECT version FROM fairpg.train('scored', 'governed_loans', 'repaid', features => '{income}', protected => '{sex}', seed => 1);
\c - :admin
SELECT fairpg.govern('scored', 'scores', 'a score that officers see beside an application');
SELECT criterion, verdict, reason FROM fairpg.criterion_results('scored', 1);
SELECT analysis FROM fairpg.add_analyses((SELECT evaluation FROM fairpg.evaluate('scored', 'governed_loans', 1)), '{calibration}');
SELECT r.criterion, r.verdict, r.worst_group = w.worst AS worst, abs(r.value - w.value) < 1e-12 AS value, r.n = w.n AS n
FROM fairpg.criterion_results('scored', 1) r,
    (SELECT 'sex: ' || sex AS worst, abs(avg(fairpg.predict('scored', g, 1)) - avg(repaid::int)) AS value, count(*) AS n
     FROM governed_loans g GROUP BY sex ORDER BY 2 DESC LIMIT 1) w;
SELECT n_events > 30 AS events, n_unsealed = n_events AS unsealed, n_guards_off FROM fairpg_report.audit_health;
SELECT (fairpg.seal()).block;
SELECT n_unsealed, head ~ '^[0-9a-f]{64}$' AS head FROM fairpg_report.audit_health;

-- cleaning up
\c - :admin
SELECT count(*) > 0 AS any_refused, count(*) FILTER (WHERE actor <> login) AS by_others FROM fairpg_catalog.transition WHERE outcome = 'refused';
SET client_min_messages = warning;
DROP SCHEMA fairpg_report CASCADE;
DROP SCHEMA fairpg_catalog CASCADE;
DROP TABLE governed_loans;
DROP ROLE fairpg_test_ana, fairpg_test_rita, fairpg_test_abel, fairpg_test_abel_too, fairpg_test_otto,
    fairpg_test_reviewers, fairpg_test_approvers, fairpg_test_operators, fairpg_test_analysts;
