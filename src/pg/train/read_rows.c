/*
 * read_rows.c
 *    From rows of the source to rows of a dataset's builder.
 *
 * Cost: some 15 ns a value.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "fair/tally.h"
#include "num/random.h"
#include "pg/compat.h"
#include "pg/report.h"
#include "pg/train/read_rows.h"

void
read_rows_check(const RowReader *reader, NumStatus status)
{
	if (status != NUM_OK)
		report_status(status, reader->arena,
		              psprintf("source %s", reader->plan->source.name));
}

/* " in row 7", where rows are counted by one process only. */
static const char *
in_row(const RowReader *reader)
{
	return reader->is_part
	           ? ""
	           : psprintf(" in row " UINT64_FORMAT, reader->counts.rows_read);
}

bool
read_as_number(const ReadColumn *column)
{
	return column->encoder.input == ENCODE_NUMBER ||
	       column->encoder.input == ENCODE_DATE ||
	       column->encoder.input == ENCODE_TIMESTAMP;
}

/* Remembers distinct labels. */
static void
note_class(RowCounts *counts, uint64 class)
{
	for (int i = 0; i < counts->n_classes; i++)
		if (counts->classes[i] == class)
			return;
	if (counts->n_classes < COUNTED_CLASSES)
		counts->classes[counts->n_classes++] = class;
}

/* 0 or 1. */
static int
read_label(RowReader *reader, Datum value)
{
	const ReadPlan *plan = reader->plan;
	ReadColumn *column = &plan->columns[plan->label];

	if (column->encoder.input == ENCODE_BOOLEAN && !plan->label_by_value)
	{
		note_class(&reader->counts, DatumGetBool(value));
		return DatumGetBool(value);
	}
	if (read_as_number(column))
	{
		double x = encoder_number(&column->encoder, value) + 0.0;
		uint64 bits;

		memcpy(&bits, &x, sizeof(bits));
		note_class(&reader->counts, bits);
		return plan->label_by_value ? x == plan->label_number : x == 1.0;
	}
	else
	{
		uint32 length;
		const char *text = encoder_text(&column->encoder, value, &length);

		note_class(&reader->counts, num_hash64(text, length, 0));
		if (!plan->label_by_value)
			return length == 4; /* "true" */
		return length == plan->label_length &&
		       memcmp(text, plan->label_text, length) == 0;
	}
}

static double
read_weight(const RowReader *reader, Datum value, bool null)
{
	const ReadPlan *plan = reader->plan;
	ReadColumn *column = &plan->columns[plan->weight];
	double weight = null ? -1 : encoder_number(&column->encoder, value);

	if (null || !(weight >= 0 && weight <= FAIR_MAX_WEIGHT))
		ereport(
			ERROR,
			(errcode(null ? ERRCODE_NULL_VALUE_NOT_ALLOWED
		                  : ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		     errmsg("weight column \"%s\" is %s%s", column->name,
		            null ? "null" : "negative or too large", in_row(reader)),
		     errhint("Weights are numbers from 0 to %.0f; only their ratios "
		             "matter.",
		             FAIR_MAX_WEIGHT)));
	if (weight > 0 && weight < FAIR_MIN_WEIGHT)
		ereport(ERROR,
		        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		         errmsg("weight column \"%s\" is too small%s", column->name,
		                in_row(reader)),
		         errhint("Only the ratios of weights matter: multiply all of "
		                 "them.")));
	return weight;
}

static bool
split_matches(const RowReader *reader, Datum value, bool null)
{
	const ReadPlan *plan = reader->plan;
	ReadColumn *column = &plan->columns[plan->split];
	uint32 length;
	const char *text;

	if (null)
		return false;
	if (read_as_number(column))
		return encoder_number(&column->encoder, value) == plan->split_number;
	text = encoder_text(&column->encoder, value, &length);
	return length == plan->split_length &&
	       memcmp(text, plan->split_text, length) == 0;
}

static void
refuse_value(const RowReader *reader, const ReadColumn *column, double x)
{
	ereport(ERROR,
	        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
	         errmsg("column \"%s\" is %s%s", column->name,
	                isnan(x)   ? "not a number"
	                : isinf(x) ? "infinite"
	                           : "too large",
	                in_row(reader)),
	         errhint("Leave such rows out with a query as source, or make "
	                 "the value NULL.")));
}

