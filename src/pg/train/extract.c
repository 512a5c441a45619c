/*
 * extract.c
 *    From a source in SQL to a dataset in memory, in one pass.
 *
 * A plan says which columns are read and what for (extract_plan.c); all rows
 * are read into a builder (gather.c, read_rows.c); and when what came is
 * enough to train on, the builder makes a dataset of it.
 *
 * Cost: what the executor takes to produce the tuples, plus some 15 ns a
 * value, divided by the number of processes; plus some 80 ns a row for
 * finishing.  Memory: the arena's, and shared memory for the rows when several
 * processes read.
 */
#include "postgres.h"

#include "portability/instr_time.h"
#include "utils/builtins.h"

#include "pg/report.h"
#include "pg/train/gather.h"

static void
check_labels(const RowReader *reader)
{
	const ReadPlan *plan = reader->plan;
	const char *name = plan->columns[plan->label].name;
	bool zero_one = true;

	if (reader->counts.rows_read == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("source %s has no rows", plan->source.name)));
	if (reader->counts.n_null_label == reader->counts.rows_read)
		ereport(ERROR,
		        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		         errmsg("label column \"%s\" is null in all rows", name)));
	if (reader->counts.by_label[0] + reader->counts.by_label[1] == 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("no row of source %s can be used", plan->source.name),
		         errdetail(
					 UINT64_FORMAT " rows have a null label, " UINT64_FORMAT
								   " a weight of zero, " UINT64_FORMAT
								   " null features.",
					 reader->counts.n_null_label, reader->counts.n_zero_weight,
					 reader->counts.n_null_dropped)));
	read_rows_check_classes(reader);
	if (plan->spec.label != DATA_LABEL_BINARY)
		return;
	for (int i = 0; i < reader->counts.n_classes; i++)
	{
		double class;

		memcpy(&class, &reader->counts.classes[i], sizeof(class));
		if (class != 0 && class != 1)
			zero_one = false;
	}
	if (reader->counts.n_classes > 2 ||
	    (!plan->label_by_value && read_as_number(&plan->columns[plan->label]) &&
	     !zero_one))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     reader->counts.n_classes > 2
		         ? errmsg("label column \"%s\" has more than two values", name)
		         : errmsg("label column \"%s\" has values other than 0 "
		                  "and 1",
		                  name),
		     errhint("Use a query as source that makes a boolean of it, "
		             "or name the positive value of two with "
		             "positive.")));
	if (plan->label_by_value && reader->counts.by_label[1] == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("positive value \"%s\" does not occur in label "
		                       "column \"%s\"",
		                       plan->request->positive, name)));
	if (reader->counts.by_label[0] == 0 || reader->counts.by_label[1] == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("label column \"%s\" has one value only", name),
		                errdetail("A model learns to tell two apart.")));
}

/* Whether the training rows have both labels. */
static bool
has_both_labels(const Dataset *data)
{
	const DataRows *train = &data->part[DATA_TRAIN];
	bool found[2] = { false, false };

	for (uint32 b = 0; b < train->n_blocks && !(found[0] && found[1]); b++)
	{
		const DataBlock *block = data_block(train, b);

		for (uint32 i = 0; i < block->n_rows; i++)
			found[block->cell[i] & 1] = true;
	}
	return found[0] && found[1];
}

/* Whether there is something to predict in the training rows. */
static bool
labels_differ(const Dataset *data)
{
	if (data->label == DATA_LABEL_NUMBER)
		return data->label_sd > 0;
	if (data->label == DATA_LABEL_CLASS)
		return data->n_classes > 1;
	return has_both_labels(data);
}

static void
check_classes(const ReadPlan *plan, const Dataset *data)
{
	bool split = data->n_classes + data->n_untrained_classes > 2;

	if (data->label != DATA_LABEL_CLASS || data->n_classes > 2)
		return;
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("label column \"%s\" has two classes only%s",
	                plan->columns[plan->label].name,
	                split ? " in the rows to train on" : ""),
	         errdetail("Family \"multinomial\" tells three or more apart."),
	         split ? errhint("Choose another split.")
	               : errhint("Use family => 'logistic', with the positive one "
	                         "of the two in positive.")));
}

