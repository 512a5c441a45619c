/*
 * audit_report_lists.c
 *    What a report reads of the store, a query each.
 *
 * Lists of figures have the columns of a Finding, by these names: attribute,
 * group_name, metric, value, low, high, x, amount, p_adjusted, n, rows_needed,
 * flag, reason, verdict, reference, kind, column_name, advice, note; what a
 * query does not return is NULL.
 */
#include "postgres.h"

#include "pg/audit_report.h"

#define METRIC "m.metric || coalesce(' (' || m.class || ')', '')"

/* the time of the server's clock says nothing without its zone */
#define UTC(time)                                                              \
	"to_char(" time " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC'"

static const char facts_sql[] =
	"SELECT term, text FROM ("
	" SELECT 1, 'Measured', CASE e.part"
	"   WHEN 'held_out' THEN 'held-out rows of the training source'"
	"   WHEN 'train' THEN 'the training rows themselves'"
	"   WHEN 'out_of_fold' THEN 'training rows, by models that had not seen "
	"them'"
	"   ELSE concat('rows of a source that was given',"
	"    CASE WHEN e.model IS NOT NULL THEN"
	"     ': whether training saw some of them is not known' END) END"
	"  FROM fairpg_catalog.evaluation e WHERE e.evaluation = $1"
	" UNION ALL SELECT 2, 'Source', source FROM fairpg_catalog.evaluation"
	"  WHERE evaluation = $1"
	" UNION ALL SELECT 3, 'Rows', to_char(n_rows, 'FM999,999,999,999')"
	"  FROM fairpg_catalog.evaluation WHERE evaluation = $1"
	" UNION ALL SELECT 4, 'Measured at', " UTC(
		"evaluated_at") "  FROM fairpg_catalog.evaluation WHERE evaluation = $1"
						" UNION ALL SELECT 5, 'Measured by', evaluated_by"
						"  FROM fairpg_catalog.evaluation WHERE evaluation = $1"
						" UNION ALL SELECT 6, 'Label', label || coalesce(' "
						"(positive: ' || positive"
						"   || ')', '') FROM fairpg_catalog.evaluation WHERE "
						"evaluation = $1"
						" UNION ALL SELECT 6.5, 'Decided by', "
						"coalesce(decision,"
						"   score || ' at least ' || threshold)"
						"  FROM fairpg_catalog.evaluation WHERE evaluation = $1"
						"   AND model IS NULL"
						" UNION ALL SELECT 7, 'Protected attributes',"
						"   array_to_string(protected, ', ')"
						"  FROM fairpg_catalog.evaluation WHERE evaluation = $1"
						" UNION ALL SELECT 8, 'Confidence of intervals', "
						"level::text"
						"  FROM fairpg_catalog.evaluation WHERE evaluation = $1"
						" UNION ALL SELECT 9, 'Decided as labelled', "
						"round(accuracy::numeric, 3)"
						"   || CASE WHEN weight IS NULL THEN (SELECT ' (' ||"
						"     round(i.low::numeric, 3) || ' to ' || "
						"round(i.high::numeric, 3) || ')'"
						"     FROM fairpg.proportion_interval(round(accuracy * "
						"n_rows)::float8,"
						"       n_rows::float8, level => level) i) ELSE '' END"
						"   || ' of ' || to_char(n_rows, 'FM999,999,999,999') "
						"|| ' rows'"
						"  FROM fairpg_catalog.evaluation WHERE evaluation = $1"
						"   AND n_rows > 0"
						" UNION ALL SELECT 11, 'Remark', comment FROM "
						"fairpg_catalog.evaluation"
						"  WHERE evaluation = $1"
						" UNION ALL SELECT 20, 'Family, fairness, method',"
						"   concat_ws(', ', family, fairness, method)"
						"  FROM fairpg_catalog.model_version WHERE model = $2 "
						"AND version = $3"
						" UNION ALL SELECT 21, 'Trained on', source || ' ('"
						"   || to_char(rows_train, 'FM999,999,999,999') || ' "
						"rows, '"
						"   || to_char(rows_test, 'FM999,999,999,999') || ' "
						"held out, '"
						"   || to_char(rows_dropped, 'FM999,999,999,999') || ' "
						"dropped)'"
						"  FROM fairpg_catalog.model_version WHERE model = $2 "
						"AND version = $3"
						" UNION ALL SELECT 22, 'Training ended', concat_ws(': "
						"', status, nullif(stopped_because, status))"
						"  FROM fairpg_catalog.model_version WHERE model = $2 "
						"AND version = $3"
						" UNION ALL SELECT 23, 'Remark of the training', "
						"comment"
						"  FROM fairpg_catalog.model_version WHERE model = $2 "
						"AND version = $3"
						") AS f(place, term, text) WHERE text IS NOT NULL "
						"ORDER BY place";

