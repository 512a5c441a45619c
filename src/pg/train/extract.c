/*
 * extract.c
 *    From a source in SQL to a dataset in memory, in one pass.
 *
 * The statement runs through SPI with a receiver of our own: each tuple is
 * taken apart once and its values go straight into the dataset's builder, so
 * no row is ever materialised.  The run is read only in two senses: SPI
 * refuses a statement that writes, and the transaction is marked read only
 * meanwhile, so that a function in the query cannot either (a failure restores
 * the mark with the transaction).  As in any read only transaction, temporary
 * tables can be written.
 *
 * Cost: what the executor takes to produce the tuples, plus some 15 ns a
 * value.  Memory: the arena's.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "access/xact.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "fair/tally.h"
#include "num/random.h"
#include "pg/report.h"
#include "pg/train/extract_plan.h"

/* rows between looks at the monitor */
#define CHECK_ROWS 4096

typedef struct Receiver
{
	DestReceiver pub; /* first: the executor sees this */
	ReadPlan *plan;
	NumArena *arena;
	DataBuilder *builder;
	DataInput *input;
	MemoryContext row_context;
	bool drop_nulls;
	bool reject_nulls;

	uint64 rows_read;
	uint64 n_null_label;
	uint64 n_zero_weight;
	uint64 n_null_dropped;
	uint64 by_label[2];

	/* distinct labels seen, at most three */
	int n_classes;
	double class_number[3];
	char *class_text[3];
	uint32 class_length[3];
} Receiver;

static void
check_status(const Receiver *receiver, NumStatus status)
{
	if (status != NUM_OK)
		report_status(status, receiver->arena,
		              psprintf("source %s", receiver->plan->source.name));
}

static bool
is_number(const ReadColumn *column)
{
	return column->encoder.input == ENCODE_NUMBER ||
	       column->encoder.input == ENCODE_DATE ||
	       column->encoder.input == ENCODE_TIMESTAMP;
}

/* Remembers up to three distinct labels. */
static void
note_class(Receiver *receiver, bool number, double x, const char *text,
           uint32 length)
{
	int i;

	for (i = 0; i < receiver->n_classes; i++)
		if (number ? receiver->class_number[i] == x
		           : receiver->class_length[i] == length &&
		                 memcmp(receiver->class_text[i], text, length) == 0)
			return;
	if (i == lengthof(receiver->class_number))
		return;
	receiver->class_number[i] = x;
	if (!number)
	{
		receiver->class_text[i] = MemoryContextAlloc(
			GetMemoryChunkContext(receiver->plan->statement), length + 1);
		memcpy(receiver->class_text[i], text, length);
		receiver->class_length[i] = length;
	}
	receiver->n_classes++;
}

/* 0 or 1. */
static int
read_label(Receiver *receiver, Datum value)
{
	ReadPlan *plan = receiver->plan;
	ReadColumn *column = &plan->columns[plan->label];

	if (is_number(column))
	{
		double x = encoder_number(&column->encoder, value);

		note_class(receiver, true, x, NULL, 0);
		return plan->label_by_value ? x == plan->label_number : x == 1.0;
	}
	else
	{
		uint32 length;
		const char *text = encoder_text(&column->encoder, value, &length);

		note_class(receiver, false, 0, text, length);
		if (!plan->label_by_value)
			return length == 4; /* "true" */
		return length == plan->label_length &&
		       memcmp(text, plan->label_text, length) == 0;
	}
}

static double
read_weight(const Receiver *receiver, Datum value, bool null)
{
	ReadPlan *plan = receiver->plan;
	ReadColumn *column = &plan->columns[plan->weight];
	double weight = null ? -1 : encoder_number(&column->encoder, value);

	if (null || !(weight >= 0 && weight <= FAIR_MAX_WEIGHT))
		ereport(
			ERROR,
			(errcode(null ? ERRCODE_NULL_VALUE_NOT_ALLOWED
		                  : ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		     errmsg("weight column \"%s\" is %s in row " UINT64_FORMAT,
		            column->name, null ? "null" : "negative or too large",
		            receiver->rows_read),
		     errhint("Weights are numbers from 0 to %.0f; only their ratios "
		             "matter.",
		             FAIR_MAX_WEIGHT)));
	if (weight > 0 && weight < FAIR_MIN_WEIGHT)
		ereport(
			ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		     errmsg("weight column \"%s\" is too small in row " UINT64_FORMAT,
		            column->name, receiver->rows_read),
		     errhint("Only the ratios of weights matter: multiply all of "
		             "them.")));
	return weight;
}