static void
check_parts(const RowReader *reader, const Dataset *data)
{
	const ReadPlan *plan = reader->plan;
	uint64 train = data->part[DATA_TRAIN].n_rows;
	uint64 held_out = data->part[DATA_HELD_OUT].n_rows;

	if (train == 0 || (plan->split_kind == SPLIT_COLUMN && held_out == 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("split \"%s\" leaves no rows to %s",
		                       plan->request->split,
		                       train == 0 ? "train on" : "hold out")));
	if (!labels_differ(data))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("label column \"%s\" has one value only in the rows to "
		                "train on",
		                plan->columns[plan->label].name),
		         data->label == DATA_LABEL_BINARY
		             ? errhint("Choose another split.")
		             : errhint("There is nothing to predict.")));
	check_classes(plan, data);
	if (train < (uint64) plan->n_features + 1)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("source %s has fewer training rows than the model "
		                "has columns",
		                plan->source.name),
		         errdetail("There are " UINT64_FORMAT
		                   " rows to train on and %d feature columns.",
		                   train, plan->n_features)));
}

static char *
word_finding(const RowReader *reader, const DataFinding *finding)
{
	switch (finding->kind)
	{
		case DATA_CONSTANT:
			return psprintf("column \"%s\" is left out: it has one value in "
			                "all training rows",
			                finding->column);
		case DATA_IDENTIFIER:
			return psprintf("column \"%s\" is left out: with " UINT64_FORMAT
			                " values it looks like an identifier",
			                finding->column, finding->count);
		case DATA_POOLED:
			return psprintf("column \"%s\": " UINT64_FORMAT
			                " rare values are pooled into one",
			                finding->column, finding->count);
		case DATA_CROWDED:
			return psprintf(
				"column \"%s\": of more than %d values, the " UINT64_FORMAT
				" most frequent keep a level each, and all others share one "
				"(" UINT64_FORMAT " training rows)",
				finding->column, DATA_MANY_LEVELS, finding->count,
				finding->rows);
		case DATA_SCATTERED:
			return psprintf("column \"%s\" is left out: it has more than %d "
			                "values, none of them in more than one of %u rows",
			                finding->column, DATA_MANY_LEVELS,
			                data_crowd_share(reader->builder));
		case DATA_DISGUISE:
			return psprintf("column \"%s\" all but determines the label: is "
			                "it known when a decision is made?",
			                finding->column);
	}
	return NULL;
}

static Dataset *
finish_dataset(RowReader *reader, ExtractReport *report)
{
	const ReadPlan *plan = reader->plan;
	DataFinding *findings;
	uint32 n_findings;
	const char *culprit;
	Dataset *data;
	NumStatus status = data_builder_finish(reader->builder, &data, &findings,
	                                       &n_findings, &culprit);

	if (status == NUM_TOO_LARGE && culprit != NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("protected attribute \"%s\" has more than %u groups",
		                culprit, plan->spec.max_groups),
		         errhint("Group its values first, or raise "
		                 "fairpg.max_groups.")));
	read_rows_check(reader, status);
	check_parts(reader, data);
	for (uint32 a = 0; a < data->n_attributes; a++)
		for (uint32 g = 0; g < data->attributes[a].n_groups; g++)
			encode_check_group_name(data->attributes[a].group_names[g],
			                        data->attributes[a].name);
	for (uint32 a = 0; a < data->n_attributes; a++)
		if (data->attributes[a].n_groups < 2)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("protected attribute \"%s\" has one group only",
			                data->attributes[a].name),
			         errdetail("Fairness compares groups: there must be two "
			                   "at least."),
			         errhint("Leave it out of protected, or train on rows "
			                 "of more groups.")));
	if (data->n_params == 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("no feature column tells the rows apart"),
		                errhint("Each has one value in all training rows, or "
		                        "another one in each.")));
	for (uint32 f = 0; f < n_findings; f++)
		report->warnings =
			lappend(report->warnings, word_finding(reader, &findings[f]));
	if (data->n_untrained_classes > 0)
		report->warnings = lappend(
			report->warnings,
			psprintf("label column \"%s\": %u %s in held-out rows alone, which "
		             "count as decided wrong and are not in the loss",
		             plan->request->label, data->n_untrained_classes,
		             data->n_untrained_classes == 1 ? "class occurs"
		                                            : "classes occur"));
	data->label_name = plan->request->label;
	if (data->label == DATA_LABEL_BINARY)
		data->label_positive =
			plan->request->positive != NULL ? plan->request->positive
			: read_as_number(&plan->columns[plan->label]) ? "1"
														  : "true";
	data->n_null_label = reader->counts.n_null_label;
	data->n_null_weight_zero = reader->counts.n_zero_weight;
	return data;
}