static const char constraints_sql[] =
	"SELECT criterion || ' (' || measure || ', ' || attributes || ')' AS "
	"metric,"
	" value, low, high, bound AS x, n, rows_needed, verdict,"
	" worst_group AS note"
	" FROM fairpg_catalog.evaluation_constraint WHERE evaluation = $1"
	" ORDER BY position";

static const char metrics_sql[] =
	"SELECT m.attribute, m.group_name, " METRIC " AS metric, m.value, m.low,"
	" m.high, m.n, m.flag, m.reason"
	" FROM fairpg_catalog.evaluation_metric m"
	" JOIN fairpg_catalog.evaluation e USING (evaluation)"
	" WHERE m.evaluation = $1 AND NOT (m.value = 0 AND"
	"  m.metric IN ('n_unlabelled', 'n_undecided'))"
	" ORDER BY array_position(e.protected, m.attribute), m.attribute,"
	"  coalesce(array_position('{selection_rate,tpr,fpr,error_rate}'::text[],"
	"   m.metric), 9), m.metric, m.class_number, m.group_name COLLATE \"C\"";

static const char gaps_sql[] =
	"SELECT m.attribute, m.criterion || coalesce(' (' || m.class || ')', '')"
	"  AS metric, m.value, m.low, m.high, m.n, m.flag, m.reason,"
	" CASE WHEN m.highest_group IS NULL THEN 'worst: ' || m.worst_group"
	"  ELSE m.highest_group END AS note, m.lowest_group AS reference"
	" FROM fairpg_catalog.evaluation_gap m"
	" JOIN fairpg_catalog.evaluation e USING (evaluation)"
	" WHERE m.evaluation = $1"
	" ORDER BY array_position(e.protected, m.attribute), m.attribute,"
	"  m.highest_group IS NULL, m.class_number, m.criterion";

static const char ratios_sql[] =
	"SELECT m.attribute || coalesce(' (' || m.class || ')', '') AS attribute,"
	" m.group_name, m.ratio AS value, m.low, m.high, m.n, m.flag, m.reason,"
	" CASE WHEN m.group_name = m.reference_group THEN 'reference' END AS note,"
	" nullif(m.reference_group, m.group_name) AS reference,"
	" m.p_adjusted, m.verdict"
	" FROM fairpg_catalog.evaluation_ratio m"
	" JOIN fairpg_catalog.evaluation e USING (evaluation)"
	" WHERE m.evaluation = $1"
	" ORDER BY array_position(e.protected, m.attribute), m.attribute,"
	"  m.class_number, m.group_name COLLATE \"C\"";

static const char bins_sql[] =
	"SELECT attribute, group_name, value, low, high, mean_score AS x, n, flag,"
	" reason FROM fairpg_catalog.analysis_row"
	" WHERE evaluation = $1 AND analysis = 'calibration' AND kind = 'bin'"
	"  AND n > 0"
	" ORDER BY place";

static const char roc_sql[] =
	"SELECT t.attribute, t.group_name, t.value, t.low, t.high, f.value AS x,"
	" t.threshold AS amount, t.n, coalesce(t.flag, f.flag) AS flag"
	" FROM fairpg_catalog.analysis_row t"
	" JOIN fairpg_catalog.analysis_row f ON f.evaluation = t.evaluation"
	"  AND f.analysis = t.analysis AND f.metric = 'fpr' AND f.kind = t.kind"
	"  AND f.attribute IS NOT DISTINCT FROM t.attribute"
	"  AND f.group_name IS NOT DISTINCT FROM t.group_name"
	"  AND f.threshold IS NOT DISTINCT FROM t.threshold"
	" WHERE t.evaluation = $1 AND t.analysis = 'threshold_sweep'"
	"  AND t.metric = 'tpr' AND t.kind IN ('overall', 'group')"
	"  AND t.value IS NOT NULL AND f.value IS NOT NULL"
	" ORDER BY min(t.place) OVER (PARTITION BY t.attribute),"
	"  min(t.place) OVER (PARTITION BY t.attribute, t.group_name),"
	"  f.value, t.value";