/* A label that is a number, which must be one that can be squared and summed. */
static void
read_number_label(RowReader *reader, Datum value)
{
	ReadColumn *column = &reader->plan->columns[reader->plan->label];
	double x = encoder_number(&column->encoder, value);

	if (!(fabs(x) <= FLT_MAX))
		refuse_value(reader, column, x);
	reader->input->number[column->first] = x;
	reader->input->label = 0;
}

/* The text of a value that names a group or a class, of '*length' bytes. */
static const char *
read_name(ReadColumn *column, Datum value, uint32 *length)
{
	const char *text;

	if (!read_as_number(column))
		return encoder_text(&column->encoder, value, length);
	text = encode_group_name(column->encoder.type, value);
	*length = (uint32) strlen(text);
	return text;
}

void
read_rows_check_classes(const RowReader *reader)
{
	const ReadPlan *plan = reader->plan;

	if (plan->spec.label != DATA_LABEL_CLASS ||
	    data_builder_values(reader->builder, plan->spec.label_column) <=
	        DATA_MOST_CLASSES)
		return;
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
	                errmsg("label column \"%s\" has more than %d classes",
	                       plan->columns[plan->label].name, DATA_MOST_CLASSES),
	                errhint("Use a query as source that puts rare classes "
	                        "together; a label that is a number is for family "
	                        "=> 'linear'.")));
}

/* A label that is a class. */
static void
read_class_label(RowReader *reader, Datum value)
{
	ReadColumn *column = &reader->plan->columns[reader->plan->label];
	uint32 length;
	const char *text;

	if (read_as_number(column))
	{
		double x = encoder_number(&column->encoder, value);

		if (!isfinite(x))
			refuse_value(reader, column, x);
	}
	text = read_name(column, value, &length);
	if (length > ENCODE_GROUP_NAME_BYTES)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("label column \"%s\" has a class of more than "
		                "%d bytes%s",
		                column->name, ENCODE_GROUP_NAME_BYTES, in_row(reader)),
		         errhint("Give the classes short names in a query as "
		                 "source.")));
	reader->input->label = 0;
	reader->input->code[column->first] = data_builder_code(
		reader->builder, (uint32) column->first, text, length);
	if (reader->input->code[column->first] == DATA_NO_CODE)
		read_rows_check(reader, NUM_NO_MEMORY);
	read_rows_check_classes(reader);
}

static void
refuse_null(const RowReader *reader, const ReadColumn *column)
{
	ereport(ERROR,
	        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
	         errmsg("column \"%s\" is null%s", column->name, in_row(reader)),
	         errhint("Option nulls is \"reject\"; \"indicator\", "
	                 "\"impute\" and \"drop\" accept nulls.")));
}

/* Whether the array, or any element of it, is NULL. */
static bool
read_array(RowReader *reader, const ReadColumn *column, Datum value, bool null)
{
	double *to = reader->input->number + column->first;
	double *elements;
	bool *nulls;
	bool has_null = false;

	if (null)
	{
		for (int e = 0; e < column->n_elements; e++)
			to[e] = NAN;
		return true;
	}
	if (encoder_array((Encoder *) &column->encoder, value, &elements, &nulls) !=
	    column->n_elements)
		ereport(ERROR,
		        (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
		         errmsg("array column \"%s\" has another length%s",
		                column->name, in_row(reader)),
		         errdetail("All arrays of a feature have one length; the "
		                   "first row's is %d.",
		                   column->n_elements)));
	for (int e = 0; e < column->n_elements; e++)
	{
		if (nulls != NULL && nulls[e])
			has_null = true;
		else if (!(fabs(elements[e]) <= FLT_MAX))
			refuse_value(reader, column, elements[e]);
		to[e] = elements[e];
	}
	return has_null;
}

static inline void
read_number(RowReader *reader, ReadColumn *column, Datum value, bool null)
{
	double x = null ? NAN : encoder_number(&column->encoder, value);

	if (!null && !(fabs(x) <= FLT_MAX))
		refuse_value(reader, column, x);
	reader->input->number[column->first] = x;
}

