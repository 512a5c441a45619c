/*
 * train_start.c
 *    Option "start": the earlier version of the model that a search begins at.
 *
 * Where a search begins is part of what it takes to make a model again, in all
 * bits.  So the spec of a version has the number, also where the call said
 * 'latest'.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "pg/report.h"
#include "pg/store.h"
#include "pg/train/call.h"
#include "train/start.h"

static void
refuse_value(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("option \"start\" must be the number of a version, "
	                       "or latest")));
}

void
train_read_start(const JsonbValue *start, TrainCall *call)
{
	double version;

	call->has_start = start != NULL;
	call->start = 0;
	if (start == NULL)
		return;
	if (start->type == jbvString)
	{
		if (start->val.string.len != (int) strlen("latest") ||
		    strncmp(start->val.string.val, "latest", strlen("latest")) != 0)
			refuse_value();
		return;
	}
	if (start->type != jbvNumeric)
		refuse_value();
	version = DatumGetFloat8(DirectFunctionCall1(
		numeric_float8_no_overflow, NumericGetDatum(start->val.numeric)));
	if (!(version >= 1 && version <= PG_INT32_MAX) ||
	    version != (double) (int) version)
		refuse_value();
	call->start = (int) version;
}

static const char *
family_name(ModelFamily model)
{
	for (const TrainFamily *f = train_family_table(); f->name != NULL; f++)
		if (f->model == model)
			return f->name;
	return "unknown";
}

void
train_load_start(TrainCall *call)
{
	StoredModel stored;
	StoreReader *reader;

	if (!call->has_start)
		return;
	reader = store_reader_open(call->model, call->start, true, &stored);
	if (reader == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                call->start == 0
		                    ? errmsg("model \"%s\" does not exist", call->model)
		                    : errmsg("model \"%s\" version %d does not exist",
		                             call->model, call->start),
		                errdetail("Option \"start\" names the version at which "
		                          "training begins."),
		                errhint("Leave it out to begin anew.")));
	store_reader_fetch(reader, &stored);
	call->start = stored.version;
	call->start_model = store_decode(call->arena, &stored, call->model);
	store_reader_close(reader);
	if (call->start_model->family != call->family->model)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("model \"%s\" version %d is of family \"%s\"", call->model,
		            call->start, family_name(call->start_model->family)),
		     errdetail("A training of family \"%s\" cannot begin at it.",
		               call->family->name)));
}

/* The number of a class in the model, or -1. */
static int
find_class(const Model *model, const DataLevel *class)
{
	for (uint32 k = 0; k < model->n_members; k++)
		if (model->classes[k].length == class->length &&
		    memcmp(model->classes[k].name, class->name, class->length) == 0)
			return (int) k;
	return -1;
}

/* The coefficients of each class; of one that the model does not know 0. */
static double *
start_of_classes(TrainCall *call)
{
	const Model *model = call->start_model;
	const Dataset *data = call->data;
	Size bytes = sizeof(double) * data->n_params;
	double *start = palloc_extended(bytes * data->n_classes,
	                                MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (uint32 k = 0; k < data->n_classes; k++)
	{
		int from = find_class(model, &data->classes[k]);
		Model of_class = *model;
		double *one;

		if (from < 0)
			continue;
		of_class.intercept = model->members[from].intercept;
		of_class.columns = model->members[from].columns;
		report_status(train_start(call->arena, data, &of_class, &one),
		              call->arena, psprintf("model \"%s\"", call->model));
		memcpy(start + (Size) k * data->n_params, one, bytes);
	}
	return start;
}

const double *
train_find_start(TrainCall *call)
{
	double *start;

	if (!call->has_start)
		return NULL;
	if (call->data->label == DATA_LABEL_CLASS)
		return start_of_classes(call);
	report_status(
		train_start(call->arena, call->data, call->start_model, &start),
		call->arena, psprintf("model \"%s\"", call->model));
	return start;
}
