SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Challenges, consultations, incidents and remediations around one model, by
-- persons who log in one by one.
\set admin :USER
CREATE ROLE fairpg_test_ana LOGIN;
CREATE ROLE fairpg_test_rita LOGIN;
CREATE ROLE fairpg_test_abel LOGIN;
CREATE ROLE fairpg_test_otto LOGIN;
CREATE ROLE fairpg_test_olga LOGIN;
CREATE ROLE fairpg_test_olga_too LOGIN;
CREATE ROLE fairpg_test_vera LOGIN;
CREATE TABLE people_loans AS
SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income,
    CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex
FROM generate_series(1, 6000) i;
GRANT SELECT ON people_loans TO PUBLIC;
SELECT fairpg.init(roles => true, role_prefix => 'pg_people_');
SELECT fairpg.init(roles => true, role_prefix => 'fairpg_test_');
SELECT fairpg.init(roles => true, role_prefix => 'fairpg_test_');
SELECT rolname, rolcanlogin, shobj_description(oid, 'pg_authid') FROM pg_roles
WHERE rolname ~ '^fairpg_test_(analyst|reviewer|approver|operator|ombudsman|auditor|viewer|admin)$' ORDER BY rolname;
SELECT * FROM fairpg_catalog.duty ORDER BY duty;
GRANT fairpg_test_analyst TO fairpg_test_ana;
GRANT fairpg_test_reviewer TO fairpg_test_rita;
GRANT fairpg_test_approver TO fairpg_test_abel;
GRANT fairpg_test_operator TO fairpg_test_otto;
GRANT fairpg_test_ombudsman TO fairpg_test_olga, fairpg_test_olga_too, fairpg_test_rita;
GRANT fairpg_test_viewer TO fairpg_test_vera;
-- who may create no roles is told who may
CREATE ROLE fairpg_test_owner LOGIN;
SET SESSION AUTHORIZATION fairpg_test_owner;
SELECT fairpg.make_roles('fairpg_other_');
RESET SESSION AUTHORIZATION;
DROP ROLE fairpg_test_owner;

-- a version that serves
\set form '{"purpose": "whom to lend to", "label": "repaid within two years", "features": "income alone", "alternatives": "none that predicts as well"}'
\c - fairpg_test_ana
SELECT fairpg.create_policy('lending',
    rationale => 'Approval decides about access to credit, so rates of approval are compared; errors are looked at beside them.',
    legal_basis => 'Equal Credit Opportunity Act, 15 U.S.C. 1691', legal_as_of => '2026-10-01',
    ethical_notes => 'Women were approved less often in the past, for no reason of theirs.',
    harms => 'Applicants who are refused although they would repay.',
    template => 'four_fifths', protected => '{sex}',
    options => '{"min_canary": "0 s", "required_reviews": ["design_review"], "challenge_period": "14 days"}');
\c - fairpg_test_abel
SELECT fairpg.activate_policy('lending', 1, 'as agreed by the committee');
\c - fairpg_test_ana
SELECT version FROM fairpg.train('credit', 'people_loans', 'repaid', features => '{income}', protected => '{sex}', seed => 1);
\c - :admin
SELECT fairpg.govern('credit', 'lending', 'whom to grant a loan, by a first score');
-- a review that passes answers the questions of its form; one that fails need not
\c - fairpg_test_rita
SELECT outcome, reasons FROM fairpg.review('credit', 1, 'design_review', 'pass', 'features, label and threshold are as designed',
    body => '{"purpose": "whom to lend to", "label": " "}');
SELECT outcome FROM fairpg.review('credit', 1, 'design_review', 'fail', 'the label is not what was agreed upon');
SELECT to_state, outcome FROM fairpg.review('credit', 1, 'design_review', 'pass', 'features, label and threshold are as designed', body => :'form');
\c - fairpg_test_abel
SELECT to_state, outcome FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
\c - fairpg_test_otto
SELECT outcome FROM fairpg.deploy('credit', 1, 'canary', 0.1, 'a tenth of the subjects');
SELECT outcome FROM fairpg.deploy('credit', 1, 'champion', reason => 'the canary went well');

