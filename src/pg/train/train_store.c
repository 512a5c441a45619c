/*
 * train_store.c
 *    The rows of a new version: the model, how it came about, how it fares.
 *
 * Called when everything has been computed.  The version number is taken
 * first, under a lock on the model's row, so that two sessions that train the
 * same model get two versions.
 */
#include "postgres.h"

#include <math.h>

#include "access/xlog.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "pg/args.h"
#include "pg/compat.h"
#include "pg/evaluation.h"
#include "pg/source.h"
#include "pg/train/call.h"
#include "pg/train/replay.h"

char **
train_text_array(List *texts, int *n)
{
	char **array = palloc(sizeof(char *) * Max(list_length(texts), 1));
	ListCell *cell;

	*n = 0;
	foreach (cell, texts)
		array[(*n)++] = lfirst(cell);
	return array;
}

static void
json_key(StringInfo json, const char *key)
{
	if (json->data[json->len - 1] != '{')
		appendStringInfoString(json, ", ");
	escape_json(json, key);
	appendStringInfoString(json, ": ");
}

static void
json_text(StringInfo json, const char *key, const char *value)
{
	json_key(json, key);
	if (value == NULL)
		appendStringInfoString(json, "null");
	else
		escape_json(json, value);
}

static void
json_number(StringInfo json, const char *key, bool known, double value)
{
	json_key(json, key);
	if (known && isfinite(value))
		appendStringInfo(json, "%.17g", value);
	else
		appendStringInfoString(json, "null");
}

static void
json_list(StringInfo json, const char *key, char **names, int n)
{
	json_key(json, key);
	appendStringInfoChar(json, '[');
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(json, ", ");
		escape_json(json, names[i]);
	}
	appendStringInfoChar(json, ']');
}

/* The source's columns and their types. */
static void
json_columns(StringInfo json, TupleDesc columns)
{
	json_key(json, "columns");
	appendStringInfoChar(json, '{');
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);

		json_text(json, NameStr(column->attname),
		          source_type_name(column->atttypid));
	}
	appendStringInfoChar(json, '}');
}

/* What it takes to make the call again (replay.h). */
static void
json_replay(StringInfo json, const TrainCall *call)
{
	json_key(json, "layout");
	appendStringInfo(json, "%d", REPLAY_LAYOUT);
	json_key(json, "call");
	appendStringInfoString(json, call->kept);
	json_text(json, "relation", call->report.relation);
	json_columns(json, call->report.columns);
	json_key(json, "replays");
	if (call->replay != NULL)
		appendStringInfo(json, "%d", call->replay->version);
	else
		appendStringInfoString(json, "null");
}

/* What was read, and where the server's log was then. */
static void
json_data(StringInfo json, const ExtractReport *report)
{
	XLogRecPtr at = GetXLogInsertRecPtr();

	json_key(json, "data");
	appendStringInfo(json,
	                 "{\"rows_read\": " UINT64_FORMAT
	                 ", \"digest\": \"%016llx%016llx\", \"wal_lsn\": "
	                 "\"%X/%X\", \"min_group\": %d, \"max_groups\": %d}",
	                 report->rows_read, (unsigned long long) report->digest[0],
	                 (unsigned long long) report->digest[1],
	                 (uint32) (at >> 32), (uint32) at,
	                 setting_int("fairpg.min_group"),
	                 setting_int("fairpg.max_groups"));
}