static bool
split_matches(const Receiver *receiver, Datum value, bool null)
{
	ReadPlan *plan = receiver->plan;
	ReadColumn *column = &plan->columns[plan->split];
	uint32 length;
	const char *text;

	if (null)
		return false;
	if (is_number(column))
		return encoder_number(&column->encoder, value) == plan->split_number;
	text = encoder_text(&column->encoder, value, &length);
	return length == plan->split_length &&
	       memcmp(text, plan->split_text, length) == 0;
}

static uint64
hash_key(const Receiver *receiver, Datum value, bool null)
{
	ReadPlan *plan = receiver->plan;
	ReadColumn *column = &plan->columns[plan->key];
	uint64 seed = (uint64) plan->request->seed;
	uint32 length;
	const char *text;

	if (null)
		return num_hash64("", 0, seed);
	if (is_number(column))
	{
		double x = encoder_number(&column->encoder, value) + 0.0;

		return num_hash64(&x, sizeof(x), seed);
	}
	if (column->encoder.input == ENCODE_NONE ||
	    column->encoder.input == ENCODE_ARRAY)
	{
		Oid send;
		bool is_varlena;
		bytea *image;

		/* the text of such types may depend on settings, this does not */
		getTypeBinaryOutputInfo(column->type, &send, &is_varlena);
		image = OidSendFunctionCall(send, value);
		text = VARDATA(image);
		length = (uint32) (VARSIZE(image) - VARHDRSZ);
	}
	else
		text = encoder_text(&column->encoder, value, &length);
	return num_hash64(text, length, seed);
}

static void
refuse_value(const Receiver *receiver, const ReadColumn *column, double x)
{
	ereport(ERROR,
	        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
	         errmsg("column \"%s\" is %s in row " UINT64_FORMAT, column->name,
	                isnan(x)   ? "not a number"
	                : isinf(x) ? "infinite"
	                           : "too large",
	                receiver->rows_read),
	         errhint("Leave such rows out with a query as source, or make "
	                 "the value NULL.")));
}

static void
refuse_null(const Receiver *receiver, const ReadColumn *column)
{
	ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
	                errmsg("column \"%s\" is null in row " UINT64_FORMAT,
	                       column->name, receiver->rows_read),
	                errhint("Option nulls is \"reject\"; \"indicator\", "
	                        "\"impute\" and \"drop\" accept nulls.")));
}

static void
read_array(Receiver *receiver, const ReadColumn *column, Datum value, bool null,
           bool *has_null)
{
	double *to = receiver->input->number + column->first;
	double *elements;
	bool some_null;

	if (null)
	{
		*has_null = true;
		for (int e = 0; e < column->n_elements; e++)
			to[e] = NAN;
		return;
	}
	if (encoder_array((Encoder *) &column->encoder, value, &elements,
	                  &some_null) != column->n_elements)
		ereport(
			ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
		     errmsg(
				 "array column \"%s\" has another length in row " UINT64_FORMAT,
				 column->name, receiver->rows_read),
		     errdetail("All arrays of a feature have one length; the "
		               "first row's is %d.",
		               column->n_elements)));
	*has_null = *has_null || some_null;
	for (int e = 0; e < column->n_elements; e++)
	{
		if (!(fabs(elements[e]) <= FLT_MAX) &&
		    !(some_null && isnan(elements[e])))
			refuse_value(receiver, column, elements[e]);
		to[e] = elements[e];
	}
}