static const char frontier_sql[] =
	"SELECT CASE WHEN p.max_gap IS NULL THEN 'loss at most ' || p.max_loss"
	"  ELSE 'gap at most ' || p.max_gap END AS group_name,"
	" CASE WHEN p.accuracy IS NULL THEN 'loss' ELSE 'accuracy' END AS metric,"
	" coalesce(p.accuracy, p.loss) AS x, p.gap AS value, p.gap_low AS low,"
	" p.gap_high AS high,"
	" CASE WHEN f.judged_on = 'held_out' THEN f.rows_test"
	"  ELSE f.rows_train END AS n,"
	" CASE WHEN c.version IS NOT NULL THEN 'chosen' END AS verdict,"
	" concat_ws('; ', CASE WHEN p.pareto THEN 'no other is better in both'"
	"  END, 'verdict ' || p.verdict,"
	"  'chosen as version ' || c.version || ': ' || c.why) AS note"
	" FROM fairpg_catalog.frontier_point p"
	" JOIN fairpg_catalog.frontier f USING (frontier)"
	" LEFT JOIN fairpg_catalog.frontier_choice c ON c.frontier = p.frontier"
	"  AND c.point = p.point AND c.model = $2 AND c.version = $3"
	" WHERE p.frontier = coalesce("
	"  (SELECT frontier FROM fairpg_catalog.frontier_choice"
	"   WHERE model = $2 AND version = $3),"
	"  (SELECT max(frontier) FROM fairpg_catalog.frontier WHERE model = $2))"
	" ORDER BY p.point";

/* what moves accuracy and the gaps most; of each the first so many */
static const char stress_sql[] =
	"SELECT attribute, concat_ws(' by ', metric, attribute) AS metric,"
	" metric AS kind, baseline AS x,"
	" CASE scenario"
	"  WHEN 'group_mix' THEN concat(subject, ': ', trim_scale(amount::numeric),"
	"   ' times the rows')"
	"  WHEN 'threshold' THEN 'threshold ' || by"
	"  WHEN 'label_noise' THEN concat(subject, ': ',"
	"   trim_scale(100 * amount::numeric), ' % turned')"
	"  WHEN 'missing_feature' THEN subject || ' missing'"
	"  WHEN 'shifted_feature' THEN subject || coalesce(' ' || by || ' sd',"
	"   ' as most often')"
	"  ELSE concat_ws(' ', scenario, subject, by) END AS group_name,"
	" change AS value, change_low AS low, change_high AS high, n, flag, reason"
	" FROM (SELECT *, CASE WHEN amount > 0 THEN '+' ELSE '' END"
	"   || trim_scale(amount::numeric) AS by,"
	"   row_number() OVER (PARTITION BY attribute, metric"
	"   ORDER BY abs(change) DESC NULLS LAST, place) AS most"
	"  FROM fairpg_catalog.analysis_row"
	"  WHERE evaluation = $1 AND analysis = 'stress' AND scenario <> 'baseline'"
	"  AND (kind = 'metric' AND attribute IS NULL AND metric = 'accuracy'"
	"   OR kind = 'gap' AND metric IN ('demographic_parity', "
	"'equalized_odds'))) AS row"
	" WHERE most <= 20"
	" ORDER BY attribute NULLS FIRST, metric COLLATE \"C\", most";

/* features, then segments; what becomes of figures within a segment is no matter
 * of taking something away */
static const char sensitivity_sql[] =
	"SELECT attribute, concat_ws(' by ', metric, attribute) || of AS metric,"
	" metric AS kind, baseline AS x,"
	/* a bin names its column */
	" factor_kind || ': ' || CASE WHEN factor_level IS NULL THEN factor"
	"  WHEN position(concat(' ', factor, ' <') IN concat(' ', factor_level)) > "
	"0"
	"  OR starts_with(factor_level, factor || ' >')"
	"  OR starts_with(factor_level, factor || ' = ') THEN factor_level"
	"  ELSE concat(factor, ' = ', factor_level) END AS group_name,"
	" change AS value, change_low AS low, change_high AS high, n, flag, reason"
	" FROM (SELECT *, row_number() OVER (PARTITION BY attribute, metric, of"
	"   ORDER BY abs(change) DESC NULLS LAST, place) AS most"
	"  FROM (SELECT *, CASE factor_kind WHEN 'segment' THEN ', by segment'"
	"    ELSE ', by feature' END AS of FROM fairpg_catalog.analysis_row"
	"   WHERE evaluation = $1 AND analysis = 'sensitivity'"
	"   AND factor_kind <> 'within'"
	"   AND (kind = 'metric' AND attribute IS NULL AND metric = 'accuracy'"
	"    OR kind = 'gap' AND metric IN ('demographic_parity', "
	"'equalized_odds'))) AS one) AS row"
	" WHERE most <= 20"
	" ORDER BY of, attribute NULLS FIRST, metric COLLATE \"C\", most";

