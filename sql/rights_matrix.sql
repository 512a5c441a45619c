SET client_min_messages = warning;
\set VERBOSITY terse
\set SHOW_CONTEXT never
-- Who may do what: every role against every call of governance and every table
-- of the store, expected and tried.
\set admin :USER
CREATE ROLE fairpg_test_analyst_1 LOGIN;
CREATE ROLE fairpg_test_reviewer_1 LOGIN;
CREATE ROLE fairpg_test_approver_1 LOGIN;
CREATE ROLE fairpg_test_operator_1 LOGIN;
CREATE ROLE fairpg_test_ombudsman_1 LOGIN;
CREATE ROLE fairpg_test_auditor_1 LOGIN;
CREATE ROLE fairpg_test_viewer_1 LOGIN;
CREATE ROLE fairpg_test_admin_1 LOGIN;
CREATE ROLE fairpg_test_nobody LOGIN;
CREATE TABLE rights_loans AS
SELECT i AS id, i * 7919 % 101 + i * 31 % 61 > 70 AS repaid, i * 7919 % 101 AS income,
    CASE WHEN i % 3 = 0 THEN 'f' ELSE 'm' END AS sex
FROM generate_series(1, 6000) i;
GRANT SELECT ON rights_loans TO PUBLIC;
-- a store that is there already gets its roles; the owner is told what owning means
SELECT fairpg.init();
SET client_min_messages = notice;
SELECT fairpg.init(roles => true, role_prefix => 'fairpg_test_') ~ 'in place; roles' AS made;
SET client_min_messages = warning;
GRANT fairpg_test_analyst TO fairpg_test_analyst_1;
GRANT fairpg_test_reviewer TO fairpg_test_reviewer_1;
GRANT fairpg_test_approver TO fairpg_test_approver_1;
GRANT fairpg_test_operator TO fairpg_test_operator_1;
GRANT fairpg_test_ombudsman TO fairpg_test_ombudsman_1;
GRANT fairpg_test_auditor TO fairpg_test_auditor_1;
GRANT fairpg_test_viewer TO fairpg_test_viewer_1;
GRANT fairpg_test_admin TO fairpg_test_admin_1;

-- each row: a call, who may make it in the order of roles below, and a statement
-- that gets as far as the check of duties and fails on its arguments
CREATE TABLE matrix_role (place integer PRIMARY KEY, role_name text);
INSERT INTO matrix_role VALUES (1, 'fairpg_test_analyst_1'), (2, 'fairpg_test_reviewer_1'), (3, 'fairpg_test_approver_1'),
    (4, 'fairpg_test_operator_1'), (5, 'fairpg_test_ombudsman_1'), (6, 'fairpg_test_auditor_1'), (7, 'fairpg_test_viewer_1'),
    (8, 'fairpg_test_admin_1'), (9, 'fairpg_test_nobody');