/* One feature of the row; '*has_null' is set when it is NULL. */
static void
read_feature(Receiver *receiver, ReadColumn *column, Datum value, bool null,
             bool *has_null)
{
	uint32 length;
	const char *text;

	if (column->encoder.input == ENCODE_ARRAY)
	{
		read_array(receiver, column, value, null, has_null);
		return;
	}
	if (is_number(column))
	{
		double x;

		if (null)
		{
			*has_null = true;
			receiver->input->number[column->first] = NAN;
			return;
		}
		x = encoder_number(&column->encoder, value);
		if (!(fabs(x) <= FLT_MAX))
			refuse_value(receiver, column, x);
		receiver->input->number[column->first] = x;
		return;
	}
	if (null)
	{
		receiver->input->code[column->first] = DATA_NULL_CODE;
		return;
	}
	text = encoder_text(&column->encoder, value, &length);
	receiver->input->code[column->first] = data_builder_code(
		receiver->builder, (uint32) column->first, text, length);
	if (receiver->input->code[column->first] == DATA_NO_CODE)
		check_status(receiver, NUM_NO_MEMORY);
}

static void
read_protected(Receiver *receiver, ReadColumn *column, Datum value, bool null)
{
	uint32 *to = &receiver->input->protected_code[column->protected_at];
	uint32 length;
	const char *text;

	if (null)
	{
		*to = DATA_NULL_CODE;
		return;
	}
	if (is_number(column))
	{
		text = encode_group_name(column->encoder.type, value);
		length = (uint32) strlen(text);
	}
	else
		text = encoder_text(&column->encoder, value, &length);
	*to = data_builder_group(receiver->builder, (uint32) column->protected_at,
	                         text, length);
	if (*to == DATA_NO_CODE)
		check_status(receiver, NUM_NO_MEMORY);
}

/* What decides about the row's part: a column, or the hash of a key or, in the
 * builder, of the whole row. */
static DataPart
read_split(Receiver *receiver, const TupleTableSlot *slot)
{
	ReadPlan *plan = receiver->plan;

	if (plan->key >= 0)
		receiver->input->key_hash = hash_key(
			receiver, slot->tts_values[plan->key], slot->tts_isnull[plan->key]);
	if (plan->split_kind == SPLIT_COLUMN &&
	    split_matches(receiver, slot->tts_values[plan->split],
	                  slot->tts_isnull[plan->split]))
		return DATA_HELD_OUT;
	return DATA_TRAIN;
}

/* All columns of the row into the input; true when a feature is NULL. */
static bool
read_columns(Receiver *receiver, const TupleTableSlot *slot)
{
	ReadPlan *plan = receiver->plan;
	bool any_null = false;

	for (int i = 0; i < plan->n_columns; i++)
	{
		ReadColumn *column = &plan->columns[i];

		if (column->is_feature)
		{
			bool null = false;

			read_feature(receiver, column, slot->tts_values[i],
			             slot->tts_isnull[i], &null);
			null = null || slot->tts_isnull[i];
			if (null && receiver->reject_nulls)
				refuse_null(receiver, column);
			any_null = any_null || null;
		}
		if (column->protected_at >= 0)
			read_protected(receiver, column, slot->tts_values[i],
			               slot->tts_isnull[i]);
	}
	return any_null;
}

static void
check_append(const Receiver *receiver, NumStatus status)
{
	if (status == NUM_TOO_LARGE)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("the protected columns of source %s have more than %d "
		                "combinations of values",
		                receiver->plan->source.name, INT16_MAX),
		         errhint("Group their values first.")));
	check_status(receiver, status);
}

static void
receive_row(Receiver *receiver, TupleTableSlot *slot)
{
	ReadPlan *plan = receiver->plan;
	DataInput *input = receiver->input;

	if (slot->tts_isnull[plan->label])
	{
		receiver->n_null_label++;
		return;
	}
	input->label = read_label(receiver, slot->tts_values[plan->label]);
	input->weight = 1;
	if (plan->weight >= 0)
	{
		input->weight = read_weight(receiver, slot->tts_values[plan->weight],
		                            slot->tts_isnull[plan->weight]);
		if (input->weight == 0)
		{
			receiver->n_zero_weight++;
			return;
		}
	}
	if (read_columns(receiver, slot) && receiver->drop_nulls)
	{
		receiver->n_null_dropped++;
		return;
	}
	check_append(receiver, data_builder_append(receiver->builder,
	                                           read_split(receiver, slot)));
	receiver->by_label[input->label]++;
}