static void
fill_report(const RowReader *reader, ExtractReport *report)
{
	const ReadPlan *plan = reader->plan;

	report->warnings = list_copy(plan->warnings);
	report->rows_read = reader->counts.rows_read;
	report->rows_dropped = reader->counts.n_null_label +
	                       reader->counts.n_zero_weight +
	                       reader->counts.n_null_dropped;
	memcpy(report->digest, reader->counts.digest, sizeof(report->digest));
	report->rows_train = data_builder_rows(reader->builder, DATA_TRAIN);
	report->source_name = pstrdup(plan->source.name);
	if (plan->source.relation != NULL)
		report->relation = pstrdup(plan->source.relation);
	report->columns = plan->source.columns;
	report->statement = plan->statement;
	report->row_security = plan->source.row_security;
	if (report->row_security)
		report->warnings = lappend(
			report->warnings,
			pstrdup("row security was active: the model saw only the rows "
		            "that the caller may see"));
	if (reader->counts.n_null_split > 0)
		report->warnings =
			lappend(report->warnings,
		            psprintf("split column \"%s\" is null in " UINT64_FORMAT
		                     " rows, which were trained on",
		                     plan->split_name, reader->counts.n_null_split));
	report->key_input =
		plan->key >= 0 ? (uint8) plan->columns[plan->key].encoder.input : 0;
	report->features_used = palloc(sizeof(char *) * plan->n_columns);
	report->n_features_used = 0;
	for (int i = 0; i < plan->n_columns; i++)
		if (plan->columns[i].is_feature)
			report->features_used[report->n_features_used++] =
				pstrdup(plan->columns[i].name);
}

/* What goes from one step of an extraction to the next. */
typedef struct Extraction
{
	const ExtractRequest *request;
	ReadPlan *plan;
	ExtractReport *report;
	Dataset *data;
} Extraction;

/* When all rows are there; see GatherHook. */
static void
make_dataset(void *host, const Gathered *gathered)
{
	Extraction *extraction = host;
	const ExtractRequest *request = extraction->request;
	ExtractReport *report = extraction->report;

	report->shared = gathered->shared;
	check_labels(gathered->reader);
	fill_report(gathered->reader, report);
	if (request->have_read != NULL)
		data_builder_team(gathered->reader->builder,
		                  request->have_read(request->host, report));
	extraction->data = finish_dataset(gathered->reader, report);
	report->waited_bytes = extraction->plan->spec.raw_store->n_bytes;
	spill_end(extraction->plan->spec.raw_store);
	if (gathered->files != NULL)
		report->waited_bytes += spill_set_end(gathered->files);
}

Dataset *
extract_dataset(const ExtractRequest *request, NumArena *arena,
                ExtractReport *report)
{
	Extraction extraction = { .request = request,
		                      .plan = palloc(sizeof(ReadPlan)),
		                      .report = report };
	GatherHook hook = { make_dataset, &extraction };
	instr_time start;
	instr_time end;

	INSTR_TIME_SET_CURRENT(start);
	memset(report, 0, sizeof(*report));
	extract_plan(request, extraction.plan);
	extraction.plan->spec.raw_store = spill_create(false);
	extraction.plan->spec.block_store = report->store =
		spill_create(request->outlives);
	gather_rows(extraction.plan, arena, &hook);
	INSTR_TIME_SET_CURRENT(end);
	INSTR_TIME_SUBTRACT(end, start);
	report->seconds = INSTR_TIME_GET_DOUBLE(end);
	return extraction.data;
}
