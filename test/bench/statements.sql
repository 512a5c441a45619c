/*
 * statements.sql - prints the statements to be timed, '-- time: name' before
 * each; :call holds the arguments of fairpg.train.
 */
\pset tuples_only on
\pset format unaligned

/* T: every column of the table once */
SELECT E'-- time: T\nSELECT count(*), ' || string_agg(
	CASE
		WHEN t.typcategory = 'N' THEN format('sum(%I::float8)', attname)
		WHEN t.typcategory = 'B' THEN format('sum(%I::int)', attname)
		WHEN t.typname = 'date' THEN format('sum(%I - date ''2000-01-01'')', attname)
		WHEN t.typcategory = 'S' THEN format('sum(length(%I))', attname)
		ELSE format('sum(length(%I::text))', attname)
	END, ', ' ORDER BY attnum) || ' FROM bench.data \g /dev/null'
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = 'bench.data'::regclass AND attnum > 0;

SELECT format(E'-- time: train %s\nSELECT 1 FROM fairpg.train(%L, %s%s) \\g /dev/null',
	name, name, :'call', more)
FROM (VALUES ('plain', ''),
	('parity', ', fairness => ''demographic_parity'', max_gap => 0.01'),
	('odds', ', fairness => ''equalized_odds'', max_gap => 0.01')) v(name, more);

/* the same by two processes */
SELECT format(E'-- time: set\nSET fairpg.workers = 1;\n-- time: train %s, two\n'
	'SELECT 1 FROM fairpg.train(%L, %s%s) \\g /dev/null\n-- time: set\nSET fairpg.workers = 0;',
	name, name, :'call', more)
FROM (VALUES ('parity', ', fairness => ''demographic_parity'', max_gap => 0.01'),
	('odds', ', fairness => ''equalized_odds'', max_gap => 0.01')) v(name, more);

/* sixteen bounds at once, and with five folds */
SELECT format(E'-- time: frontier%s\nSELECT count(*) FROM fairpg.frontier(''parity'', %s%s) \\g /dev/null',
	name, :'call', more)
FROM (VALUES ('', ''), (' with folds', ', folds => 5')) v(name, more);

/* the same where most rows have to wait in a file */
SELECT format(E'-- time: set\nSET fairpg.train_mem = ''13MB'';\n-- time: train parity, files\n'
	'SELECT 1 FROM fairpg.train(''parity in files'', %s, fairness => ''demographic_parity'', max_gap => 0.01) \\g /dev/null\n'
	'-- time: set\nSET fairpg.train_mem = 0;', :'call');

SELECT E'-- time: predict\n'
	'SELECT sum(fairpg.predict(''plain'', a)) FROM bench.data a \\g /dev/null';

/*
 * The same score as somebody would write it who cares for speed: float8
 * literals, one CASE for each category, its frequent values first.
 */
CREATE TEMP VIEW part AS
	SELECT min(c.position) AS place,
		CASE
			WHEN c.term = '(intercept)' THEN format('%L::float8', sum(estimate))
			WHEN bool_or(level_kind IS NULL) THEN
				format(CASE WHEN bool_or(level_kind = 'null')
						THEN 'CASE WHEN %1$s IS NULL THEN %2$L::float8 ELSE %3$s END'
						ELSE '%3$s' END,
					quote_ident(c.term),
					max(estimate) FILTER (WHERE level_kind = 'null'),
					format(CASE WHEN max(t.typname) = 'date'
							THEN '%L::float8 * (%I - date ''2000-01-01'')'
							ELSE '%L::float8 * %I' END
							|| CASE WHEN max(t.typname) = 'numeric'
								THEN '::float8' ELSE '' END,
						max(estimate) FILTER (WHERE level_kind IS NULL), c.term))
			ELSE
				'CASE ' || quote_ident(c.term)
				|| string_agg(format(' WHEN %L THEN %L::float8', level, estimate), ''
					ORDER BY array_position(s.most_common_vals::text::text[], level),
						c.position) FILTER (WHERE level_kind = 'value')
				|| coalesce(format(' ELSE CASE WHEN %I IS NULL THEN %L::float8 ELSE '
					'%L::float8 END', c.term,
					max(estimate) FILTER (WHERE level_kind = 'null'),
					max(estimate) FILTER (WHERE level_kind IN ('other', 'unseen'))),
					format(' ELSE %L::float8',
					max(estimate) FILTER (WHERE level_kind IN ('other', 'unseen'))))
				|| ' END'
		END AS text
	FROM fairpg_catalog.coefficient c
		LEFT JOIN pg_attribute a ON a.attrelid = 'bench.data'::regclass
			AND a.attname = c.term
		LEFT JOIN pg_type t ON t.oid = a.atttypid
		LEFT JOIN pg_stats s ON s.schemaname = 'bench' AND s.tablename = 'data'
			AND s.attname = c.term
	WHERE c.model = 'plain' AND c.version = 1
	GROUP BY c.term;
SELECT '1 / (1 + exp(-(' || string_agg('(' || text || ')', ' + ' ORDER BY place)
	|| ')))' AS score FROM part \gset
SELECT E'-- time: by hand\nSELECT sum(' || :'score'
	|| ') FROM bench.data \g /dev/null';
\o :difference
SELECT 'SELECT max(abs(fairpg.predict(''plain'', a) - ' || :'score'
	|| ')) FROM bench.data a';
\o

SELECT $$-- time: filter counts
SELECT sex, race,
	count(*) FILTER (WHERE label AND decision),
	count(*) FILTER (WHERE NOT label AND decision),
	count(*) FILTER (WHERE label AND NOT decision),
	count(*) FILTER (WHERE NOT label AND NOT decision)
FROM bench.scored
GROUP BY GROUPING SETS ((sex), (race), (sex, race)) \g /dev/null
-- time: audit
SELECT * FROM fairpg.audit('bench.scored', '{sex,race,sex*race}',
	label => 'label', decision => 'decision') \g /dev/null
-- time: audit of scores
SELECT * FROM fairpg.audit('bench.scored', '{sex,race,sex*race}',
	label => 'label', score => 'score') \g /dev/null
-- time: calibration
SELECT * FROM fairpg.calibration('bench.scored', '{sex,race,sex*race}',
	label => 'label', score => 'score') \g /dev/null
-- time: threshold sweep
SELECT * FROM fairpg.threshold_sweep('bench.scored', '{sex,race,sex*race}',
	label => 'label', score => 'score') \g /dev/null
-- time: merge of scores
SELECT fairpg.merge(state) FROM bench.states \g /dev/null
-- time: check data
SELECT * FROM fairpg.check_data('bench.data', '{sex,race}', label => 'label') \g /dev/null$$;