CREATE TABLE matrix_call (call text PRIMARY KEY, allowed text, statement text);
INSERT INTO matrix_call VALUES
    ('create_policy',         '+--------', $$SELECT fairpg.create_policy('', '', '', current_date, '', '')$$),
    ('activate_policy',       '--+------', $$SELECT fairpg.activate_policy('none', 1, 'no reason at all')$$),
    ('withdraw_policy',       '--+------', $$SELECT fairpg.withdraw_policy('none', 1, 'no reason at all')$$),
    ('govern',                '-------+-', $$SELECT fairpg.govern('none', 'none', 'no purpose that anybody knows')$$),
    ('map_person',            '-------+-', $$SELECT fairpg.map_person('fairpg_test_no_such_role', 'nobody')$$),
    ('assign_duty',           '-------+-', $$SELECT fairpg.assign_duty('none', 'fairpg_test_no_such_role')$$),
    ('add_contributor',       '+--------', $$SELECT fairpg.add_contributor('none', 1, 'fairpg_test_no_such_role', 'nothing')$$),
    ('withdraw_contributor',  '-------+-', $$SELECT fairpg.withdraw_contributor('none', 1, 'nobody', 'no reason that is known to anybody')$$),
    ('review',                '-+-------', $$SELECT fairpg.review('none', 1, 'design_review', 'pass', 'nothing that was looked at')$$),
    ('approve',               '--+------', $$SELECT fairpg.approve('none', 1, 'no reason that is known to anybody')$$),
    ('reject',                '-+-------', $$SELECT fairpg.reject('none', 1, 'no reason that is known to anybody')$$),
    ('request_waiver',        '+--------', $$SELECT fairpg.request_waiver('none', 1, 'none', '', '', now())$$),
    ('grant_waiver',          '--+------', $$SELECT fairpg.grant_waiver(-1, 'no reason that is known to anybody')$$),
    ('deploy',                '---+-----', $$SELECT fairpg.deploy('none', 1, 'canary', 0.1, 'no reason at all')$$),
    ('suspend',               '---+-----', $$SELECT fairpg.suspend('none', 'no reason at all')$$),
    ('retire',                '---+-----', $$SELECT fairpg.retire('none', 1, 'no reason at all')$$),
    ('rollback',              '---+-----', $$SELECT fairpg.rollback('none', 'no reason at all')$$),
    ('describe',              '+--------', $$SELECT fairpg.describe('none', 'colour', 'blue')$$),
    ('publish',               '+--------', $$SELECT fairpg.publish('none', 1)$$),
    ('add_note',              '+--------', $$SELECT fairpg.add_note('', '')$$),
    ('seal',                  '++++++++-', $$SELECT fairpg.seal()$$),
    ('verify',                '++++++++-', $$SELECT * FROM fairpg.verify()$$),
    ('audit_head',            '++++++++-', $$SELECT fairpg.audit_head()$$),
    ('publish_head',          '-----+---', $$SELECT fairpg.publish_head('')$$),
    ('receipt',               '-----+---', $$SELECT fairpg.receipt(-1)$$),
    ('export_record',         '-----+---', $$SELECT * FROM fairpg.export_record()$$),
    ('guard_report',          '-----+---', $$SELECT * FROM fairpg.guard_report()$$),
    ('erase_event',           '-------+-', $$SELECT fairpg.erase_event(-1, 'no reason that is known to anybody')$$),
    ('post_restore',          '-------+-', $$SELECT * FROM fairpg.post_restore()$$),
    ('override_decision',     '----+----', $$SELECT fairpg.override_decision(-1, true, 'no reason at all')$$),
    ('purge_decisions',       '-------+-', $$SELECT fairpg.purge_decisions('none', now(), 'no reason at all')$$),
    ('purge_attributes',      '-------+-', $$SELECT fairpg.purge_attributes('none', now(), 'no reason at all')$$),
    ('gate_report',           '++++++++-', $$SELECT * FROM fairpg.gate_report('none', 1, 'reviewed')$$),
    ('version_status',        '++++++++-', $$SELECT * FROM fairpg.version_status('none', 1)$$),
    ('challenge',             '++++++++-', $$SELECT fairpg.challenge('none', 'no claim at all', 'policy', 'none')$$),
    ('challenge_status',      '++++++++-', $$SELECT * FROM fairpg.challenge_status(gen_random_uuid())$$),
    ('challenge_receipt',     '++++++++-', $$SELECT * FROM fairpg.challenge_receipt(gen_random_uuid())$$),
    ('answer_challenge',      '----+----', $$SELECT fairpg.answer_challenge(gen_random_uuid(), 'acknowledged', 'no answer at all')$$),
    ('close_challenge',       '----+----', $$SELECT fairpg.close_challenge(gen_random_uuid(), 'upheld', 'no answer that would help')$$),
    ('consult',               '+--------', $$SELECT fairpg.consult('nobody', 'design', current_date, 'nothing was said')$$),
    ('respond_consultation',  '+--------', $$SELECT fairpg.respond_consultation(-1, 'nothing was done')$$),
    ('open_incident',         '---+-----', $$SELECT fairpg.open_incident('none', 'nothing', 'minor', 'nothing that anybody knows')$$),
    ('assess_incident',       '-+-------', $$SELECT fairpg.assess_incident(-1, 'minor', 'no reason that is known to anybody')$$),
    ('report_incident',       '---+-----', $$SELECT fairpg.report_incident(-1, 'nobody')$$),
    ('mitigate_incident',     '---+-----', $$SELECT fairpg.mitigate_incident(-1, 'nothing that would help at all')$$),
    ('close_incident',        '-+-------', $$SELECT fairpg.close_incident(-1, 'nothing that anybody would know')$$),
    ('plan_remediation',      '---+-----', $$SELECT fairpg.plan_remediation(-1, 'process', 'nothing that would help at all')$$),
    ('finish_remediation',    '---+-----', $$SELECT fairpg.finish_remediation(-1, 'nothing came of it')$$);
