/*
 * sizes.sql - bench.data_100k, and with :with_10m bench.data_10m, of the same
 * rows as bench.data; prints the trainings of each to be timed, '-- time: name'
 * before each, the shortest three times.  :call holds the arguments of fairpg.train.
 */
\pset tuples_only on
\pset format unaligned
\o /dev/null
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns
FROM pg_attribute WHERE attrelid = 'bench.data'::regclass AND attnum > 0 \gset
CREATE UNLOGGED TABLE bench.data_100k AS
	SELECT :columns FROM bench.copies WHERE copy <= 4
	ORDER BY copy, row_id LIMIT 100000;
VACUUM ANALYZE bench.data_100k;
\if :with_10m
	CREATE UNLOGGED TABLE bench.data_10m AS SELECT :columns FROM bench.copies;
	VACUUM ANALYZE bench.data_10m;
\endif
\o

-- untimed: the first training of a session loads libraries
SELECT E'-- time: first\nSELECT 1 FROM fairpg.train(''first'', '
	|| replace(:'call', '''bench.data''', '''SELECT * FROM bench.data_100k LIMIT 5000''')
	|| E') \\g /dev/null';
SELECT format(E'-- time: %1$s %2$s\nSELECT 1 FROM fairpg.train(\'%1$s %2$s\', %3$s, '
	'fairness => %1$L, max_gap => 0.01) \\g /dev/null', fairness, size,
	replace(:'call', 'bench.data', 'bench.data' || suffix))
FROM unnest('{demographic_parity,equalized_odds}'::text[]) fairness,
	-- what disturbs a machine for milliseconds disturbs the short ones most
	(VALUES ('100k', '_100k', 3), ('1m', '', 1), ('10m', '_10m', 1)) v(size, suffix, times),
	generate_series(1, times)
WHERE to_regclass('bench.data' || suffix) IS NOT NULL;
