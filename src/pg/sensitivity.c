/*
 * sensitivity.c
 *    fairpg.sensitivity(): which features of a model, and which segments of
 *    rows, drive accuracy and gaps.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "pg/args.h"
#include "pg/encode.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/model_cache.h"
#include "pg/sensitivity.h"

#define N_RESULT_COLUMNS 17
#define ARG_COLUMNS (CHANGE_ARG_THRESHOLD + 1)
/* as in stress.c */
#define REPLICATES 2000
/* A column of a model with more values is no segment unless it is asked for. */
#define LEVELS_OF_OWN 100

typedef struct SensitivityOptions
{
	JsonbContainer *kinds;
	JsonbContainer *features;
} SensitivityOptions;

static void read_call(FunctionCallInfo fcinfo, SensitivityCall *call);
static void
read_options(Jsonb *options, SensitivityCall *call, SensitivityOptions *read);
static void read_kinds(SensitivityCall *call, JsonbContainer *kinds);
static void read_features(SensitivityCall *call, JsonbContainer *names);
static void read_columns(FunctionCallInfo fcinfo, SensitivityCall *call);

/*
 * sensitivity(model text, source text, version integer, label text,
 *        positive text, protected text[], weight text, level float8,
 *        seed bigint, options jsonb, decision text, score text,
 *        threshold float8, columns text[])
 * returns table (kind text, factor_kind text, factor text, factor_level text,
 *        attribute text, group_name text, metric text, value float8,
 *        low float8, high float8, baseline float8, change float8,
 *        change_low float8, change_high float8, n bigint, flag text,
 *        reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_sensitivity);

Datum
fairpg_sensitivity(PG_FUNCTION_ARGS)
{
	SensitivityCall call = { .change.audit.purpose = "sensitivity" };
	Rows rows;

	rows_begin(&rows, fcinfo, N_RESULT_COLUMNS);
	SPI_connect();
	read_call(fcinfo, &call);
	sensitivity_features(&call, &rows);
	sensitivity_segments(&call, &rows);
	SPI_finish();
	PG_RETURN_NULL();
}

static void
read_call(FunctionCallInfo fcinfo, SensitivityCall *call)
{
	SensitivityOptions options = { 0 };

	change_read_sides(fcinfo, &call->change);
	change_read_columns(fcinfo, &call->change);
	read_options(PG_ARGISNULL(CHANGE_ARG_OPTIONS)
	                 ? NULL
	                 : PG_GETARG_JSONB_P(CHANGE_ARG_OPTIONS),
	             call, &options);
	read_kinds(call, options.kinds);
	change_read_source(fcinfo, &call->change);
	if (call->drop || call->permute)
		read_features(call, options.features);
	if (call->segment)
		read_columns(fcinfo, call);
}

static void
read_options(Jsonb *options, SensitivityCall *call, SensitivityOptions *read)
{
	AuditCall *audit = &call->change.audit;
	const ArgsOption known[] = {
		{ "kinds", ARGS_ARRAY, &read->kinds },
		{ "features", ARGS_ARRAY, &read->features },
		{ "bins", ARGS_INT, &call->bins, 2, 20 },
		{ "levels", ARGS_INT, &call->levels, 1, 1000 },
		{ "group_metrics", ARGS_BOOLEAN, &call->change.group_metrics },
		{ "replicates", ARGS_INT, &audit->replicates, 100, 1000000 },
		{ "min_group", ARGS_INT, &audit->min_group, 1, PG_INT32_MAX },
		{ NULL }
	};

	call->bins = 4;
	call->levels = 10;
	audit->replicates = REPLICATES;
	args_options(options, known);
	if (read->features != NULL && call->change.model == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("option \"features\" needs a model")));
}

/* Whatever applies, unless the kinds are given. */
static void
read_kinds(SensitivityCall *call, JsonbContainer *kinds)
{
	bool has_model = call->change.model != NULL;
	char **names;
	int n;

	call->drop = call->permute = has_model && kinds == NULL;
	call->segment = kinds == NULL;
	if (kinds == NULL)
		return;
	names = args_strings(kinds, "kinds", &n);
	for (int i = 0; i < n; i++)
	{
		if (strcmp(names[i], "segment") == 0)
			call->segment = true;
		else if (strcmp(names[i], "drop") == 0)
			call->drop = true;
		else if (strcmp(names[i], "permute") == 0)
			call->permute = true;
		else
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("kind \"%s\" of sensitivity does not exist",
			                       names[i]),
			                errhint("The kinds are: drop, permute, segment.")));
	}
	if ((call->drop || call->permute) && !has_model)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("kind \"%s\" of sensitivity needs a model",
		                       call->drop ? "drop" : "permute"),
		                errdetail("Of decisions and scores nobody knows what "
		                          "each feature adds to them.")));
}

static const CompiledModel *
find_model(const SensitivityCall *call)
{
	return model_cache_find(call->change.model, call->change.side.version,
	                        false);
}