static const char subgroups_sql[] =
	"SELECT group_name, metric, effect AS value, low, high, n, flag, reason,"
	" value AS x, p_adjusted, verdict,"
	" 'rest ' || round(rest::numeric, 3) AS note"
	" FROM fairpg_catalog.analysis_row"
	" WHERE evaluation = $1 AND analysis = 'subgroups' AND kind = 'subgroup'"
	" ORDER BY metric COLLATE \"C\", place";

/* the ratio of a category beside its rate; those whose category is not known
 * have no ratio */
static const char categories_sql[] =
	"SELECT r.audit_table AS attribute, r.group_name, r.metric,"
	" i.value, i.low, i.high, r.value AS x, r.n,"
	" CASE WHEN i.flag IN ('small', 'excluded') THEN i.flag END AS flag,"
	" coalesce(i.reason, r.reason) AS reason,"
	" CASE WHEN r.kind = 'unknown' THEN 'category not known'"
	"  WHEN i.flag NOT IN ('small', 'excluded') THEN i.flag END AS note"
	" FROM fairpg_catalog.analysis_row r"
	" LEFT JOIN fairpg_catalog.analysis_row i"
	"  ON i.evaluation = r.evaluation AND i.analysis = r.analysis"
	"  AND i.kind = r.kind AND i.audit_table = r.audit_table"
	"  AND i.group_name = r.group_name AND i.metric = 'impact_ratio'"
	" WHERE r.evaluation = $1 AND r.analysis = 'bias_audit'"
	"  AND r.metric IN ('selection_rate', 'scoring_rate')"
	"  AND r.kind IN ('category', 'unknown')"
	" ORDER BY min(r.place) OVER (PARTITION BY r.audit_table), r.place";

#define CHECKED                                                                \
	"SELECT attribute, group_name, metric, value, low, high, n,"               \
	" severity AS verdict, check_name AS kind, column_name, advice,"           \
	" fact FROM fairpg_catalog.analysis_row"                                   \
	" WHERE evaluation = $1 AND analysis = "

static const char checks_sql[] = CHECKED
	"'data_checks' AND check_name <> 'agreement'"
	" ORDER BY array_position('{serious,warning,note,ok}'::text[], severity),"
	"  place";

/* of all rows, of a group, of two annotators */
static const char agreement_sql[] =
	"SELECT attribute, coalesce(nullif(concat_ws(', ', column_name,"
	"  attribute || ' ' || group_name), ''), 'all rows') AS group_name,"
	" metric, value, low, high, n, severity AS verdict, check_name AS kind,"
	" column_name, advice, fact FROM fairpg_catalog.analysis_row"
	" WHERE evaluation = $1 AND analysis = 'data_checks'"
	"  AND check_name = 'agreement'"
	" ORDER BY min(place) OVER (PARTITION BY metric), place";

static const char proxies_sql[] = CHECKED
	"'proxies' ORDER BY min(place) OVER (PARTITION BY attribute),"
	" array_position('{cramers_v,correlation_ratio,auc,joint_auc}'::text[],"
	"  metric), value DESC NULLS LAST, place";

static const char iterations_sql[] =
	"SELECT l.iteration::float8 AS amount, l.phase AS kind, l.loss AS x,"
	" l.gap AS value, l.rows AS n,"
	" CASE WHEN l.phase = 'plain' AND v.fairness <> 'none'"
	"   THEN 'bounds not looked at'"
	"  WHEN NOT l.feasible THEN 'bounds not kept' END AS flag,"
	" CASE WHEN l.chosen THEN 'chosen' END AS verdict"
	" FROM fairpg_catalog.training_log l"
	" JOIN fairpg_catalog.model_version v USING (model, version)"
	" WHERE l.model = $2 AND l.version = $3 ORDER BY l.iteration";

static const char analyses_sql[] =
	"SELECT analysis, '' FROM fairpg_catalog.analysis WHERE evaluation = $1"
	" ORDER BY analysis COLLATE \"C\"";

