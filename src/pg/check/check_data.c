/*
 * check_data.c
 *    fairpg.check_data(): what is odd about the rows of a source, before a
 *    model learns from them.
 *
 * The source is read once (read.c); groups are made of what was counted
 * (groups.c), and then each check looks at that and puts its rows.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/args.h"
#include "pg/check/check.h"
#include "pg/export.h"
#include "pg/host.h"

#define N_RESULT_COLUMNS 12
#define LEAST_CELL 10
#define SAMPLE_ROWS 100000
#define MOST_ANNOTATORS 64

/* Texts that stand for a value that is missing, whatever their case. */
static const char *const usual_stand_ins[] = { "",    "?",    "NA",
	                                           "N/A", "NULL", "NaN" };

static void
read_options(Jsonb *options, CheckCall *call)
{
	JsonbContainer *stand_ins = NULL;
	Jsonb *thresholds = NULL;
	const ArgsOption known[] = {
		{ "level", ARGS_REAL, &call->level, 0.5, 0.9999 },
		{ "min_cell", ARGS_INT, &call->min_cell, 1, PG_INT32_MAX },
		{ "min_group", ARGS_INT, &call->min_group, 1, PG_INT32_MAX },
		{ "sample", ARGS_INT, &call->sample_rows, 1000, 10000000 },
		{ "stand_ins", ARGS_ARRAY, &stand_ins },
		{ "strata", ARGS_TEXT, &call->strata },
		{ "thresholds", ARGS_OBJECT, &thresholds },
		{ NULL }
	};

	call->level = 0.95;
	call->min_cell = LEAST_CELL;
	call->sample_rows = SAMPLE_ROWS;
	call->min_group = setting_int("fairpg.min_group");
	call->n_stand_ins = lengthof(usual_stand_ins);
	call->stand_ins = palloc(sizeof(usual_stand_ins));
	for (int i = 0; i < call->n_stand_ins; i++)
		call->stand_ins[i] = pstrdup(usual_stand_ins[i]);
	rules_default(&call->rules);
	args_options(options, known);
	rules_change(&call->rules, thresholds);
	if (stand_ins != NULL)
		call->stand_ins =
			args_strings(stand_ins, "stand_ins", &call->n_stand_ins);
}

static bool
in_list(const char *name, char **list, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* Place of a column in the statement, where it is added. */
static CheckInput
read_column(CheckCall *call, const char *name, const char *role)
{
	int at = source_column(&call->source, name, role);
	Form_pg_attribute att = TupleDescAttr(call->source.columns, at);
	CheckInput input = { .name = NameStr(att->attname),
		                 .type = getBaseType(att->atttypid) };

	encoder_init(&input.encoder, input.type, CurrentMemoryContext);
	for (input.at = 0; input.at < call->n_columns; input.at++)
		if (strcmp(call->columns[input.at], name) == 0)
			return input;
	call->columns[call->n_columns++] = input.name;
	return input;
}

static int
add_key(CheckCall *call, const char *name, bool is_protected)
{
	const char *role = is_protected ? "protected" : "strata";

	for (int k = 0; k < call->n_keys; k++)
		if (strcmp(call->keys[k].input.name, name) == 0)
		{
			call->keys[k].is_protected |= is_protected;
			return k;
		}
	call->keys[call->n_keys].input = read_column(call, name, role);
	call->keys[call->n_keys].is_protected = is_protected;
	return call->n_keys++;
}

static void
resolve_protected(CheckCall *call, char **names, int n)
{
	call->attributes = palloc0(sizeof(CheckAttribute) * (Size) (n + 1));
	call->keys =
		palloc0(sizeof(CheckKey) * (Size) (n * SOURCE_MAX_CROSSED + 1));
	for (int a = 0; a < n; a++)
	{
		CheckAttribute *attribute = &call->attributes[a];
		char *columns[SOURCE_MAX_CROSSED];

		if (in_list(names[a], names, a))
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
			                errmsg("attribute \"%s\" is listed twice in "
			                       "argument \"protected\"",
			                       names[a])));
		attribute->name = names[a];
		attribute->n_keys =
			source_attribute(&call->source, names[a], "protected", columns);
		for (int c = 0; c < attribute->n_keys; c++)
			attribute->keys[c] = add_key(call, columns[c], true);
	}
	call->n_attributes = n;
	call->strata_key = -1;
	if (call->strata != NULL)
		call->strata_key = add_key(call, call->strata, false);
}