CREATE TABLE matrix_seen (role_name text, call text, allowed boolean, said text);
CREATE TABLE write_seen (role_name text, table_name text, act text, outcome text, said text);
CREATE TABLE view_seen (role_name text, view_name text, said text);
GRANT SELECT ON matrix_call TO PUBLIC;
GRANT INSERT ON matrix_seen, write_seen, view_seen TO PUBLIC;

-- a call of governance without a row above
SELECT p.oid::regprocedure FROM pg_proc p WHERE p.prosrc = 'fairpg_govern'
    AND NOT EXISTS (SELECT FROM matrix_call m WHERE m.call = p.proname) ORDER BY 1;
SELECT m.call FROM matrix_call m WHERE NOT EXISTS (SELECT FROM pg_proc p WHERE p.prosrc = 'fairpg_govern' AND p.proname = m.call);

-- tries each call as whoever has logged in
CREATE FUNCTION try_calls() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM matrix_call LOOP
        BEGIN
            EXECUTE one.statement;
            INSERT INTO matrix_seen VALUES (session_user, one.call, true, 'done');
        EXCEPTION WHEN insufficient_privilege THEN
            INSERT INTO matrix_seen VALUES (session_user, one.call, false, SQLERRM);
        WHEN OTHERS THEN
            INSERT INTO matrix_seen VALUES (session_user, one.call, true, SQLERRM);
        END;
    END LOOP;
END $$;
-- tries each way to write to each table, and undoes what comes of it
CREATE FUNCTION try_writes() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one record;
    n bigint;
BEGIN
    FOR one IN
        SELECT c.relname, act, CASE act
            WHEN 'insert' THEN format('INSERT INTO fairpg_catalog.%I DEFAULT VALUES', c.relname)
            WHEN 'update' THEN format('UPDATE fairpg_catalog.%I SET %2$I = %2$I', c.relname,
                (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attidentity = ''
                 AND a.attgenerated = '' ORDER BY a.attnum LIMIT 1))
            WHEN 'delete' THEN format('DELETE FROM fairpg_catalog.%I', c.relname)
            WHEN 'truncate' THEN format('TRUNCATE fairpg_catalog.%I CASCADE', c.relname) END AS statement
        FROM pg_class c CROSS JOIN unnest('{insert,update,delete,truncate}'::text[]) act
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'fairpg_catalog') AND c.relkind = 'r'
    LOOP
        BEGIN
            EXECUTE one.statement;
            GET DIAGNOSTICS n = ROW_COUNT;
            RAISE EXCEPTION '%', n USING ERRCODE = 'FP001';
        EXCEPTION WHEN SQLSTATE 'FP001' THEN
            INSERT INTO write_seen VALUES (session_user, one.relname, one.act, CASE WHEN SQLERRM = '0' AND one.act <> 'truncate' THEN 'nothing' ELSE 'written' END, SQLERRM);
        WHEN insufficient_privilege THEN
            INSERT INTO write_seen VALUES (session_user, one.relname, one.act, 'refused', SQLERRM);
        WHEN OTHERS THEN
            INSERT INTO write_seen VALUES (session_user, one.relname, one.act, 'let in', SQLERRM);
        END;
    END LOOP;