/* The features of the model, or those of them that are named. */
static void
read_features(SensitivityCall *call, JsonbContainer *names)
{
	const CompiledModel *compiled = find_model(call);

	if (names == NULL)
	{
		call->n_features = compiled->n_sources;
		call->features =
			palloc(sizeof(char *) * (Size) Max(compiled->n_sources, 1));
		for (int s = 0; s < compiled->n_sources; s++)
			call->features[s] = pstrdup(compiled->sources[s].name);
		return;
	}
	call->features = args_strings(names, "features", &call->n_features);
	for (int f = 0; f < call->n_features; f++)
	{
		int s = 0;

		while (s < compiled->n_sources &&
		       strcmp(compiled->sources[s].name, call->features[f]) != 0)
			s++;
		if (s == compiled->n_sources)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
			                errmsg("column \"%s\" is no feature of %s",
			                       call->features[f], model_title(compiled))));
	}
}

/* Whether a feature of the model is cut into segments without being asked
 * for. */
static bool
is_segmented(const CompiledModel *compiled, int source)
{
	if (compiled->sources[source].input == ENCODE_ARRAY)
		return false;
	for (int c = 0; c < (int) compiled->model->n_columns; c++)
		if (compiled->source_of_column[c] == source &&
		    compiled->model->columns[c].kind == DATA_CATEGORY)
			return compiled->model->columns[c].n_levels <= LEVELS_OF_OWN;
	return true;
}

/* Argument 'columns'; else the features of the model, or what the protected
 * attributes are of. */
static void
read_columns(FunctionCallInfo fcinfo, SensitivityCall *call)
{
	const AuditCall *audit = &call->change.audit;

	if (!PG_ARGISNULL(ARG_COLUMNS))
	{
		call->columns = args_text_array(PG_GETARG_ARRAYTYPE_P(ARG_COLUMNS),
		                                "columns", &call->n_columns);
		for (int c = 0; c < call->n_columns; c++)
			for (int d = 0; d < c; d++)
				if (strcmp(call->columns[c], call->columns[d]) == 0)
					ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
					                errmsg("column \"%s\" is listed twice in "
					                       "argument \"columns\"",
					                       call->columns[c])));
	}
	else if (call->change.model != NULL)
	{
		const CompiledModel *compiled = find_model(call);

		call->columns =
			palloc(sizeof(char *) * (Size) Max(compiled->n_sources, 1));
		for (int s = 0; s < compiled->n_sources; s++)
			if (is_segmented(compiled, s))
				call->columns[call->n_columns++] =
					pstrdup(compiled->sources[s].name);
	}
	else
	{
		call->columns =
			palloc(sizeof(char *) * (Size) Max(audit->n_columns, 1));
		for (int c = 0; c < audit->n_columns; c++)
			call->columns[call->n_columns++] = pstrdup(audit->columns[c]);
	}
}

/* ---- report ---- */

/* Two tables of each group for one thing that is tried. */
static void
make_tables(const ChangeReport *report, int attribute, FairPaired *tables)
{
	const ChangeCounts *counts = report->counts;
	const ChangeAttribute *groups = &counts->attributes[attribute];
	const SensitivityItem *item = report->item;

	memset(tables, 0, sizeof(FairPaired) * (Size) groups->n_groups);
	for (int c = 0; c < counts->n_cells; c++)
	{
		const ChangeCell *cell = &counts->cells[c];
		FairPaired *table = &tables[groups->group_of[c]];

		switch (item->kind)
		{
			case SENSITIVITY_DROP:
			case SENSITIVITY_PERMUTE:
				change_add_decisions(table, &cell->cells,
				                     cell->parts[item->part]);
				break;

			/* what is left out weighs nothing */
			case SENSITIVITY_SEGMENT:
				table->kind = FAIR_PAIRED_WEIGHTS;
				change_add_weights(table, &cell->cells,
				                   cell->parts[item->part]);
				break;

			case SENSITIVITY_WITHIN:
				table->kind = FAIR_PAIRED_WEIGHTS;
				change_add_others(table, &cell->cells, cell->parts[item->part]);
				break;
		}
	}
}

/* The columns of the result that say what is tried. */
static void
put_item(const ChangeReport *report, RowMaker *row)
{
	static const char *const kinds[] = { "drop", "permute", "segment",
		                                 "within" };
	const SensitivityItem *item = report->item;

	row_put_text(row, kinds[item->kind]);
	row_put_text(row, item->factor);
	row_put_text(row, item->level);
}

void
sensitivity_report(const SensitivityCall *call, const ChangeCounts *counts,
                   const SensitivityItem *items, int n_items, Rows *rows)
{
	NumArena arena;
	NumMonitor monitor;
	ChangeReport report = { .call = &call->change,
		                    .counts = counts,
		                    .make_tables = make_tables,
		                    .put_item = put_item,
		                    .rows = rows };

	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	change_report_begin(&report, &arena, &monitor);
	for (int i = 0; i < n_items; i++)
		change_report_item(&report, &items[i], false);
}
