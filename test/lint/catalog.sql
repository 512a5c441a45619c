/*
 * catalog.sql - rules about the catalogs; each query lists the offences.
 *
 * Run by catalog.sh after CREATE EXTENSION and fairpg.init().  Functions of the
 * two schemas of the store are included where a rule is about the user's
 * store as well.
 */
CREATE TEMP VIEW member AS
	SELECT d.classid, d.objid
	FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
	WHERE d.refclassid = 'pg_extension'::regclass AND e.extname = 'fairpg'
		AND d.deptype = 'e';
CREATE TEMP VIEW own_function AS
	SELECT p.*, l.lanname
	FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
	WHERE p.oid IN (SELECT objid FROM member
					WHERE classid = 'pg_proc'::regclass)
		OR p.pronamespace IN (SELECT oid FROM pg_namespace
							  WHERE nspname IN ('fairpg_catalog',
												'fairpg_report'));
CREATE TEMP VIEW own_relation AS
	SELECT c.*, n.nspname
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname IN ('fairpg_catalog', 'fairpg_report')
		AND c.relkind IN ('r', 'v', 'm', 'p');
CREATE TEMP VIEW component AS
	SELECT a.aggfnoid AS aggregate, f.oid
	FROM pg_aggregate a,
		LATERAL (VALUES (a.aggfnoid::oid), (a.aggtransfn::oid),
						(a.aggfinalfn::oid), (a.aggcombinefn::oid),
						(a.aggserialfn::oid), (a.aggdeserialfn::oid)) f(oid)
	WHERE a.aggfnoid IN (SELECT oid FROM own_function) AND f.oid <> 0;

-- rule: every function is commented
SELECT oid::regprocedure FROM own_function
WHERE obj_description(oid, 'pg_proc') IS NULL;

-- rule: every type is commented
SELECT t.oid::regtype FROM pg_type t JOIN member m ON m.objid = t.oid
WHERE m.classid = 'pg_type'::regclass AND t.typelem = 0
	AND coalesce(obj_description(t.oid, 'pg_type'),
				 obj_description(t.typrelid, 'pg_class')) IS NULL;

-- rule: every operator, cast and other member is commented
SELECT pg_describe_object(classid, objid, 0) FROM member
WHERE classid NOT IN ('pg_proc'::regclass, 'pg_type'::regclass,
					  'pg_class'::regclass)
	AND obj_description(objid, classid::regclass::name) IS NULL;

-- rule: every schema of fairpg is commented
SELECT nspname FROM pg_namespace
WHERE nspname ~ '^fairpg' AND obj_description(oid, 'pg_namespace') IS NULL;

-- rule: every table and view of the store is commented
SELECT oid::regclass FROM own_relation
WHERE obj_description(oid, 'pg_class') IS NULL;

-- rule: every column of the store and of the reports is commented
SELECT r.oid::regclass, a.attname
FROM own_relation r JOIN pg_attribute a ON a.attrelid = r.oid
WHERE a.attnum > 0 AND NOT a.attisdropped
	AND col_description(r.oid, a.attnum) IS NULL;

-- rule: a comment is one sentence
SELECT pg_describe_object(classoid, objoid, objsubid), description
FROM pg_description
WHERE ((classoid, objoid) IN (SELECT classid, objid FROM member)
	   OR objoid IN (SELECT oid FROM own_relation))
	AND (description ~ E'\n' OR length(description) < 10
		 OR length(description) > 250);

-- rule: report views give charts plain columns
SELECT r.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod)
FROM own_relation r JOIN pg_attribute a ON a.attrelid = r.oid
	JOIN pg_type t ON t.oid = a.atttypid
WHERE r.nspname = 'fairpg_report' AND a.attnum > 0
	AND (t.typcategory IN ('A', 'C') OR t.typname IN ('json', 'jsonb'));

-- rule: the reports are views
SELECT oid::regclass FROM own_relation
WHERE nspname = 'fairpg_report' AND relkind <> 'v';

-- rule: every member lies in the schema fairpg
SELECT p.oid::regprocedure FROM pg_proc p JOIN member m ON m.objid = p.oid
WHERE m.classid = 'pg_proc'::regclass
	AND p.pronamespace <> 'fairpg'::regnamespace;

-- rule: no function is SECURITY DEFINER
SELECT oid::regprocedure FROM own_function WHERE prosecdef;

-- rule: every function not written in C pins its search_path
SELECT oid::regprocedure FROM own_function
WHERE lanname NOT IN ('c', 'internal')
	AND prosqlbody IS NULL
	AND NOT EXISTS (SELECT FROM unnest(proconfig) s
					WHERE s ~ '^search_path=');

-- rule: functions that write are VOLATILE and PARALLEL UNSAFE
SELECT oid::regprocedure, provolatile, proparallel FROM own_function
WHERE proname IN ('init', 'train', 'retrain', 'train_job', 'retrain_job', 'evaluate', 'evaluate_decisions', 'add_analyses', 'frontier', 'log_decision', 'import_model')
	AND (provolatile <> 'v' OR proparallel <> 'u');

