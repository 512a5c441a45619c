/*
 * train_signs.c
 *    Option "monotone": columns whose coefficient must have a sign.
 */
#include "postgres.h"

#include "pg/source.h"
#include "pg/train/call.h"

/* The sign that a value of the option stands for. */
static signed char
read_sign(const char *column, const JsonbValue *value)
{
	if (value->type == jbvString && value->val.string.len == 1)
	{
		if (value->val.string.val[0] == '+')
			return 1;
		if (value->val.string.val[0] == '-')
			return -1;
	}
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("option \"monotone\" of column \"%s\" must be \"+\" or "
	                "\"-\"",
	                column),
	         errhint("\"+\": the score must not fall when the column rises; "
	                 "\"-\": it must not rise.")));
	return 0;
}

void
train_read_signs(Jsonb *monotone, TrainCall *call)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue key;
	JsonbValue value;

	call->n_signed = 0;
	if (monotone == NULL)
		return;
	call->signed_columns =
		palloc(sizeof(char *) * Max(JB_ROOT_COUNT(monotone), 1));
	call->signs = palloc(Max(JB_ROOT_COUNT(monotone), 1));
	iterator = JsonbIteratorInit(&monotone->root);
	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		char *column;

		if (token != WJB_KEY)
			continue;
		column = pnstrdup(key.val.string.val, key.val.string.len);
		JsonbIteratorNext(&iterator, &value, true);
		call->signed_columns[call->n_signed] = column;
		call->signs[call->n_signed++] = read_sign(column, &value);
	}
}

void
train_check_signs(const TrainCall *call)
{
	Source source;

	if (call->n_signed == 0)
		return;
	source_open(call->extract.source, &source);
	for (int i = 0; i < call->n_signed; i++)
		source_column(&source, call->signed_columns[i], "monotone");
}

static void
refuse_category(const char *name)
{
	ereport(ERROR,
	        (errcode(ERRCODE_DATATYPE_MISMATCH),
	         errmsg("column \"%s\" of option \"monotone\" is a category", name),
	         errdetail("Each of its values has a coefficient of its own, and "
	                   "the values have no order."),
	         errhint("Name columns that are numbers, or use a query as source "
	                 "that makes a number of it.")));
}

static void
refuse_other(const TrainCall *call, const char *name)
{
	for (int i = 0; i < call->report.n_features_used; i++)
		if (strcmp(call->report.features_used[i], name) == 0)
			return; /* left out with a warning: it has no coefficient */
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	     errmsg("column \"%s\" of option \"monotone\" is not a feature", name),
	     errdetail("The model does not see it, so it has no coefficient."),
	     errhint("Add it to features, or take it out of the option.")));
}

const signed char *
train_find_signs(const TrainCall *call)
{
	const Dataset *data = call->data;
	signed char *signs;

	if (call->n_signed == 0)
		return NULL;
	signs = palloc0(Max(data->n_columns, 1));
	for (int i = 0; i < call->n_signed; i++)
	{
		const char *name = call->signed_columns[i];
		bool found = false;

		for (uint32 c = 0; c < data->n_columns; c++)
		{
			const DataColumn *column = &data->columns[c];

			if (column->is_null_flag || strcmp(column->source, name) != 0)
				continue;
			if (column->kind != DATA_NUMBER)
				refuse_category(name);
			signs[c] = call->signs[i];
			found = true;
		}
		if (!found)
			refuse_other(call, name);
	}
	return signs;
}