END $$;
-- reads each view
CREATE FUNCTION try_views() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT c.relname FROM pg_class c WHERE c.relkind = 'v'
        AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'fairpg_report')
    LOOP
        BEGIN
            EXECUTE format('SELECT count(*) FROM (SELECT * FROM fairpg_report.%I OFFSET 0) x', one.relname);
            INSERT INTO view_seen VALUES (session_user, one.relname, 'read');
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO view_seen VALUES (session_user, one.relname, SQLERRM);
        END;
    END LOOP;
END $$;

-- a life that leaves rows in each table; the analyst does what analysts do
\c - fairpg_test_analyst_1
SELECT fairpg.create_policy('lending',
    rationale => 'Approval decides about access to credit, so rates of approval are compared; errors are looked at beside them.',
    legal_basis => 'Equal Credit Opportunity Act, 15 U.S.C. 1691', legal_as_of => '2026-10-01',
    ethical_notes => 'Women were approved less often in the past, for no reason of theirs.',
    harms => 'Applicants who are refused although they would repay.',
    template => 'four_fifths', protected => '{sex}', options => '{"min_canary": "0 s", "required_reviews": ["design_review"]}');
\c - fairpg_test_approver_1
SELECT fairpg.activate_policy('lending', 1, 'as agreed by the committee');
\c - fairpg_test_analyst_1
SELECT version FROM fairpg.train('credit', 'rights_loans', 'repaid', features => '{income}', protected => '{sex}', seed => 1);
SELECT count(*) > 0 AS evaluated FROM fairpg.evaluate('credit', 'rights_loans');
SELECT count(*) > 0 AS explored FROM fairpg.frontier('credit', 'rights_loans', 'repaid', features => '{income}', protected => '{sex}', max_gaps => '{0.05,0.2}');
SELECT count(*) > 0 AS analysed FROM fairpg.add_analyses((SELECT max(evaluation) FROM fairpg_catalog.evaluation WHERE model = 'credit'), '{calibration}');
\c - fairpg_test_admin_1
SELECT fairpg.govern('credit', 'lending', 'whom to grant a loan, by a first score');
SELECT fairpg.map_person('fairpg_test_nobody', 'Nobody');
\c - fairpg_test_analyst_1
SELECT fairpg.add_contributor('credit', 1, 'fairpg_test_nobody', 'chose the features');
SELECT count(fairpg.describe('credit', field, 'An answer to: ' || question)) > 0 AS described FROM fairpg_catalog.card_question;
SELECT fairpg.publish('credit', 1) IS NOT NULL AS published;
SELECT fairpg.consult('tenants', 'design', '2026-10-05', 'income of one year is too little', model => 'credit') AS consultation;
SELECT fairpg.request_waiver('credit', 1, 'four_fifths:sex', repeat('an exception that is asked for with many words ', 2), 'a person looks at each refusal', now() + '1 day') AS waiver;
\c - fairpg_test_reviewer_1
SELECT outcome FROM fairpg.review('credit', 1, 'design_review', 'pass', 'features, label and threshold are as designed',
    body => '{"purpose": "whom to lend to", "label": "repaid", "features": "income", "alternatives": "none as good"}');

-- identity is what has been authenticated: no borrowed names
\c - :admin
SET SESSION AUTHORIZATION fairpg_test_approver_1;
SELECT outcome, reasons FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
RESET SESSION AUTHORIZATION;
SET ROLE fairpg_test_approver_1;
SELECT outcome, reasons FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
RESET ROLE;
CREATE FUNCTION approve_it() RETURNS text LANGUAGE sql SECURITY DEFINER AS
    $$ SELECT (fairpg.approve('credit', 1, 'the evidence is sufficient for use')).outcome $$;
