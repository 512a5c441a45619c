/*
 * choose.c
 *    fairpg.choose(): a version from a point of a frontier.
 *
 * The point has everything that a version needs: the model, the call that it
 * stands for, and how it fares on the rows that were held out; where none were,
 * on those that the frontier was judged on.  So nothing is read again, and a
 * table that has changed since does not matter.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#include "pg/args.h"
#include "pg/compat.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/rows.h"
#include "pg/store.h"
#include "pg/store_write.h"

/* A point as it is found. */
typedef struct ChosenPoint
{
	int64 frontier;
	int point;
	const char *why;
	char *model; /* name of the model */
	Model *compiled;
	int version; /* the new one */
} ChosenPoint;

static void
add_point(Parameters *parameters, const ChosenPoint *chosen)
{
	add_bigint(parameters, chosen->frontier);
	add_int(parameters, chosen->point);
}

static void
refuse_missing(const ChosenPoint *chosen, bool has_frontier)
{
	ereport(ERROR,
	        (errcode(ERRCODE_UNDEFINED_OBJECT),
	         has_frontier ? errmsg("frontier " INT64_FORMAT " has no point %d",
	                               chosen->frontier, chosen->point)
	                      : errmsg("frontier " INT64_FORMAT " does not exist",
	                               chosen->frontier),
	         errhint("View fairpg_report.frontier lists the points of "
	                 "all frontiers.")));
}

/* Finds the point's model, and checks that it is what was stored. */
static void
read_point(ChosenPoint *chosen, NumArena *arena)
{
	MemoryContext context = CurrentMemoryContext;
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();
	HeapTuple row;
	TupleDesc columns;
	StoredModel stored = { 0 };
	bytea *artifact;
	bool null;
	bool whole;

	add_point(&parameters, chosen);
	run("SELECT f.model, p.point IS NOT NULL, p.artifact,"
	    " sha256(p.artifact) = p.artifact_sha256, f.encoding"
	    " FROM fairpg_catalog.frontier AS f"
	    " LEFT JOIN fairpg_catalog.frontier_point AS p"
	    " ON p.frontier = f.frontier AND p.point = $2"
	    " WHERE f.frontier = $1",
	    &parameters, SPI_OK_SELECT);
	if (SPI_processed != 1)
		refuse_missing(chosen, false);
	row = SPI_tuptable->vals[0];
	columns = SPI_tuptable->tupdesc;
	if (!DatumGetBool(SPI_getbinval(row, columns, 2, &null)))
		refuse_missing(chosen, true);
	chosen->model = MemoryContextStrdup(context, SPI_getvalue(row, columns, 1));
	artifact = DatumGetByteaPP(SPI_getbinval(row, columns, 3, &null));
	whole = DatumGetBool(SPI_getbinval(row, columns, 4, &null));
	if (!whole)
		ereport(ERROR,
		        (errcode(ERRCODE_DATA_CORRUPTED),
		         errmsg("point %d of frontier " INT64_FORMAT " is damaged",
		                chosen->point, chosen->frontier),
		         errdetail("Its model does not have the stored SHA-256.")));
	stored.bytes = (const uint8 *) VARDATA_ANY(artifact);
	stored.size_bytes = VARSIZE_ANY_EXHDR(artifact);
	stored.encoding = pg_char_to_encoding(SPI_getvalue(row, columns, 5));
	chosen->compiled = store_decode(arena, &stored, chosen->model);
	store_spi_end(nest_level);
}

