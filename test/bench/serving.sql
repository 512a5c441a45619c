/*
 * serving.sql - a governed model with a champion and a canary on bench.data,
 * and what pgbench runs on it: log_decision(), and the bare INSERT of such rows
 * into a table that is like the log but has no triggers.
 *
 * Persons log in as roles of their own, since nobody approves a version that
 * they trained; :admin is who runs this.
 */
\set admin :USER
CREATE ROLE bench_analyst LOGIN;
CREATE ROLE bench_reviewer LOGIN;
CREATE ROLE bench_approver LOGIN;
CREATE ROLE bench_operator LOGIN;
SELECT fairpg.assign_duty('analyst', 'bench_analyst'), fairpg.assign_duty('reviewer', 'bench_reviewer'),
	fairpg.assign_duty('approver', 'bench_approver'), fairpg.assign_duty('operator', 'bench_operator');
GRANT USAGE ON SCHEMA bench, fairpg_catalog TO PUBLIC;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA fairpg_catalog TO bench_analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA fairpg_catalog TO bench_reviewer, bench_approver, bench_operator;
GRANT UPDATE ON fairpg_catalog.model TO bench_analyst;
CREATE TABLE bench.application AS
	SELECT row_number() OVER () AS id, a.* FROM (SELECT * FROM bench.data LIMIT 100000) a;
ALTER TABLE bench.application ADD PRIMARY KEY (id);
VACUUM ANALYZE bench.application;
GRANT SELECT ON bench.application TO PUBLIC;

\c - bench_analyst
SELECT fairpg.create_policy('serving',
	rationale => 'The rows are made, and so is this policy: what is measured is how fast decisions are logged.',
	legal_basis => 'none, as nobody is concerned', legal_as_of => current_date,
	ethical_notes => 'There are no people behind generated rows.', harms => 'A wrong figure in a table of figures.',
	criteria => '[{"criterion": "accuracy", "metric": "accuracy", "contrast": "overall", "comparator": ">=", "threshold": 0.5, "rationale": "Worse than that, nobody is served."}]',
	options => '{"min_canary": "0 s", "max_canary_share": 0.5, "required_reviews": ["design_review"], "canary_required": false, "no_disparity_reason": "No decision of this model is about anybody, whatever the group."}');
\c - bench_approver
SELECT fairpg.activate_policy('serving', 1, 'as the bench needs it');
\c - bench_analyst
SELECT 1 FROM fairpg.train('serving', 'bench.application', 'label', protected => '{sex,race}', exclude => '{id}');
\c - :admin
SELECT fairpg.govern('serving', 'serving', 'how fast decisions are logged');
\c - bench_analyst
SELECT 1 FROM fairpg.train('serving', 'bench.application', 'label', protected => '{sex,race}', exclude => '{id,age}');
\c - bench_reviewer
SELECT fairpg.review('serving', v, 'design_review', 'pass', 'as good as generated rows can be', body => '{"purpose": "whom to lend to", "label": "repaid", "features": "income", "alternatives": "none as good"}') FROM generate_series(1, 2) v;
\c - bench_approver
SELECT fairpg.approve('serving', v, 'as good as generated rows can be') FROM generate_series(1, 2) v;
\c - bench_operator
SELECT fairpg.deploy('serving', 1, 'champion', reason => 'for the bench', on_refuse => 'error');
SELECT fairpg.deploy('serving', 2, 'canary', 0.3, 'for the bench', on_refuse => 'error');

\c - :admin
CREATE TABLE bench.bare (LIKE fairpg_catalog.decision INCLUDING ALL) PARTITION BY RANGE (at);
CREATE TABLE bench.bare_default PARTITION OF bench.bare DEFAULT;