CREATE FUNCTION approve_inside() RETURNS text LANGUAGE sql AS $$ SELECT approve_it() $$;
ALTER FUNCTION approve_it() OWNER TO fairpg_test_approver_1;
\c - fairpg_test_analyst_1
SET ROLE fairpg_test_approver_1;
\set VERBOSITY sqlstate
SET SESSION AUTHORIZATION fairpg_test_approver_1;
\set VERBOSITY terse
SET fairpg.actor = 'fairpg_test_approver_1';
SELECT fairpg.approve('credit', 1, 'the evidence is sufficient for use');
SELECT approve_it();
SELECT approve_inside();
SELECT fairpg.do_approve('credit', 1, 'the evidence is sufficient for use', 'record');
\c - fairpg_test_approver_1
SELECT approve_it();
-- a second login of the person who trained
\c - :admin
SELECT fairpg.map_person('fairpg_test_approver_1', 'Ana'), fairpg.map_person('fairpg_test_analyst_1', 'Ana');
\c - fairpg_test_approver_1
SELECT outcome, reasons FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
\c - :admin
SELECT fairpg.map_person('fairpg_test_approver_1', 'Abel');
\c - fairpg_test_approver_1
SELECT outcome, reasons FROM fairpg.approve('credit', 1, 'the evidence is sufficient for use');
\c - fairpg_test_operator_1
SELECT outcome FROM fairpg.deploy('credit', 1, 'canary', 0.1, 'a tenth of the subjects');
SELECT outcome FROM fairpg.deploy('credit', 1, 'champion', reason => 'the canary went well');
SELECT count(d.decision) AS logged FROM rights_loans a, LATERAL fairpg.log_decision('credit', a.id::text, a, '{"sex": "f"}') d WHERE a.id < 100;
INSERT INTO fairpg_catalog.outcome (decision, at, label, observed_at, source)
SELECT decision, at, true, now(), 'the books' FROM fairpg_catalog.decision LIMIT 1;
SELECT outcome FROM fairpg.suspend('credit', 'approvals of women fell to nothing');
SELECT fairpg.challenge('credit', 'women are refused', 'policy', 'web') IS NOT NULL AS taken;

-- everybody tries everything
SELECT try_calls(), try_writes(), try_views();
\c - fairpg_test_analyst_1
SELECT try_calls(), try_writes(), try_views();
\c - fairpg_test_reviewer_1
SELECT try_calls(), try_writes(), try_views();
\c - fairpg_test_approver_1
SELECT try_calls(), try_writes(), try_views();
\c - fairpg_test_ombudsman_1
SELECT try_calls(), try_writes(), try_views();
\c - fairpg_test_auditor_1
SELECT try_calls(), try_writes(), try_views();
\c - fairpg_test_viewer_1
SELECT try_calls(), try_writes(), try_views();
\c - fairpg_test_admin_1
SELECT try_calls(), try_writes(), try_views();
\c - fairpg_test_nobody
SELECT try_calls(), try_writes(), try_views();
\c - :admin
SET client_min_messages = warning;
SELECT try_writes(), try_views();

-- calls: expected against seen, all of them
SELECT count(*) = 9 * (SELECT count(*) FROM matrix_call) AS complete FROM matrix_seen;
SELECT c.call, r.role_name, substr(c.allowed, r.place, 1) AS expected, s.allowed AS seen, s.said
FROM matrix_call c CROSS JOIN matrix_role r LEFT JOIN matrix_seen s ON s.call = c.call AND s.role_name = r.role_name
WHERE (substr(c.allowed, r.place, 1) = '+') IS DISTINCT FROM s.allowed ORDER BY 1, 2;
SELECT DISTINCT regexp_replace(said, 'fairpg\.\w+', 'fairpg.call') FROM matrix_seen WHERE NOT allowed ORDER BY 1;

-- the record is written by calls alone, whoever tries, the owner included
CREATE VIEW guarded AS
SELECT DISTINCT c.relname::text AS table_name, c.relispartition AS is_part
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE p.proname IN ('record_guarded', 'event_guarded', 'record_kept', 'decision_guarded');
SELECT count(*) > 20 AS many FROM guarded;
-- (partitions of other months have no rows; what came true may be added)
SELECT w.role_name = current_user AS owner, w.table_name, w.act, w.outcome, w.said FROM write_seen w JOIN guarded g USING (table_name)
WHERE w.outcome <> 'refused' AND NOT (g.is_part AND w.outcome = 'nothing') ORDER BY 1, 2, 3;
SELECT DISTINCT regexp_replace(w.said, '(table )\S+', '\1t') AS said, w.role_name = current_user AS owner
FROM write_seen w JOIN guarded g USING (table_name) WHERE w.outcome = 'refused' ORDER BY 2, 1;
-- the rest of the store is written by its owner and by analysts
SELECT w.role_name, w.act, string_agg(w.table_name, ' ' ORDER BY w.table_name COLLATE "C") AS tables
FROM write_seen w WHERE w.outcome <> 'refused' AND w.role_name <> current_user AND w.table_name NOT IN (SELECT table_name FROM guarded)
GROUP BY 1, 2 ORDER BY 1, 2;
SELECT DISTINCT said FROM write_seen WHERE table_name = 'model_version' AND role_name = current_user AND act <> 'insert';