static inline void
read_category(RowReader *reader, ReadColumn *column, Datum value, bool null)
{
	uint32 code = DATA_NULL_CODE;

	if (!null)
	{
		uint32 length;
		const char *text = encoder_text(&column->encoder, value, &length);

		code = data_builder_code(reader->builder, (uint32) column->first, text,
		                         length);
		if (code == DATA_NO_CODE)
			read_rows_check(reader, NUM_NO_MEMORY);
	}
	reader->input->code[column->first] = code;
}

/* One feature of the row; whether it, or an element of it, is NULL. */
static inline bool
read_feature(RowReader *reader, ReadColumn *column, Datum value, bool null)
{
	switch (column->encoder.input)
	{
		case ENCODE_BOOLEAN:
		case ENCODE_TEXT:
			read_category(reader, column, value, null);
			return null;
		case ENCODE_ARRAY:
			return read_array(reader, column, value, null);
		default:
			read_number(reader, column, value, null);
			return null;
	}
}

static void
read_protected(RowReader *reader, ReadColumn *column, Datum value, bool null)
{
	uint32 *to = &reader->input->protected_code[column->protected_at];
	uint32 length;
	const char *text;

	if (null)
	{
		*to = DATA_NULL_CODE;
		return;
	}
	text = read_name(column, value, &length);
	text = encode_value_name(text, &length);
	*to = data_builder_group(reader->builder, (uint32) column->protected_at,
	                         text, length);
	if (*to == DATA_NO_CODE)
		read_rows_check(reader, NUM_NO_MEMORY);
}

/* What decides about the row's part: a column, or the hash of a key or, in the
 * builder, of the whole row. */
static DataPart
read_split(RowReader *reader, const NullableDatum *row)
{
	const ReadPlan *plan = reader->plan;

	if (plan->key >= 0)
	{
		ReadColumn *key = &plan->columns[plan->key];

		reader->input->key_hash =
			encode_hash(&key->encoder, key->type, row[plan->key].value,
		                row[plan->key].isnull, plan->spec.seed);
		if (plan->spec.drawn)
			reader->input->number[plan->spec.draw_column] =
				encode_draw(&key->encoder, key->type, row[plan->key].value,
			                row[plan->key].isnull);
	}
	if (plan->split_kind == SPLIT_COLUMN && row[plan->split].isnull)
		reader->counts.n_null_split++;
	if (plan->split_kind == SPLIT_COLUMN &&
	    split_matches(reader, row[plan->split].value, row[plan->split].isnull))
		return DATA_HELD_OUT;
	return DATA_TRAIN;
}

/* All columns of the row into the input; true when a feature is NULL. */
static bool
read_columns(RowReader *reader, const NullableDatum *row)
{
	const ReadPlan *plan = reader->plan;
	bool any_null = false;

	for (int i = 0; i < plan->n_columns; i++)
	{
		ReadColumn *column = &plan->columns[i];

		if (column->is_feature)
		{
			bool null =
				read_feature(reader, column, row[i].value, row[i].isnull);

			if (null && reader->reject_nulls)
				refuse_null(reader, column);
			any_null = any_null || null;
		}
		if (column->protected_at >= 0)
			read_protected(reader, column, row[i].value, row[i].isnull);
	}
	return any_null;
}

static void
check_append(const RowReader *reader, NumStatus status)
{
	if (status == NUM_TOO_LARGE)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("the protected columns of source %s have more than %d "
		                "combinations of values",
		                reader->plan->source.name,
		                INT16_MAX / (int) Max(reader->plan->spec.n_folds, 1)),
		         reader->plan->spec.n_folds > 0
		             ? errdetail("There are %u folds, which count as often.",
		                         reader->plan->spec.n_folds)
		             : 0,
		         errhint("Group their values first.")));
	read_rows_check(reader, status);
}

/*
 * Adds the row that was appended to the digest of all of them.  Sums are the
 * same in any order, so that the digest is of the rows and not of how they came.
 * It tells whether rows are others than they were; it does not withstand
 * somebody who looks for rows with the digest of others.
 */