/* Whether a column that nobody listed is no feature. */
static bool
has_role(const CheckCall *call, const char *name, char **exclude, int n_exclude)
{
	for (int k = 0; k < call->n_keys; k++)
		if (call->keys[k].is_protected &&
		    strcmp(call->keys[k].input.name, name) == 0)
			return true;
	for (int i = 0; i < call->n_annotators; i++)
		if (strcmp(call->annotators[i].name, name) == 0)
			return true;
	return (call->label != NULL && strcmp(call->label, name) == 0) ||
	       (call->weight != NULL && strcmp(call->weight, name) == 0) ||
	       in_list(name, exclude, n_exclude);
}

static void
add_feature(CheckCall *call, const char *name)
{
	CheckFeature *feature = &call->features[call->n_features++];
	EncodeClass input;

	feature->input = read_column(call, name, "feature");
	input = feature->input.encoder.input;
	feature->is_number = input == ENCODE_NUMBER || input == ENCODE_DATE ||
	                     input == ENCODE_TIMESTAMP;
	feature->is_category = input == ENCODE_TEXT || input == ENCODE_BOOLEAN;
}

static void
resolve_features(CheckCall *call, FunctionCallInfo fcinfo)
{
	const TupleDesc columns = call->source.columns;
	int n_listed;
	int n_exclude;
	char **listed =
		args_text_array(PG_ARGISNULL(3) ? NULL : PG_GETARG_ARRAYTYPE_P(3),
	                    "features", &n_listed);
	char **exclude =
		args_text_array(PG_ARGISNULL(4) ? NULL : PG_GETARG_ARRAYTYPE_P(4),
	                    "exclude", &n_exclude);

	call->features =
		palloc0(sizeof(CheckFeature) * (Size) (columns->natts + n_listed + 1));
	for (int i = 0; i < n_exclude; i++)
		source_column(&call->source, exclude[i], "excluded");
	for (int i = 0; i < n_listed; i++)
	{
		if (in_list(listed[i], listed, i))
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
			                errmsg("column \"%s\" is listed twice in argument "
			                       "\"features\"",
			                       listed[i])));
		if (in_list(listed[i], exclude, n_exclude))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("column \"%s\" is both listed and excluded",
			                       listed[i])));
		add_feature(call, listed[i]);
	}
	for (int i = 0; PG_ARGISNULL(3) && i < columns->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(columns, i)->attname);

		if (!has_role(call, name, exclude, n_exclude))
			add_feature(call, name);
	}
}

static void
resolve_label(CheckCall *call, int n_annotators)
{
	if (call->label == NULL)
	{
		if (call->positive != NULL && n_annotators == 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("argument \"positive\" needs a label")));
		return;
	}
	call->label_input = read_column(call, call->label, "label");
}

static void
resolve_weight(CheckCall *call)
{
	if (call->weight == NULL)
		return;
	call->weight_input = read_column(call, call->weight, "weight");
	if (call->weight_input.encoder.input != ENCODE_NUMBER)
		ereport(ERROR,
		        (errcode(ERRCODE_DATATYPE_MISMATCH),
		         errmsg("weight column \"%s\" is not a number", call->weight),
		         errhint("Use a query as source that makes a number of it.")));
}

/* Labels of several people are of the type of the label, and where there is
 * none, of one type. */