-- who reads what: reports everybody with a role, rows about persons few
SELECT v.* FROM view_seen v WHERE (v.said = 'read') <> (v.role_name <> 'fairpg_test_nobody') ORDER BY 1, 2;
SELECT c.relname, string_agg(CASE WHEN has_table_privilege(r.role_name, c.oid, 'SELECT') THEN '+' ELSE '-' END, '' ORDER BY r.place) AS readers
FROM matrix_role r CROSS JOIN pg_class c
WHERE c.relnamespace = 'fairpg_catalog'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
GROUP BY 1
HAVING string_agg(CASE WHEN has_table_privilege(r.role_name, c.oid, 'SELECT') THEN '+' ELSE '-' END, '' ORDER BY r.place) <> '++++++-+-'
ORDER BY 1;

-- a member has the duties of a role, also one that does not inherit its rights but takes them by SET ROLE
CREATE ROLE fairpg_test_holder LOGIN NOINHERIT;
GRANT fairpg_test_analyst TO fairpg_test_holder;
\c - fairpg_test_holder
SET ROLE fairpg_test_analyst;
SELECT fairpg.create_policy('', '', '', current_date, '', '');
SELECT fairpg.activate_policy('none', 1, 'no reason at all');
\c - :admin

DROP VIEW guarded;
DROP FUNCTION approve_inside(), approve_it(), try_calls(), try_writes(), try_views();
DROP TABLE rights_loans, matrix_role, matrix_call, matrix_seen, write_seen, view_seen;
SET client_min_messages = error;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
DROP OWNED BY fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman,
    fairpg_test_auditor, fairpg_test_viewer, fairpg_test_admin;
DROP ROLE fairpg_test_analyst_1, fairpg_test_reviewer_1, fairpg_test_approver_1, fairpg_test_operator_1, fairpg_test_ombudsman_1,
    fairpg_test_auditor_1, fairpg_test_viewer_1, fairpg_test_admin_1, fairpg_test_nobody, fairpg_test_holder;
DROP ROLE fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman,
    fairpg_test_auditor, fairpg_test_viewer, fairpg_test_admin;

-- who makes the roles does not have their duties by that (since PostgreSQL 16, as a member who may give them to others and no more)
CREATE ROLE fairpg_test_maker LOGIN CREATEROLE;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO fairpg_test_maker', current_database()); END $$;
\c - fairpg_test_maker
SET client_min_messages = warning;
SELECT fairpg.init(roles => true, role_prefix => 'fairpg_test_') IS NOT NULL AS made;
SELECT fairpg.create_policy('', '', '', current_date, '', '');
SELECT fairpg.activate_policy('none', 1, 'no reason at all');
SELECT fairpg.map_person('fairpg_test_maker', 'Mona');
SELECT count(*) FROM fairpg_report.role_conflicts;
\c - :admin
SET client_min_messages = error;
DROP SCHEMA fairpg_catalog, fairpg_report CASCADE;
DROP OWNED BY fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman,
    fairpg_test_auditor, fairpg_test_viewer, fairpg_test_admin, fairpg_test_maker;
DROP ROLE fairpg_test_analyst, fairpg_test_reviewer, fairpg_test_approver, fairpg_test_operator, fairpg_test_ombudsman,
    fairpg_test_auditor, fairpg_test_viewer, fairpg_test_admin, fairpg_test_maker;