char *
train_describe_call(const TrainCall *call)
{
	const ExtractRequest *extract = &call->extract;
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	json_text(&json, "source", extract->source);
	json_text(&json, "label", extract->label);
	json_text(&json, "positive", extract->positive);
	json_list(&json, "protected", extract->protected_attributes,
	          extract->n_protected);
	json_list(&json, "features", call->report.features_used,
	          call->report.n_features_used);
	json_list(&json, "exclude", extract->exclude, extract->n_exclude);
	json_text(&json, "family", call->family->name);
	json_text(&json, "fairness", call->fairness);
	json_key(&json, "constraints");
	constraints_write(&json, &call->constraints);
	json_text(&json, "method", call->method_name);
	json_number(&json, "penalty", call->has_penalty, call->penalty);
	json_text(&json, "weight", extract->weight);
	json_text(&json, "split", call->split);
	json_key(&json, "seed");
	appendStringInfo(&json, INT64_FORMAT, call->seed);
	json_key(&json, "options");
	if (call->options == NULL)
		appendStringInfoString(&json, "{}");
	else
		JsonbToCString(&json, &call->options->root, VARSIZE(call->options));
	json_key(&json, "margins");
	train_write_margins(&json, call);
	json_replay(&json, call);
	json_key(&json, "start");
	if (call->has_start)
		appendStringInfo(&json, "%d", call->start);
	else
		appendStringInfoString(&json, "null");
	json_text(&json, "statement", call->report.statement);
	if (call->data->label == DATA_LABEL_NUMBER)
	{
		json_key(&json, "label_statistics");
		appendStringInfoChar(&json, '{');
		json_number(&json, "mean", true, call->data->label_mean);
		json_number(&json, "sd", true, call->data->label_sd);
		appendStringInfoChar(&json, '}');
	}
	if (call->data->label == DATA_LABEL_CLASS)
		json_list(&json, "classes", (char **) train_class_names(call),
		          (int) call->data->n_classes);
	json_text(&json, "kernels", call->uses_blas ? "openblas" : "own");
	json_data(&json, &call->report);
	json_key(&json, "timing");
	appendStringInfoChar(&json, '{');
	json_number(&json, "extract_seconds", true, call->report.seconds);
	json_number(&json, "fit_seconds", true, call->fit_seconds);
	json_number(&json, "certify_seconds", true, call->certify_seconds);
	appendStringInfoString(&json, "}}");
	return json.data;
}

/* Standard errors in the order of the rows that store_insert_version() makes
 * of the model: a number and its NULL, the levels of a category and the unseen
 * ones.  NULL without any. */
static const double *
order_errors(const TrainCall *call)
{
	const Dataset *data = call->data;
	const double *from = call->result.std_error;
	double *to;
	Size n_rows = 1;
	int n = 0;

	if (from == NULL)
		return NULL;
	for (uint32 c = 0; c < data->n_columns; c++)
		n_rows += data->columns[c].kind == DATA_NUMBER
		              ? 2
		              : 1 + (Size) data->columns[c].n_levels;
	to = palloc_extended(sizeof(double) * n_rows, MCXT_ALLOC_HUGE);
	to[n++] = from[0];
	for (uint32 c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];
		uint32 n_own = column->kind == DATA_NUMBER ? 1 : column->n_levels;

		if (column->is_null_flag)
		{
			/* the place that its number kept free */
			if (column->n_params > 0)
				to[n - 1] = from[column->first_param];
			continue;
		}
		for (uint32 l = 0; l < n_own; l++)
			to[n++] =
				column->n_params > 0 ? from[column->first_param + l] : NAN;
		to[n++] = NAN;
	}
	return to;
}

/* The iteration of the log that is the model; 0: none. */
static int
chosen_iteration(const TrainResult *result)
{
	for (uint32 i = 0; i < result->n_log; i++)
		if (result->log[i].chosen)
			return result->log[i].iteration;
	return 0;
}

static void
store_version(const TrainCall *call)
{
	const ConstraintList *list = &call->constraints;
	Judgement judgement = train_chosen(call);
	StoreVersion row = { .model = call->model,
		                 .version = call->version,
		                 .family = call->family->name,
		                 .fairness = call->fairness,
		                 .method = call->method_name,
		                 .max_gap =
		                     list->n == 1 && list->items[0].kind == FAIR_MAX_GAP
		                         ? list->items[0].bound
		                         : NAN,
		                 .status = train_outcome_name(call->result.outcome),
		                 .verdict = call->judgements.verdict,
		                 .source = call->extract.source,
		                 .label = call->extract.label,
		                 .positive = call->data->label_positive,
		                 .protected_names = call->extract.protected_attributes,
		                 .n_protected = call->extract.n_protected,
		                 .spec = train_describe_call(call),
		                 .threshold = call->family->label == DATA_LABEL_BINARY
		                                  ? call->threshold
		                                  : NAN,
		                 .artifact = call->artifact,
		                 .artifact_bytes = call->artifact_bytes,
		                 .rows_train = (int64) call->train_part.rows,
		                 .rows_test = (int64) call->held_out.rows,
		                 .rows_dropped = (int64) call->report.rows_dropped,
		                 .loss = call->judged->loss,
		                 .accuracy = call->judged->accuracy,
		                 .auc = call->judged->auc,
		                 .gap = judgement.gap,
		                 .gap_low = judgement.gap_low,
		                 .gap_high = judgement.gap_high,
		                 .worst_group = judge_worst_group(&judgement),
		                 .iterations = call->result.iterations,
		                 .best_iteration = chosen_iteration(&call->result),
		                 .stopped_because = call->result.stopped_because,
		                 .expected_gap = call->expected_gap,
		                 .seconds = call->seconds,
		                 .memory_bytes = (int64) call->memory_bytes,
		                 .comment = call->comment,
		                 .row_security = call->report.row_security };

	row.warnings = train_text_array(call->warnings, &row.n_warnings);
	row.std_errors = order_errors(call);
	store_insert_version(&row, call->compiled);
}