static const char warnings_sql[] =
	"SELECT '', text FROM ("
	" SELECT 1, 'These are the rows that the model was trained on: rows it has "
	"not seen can fare worse.' FROM fairpg_catalog.evaluation"
	"  WHERE evaluation = $1 AND part = 'train'"
	" UNION ALL SELECT 1, 'The source is the one that the model was trained "
	"on: rows it has not seen can fare worse.'"
	"  FROM fairpg_catalog.evaluation e JOIN fairpg_catalog.model_version v"
	"   USING (model, version)"
	"  WHERE e.evaluation = $1 AND e.part = 'external' AND e.source = v.source"
	" UNION ALL SELECT 2, n_null_label || ' rows were left out because their "
	"label is NULL.' FROM fairpg_catalog.evaluation"
	"  WHERE evaluation = $1 AND n_null_label > 0"
	" UNION ALL SELECT 3, n_null_value || ' values of features are NULL.'"
	"  FROM fairpg_catalog.evaluation WHERE evaluation = $1 AND n_null_value > "
	"0"
	" UNION ALL SELECT 4, n_unseen_level || ' values of categories were not "
	"seen "
	"in training, ' || n_out_of_range || ' numbers are outside of its range.'"
	"  FROM fairpg_catalog.evaluation WHERE evaluation = $1"
	"   AND n_unseen_level + n_out_of_range > 0"
	" UNION ALL SELECT 5, 'Row security limited what was measured.'"
	"  FROM fairpg_catalog.evaluation WHERE evaluation = $1 AND row_security"
	" UNION ALL SELECT 6, 'Training warned: ' || w"
	"  FROM fairpg_catalog.model_version, unnest(warnings) w"
	"  WHERE model = $2 AND version = $3"
	") AS w(place, text) ORDER BY place";

static const char provenance_sql[] =
	"SELECT term, text FROM ("
	" SELECT 1, 'Evaluation', $1::text"
	" UNION ALL SELECT 2, 'Seed, replicates, least group',"
	"   concat_ws(', ', seed, replicates, min_group)"
	"  FROM fairpg_catalog.evaluation WHERE evaluation = $1"
	" UNION ALL SELECT 3, 'Weight', weight FROM fairpg_catalog.evaluation"
	"  WHERE evaluation = $1"
	" UNION ALL SELECT 4, 'Analysis ' || analysis, " UTC(
		"analysed_at") "   || ' by ' || analysed_by || ', arguments ' || "
					   "arguments"
					   "  FROM fairpg_catalog.analysis WHERE evaluation = $1"
					   " UNION ALL SELECT 5, 'SHA-256 of the model',"
					   "   encode(artifact_sha256, 'hex')"
					   "  FROM fairpg_catalog.model_version WHERE model = $2 "
					   "AND version = $3"
					   " UNION ALL SELECT 6, 'Trained at', " UTC(
						   "created_at") " || ' by '"
										 "   || created_by"
										 "  FROM fairpg_catalog.model_version "
										 "WHERE model = $2 AND version = $3"
										 " UNION ALL SELECT 7, 'Trained with', "
										 "'fairpg ' || fairpg_version"
										 "   || ', PostgreSQL ' || "
										 "server_version"
										 "  FROM fairpg_catalog.model_version "
										 "WHERE model = $2 AND version = $3"
										 " UNION ALL SELECT 8, 'Settings of "
										 "the training', spec::text"
										 "  FROM fairpg_catalog.model_version "
										 "WHERE model = $2 AND version = $3"
										 " UNION ALL SELECT 9, 'Report "
										 "written', " UTC(
											 "statement_timestamp("
											 ")") "   || ' by ' "
												  "|| "
												  "current_user "
												  "|| ', "
												  "fairpg"
												  " " FAIRPG_VERSION
												  ", PostgreSQL '"
												  "   || "
												  "current_"
												  "setting('"
												  "server_version'"
												  ")"
												  ") AS p(place, "
												  "term, text) "
												  "WHERE text IS "
												  "NOT NULL"
												  " ORDER BY "
												  "place, term "
												  "COLLATE \"C\"";

#define LIST(name)                                                             \
	{                                                                          \
		name##_sql, offsetof(Findings, name), false                            \
	}
#define FACTS(name)                                                            \
	{                                                                          \
		name##_sql, offsetof(Findings, name), true                             \
	}

const AuditReportList audit_report_lists[] = {
	FACTS(facts),    LIST(constraints), LIST(metrics),   LIST(gaps),
	LIST(ratios),    LIST(categories),  LIST(bins),      LIST(roc),
	LIST(frontier),  LIST(sensitivity), LIST(stress),    LIST(subgroups),
	LIST(checks),    LIST(agreement),   LIST(proxies),   LIST(iterations),
	FACTS(warnings), FACTS(provenance), FACTS(analyses), { NULL, 0, false },
};