static void
note_digest(RowReader *reader, DataPart part)
{
	uint64 hash = reader->input->content_hash + (uint64) part;

	if (reader->plan->weight >= 0)
		hash ^= num_hash64(&reader->input->weight,
		                   sizeof(reader->input->weight), hash);
	reader->counts.digest[0] += hash;
	reader->counts.digest[1] += hash * hash;
}

static void
take_row(RowReader *reader, const NullableDatum *row)
{
	const ReadPlan *plan = reader->plan;
	DataInput *input = reader->input;
	DataPart part;

	if (row[plan->label].isnull)
	{
		reader->counts.n_null_label++;
		return;
	}
	if (plan->spec.label == DATA_LABEL_NUMBER)
		read_number_label(reader, row[plan->label].value);
	else if (plan->spec.label == DATA_LABEL_BINARY)
		input->label = read_label(reader, row[plan->label].value);
	input->weight = 1;
	if (plan->weight >= 0)
	{
		input->weight = read_weight(reader, row[plan->weight].value,
		                            row[plan->weight].isnull);
		if (input->weight == 0)
		{
			reader->counts.n_zero_weight++;
			return;
		}
	}
	if (read_columns(reader, row) && reader->drop_nulls)
	{
		reader->counts.n_null_dropped++;
		return;
	}
	/* of rows that count alone */
	if (plan->spec.label == DATA_LABEL_CLASS)
		read_class_label(reader, row[plan->label].value);
	part = read_split(reader, row);
	check_append(reader, data_builder_append(reader->builder, part));
	reader->counts.by_label[input->label]++;
	note_digest(reader, part);
}

void
read_row(RowReader *reader, const NullableDatum *row)
{
	MemoryContext before = MemoryContextSwitchTo(reader->row_context);

	reader->counts.rows_read++;
	take_row(reader, row);
	MemoryContextSwitchTo(before);
	MemoryContextReset(reader->row_context);
}

RowReader *
read_rows_begin(const ReadPlan *plan, NumArena *arena, NumArena *rows,
                DataStore *part_store)
{
	RowReader *reader = palloc0(sizeof(RowReader));
	DataBuilderSpec spec = plan->spec;

	spec.row_arena = rows;
	if (part_store != NULL)
		spec.raw_store = part_store;
	reader->is_part = part_store != NULL;
	reader->plan = plan;
	reader->arena = arena;
	reader->drop_nulls = plan->nulls == NULLS_DROP;
	reader->reject_nulls = plan->nulls == NULLS_REJECT;
	reader->row_context = AllocSetContextCreate(
		CurrentMemoryContext, "fairpg row", ALLOCSET_SMALL_SIZES);
	read_rows_check(reader,
	                data_builder_create(arena, &spec, &reader->builder));
	reader->input = data_builder_input(reader->builder);
	return reader;
}

void
read_rows_export(RowReader *reader, const DataExchange *exchange,
                 StringInfo image)
{
	unsigned char *rows;
	size_t bytes;

	read_rows_check(
		reader, data_builder_export(reader->builder, exchange, &rows, &bytes));
	appendBinaryStringInfo(image, (char *) &reader->counts,
	                       sizeof(reader->counts));
	if (bytes > MaxAllocSize / 2)
		read_rows_check(reader, NUM_TOO_LARGE);
	appendBinaryStringInfo(image, (char *) rows, (int) bytes);
}

void
read_rows_import(RowReader *reader, const DataExchange *exchange,
                 const char *image)
{
	RowCounts *to = &reader->counts;
	RowCounts from;

	memcpy(&from, image, sizeof(from));
	to->rows_read += from.rows_read;
	to->n_null_label += from.n_null_label;
	to->n_zero_weight += from.n_zero_weight;
	to->n_null_dropped += from.n_null_dropped;
	to->n_null_split += from.n_null_split;
	for (int y = 0; y < 2; y++)
	{
		to->by_label[y] += from.by_label[y];
		to->digest[y] += from.digest[y];
	}
	for (int i = 0; i < from.n_classes; i++)
		note_class(to, from.classes[i]);
	check_append(reader, data_builder_import(reader->builder, exchange,
	                                         (const unsigned char *) image +
	                                             sizeof(from)));
}