-- rule: functions that score or measure are PARALLEL SAFE
SELECT oid::regprocedure, provolatile, proparallel FROM own_function
WHERE proname !~ '^(init|make_|train|retrain|evaluate|frontier|choose|audit|check_data|bias_audit|ranking_audit|conditional_disparity|counterfactual_flips|compare|consistency$|subgroups|calibration$|threshold_sweep|add_analyses)'
	AND proparallel <> 'v' AND proparallel <> 's' AND prokind <> 'a'
	AND prorettype NOT IN ('internal'::regtype, 'trigger'::regtype)
	AND proname NOT IN ('stress', 'sensitivity', 'session_actor', 'reproduce', 'log_decision', 'announce_block', 'import_model', 'require_current')
	AND prosrc <> 'fairpg_govern' AND lanname <> 'plpgsql';

-- rule: functions of a state alone are IMMUTABLE
SELECT p.oid::regprocedure, p.provolatile FROM own_function p
WHERE p.prokind = 'f' AND p.pronargs = 1 AND p.provolatile <> 'i'
	AND p.proargtypes[0] IN (SELECT oid FROM pg_type
							 WHERE typname IN ('outcome_stats',
											   'fairness_stats',
											   'score_stats',
											   'group_score_stats',
											   'error_stats'));

-- gather_rows() is none for users, works in one server, and has addresses for
-- a state

-- rule: aggregates can be split, merged and sent (the Citus query)
SELECT p.oid::regprocedure
FROM pg_aggregate a
	JOIN pg_proc p ON p.oid = a.aggfnoid
	JOIN pg_type t ON t.oid = a.aggtranstype
WHERE p.pronamespace = 'fairpg'::regnamespace
	AND p.proname <> 'gather_rows'
	AND (a.aggcombinefn = 0 OR t.typtype = 'p' OR p.pronargs = 0
		 OR p.proparallel <> 's'
		 OR EXISTS (SELECT FROM unnest(p.proargtypes) x
						JOIN pg_type y ON y.oid = x
					WHERE y.typtype = 'p'));

-- rule: the aggregates exist that this file is about
SELECT 'no aggregate ' || name
FROM unnest('{outcomes,fairness,scores,merge}'::text[]) name
WHERE NOT EXISTS (SELECT FROM own_function
				  WHERE proname = name AND prokind = 'a');

-- rule: no aggregate has a name that Citus takes for one of its own
SELECT oid::regprocedure FROM own_function
WHERE prokind = 'a'
	AND (proname IN ('avg', 'min', 'max', 'sum', 'count', 'array_agg',
					 'jsonb_agg', 'json_agg', 'jsonb_object_agg',
					 'json_object_agg', 'bit_and', 'bit_or', 'bool_and',
					 'bool_or', 'any_value', 'every')
		 OR proname ~ '^(hll_|topn_|tdigest)');

-- rule: everyone may execute aggregates and their components
SELECT DISTINCT c.oid::regprocedure FROM component c
	JOIN pg_proc p ON p.oid = c.oid
WHERE NOT EXISTS (SELECT FROM aclexplode(coalesce(p.proacl,
												  acldefault('f', p.proowner)))
				  WHERE grantee = 0 AND privilege_type = 'EXECUTE');

-- rule: state types have text and binary forms
SELECT t.oid::regtype FROM pg_type t
WHERE t.oid IN (SELECT aggtranstype FROM pg_aggregate
				WHERE aggfnoid IN (SELECT oid FROM own_function))
	AND t.typnamespace = 'fairpg'::regnamespace
	AND (t.typreceive = 0 OR t.typsend = 0);

-- rule: no function that everyone may call takes an internal argument
SELECT p.oid::regprocedure FROM own_function p
WHERE 'internal'::regtype = ANY (p.proargtypes::oid[])
	AND p.prorettype <> 'internal'::regtype
	AND p.oid NOT IN (SELECT typreceive FROM pg_type)
	AND p.proname NOT IN ('gather_serialize', 'gather_final');

-- rule: no table or sequence belongs to the extension
SELECT m.objid::regclass FROM member m JOIN pg_class c ON c.oid = m.objid
WHERE m.classid = 'pg_class'::regclass AND c.relkind IN ('r', 'S', 'p');

-- rule: no column of the store holds an oid
SELECT r.oid::regclass, a.attname
FROM own_relation r JOIN pg_attribute a ON a.attrelid = r.oid
WHERE a.attnum > 0
	AND a.atttypid IN ('oid'::regtype, 'regclass'::regtype,
					   'regproc'::regtype, 'regtype'::regtype,
					   'regrole'::regtype, 'regnamespace'::regtype);

-- rule: no cast happens by itself
SELECT castsource::regtype, casttarget::regtype
FROM pg_cast c JOIN member m ON m.objid = c.oid
WHERE m.classid = 'pg_cast'::regclass AND c.castcontext <> 'e';

-- rule: no argument of fairpg.train and its like is without a name
SELECT oid::regprocedure FROM own_function
WHERE prokind = 'f' AND pronargs > 3
	AND (proargnames IS NULL OR '' = ANY (proargnames[1:pronargs]));