/* The row of the version, with the figures of the best evidence there is. */
static void
insert_version(const ChosenPoint *chosen)
{
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();

	add_point(&parameters, chosen);
	add_int(&parameters, chosen->version);
	add_text(&parameters, chosen->why);
	store_write(
		"INSERT INTO fairpg_catalog.model_version"
		" (model, version, family, fairness, method, max_gap, status, verdict,"
		" source, label, positive, protected, spec, threshold, artifact,"
		" artifact_sha256, rows_train, rows_test, rows_dropped, loss, accuracy,"
		" auc, gap, gap_low, gap_high, worst_group, iterations, seconds,"
		" memory_bytes, warnings, comment, row_security, fairpg_version,"
		" stopped_because, encoding, server_version, created_at, created_by)"
		" SELECT f.model, $3, f.family, f.fairness, f.method, p.max_gap,"
		" p.status, c.verdict, f.source, f.label, f.positive, f.protected,"
		" p.spec, f.threshold, p.artifact, p.artifact_sha256, f.rows_train,"
		" f.rows_test, f.rows_dropped, e.loss, e.accuracy, e.auc, c.value,"
		" c.low, c.high, c.worst_group, p.iterations, f.seconds,"
		" f.memory_bytes, f.warnings || p.warnings, $4, f.row_security,"
		" f.fairpg_version, p.stopped_because, f.encoding, f.server_version,"
		" clock_timestamp(), current_user"
		" FROM fairpg_catalog.frontier AS f"
		" JOIN fairpg_catalog.frontier_point AS p ON p.frontier = f.frontier"
		" JOIN LATERAL (SELECT * FROM fairpg_catalog.evaluation AS e"
		"  WHERE e.frontier = p.frontier AND e.point = p.point"
		"  ORDER BY e.part <> 'held_out', e.part <> 'out_of_fold'"
		"  LIMIT 1) AS e ON true"
		" LEFT JOIN fairpg_catalog.evaluation_constraint AS c"
		"  ON c.evaluation = e.evaluation AND c.position = 1"
		" WHERE f.frontier = $1 AND p.point = $2",
		&parameters, SPI_OK_INSERT);
	if (SPI_processed != 1)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
		                errmsg("point %d of frontier " INT64_FORMAT
		                       " has no evaluation",
		                       chosen->point, chosen->frontier)));
	store_spi_end(nest_level);
}

/* The point's evaluations become those of the version as well. */
static void
copy_evaluations(const ChosenPoint *chosen)
{
	static const char *const details[] = {
		"INSERT INTO fairpg_catalog.evaluation_metric"
		" SELECT $2, attribute, group_name, metric, value, low, high, n, flag,"
		" reason, class_number, class"
		" FROM fairpg_catalog.evaluation_metric WHERE evaluation = $1",
		"INSERT INTO fairpg_catalog.evaluation_gap"
		" SELECT $2, attribute, criterion, value, low, high, ratio,"
		" ratio_low, ratio_high, n, highest_group, lowest_group, worst_group,"
		" flag, reason, class_number, class"
		" FROM fairpg_catalog.evaluation_gap WHERE evaluation = $1",
		"INSERT INTO fairpg_catalog.evaluation_constraint"
		" SELECT $2, position, criterion, measure, bound_kind, bound,"
		" attributes, value, low, high, verdict, worst_group, n, rows_needed"
		" FROM fairpg_catalog.evaluation_constraint WHERE evaluation = $1",
		"INSERT INTO fairpg_catalog.evaluation_ratio"
		" SELECT $2, attribute, group_name, n, selected, selection_rate,"
		" reference_group, reference_rate, ratio, low, high,"
		" below_four_fifths, p_value, p_adjusted, rows_needed, verdict, flag,"
		" reason, class_number, class"
		" FROM fairpg_catalog.evaluation_ratio WHERE evaluation = $1"
	};
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();
	SPITupleTable *found;
	uint64 n;

	add_point(&parameters, chosen);
	run("SELECT evaluation FROM fairpg_catalog.evaluation"
	    " WHERE frontier = $1 AND point = $2 ORDER BY evaluation",
	    &parameters, SPI_OK_SELECT);
	found = SPI_tuptable;
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
	{
		Parameters copy = { 0 };
		Parameters both = { 0 };
		bool null;
		int64 from = DatumGetInt64(
			SPI_getbinval(found->vals[i], found->tupdesc, 1, &null));

		add_bigint(&copy, from);
		add_int(&copy, chosen->version);
		store_write(
			"INSERT INTO fairpg_catalog.evaluation"
			" (model, version, name, source, relation, part, label, positive,"
			" protected, decision, score, threshold, weight, level, seed,"
			" min_group, replicates, comment, row_security, evaluated_at,"
			" evaluated_by, n_rows, n_null_label, n_null_value,"
			" n_unseen_level, n_out_of_range, accuracy, auc, loss)"
			" SELECT model, $2, name, source, relation, part, label, positive,"
			" protected, decision, score, threshold, weight, level, seed,"
			" min_group, replicates, comment, row_security, evaluated_at,"
			" evaluated_by, n_rows, n_null_label, n_null_value,"
			" n_unseen_level, n_out_of_range, accuracy, auc, loss"
			" FROM fairpg_catalog.evaluation WHERE evaluation = $1"
			" RETURNING evaluation",
			&copy, SPI_OK_INSERT_RETURNING);
		add_bigint(&both, from);
		add_bigint(&both, DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
		                                              SPI_tuptable->tupdesc, 1,
		                                              &null)));
		for (int d = 0; d < (int) lengthof(details); d++)
			store_write(details[d], &both, SPI_OK_INSERT);
	}
	store_spi_end(nest_level);
}

