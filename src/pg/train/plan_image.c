/*
 * plan_image.c
 *    What reading rows takes of a plan, for other processes.
 *
 * Between processes of one server, so nothing is checked.
 */
#include "postgres.h"

#include "pg/host.h"
#include "pg/train/extract_plan.h"

static void
put(StringInfo image, const void *bytes, Size n)
{
	appendBinaryStringInfo(image, bytes, (int) n);
}

static void
put_int(StringInfo image, int value)
{
	put(image, &value, sizeof(value));
}

/* Bytes with their number; NULL is -1. */
static void
put_text(StringInfo image, const char *text, int length)
{
	put_int(image, text == NULL ? -1 : length);
	if (text != NULL)
		put(image, text, (Size) length);
}

static void
put_string(StringInfo image, const char *string)
{
	put_text(image, string, string == NULL ? 0 : (int) strlen(string));
}

static void
put_column(StringInfo image, const ReadColumn *column)
{
	put_string(image, column->name);
	put(image, &column->type, sizeof(column->type));
	put_int(image, column->is_feature);
	put_int(image, column->first);
	put_int(image, column->n_elements);
	put_int(image, column->protected_at);
}

void
read_plan_write(const ReadPlan *plan, StringInfo image)
{
	put_string(image, plan->source.name);
	put_int(image, plan->n_columns);
	for (int i = 0; i < plan->n_columns; i++)
		put_column(image, &plan->columns[i]);
	put_int(image, plan->label);
	put_int(image, plan->weight);
	put_int(image, plan->key);
	put_int(image, plan->split);
	put_int(image, plan->nulls);
	put_int(image, plan->split_kind);
	put_int(image, plan->label_by_value);
	put(image, &plan->label_number, sizeof(double));
	put_text(image, plan->label_text, (int) plan->label_length);
	put(image, &plan->split_number, sizeof(double));
	put_text(image, plan->split_text, (int) plan->split_length);
	put(image, &plan->spec, sizeof(plan->spec));
	for (uint32 c = 0; c < plan->spec.n_columns; c++)
		put_int(image, plan->spec.columns[c].kind);
}

static void
get(const char **image, void *to, Size n)
{
	memcpy(to, *image, n);
	*image += n;
}

static int
get_int(const char **image)
{
	int value;

	get(image, &value, sizeof(value));
	return value;
}

static char *
get_text(const char **image, uint32 *length)
{
	int n = get_int(image);
	char *text;

	if (n < 0)
		return NULL;
	text = palloc((Size) n + 1);
	get(image, text, (Size) n);
	text[n] = '\0';
	if (length != NULL)
		*length = (uint32) n;
	return text;
}

static void
get_column(const char **image, ReadColumn *column)
{
	column->name = get_text(image, NULL);
	get(image, &column->type, sizeof(column->type));
	column->is_feature = get_int(image) != 0;
	column->first = get_int(image);
	column->n_elements = get_int(image);
	column->protected_at = get_int(image);
	encoder_init(&column->encoder, column->type, CurrentMemoryContext);
}

ReadPlan *
read_plan_read(const char *image)
{
	ReadPlan *plan = palloc0(sizeof(ReadPlan));
	DataColumnSpec *columns;

	plan->source.name = get_text(&image, NULL);
	plan->n_columns = get_int(&image);
	plan->columns = palloc0(sizeof(ReadColumn) * (Size) plan->n_columns);
	for (int i = 0; i < plan->n_columns; i++)
		get_column(&image, &plan->columns[i]);
	plan->label = get_int(&image);
	plan->weight = get_int(&image);
	plan->key = get_int(&image);
	plan->split = get_int(&image);
	plan->nulls = (NullKind) get_int(&image);
	plan->split_kind = (SplitKind) get_int(&image);
	plan->label_by_value = get_int(&image) != 0;
	get(&image, &plan->label_number, sizeof(double));
	plan->label_text = get_text(&image, &plan->label_length);
	get(&image, &plan->split_number, sizeof(double));
	plan->split_text = get_text(&image, &plan->split_length);
	get(&image, &plan->spec, sizeof(plan->spec));
	columns = palloc0(sizeof(DataColumnSpec) * plan->spec.n_columns);
	for (uint32 c = 0; c < plan->spec.n_columns; c++)
		columns[c].kind = (DataKind) get_int(&image);
	plan->spec.columns = columns;
	plan->spec.attributes = NULL;
	plan->spec.n_attributes = 0;
	plan->spec.monitor = palloc(sizeof(NumMonitor));
	host_monitor_quiet(plan->spec.monitor);
	plan->spec.raw_store = NULL;
	plan->spec.block_store = NULL;
	return plan;
}