static bool
receive_slot(TupleTableSlot *slot, DestReceiver *self)
{
	Receiver *receiver = (Receiver *) self;
	MemoryContext before;

	slot_getallattrs(slot);
	receiver->rows_read++;
	if (receiver->rows_read % CHECK_ROWS == 0)
		monitor_stop(receiver->plan->request->monitor);
	before = MemoryContextSwitchTo(receiver->row_context);
	receive_row(receiver, slot);
	MemoryContextSwitchTo(before);
	MemoryContextReset(receiver->row_context);
	return true;
}

static void
receive_startup(DestReceiver *self, int operation, TupleDesc desc)
{
}

static void
receive_nothing(DestReceiver *self)
{
}

/* Runs the statement into the receiver. */
static void
run_statement(Receiver *receiver)
{
	SPIPrepareOptions prepare = { .cursorOptions = CURSOR_OPT_PARALLEL_OK };
	SPIExecuteOptions execute = { .read_only = true, .dest = &receiver->pub };
	bool was_read_only = XactReadOnly;
	SPIPlanPtr plan;
	int code;

	SPI_connect();
	plan = SPI_prepare_extended(receiver->plan->statement, &prepare);
	if (plan == NULL)
		elog(ERROR, "source could not be prepared: %s",
		     SPI_result_code_string(SPI_result));
	XactReadOnly = true;
	code = SPI_execute_plan_extended(plan, &execute);
	XactReadOnly = was_read_only;
	if (code < 0)
		elog(ERROR, "source could not be read: %s",
		     SPI_result_code_string(code));
	SPI_finish();
}

static void
check_labels(const Receiver *receiver)
{
	const ReadPlan *plan = receiver->plan;
	const char *name = plan->columns[plan->label].name;
	bool zero_one = true;

	if (receiver->rows_read == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("source %s has no rows", plan->source.name)));
	if (receiver->n_null_label == receiver->rows_read)
		ereport(ERROR,
		        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		         errmsg("label column \"%s\" is null in all rows", name)));
	if (receiver->by_label[0] + receiver->by_label[1] == 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("no row of source %s can be used", plan->source.name),
		     errdetail(UINT64_FORMAT " rows have a null label, " UINT64_FORMAT
		                             " a weight of zero, " UINT64_FORMAT
		                             " null features.",
		               receiver->n_null_label, receiver->n_zero_weight,
		               receiver->n_null_dropped)));
	for (int i = 0; i < receiver->n_classes; i++)
		if (receiver->class_number[i] != 0 && receiver->class_number[i] != 1)
			zero_one = false;
	if (receiver->n_classes > 2 ||
	    (!plan->label_by_value && is_number(&plan->columns[plan->label]) &&
	     !zero_one))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     receiver->n_classes > 2
		         ? errmsg("label column \"%s\" has more than two values", name)
		         : errmsg("label column \"%s\" has values other than 0 "
		                  "and 1",
		                  name),
		     errhint("Use a query as source that makes a boolean of it, "
		             "or name the positive value of two with "
		             "positive.")));
	if (plan->label_by_value && receiver->by_label[1] == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("positive value \"%s\" does not occur in label "
		                       "column \"%s\"",
		                       plan->request->positive, name)));
	if (receiver->by_label[0] == 0 || receiver->by_label[1] == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("label column \"%s\" has one value only", name),
		                errdetail("A model learns to tell two apart.")));
}

static void
check_parts(const Receiver *receiver, const Dataset *data)
{
	const ReadPlan *plan = receiver->plan;
	uint64 train = data->part[DATA_TRAIN].n_rows;
	uint64 held_out = data->part[DATA_HELD_OUT].n_rows;

	if (train == 0 || (plan->split_kind == SPLIT_COLUMN && held_out == 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("split \"%s\" leaves no rows to %s",
		                       plan->request->split,
		                       train == 0 ? "train on" : "hold out")));
	if (train < plan->spec.n_columns + 1)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("source %s has fewer training rows than the model "
		                "has columns",
		                plan->source.name),
		         errdetail("There are " UINT64_FORMAT
		                   " rows to train on and %u feature columns.",
		                   train, plan->spec.n_columns)));
}