static void
insert_choice(const ChosenPoint *chosen)
{
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();

	add_point(&parameters, chosen);
	add_int(&parameters, chosen->version);
	add_text(&parameters, chosen->why);
	add_text(&parameters, chosen->model);
	store_write("INSERT INTO fairpg_catalog.frontier_choice"
	            " (model, version, frontier, point, why, chosen_at, chosen_by)"
	            " VALUES ($5, $3, $1, $2, $4, clock_timestamp(), session_user)",
	            &parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
}

/* The new version as fairpg.train() would answer. */
static Datum
version_row(FunctionCallInfo fcinfo, const ChosenPoint *chosen)
{
	MemoryContext context = CurrentMemoryContext;
	MemoryContext own;
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();
	Datum result;
	RowMaker row;
	HeapTuple stored;
	TupleDesc columns;

	add_text(&parameters, chosen->model);
	add_int(&parameters, chosen->version);
	run("SELECT model, version, family, fairness, method, status, iterations,"
	    " rows_train, rows_test, rows_dropped, loss, accuracy, auc, gap,"
	    " gap_low, gap_high, verdict, worst_group, seconds, memory_bytes,"
	    " warnings, (SELECT c.rows_needed FROM fairpg_catalog.evaluation AS e"
	    "  JOIN fairpg_catalog.evaluation_constraint AS c USING (evaluation)"
	    "  WHERE e.model = $1 AND e.version = $2 AND c.position = 1"
	    "  ORDER BY e.part <> 'held_out', e.part <> 'out_of_fold' LIMIT 1)"
	    " FROM fairpg_catalog.model_version"
	    " WHERE model = $1 AND version = $2",
	    &parameters, SPI_OK_SELECT);
	if (SPI_processed != 1)
		elog(ERROR, "the version was not inserted");
	stored = SPI_tuptable->vals[0];
	columns = SPI_tuptable->tupdesc;
	own = MemoryContextSwitchTo(context);
	row_begin(&row, fcinfo);
	for (int c = 1; c <= columns->natts; c++)
	{
		bool null;
		Datum value = SPI_getbinval(stored, columns, c, &null);

		if (null)
			row_put_text(&row, NULL);
		else
			row_put(&row, value);
	}
	result = row_end(&row);
	MemoryContextSwitchTo(own);
	store_spi_end(nest_level);
	return result;
}

static char *
read_reason(FunctionCallInfo fcinfo, int arg)
{
	char *why = args_text_required(fcinfo, arg, "why");

	if (why[strspn(why, " \t\r\n\v\f")] == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("why must not be empty"),
		                errhint("Say why this point and no other, for those "
		                        "who will have to judge the choice.")));
	return why;
}

/*
 * choose(frontier, point, why) returns fairpg.train_result
 *
 * Stores the model of a point as a new version of the frontier's model, and
 * the reason with it.  Nothing is trained or read anew.
 */
FAIRPG_FUNCTION(fairpg_choose);
Datum
fairpg_choose(PG_FUNCTION_ARGS)
{
	ChosenPoint chosen = { 0 };
	NumArena arena;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"%s\" must not be null",
		                       PG_ARGISNULL(0) ? "frontier" : "point")));
	chosen.frontier = PG_GETARG_INT64(0);
	chosen.point = PG_GETARG_INT32(1);
	chosen.why = read_reason(fcinfo, 2);
	PreventCommandIfReadOnly("fairpg.choose()");
	store_require(STORE_TO_CHOOSE);
	host_arena_init(&arena, CurrentMemoryContext, 0);
	read_point(&chosen, &arena);
	chosen.version = store_next_version(chosen.model);
	insert_version(&chosen);
	store_insert_coefficients(chosen.model, chosen.version, NULL,
	                          chosen.compiled, 0);
	copy_evaluations(&chosen);
	insert_choice(&chosen);
	/* plans that name the columns of the version before must go */
	CacheInvalidateRelcacheByRelid(store_version_table());
	PG_RETURN_DATUM(version_row(fcinfo, &chosen));
}