static void
resolve_annotators(CheckCall *call, char **names, int n)
{
	if (n > MOST_ANNOTATORS)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("there are more than %d annotators", MOST_ANNOTATORS)));
	call->annotators = palloc(sizeof(CheckInput) * (Size) (n + 1));
	for (int i = 0; i < n; i++)
	{
		CheckInput input = read_column(call, names[i], "annotator");

		if (in_list(names[i], names, i))
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
			                errmsg("column \"%s\" is listed twice in argument "
			                       "\"annotators\"",
			                       names[i])));
		if (i == 0 && call->label == NULL)
			call->label_input = input;
		if (input.encoder.input != call->label_input.encoder.input ||
		    (input.type == INT8OID) != (call->label_input.type == INT8OID))
			ereport(ERROR,
			        (errcode(ERRCODE_DATATYPE_MISMATCH),
			         errmsg("annotator column \"%s\" is of type %s, but column "
			                "\"%s\" of type %s",
			                names[i], format_type_be(input.type),
			                call->label_input.name,
			                format_type_be(call->label_input.type)),
			         errhint("Use a query as source that makes one type of "
			                 "them.")));
		call->annotators[call->n_annotators++] = input;
	}
}

static void
read_call(FunctionCallInfo fcinfo, CheckCall *call)
{
	char *source = args_text_required(fcinfo, 0, "source");
	char **attributes;
	int n_attributes;
	char **annotators;
	int n_annotators;

	attributes =
		args_text_array(PG_ARGISNULL(1) ? NULL : PG_GETARG_ARRAYTYPE_P(1),
	                    "protected", &n_attributes);
	call->label = args_text_or_null(fcinfo, 2);
	call->positive = args_text_or_null(fcinfo, 5);
	call->weight = args_text_or_null(fcinfo, 6);
	annotators =
		args_text_array(PG_ARGISNULL(7) ? NULL : PG_GETARG_ARRAYTYPE_P(7),
	                    "annotators", &n_annotators);
	call->reference = args_text_or_null(fcinfo, 8);
	call->seed = PG_ARGISNULL(9) ? 0 : (uint64) PG_GETARG_INT64(9);
	read_options(PG_ARGISNULL(10) ? NULL : PG_GETARG_JSONB_P(10), call);
	source_open(source, &call->source);
	call->columns =
		palloc(sizeof(char *) * (Size) (call->source.columns->natts + 1));
	resolve_label(call, n_annotators);
	resolve_annotators(call, annotators, n_annotators);
	resolve_weight(call);
	resolve_protected(call, attributes, n_attributes);
	resolve_features(call, fcinfo);
	if (call->n_columns == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("no column of source %s is left to check",
		                       call->source.name)));
}

/*
 * check_data(source text, protected text[], label text, features text[],
 *            exclude text[], positive text, weight text, annotators text[],
 *            reference text, seed bigint, options jsonb)
 * returns table (check_name text, severity text, attribute text, column_name
 *            text, group_name text, metric text, value float8, low float8,
 *            high float8, n bigint, fact text, advice text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_check_data);

Datum
fairpg_check_data(PG_FUNCTION_ARGS)
{
	CheckCall call = { .source = { 0 } };
	MemoryContext context = AllocSetContextCreate(
		CurrentMemoryContext, "fairpg check_data", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller;
	Rows rows;

	rows_begin(&rows, fcinfo, N_RESULT_COLUMNS);
	caller = MemoryContextSwitchTo(context);
	call.rows = &rows;
	host_arena_init(&call.arena, context, 0);
	host_monitor_quiet(&call.monitor);
	read_call(fcinfo, &call);
	SPI_connect();
	check_read(&call);
	MemoryContextSwitchTo(context);
	check_make_groups(&call);
	check_read_reference(&call);
	SPI_finish();
	MemoryContextSwitchTo(context);
	check_source_rows(&call);
	check_coverage(&call);
	check_labels(&call);
	check_missing(&call);
	check_duplicates(&call);
	check_columns(&call);
	check_same_columns(&call);
	check_associations(&call);
	check_joint(&call);
	check_annotators(&call);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return (Datum) 0;
}