-- whoever sees reports can take a challenge down, and ask after it by its reference
\c - fairpg_test_vera
SELECT fairpg.challenge('credit', 'I was refused for my sex', 'complaint', 'letter', subject => 'A-17');
SELECT fairpg.challenge('credit', 'I was refused for my sex', 'individual_outcome', 'letter');
SELECT fairpg.challenge('credit', 'women are refused', 'aggregate_verification', 'web');
SELECT fairpg.challenge('debit', 'I was refused for my sex', 'individual_outcome', 'letter', subject => 'A-17');
SELECT fairpg.challenge('credit', E'I was "refused"; <script>alert(''x'')</script>\nfor my sex', 'individual_outcome', 'letter', subject => 'A-17') AS reference \gset
SELECT fairpg.challenge('credit', 'women are refused twice as often', 'aggregate_verification', 'web', group_claimed => 'f') AS other \gset
SELECT kind, state, due_at - received_at AS of_policy, answer FROM fairpg.challenge_status(:'reference');
SELECT * FROM fairpg.challenge_status(gen_random_uuid());
-- a receipt for each step: before its event is sealed it ends at the leaf
SELECT step, status, receipt -> 'block' AS block FROM fairpg.challenge_receipt(:'reference');
SELECT * FROM fairpg.challenge_receipt(gen_random_uuid());
SELECT * FROM fairpg.challenge_receipt(NULL);
SELECT r.part, r.verdict, r.detail FROM fairpg.challenge_receipt(:'reference') c, fairpg.verify_receipt(c.receipt) r;
SELECT receipt AS early FROM fairpg.challenge_receipt(:'reference') \gset
\c - fairpg_test_otto
SELECT d.decision AS decision FROM people_loans a, LATERAL fairpg.log_decision('credit', 'A-17', a) d WHERE a.id = 1 \gset
\c - fairpg_test_olga
SELECT fairpg.override_decision(:decision, NOT decided, 'the file says otherwise') IS NOT NULL AS overruled FROM fairpg_catalog.decision WHERE decision = :decision;
SELECT fairpg.challenge('credit', 'the file is wrong', 'data_correction', 'letter', decision => :'decision') AS third \gset
SELECT fairpg.answer_challenge(:'third', 'acknowledged', 'we are looking into it');
\c - fairpg_test_olga_too
SELECT fairpg.close_challenge(:'third', 'withdrawn', 'said by telephone to be settled');
\c - fairpg_test_vera
SELECT claim FROM fairpg_catalog.challenge;
SELECT model, version, kind, channel, state, is_overdue, age_days, handler FROM fairpg_report.open_challenges ORDER BY time;
SELECT fairpg.answer_challenge(:'reference', 'acknowledged', 'we are looking into it');
-- who had a part in what is challenged is no judge of it, nor is a superuser
\c - fairpg_test_rita
SELECT fairpg.answer_challenge(:'reference', 'acknowledged', 'we are looking into it');
SELECT fairpg.close_challenge(:'reference', 'not_upheld', 'there is nothing wrong with my review');
\c - :admin
SELECT fairpg.answer_challenge(:'reference', 'acknowledged', 'we are looking into it');
SET SESSION AUTHORIZATION fairpg_test_olga;
SELECT fairpg.answer_challenge(:'reference', 'acknowledged', 'we are looking into it');
RESET SESSION AUTHORIZATION;
SELECT fairpg.map_person('fairpg_test_olga', 'Olga'), fairpg.map_person('fairpg_test_olga_too', 'Olga');
SELECT fairpg.add_contributor('credit', 1, 'fairpg_test_olga_too', 'chose the features');
\c - fairpg_test_olga
SELECT fairpg.answer_challenge(:'reference', 'acknowledged', 'we are looking into it');
\c - :admin
SELECT fairpg.map_person('fairpg_test_olga', 'Olga Oresme');
\c - fairpg_test_olga
SELECT fairpg.answer_challenge(:'reference', 'closed', 'we are looking into it');
SELECT fairpg.answer_challenge(:'reference', 'under_review', 'the file is with the credit office');
SELECT fairpg.answer_challenge(:'reference', 'acknowledged', 'we are looking into it');
SELECT fairpg.close_challenge(:'reference', 'not_upheld', 'the income was taken from the wrong year', true);
SELECT fairpg.close_challenge(:'reference', 'upheld', 'the income was taken from the wrong year', true);
SELECT fairpg.close_challenge(:'reference', 'not_upheld', 'the income was taken from the right year');
SELECT kind, state, answer, decision_changed, closed_at IS NOT NULL AS closed FROM fairpg.challenge_status(:'reference');
SELECT claim = E'I was "refused"; <script>alert(''x'')</script>\nfor my sex' AS as_said FROM fairpg_catalog.challenge WHERE reference = :'reference';
SELECT e.actor, e.state, e.note FROM fairpg_catalog.challenge_event e JOIN fairpg_catalog.challenge c USING (challenge)
WHERE c.reference = :'reference' ORDER BY event;
SELECT kind, group_claimed, n, n_closed, n_upheld, n_decision_changed, n_late, upheld_share FROM fairpg_report.challenge_outcomes ORDER BY kind;
-- sealed, it is a proof: of what was claimed and answered, and of nobody who acted
\c - fairpg_test_vera
SELECT n > 0 AS sealed FROM fairpg.seal();
SELECT step, status = 'sealed in block ' || (receipt #>> '{block,block}') AS sealed, at = (receipt #>> '{event,at}')::timestamptz AS its_time,
    (SELECT string_agg(r.verdict, ' ') FROM fairpg.verify_receipt(receipt) r) AS verdicts
FROM fairpg.challenge_receipt(:'reference');
SELECT DISTINCT jsonb_object_keys(receipt -> 'event') AS key FROM fairpg.challenge_receipt(:'reference') ORDER BY 1;
SELECT DISTINCT jsonb_object_keys(receipt #> '{event,payload}') AS key FROM fairpg.challenge_receipt(:'reference') ORDER BY 1;
SELECT receipt #>> '{event,action}' AS action,
    receipt #>> '{event,payload,claim_sha256}' = encode(sha256(convert_to(E'I was "refused"; <script>alert(''x'')</script>\nfor my sex', 'UTF8')), 'hex') AS claim,
    receipt #>> '{event,payload,answer_sha256}' = encode(sha256(convert_to('the income was taken from the wrong year', 'UTF8')), 'hex') AS answer,
    receipt #> '{event,payload,decision_changed}' AS changed
FROM fairpg.challenge_receipt(:'reference');
SELECT count(*) AS receipts, bool_or(receipt::text ~ 'olga|Olga|Oresme|vera|rita|A-17|credit|script') AS names_somebody
FROM unnest(ARRAY[:'reference', :'other', :'third']::uuid[]) r, fairpg.challenge_receipt(r) c;
-- what was given out before is still the event; had it been changed meanwhile, it would not be
SELECT c.receipt ->> 'leaf' = :'early'::jsonb ->> 'leaf' AS same_leaf FROM fairpg.challenge_receipt(:'reference') c WHERE step = 'received';
SELECT part, event IS NOT NULL AS event, verdict, detail FROM fairpg.verify(:'early') WHERE part IN ('receipt', 'anchor');
SELECT v.part, count(*), string_agg(DISTINCT verdict, ' ') AS verdict
FROM fairpg.verify((SELECT jsonb_agg(receipt) FROM fairpg.challenge_receipt(:'reference'))) v WHERE v.part IN ('receipt', 'anchor') GROUP BY 1 ORDER BY 1;
-- who acted cannot be found by trying names: the salt of the payload is another one
SELECT count(*) AS found FROM fairpg.challenge_receipt(:'reference') c, unnest('{fairpg_test_vera,fairpg_test_olga}'::text[]) w
WHERE fairpg.context_digest(decode(c.receipt #>> '{event,salt}', 'hex'), w, w, NULL, w, 'model credit@1') = decode(c.receipt #>> '{event,context_digest}', 'hex');
\c - :admin
SELECT bool_and(decode(c.receipt #>> '{event,context_digest}', 'hex') = fairpg.context_digest(e.context_salt, e.role, e.login, e.asserted, e.person, e.object)) AS opens
FROM fairpg.challenge_receipt(:'reference') c JOIN fairpg_catalog.event e ON e.event = (c.receipt #>> '{event,event}')::bigint;
-- an attempt that was refused names who tried, and is in no receipt
SELECT count(*) > 0 AS refusals, count(c.receipt) AS in_receipts
FROM fairpg_catalog.event e LEFT JOIN fairpg.challenge_receipt(:'reference') c ON (c.receipt #>> '{event,event}')::bigint = e.event
WHERE e.action = 'challenge refused';

-- who was asked
\c - fairpg_test_ana
SELECT fairpg.consult('tenants'' association', 'design', '2026-10-05', 'income of one year is too little', version => 1);
SELECT fairpg.consult('tenants'' association', 'design', '2026-10-05', 'income of one year is too little', model => 'credit', version => 1) AS consultation \gset
SELECT fairpg.respond_consultation(:consultation, 'two years are used from the next version on');
SELECT fairpg.respond_consultation(:consultation, 'three years are used from the next version on');
SELECT fairpg.consult('bank council', 'policy', '2026-10-06', 'four fifths is the least', 'it stays', policy => 'lending', policy_version => 1) > 0 AS recorded;
SELECT model, version, policy, policy_version, stakeholder, stage, feedback, response, is_answered FROM fairpg_report.consultations ORDER BY consultation;

-- an incident has the clock of its severity, from when it was opened
\c - fairpg_test_otto
SELECT fairpg.open_incident('credit', 'income of the wrong year', 'terrible', 'incomes of 2024 were taken for those of 2025');
SELECT fairpg.open_incident('credit', 'income of the wrong year', 'serious', 'incomes of 2024 were taken for those of 2025', 1, :'reference') AS incident \gset
SELECT report_due - time AS clock, is_blocking, is_report_late FROM fairpg_report.incidents WHERE incident = :incident;
\c - fairpg_test_rita
SELECT fairpg.assess_incident(:incident, 'fatal', 'an applicant has been harmed beyond repair') IS NOT NULL AS due;
SELECT report_due - time AS clock, severity FROM fairpg_report.incidents WHERE incident = :incident;
SELECT fairpg.close_incident(:incident, 'a join on the wrong year in the loading job');
-- what is done about it is measured before and after
\c - fairpg_test_otto
SELECT fairpg.plan_remediation(:incident, 'retrain', 'train again with a bound on the gap') AS remediation \gset
SELECT fairpg.plan_remediation(:incident, 'prayer', 'train again with a bound on the gap');
SELECT fairpg.finish_remediation(:remediation, 'the gap is smaller by half');
\c - fairpg_test_ana
SELECT version FROM fairpg.train('credit', 'people_loans', 'repaid', features => '{income}', protected => '{sex}', seed => 2);
\c - fairpg_test_otto
SELECT fairpg.finish_remediation(:remediation, 'the gap is smaller by half', (SELECT before_evaluation FROM fairpg_catalog.remediation WHERE remediation = :remediation));
SELECT fairpg.finish_remediation(:remediation, 'the gap is as before', (SELECT max(evaluation) FROM fairpg_catalog.evaluation WHERE version = 2 AND part = 'held_out'));
-- the effect, recomputed
SELECT count(*) > 0 AS there, bool_and(e.change = a.value - b.value AND e.same_source
        AND abs(e.change_low - (a.value - b.value - sqrt((a.value - a.low) ^ 2 + (b.high - b.value) ^ 2))) < 1e-12
        AND abs(e.change_high - (a.value - b.value + sqrt((a.high - a.value) ^ 2 + (b.value - b.low) ^ 2))) < 1e-12
        AND e.effect = CASE WHEN e.change_high < 0 THEN 'smaller' WHEN e.change_low > 0 THEN 'larger' ELSE 'not told apart' END) AS right
FROM fairpg_report.remediation_effects e JOIN fairpg_catalog.remediation r USING (remediation)
    JOIN fairpg_catalog.evaluation_gap b ON b.evaluation = r.before_evaluation AND b.criterion = e.criterion AND b.attribute = e.attribute
    JOIN fairpg_catalog.evaluation_gap a ON a.evaluation = r.after_evaluation AND a.criterion = e.criterion AND a.attribute = e.attribute
WHERE e.change_low IS NOT NULL;

-- while it is open, no version becomes champion
\c - fairpg_test_rita
SELECT to_state, outcome FROM fairpg.review('credit', 2, 'design_review', 'pass', 'features, label and threshold are as designed', body => :'form');
\c - fairpg_test_abel
SELECT to_state, outcome FROM fairpg.approve('credit', 2, 'the evidence is sufficient for use');
\c - fairpg_test_otto
SELECT outcome FROM fairpg.deploy('credit', 2, 'canary', 0.1, 'a tenth of the subjects');
SELECT outcome, reasons FROM fairpg.deploy('credit', 2, 'champion', reason => 'the canary went well');
SELECT check_name, subject, needed, verdict FROM fairpg_report.gate_report WHERE version = 2 AND is_blocking;
SELECT fairpg.mitigate_incident(:incident, 'the loading job takes the right year again');
SELECT fairpg.mitigate_incident(:incident, 'the loading job takes the right year again');
SELECT outcome, reasons FROM fairpg.deploy('credit', 2, 'champion', reason => 'the canary went well');
-- it is closed by somebody else, reported and remedied
\c - fairpg_test_rita
SELECT substr(fairpg.close_incident(:incident, 'a join on the wrong year in the loading job'), 1, 34);
\c - fairpg_test_otto
SELECT fairpg.report_incident(:incident, 'market surveillance authority');
SELECT fairpg.report_incident(:incident, 'market surveillance authority');
\c - fairpg_test_rita
SELECT fairpg.close_incident(:incident, 'a join on the wrong year in the loading job');
SELECT fairpg.assess_incident(:incident, 'minor', 'it was not so bad after all, they say');

-- a stop opens an incident by itself, and a step back is written down with it
\c - fairpg_test_otto
SELECT version, outcome FROM fairpg.suspend('credit', 'approvals of women fell to nothing');
SELECT version, outcome FROM fairpg.rollback('credit', 'the version before did better');
SELECT title, severity, state, is_blocking, n_remediations, n_unfinished FROM fairpg_report.incidents ORDER BY incident;
SELECT kind, plan, done_by FROM fairpg_report.remediations ORDER BY remediation;
\c - fairpg_test_abel
SELECT outcome, reasons FROM fairpg.approve('credit', 2, 'the evidence is sufficient again');
\c - fairpg_test_otto
SELECT fairpg.mitigate_incident((SELECT max(incident) FROM fairpg_catalog.incident), 'the version before is in service');
\c - fairpg_test_abel
SELECT outcome, reasons FROM fairpg.approve('credit', 2, 'the evidence is sufficient again');
\c - fairpg_test_otto
SELECT version, outcome, reasons FROM fairpg.deploy('credit', 2, 'champion', reason => 'the cause was found and removed');

-- what BI tools see, as somebody who may see nothing else
\c - fairpg_test_vera
SELECT model, version, state, policy_version, criteria_blocking AS blocking, criteria_passed AS passed, approvals_live AS live,
    approvals_required AS required, approval_expires_at IS NOT NULL AS expires, missing_reviews, open_incidents, open_challenges
FROM fairpg_report.governance_status ORDER BY version;
SELECT policy, status, n_criteria, n_blocking, n_models, approvals_required, required_reviews FROM fairpg_report.policies;
SELECT policy, criterion, metric, comparator, threshold, severity FROM fairpg_report.criteria;
SELECT policy, legal_as_of, age_days = current_date - legal_as_of AS counted, read_again_by, is_stale = (current_date > '2027-10-01') AS right FROM fairpg_report.policy_legal_age;
SELECT version, person, is_expired, is_before_stop FROM fairpg_report.approvals ORDER BY approval;
SELECT version, slot, share, is_open, reason, end_reason FROM fairpg_report.deployments ORDER BY deployment;
SELECT version, kind, verdict, n_answers, is_newest FROM fairpg_report.reviews ORDER BY review;
SELECT count(*) FROM fairpg_report.waivers_expiring;
SELECT person, logins, problem, duty, other_duty FROM fairpg_report.role_conflicts ORDER BY 1, 3, 4, 5;
\c - :admin
GRANT fairpg_test_approver TO fairpg_test_ana;
SELECT person, logins, problem, duty, other_duty FROM fairpg_report.role_conflicts ORDER BY 1, 3, 4, 5;
DROP TABLE people_loans;
SET client_min_messages = error;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
DROP OWNED BY fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman,
    fairpg_test_auditor, fairpg_test_viewer, fairpg_test_admin;
DROP ROLE fairpg_test_ana, fairpg_test_rita, fairpg_test_abel, fairpg_test_otto, fairpg_test_olga, fairpg_test_olga_too, fairpg_test_vera;
DROP ROLE fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman,
    fairpg_test_auditor, fairpg_test_viewer, fairpg_test_admin;