static void
store_log(const TrainCall *call)
{
	const TrainResult *result = &call->result;
	StoreLogRow *rows = palloc(sizeof(StoreLogRow) * Max(result->n_log, 1));

	for (uint32 i = 0; i < result->n_log; i++)
	{
		const TrainLog *log = &result->log[i];

		rows[i].iteration = log->iteration;
		rows[i].phase = log->phase;
		rows[i].rows = (int64) log->rows;
		rows[i].loss = log->loss;
		rows[i].gap = log->gap;
		rows[i].step = log->step;
		rows[i].max_multiplier = log->max_multiplier;
		rows[i].feasible = log->feasible;
		rows[i].chosen = log->chosen;
	}
	store_insert_log(call->model, call->version, rows, (int) result->n_log);
}

/* The group rates of the log. */
static void
store_log_groups(const TrainCall *call)
{
	const TrainResult *result = &call->result;
	bool of_classes = call->data->label == DATA_LABEL_CLASS;
	const char **classes = train_class_names(call);
	StoreLogGroup *rows;

	if (result->n_log_rates == 0)
		return;
	rows = palloc(sizeof(StoreLogGroup) * result->n_log_rates);
	for (uint32 i = 0; i < result->n_log_rates; i++)
	{
		const TrainLogRate *log = &result->log_rates[i];
		const TrainRate *rate = &result->rates[log->rate];
		const DataAttribute *attribute =
			&call->data->attributes[rate->attribute];

		rows[i] = (StoreLogGroup){
			.iteration = log->iteration,
			.attribute = attribute->name,
			.group_name = attribute->group_names[rate->group],
			.metric = call->constraints.items[rate->constraint]
			              .criterion->event_name[rate->event],
			.value = log->value,
			.rows = (int64) rate->rows,
			.class_number = of_classes ? (int) rate->class + 1 : 0,
			.class = of_classes ? classes[rate->class] : NULL
		};
	}
	store_insert_log_groups(call->model, call->version, rows,
	                        (int) result->n_log_rates);
}

void
train_store_evaluation(const TrainCall *call, const Certificate *part,
                       int64 frontier, int point)
{
	StoreEvaluation row = {
		.model = call->model,
		.version = call->version,
		.source = call->extract.source,
		.relation = call->report.relation,
		.label = call->extract.label,
		.positive = call->data->label_positive,
		.protected_names = call->extract.protected_attributes,
		.n_protected = call->extract.n_protected,
		.threshold =
			call->family->label == DATA_LABEL_BINARY ? call->threshold : NAN,
		.weight = call->extract.weight,
		.row_security = call->report.row_security,
		.part = part->part == DATA_HELD_OUT ? "held_out"
		        : call->out_of_fold         ? "out_of_fold"
		                                    : "train",
		.n_rows = (int64) part->rows,
		.n_null_label = (int64) call->data->n_null_label,
		.accuracy = part->accuracy,
		.auc = part->auc,
		.loss = part->loss,
		.frontier = frontier,
		.point = point
	};
	FigureAttribute *groups;
	Judgements judgements;

	for (uint32 c = 0; c < call->data->n_columns; c++)
	{
		const DataColumn *column = &call->data->columns[c];

		row.n_null_value += (int64) column->n_null[part->part];
		row.n_unseen_level += (int64) column->n_unseen[part->part];
		if (part->part == DATA_HELD_OUT)
			row.n_out_of_range += (int64) column->n_out_of_range;
	}
	groups = train_groups(call, part);
	judge_constraints(&call->figures, &call->constraints, groups, &judgements);
	evaluation_store(&row, &call->figures, groups,
	                 (int) call->data->n_attributes, &call->constraints,
	                 &judgements);
}

void
train_store(TrainCall *call)
{
	if (call->version == 0)
		call->version = store_next_version(call->model);
	store_version(call);
	store_log(call);
	store_log_groups(call);
	train_store_cells(call);
	train_store_evaluation(call, &call->train_part, 0, 0);
	if (call->held_out.rows > 0)
		train_store_evaluation(call, &call->held_out, 0, 0);
}
