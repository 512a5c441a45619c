SET client_min_messages = warning;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- Who had a part in a version is added, and withdrawn where that was a mistake: by
-- another person, with a reason, and not of who trained.
\set admin :USER
CREATE ROLE fairpg_test_ana LOGIN;
CREATE ROLE fairpg_test_ada LOGIN;
CREATE ROLE fairpg_test_rita LOGIN;
CREATE ROLE fairpg_test_abel LOGIN;
CREATE ROLE fairpg_test_otto LOGIN;
CREATE ROLE fairpg_test_alma LOGIN;
SELECT fairpg.init(roles => true, role_prefix => 'fairpg_test_') IS NOT NULL AS ready;
GRANT fairpg_test_analyst TO fairpg_test_ana, fairpg_test_ada;
GRANT fairpg_test_reviewer TO fairpg_test_rita;
GRANT fairpg_test_approver TO fairpg_test_abel;
GRANT fairpg_test_operator TO fairpg_test_otto;
GRANT fairpg_test_admin TO fairpg_test_alma, fairpg_test_ada;
CREATE TABLE contributed AS
SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income,
    CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex
FROM generate_series(1, 6000) i;
GRANT SELECT ON contributed TO PUBLIC;
\c - fairpg_test_ana
SELECT fairpg.create_policy('lending',
    rationale => 'Approval decides about access to credit, so rates of approval are compared; errors are looked at beside them.',
    legal_basis => 'a law of the land', legal_as_of => '2026-10-01', ethical_notes => 'none that we know of, after discussion',
    harms => 'people who are refused', template => 'four_fifths', protected => '{sex}',
    options => '{"required_reviews": ["look"], "canary_required": false}');
\c - fairpg_test_abel
SELECT fairpg.activate_policy('lending', 1, 'as agreed by the committee');
\c - fairpg_test_ana
SELECT version FROM fairpg.train('credit', 'contributed', 'repaid', features => '{income}', protected => '{sex}', seed => 7);
\c - :admin
SELECT fairpg.govern('credit', 'lending', 'whom to grant a loan, by a first score');
\c - fairpg_test_rita
SELECT outcome FROM fairpg.review('credit', 1, 'look', 'pass', 'features, label and threshold are as designed');
\c - fairpg_test_abel
SELECT outcome FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
\c - fairpg_test_otto
SELECT check_name, found, verdict FROM fairpg.gate_report('credit', 1, 'canary') WHERE check_name IN ('review', 'approval');

-- added by mistake: what they said of the version counts no more
\c - fairpg_test_ada
SELECT fairpg.add_contributor('credit', 1, 'fairpg_test_abel', 'chose the features');
SELECT fairpg.add_contributor('credit', 1, 'fairpg_test_abel', 'chose the features');
SELECT fairpg.add_contributor('credit', 1, 'fairpg_test_rita', 'cleaned the data');
SELECT fairpg.add_contributor('credit', 1, 'fairpg_test_alma', 'loaded the data');
SELECT fairpg.add_contributor('credit', 1, 'fairpg_test_ana', 'trained it');
SELECT check_name, found, verdict FROM fairpg.gate_report('credit', 1, 'canary') WHERE check_name IN ('review', 'approval');
SELECT missing_reviews, approvals_live FROM fairpg.version_status('credit', 1);
\c - fairpg_test_abel
SELECT outcome, reasons FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');

-- who cannot withdraw it
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_abel', 'it was Abelard who chose the features');
\c - fairpg_test_ana
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_abel', 'it was Abelard who chose the features');
\c - fairpg_test_ada
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_abel', 'it was Abelard who chose the features');
\c - fairpg_test_alma
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_abel', 'it was Abelard who chose the features');
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_alma', 'it was Almut who loaded the data');
\c - :admin
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_abel', 'it was Abelard who chose the features');
SET SESSION AUTHORIZATION fairpg_test_alma;
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_abel', 'it was Abelard who chose the features');
RESET SESSION AUTHORIZATION;
UPDATE fairpg_catalog.contributor SET withdrawn_at = now(), withdrawn_by = 'nobody', withdrawal_reason = 'none';
DELETE FROM fairpg_catalog.contributor;
CREATE ROLE fairpg_test_agda LOGIN;
GRANT fairpg_test_admin TO fairpg_test_agda;
-- who can, and who trained is none of them
\c - fairpg_test_agda
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_abel', 'wrong');
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_ada', 'she has never seen the data at all');
SELECT fairpg.withdraw_contributor('credit', 2, 'fairpg_test_abel', 'it was Abelard who chose the features');
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_ana', 'she has never seen the data at all');
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_ana', 'she has never seen the data at all');
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_abel', 'it was Abelard who chose the features');
SELECT fairpg.withdraw_contributor('credit', 1, 'fairpg_test_rita', 'it was Margarita who cleaned the data');
SELECT role_name, act, withdrawn_by, withdrawal_reason FROM fairpg_catalog.contributor ORDER BY role_name;
SELECT person FROM fairpg.contributors('credit', 1) ORDER BY person;

-- what they said before, they say again
SELECT check_name, found, verdict FROM fairpg.gate_report('credit', 1, 'canary') WHERE check_name IN ('review', 'approval');
\c - fairpg_test_rita
SELECT outcome FROM fairpg.review('credit', 1, 'look', 'pass', 'features, label and threshold are as designed');
\c - fairpg_test_abel
SELECT outcome FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
SELECT check_name, found, verdict FROM fairpg.gate_report('credit', 1, 'canary') WHERE check_name IN ('review', 'approval');
-- withdrawn by mistake: added again
\c - fairpg_test_ada
SELECT fairpg.add_contributor('credit', 1, 'fairpg_test_abel', 'chose the features');
SELECT check_name, found, verdict FROM fairpg.gate_report('credit', 1, 'canary') WHERE check_name IN ('review', 'approval');
\c - :admin
SELECT person, action, payload FROM fairpg_catalog.event WHERE action ~ '^contributor' AND person <> current_user ORDER BY event;
SELECT count(*) FROM fairpg.verify() WHERE verdict = 'failed';

-- what the gate asks of a version is found by an index, in every table that refers to versions
SELECT c.conrelid::regclass AS without FROM pg_constraint c
WHERE c.contype = 'f' AND c.confrelid = 'fairpg_catalog.model_version'::regclass AND c.conparentid = 0
    AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indpred IS NULL
        AND i.indkey[0] = c.conkey[1] AND i.indkey[1] = c.conkey[2])
ORDER BY 1;

DROP TABLE contributed;
SET client_min_messages = error;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
DROP OWNED BY fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman,
    fairpg_test_auditor, fairpg_test_viewer, fairpg_test_admin;
DROP ROLE fairpg_test_ana, fairpg_test_ada, fairpg_test_rita, fairpg_test_abel, fairpg_test_otto, fairpg_test_alma, fairpg_test_agda;
DROP ROLE fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman,
    fairpg_test_auditor, fairpg_test_viewer, fairpg_test_admin;