static char *
word_finding(const DataFinding *finding)
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
		case DATA_DISGUISE:
			return psprintf("column \"%s\" all but determines the label: is "
			                "it known when a decision is made?",
			                finding->column);
	}
	return NULL;
}

static Dataset *
finish_dataset(Receiver *receiver, ExtractReport *report)
{
	ReadPlan *plan = receiver->plan;
	DataFinding *findings;
	uint32 n_findings;
	const char *culprit;
	Dataset *data;
	NumStatus status = data_builder_finish(receiver->builder, &data, &findings,
	                                       &n_findings, &culprit);

	if (status == NUM_TOO_LARGE && culprit != NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("protected attribute \"%s\" has more than %u groups",
		                culprit, plan->spec.max_groups),
		         errhint("Group its values first, or raise "
		                 "fairpg.max_groups.")));
	check_status(receiver, status);
	check_parts(receiver, data);
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
			                   "at least.")));
	if (data->n_params == 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("no feature column tells the rows apart")));
	for (uint32 f = 0; f < n_findings; f++)
		report->warnings =
			lappend(report->warnings, word_finding(&findings[f]));
	data->label_name = plan->request->label;
	data->label_positive = plan->request->positive != NULL
	                           ? plan->request->positive
	                       : is_number(&plan->columns[plan->label]) ? "1"
	                                                                : "true";
	data->n_null_label = receiver->n_null_label;
	data->n_null_weight_zero = receiver->n_zero_weight;
	return data;
}

static void
fill_report(const Receiver *receiver, ExtractReport *report)
{
	const ReadPlan *plan = receiver->plan;

	report->warnings = list_copy(plan->warnings);
	report->rows_read = receiver->rows_read;
	report->rows_dropped = receiver->n_null_label + receiver->n_zero_weight +
	                       receiver->n_null_dropped;
	report->source_name = pstrdup(plan->source.name);
	report->statement = plan->statement;
	report->row_security = plan->source.row_security;
	if (report->row_security)
		report->warnings = lappend(
			report->warnings,
			pstrdup("row security was active: the model saw only the rows "
		            "that the caller may see"));
	report->features_used = palloc(sizeof(char *) * plan->n_columns);
	report->n_features_used = 0;
	for (int i = 0; i < plan->n_columns; i++)
		if (plan->columns[i].is_feature)
			report->features_used[report->n_features_used++] =
				pstrdup(plan->columns[i].name);
}

Dataset *
extract_dataset(const ExtractRequest *request, NumArena *arena,
                ExtractReport *report)
{
	Receiver *receiver = palloc0(sizeof(Receiver));
	ReadPlan *plan = palloc(sizeof(ReadPlan));
	instr_time start;
	instr_time end;
	Dataset *data;

	INSTR_TIME_SET_CURRENT(start);
	memset(report, 0, sizeof(*report));
	extract_plan(request, plan);
	receiver->pub.receiveSlot = receive_slot;
	receiver->pub.rStartup = receive_startup;
	receiver->pub.rShutdown = receive_nothing;
	receiver->pub.rDestroy = receive_nothing;
	receiver->pub.mydest = DestNone;
	receiver->plan = plan;
	receiver->arena = arena;
	receiver->drop_nulls =
		request->nulls != NULL && strcmp(request->nulls, "drop") == 0;
	receiver->reject_nulls =
		request->nulls != NULL && strcmp(request->nulls, "reject") == 0;
	receiver->row_context = AllocSetContextCreate(
		CurrentMemoryContext, "fairpg row", ALLOCSET_SMALL_SIZES);
	check_status(receiver,
	             data_builder_create(arena, &plan->spec, &receiver->builder));
	receiver->input = data_builder_input(receiver->builder);

	run_statement(receiver);
	check_labels(receiver);
	fill_report(receiver, report);
	data = finish_dataset(receiver, report);
	INSTR_TIME_SET_CURRENT(end);
	INSTR_TIME_SUBTRACT(end, start);
	report->seconds = INSTR_TIME_GET_DOUBLE(end);
	return data;
}
