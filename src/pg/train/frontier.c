/*
 * frontier.c
 *    fairpg.frontier(): the models of many bounds, trained together, certified
 *    and stored as points to choose from.
 *
 * A frontier is the call of fairpg.train() that its arguments stand for, with
 * one bound after the other.  The rows are extracted once; the points are
 * trained together, in the way of their family (train/family.h); and each of them is certified, judged
 * and stored by what does that for a training.
 *
 * With folds there are as many frontiers more, each without the rows of a fold,
 * and a point is judged on the training rows by those of its models that have
 * not seen them.  The held-out part is measured as well, for the version that is
 * made of the point in the end, but nobody chooses by it.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "data/builder.h"
#include "pg/args.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/report.h"
#include "pg/rows.h"
#include "pg/store_frontier.h"
#include "pg/train/call.h"
#include "pg/train/replay.h"
#include "pg/train/shared_rows.h"
#include "pg/train/team.h"
#include "train/frontier.h"

/* Arguments of fairpg.frontier() in the order of its declaration. */
enum
{
	ARG_MODEL,
	ARG_SOURCE,
	ARG_LABEL,
	ARG_POSITIVE,
	ARG_PROTECTED,
	ARG_FEATURES,
	ARG_EXCLUDE,
	ARG_FAMILY,
	ARG_FAIRNESS,
	ARG_MAX_GAPS,
	ARG_MAX_LOSSES,
	ARG_FOLDS,
	ARG_WEIGHT,
	ARG_SPLIT,
	ARG_SEED,
	ARG_OPTIONS,
	ARG_COMMENT
};

#define MOST_POINTS 100

typedef struct FrontierCall
{
	TrainCall call;         /* of the first point */
	FunctionCallInfo train; /* with the arguments of fairpg.train() */
	int n;
	double *bounds; /* [n] */
	bool of_loss;   /* bounds are losses of groups, not gaps between them */
	int folds;
	TrainPoint *points; /* [1 + folds][n] as train_frontier_folds() */
	TrainCall *calls;   /* [n] the call of each point, and what came of it */
	bool *pareto;       /* [n] */
	int64 number;
	double seconds;
} FrontierCall;

/* What is tried when nothing is asked for, of rates. */
static const double usual_gaps[] = { 0.005, 0.01, 0.015, 0.02, 0.025, 0.03,
	                                 0.04,  0.05, 0.06,  0.08, 0.1,   0.125,
	                                 0.15,  0.2,  0.3,   1 };

/* Which of two arguments has the bounds of the criterion, and its name. */
static int
find_bounds(FunctionCallInfo fcinfo, const FairCriterion *criterion,
            const char **name)
{
	bool of_loss = criterion->of_loss;

	*name = of_loss ? "max_losses" : "max_gaps";
	if (!PG_ARGISNULL(of_loss ? ARG_MAX_GAPS : ARG_MAX_LOSSES))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("fairness criterion \"%s\" takes %s, not %s",
		                       criterion->name, *name,
		                       of_loss ? "max_gaps" : "max_losses"),
		                of_loss ? errdetail("Its bounds are losses of groups.")
		                        : errdetail("Its bounds are gaps between "
		                                    "groups.")));
	return of_loss ? ARG_MAX_LOSSES : ARG_MAX_GAPS;
}

/* Without a list: the usual one of rates, which all have the same unit. */
static void
take_usual_bounds(const FairCriterion *criterion, const char *name,
                  FrontierCall *frontier)
{
	if (criterion->of_loss || criterion->of_mean)
		ereport(
			ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		     errmsg("a frontier of criterion \"%s\" needs argument \"%s\"",
		            criterion->name, name),
		     criterion->of_loss
		         ? errhint("Train the plain model, and list bounds around the "
		                   "losses of groups that it has.")
		         : errhint("Bounds are in the units of the label. Train the "
		                   "plain model, and list bounds from 0 to the gap "
		                   "that it has.")));
	frontier->n = (int) lengthof(usual_gaps);
	frontier->bounds = palloc(sizeof(usual_gaps));
	memcpy(frontier->bounds, usual_gaps, sizeof(usual_gaps));
}

static bool
is_bound(const FairCriterion *criterion, double bound)
{
	if (criterion->of_loss)
		return bound > 0 && isfinite(bound);
	return bound >= 0 && (criterion->of_mean ? isfinite(bound) : bound <= 1);
}

static void
check_bound(const FrontierCall *frontier, const FairCriterion *criterion,
            const char *name, int i, bool null)
{
	double bound = frontier->bounds[i];

	if (null || !is_bound(criterion, bound))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         criterion->of_loss
		             ? errmsg("max_losses must be numbers above 0")
		         : criterion->of_mean
		             ? errmsg("max_gaps must be numbers of 0 or more")
		             : errmsg("max_gaps must be numbers from 0 to 1"),
		         null ? errdetail("Number %d is null.", i + 1)
		              : errdetail("Number %d is %g.", i + 1, bound),
		         criterion->of_loss || criterion->of_mean
		             ? errhint("A bound that the plain model keeps bounds "
		                       "nothing.")
		             : errhint("A bound of 1 bounds nothing; it is the plain "
		                       "model.")));
	for (int other = 0; other < i; other++)
		if (frontier->bounds[other] == bound)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("%s has %g twice", name, bound)));
}

/* The bounds, in the order they are given. */
static void
read_bounds(FunctionCallInfo fcinfo, const FairCriterion *criterion,
            FrontierCall *frontier)
{
	const char *name;
	int arg = find_bounds(fcinfo, criterion, &name);
	ArrayType *array;
	Datum *values;
	bool *nulls;

	frontier->of_loss = criterion->of_loss;
	if (PG_ARGISNULL(arg))
	{
		take_usual_bounds(criterion, name, frontier);
		return;
	}
	array = PG_GETARG_ARRAYTYPE_P(arg);
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
	                  TYPALIGN_DOUBLE, &values, &nulls, &frontier->n);
	if (frontier->n < 1 || frontier->n > MOST_POINTS || ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("%s must be a list of 1 to %d bounds", name,
		                       MOST_POINTS)));
	frontier->bounds = palloc(sizeof(double) * frontier->n);
	for (int i = 0; i < frontier->n; i++)
	{
		frontier->bounds[i] = nulls[i] ? NAN : DatumGetFloat8(values[i]);
		check_bound(frontier, criterion, name, i, nulls[i]);
	}
}

static void
read_folds(FunctionCallInfo fcinfo, FrontierCall *frontier)
{
	frontier->folds = PG_ARGISNULL(ARG_FOLDS) ? 0 : PG_GETARG_INT32(ARG_FOLDS);
	if (frontier->folds < 0 || frontier->folds == 1 ||
	    frontier->folds > DATA_MOST_FOLDS)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("folds must be 0 or from 2 to %d", DATA_MOST_FOLDS)));
}

static void
set_bound(const FrontierCall *frontier, FunctionCallInfo train, double bound)
{
	NullableDatum *arg =
		&train
			 ->args[frontier->of_loss ? TRAIN_ARG_MAX_LOSS : TRAIN_ARG_MAX_GAP];

	arg->value = Float8GetDatum(bound);
	arg->isnull = false;
}

/* The call of fairpg.train() that the arguments stand for, with the first
 * bound. */
static void
read_train_call(FunctionCallInfo fcinfo, FrontierCall *frontier)
{
	static const struct
	{
		int from;
		int to;
	} same[] = {
		{ ARG_MODEL, TRAIN_ARG_MODEL },
		{ ARG_SOURCE, TRAIN_ARG_SOURCE },
		{ ARG_LABEL, TRAIN_ARG_LABEL },
		{ ARG_POSITIVE, TRAIN_ARG_POSITIVE },
		{ ARG_PROTECTED, TRAIN_ARG_PROTECTED },
		{ ARG_FEATURES, TRAIN_ARG_FEATURES },
		{ ARG_EXCLUDE, TRAIN_ARG_EXCLUDE },
		{ ARG_FAMILY, TRAIN_ARG_FAMILY },
		{ ARG_FAIRNESS, TRAIN_ARG_FAIRNESS },
		{ ARG_WEIGHT, TRAIN_ARG_WEIGHT },
		{ ARG_SPLIT, TRAIN_ARG_SPLIT },
		{ ARG_SEED, TRAIN_ARG_SEED },
		{ ARG_OPTIONS, TRAIN_ARG_OPTIONS },
		{ ARG_COMMENT, TRAIN_ARG_COMMENT },
	};
	FunctionCallInfo train = palloc(SizeForFunctionCallInfo(TRAIN_ARGS));

	InitFunctionCallInfoData(*train, fcinfo->flinfo, TRAIN_ARGS,
	                         fcinfo->fncollation, NULL, NULL);
	for (int a = 0; a < TRAIN_ARGS; a++)
		train->args[a].isnull = true;
	for (int i = 0; i < (int) lengthof(same); i++)
		train->args[same[i].to] = fcinfo->args[same[i].from];
	set_bound(frontier, train, frontier->bounds[0]);
	train->args[TRAIN_ARG_METHOD].value = CStringGetTextDatum("constraint");
	train->args[TRAIN_ARG_METHOD].isnull = false;
	train_begin(&frontier->call, train, NULL);
	frontier->train = train;
}

static void
read_call(FunctionCallInfo fcinfo, FrontierCall *frontier)
{
	char *fairness = args_text_required(fcinfo, ARG_FAIRNESS, "fairness");

	if (strcmp(fairness, "none") == 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("a frontier needs a fairness criterion"),
		         errhint("Set fairness to one whose gap is to be bounded, for "
		                 "example demographic_parity.")));
	read_bounds(fcinfo, constraints_criterion(fairness), frontier);
	read_folds(fcinfo, frontier);
	read_train_call(fcinfo, frontier);
	if (frontier->call.family->frontier == NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("a frontier does not take family \"%s\"",
		                       frontier->call.family->name)));
	if (frontier->call.cross_fit > 0 || frontier->call.tighten > 0)
		ereport(ERROR,
		        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		         errmsg("a frontier does not take option \"%s\"",
		                frontier->call.cross_fit > 0 ? "cross_fit" : "tighten"),
		         errdetail("Its points are the models of the very bounds that "
		                   "are listed."),
		         errhint("List smaller bounds, and look at the gap of each on "
		                 "rows not seen.")));
	frontier->call.extract.n_folds = frontier->folds;
	frontier->call.out_of_fold = frontier->folds > 0;
}

/* The models of all bounds, and those of each fold. */
static void
train_points(FrontierCall *frontier)
{
	TrainCall *call = &frontier->call;
	TrainSettings settings;

	train_fit_begin(call, &settings);
	frontier->points =
		palloc0(sizeof(TrainPoint) * frontier->n * (1 + frontier->folds));
	for (int p = 0; p < frontier->n; p++)
		frontier->points[p].bound = frontier->bounds[p];
	report_status(call->family->frontier(call->arena, call->data, &settings,
	                                     &call->monitor, frontier->points,
	                                     (uint32) frontier->n),
	              call->arena, train_describe_source(call));
	train_fit_end(call);
}

/* The call of a point, with the result of its training. */
static TrainCall *
point_call(FrontierCall *frontier, int p)
{
	TrainCall *call = &frontier->calls[p];
	const TrainPoint *point = &frontier->points[p];
	Size list = sizeof(FairConstraint) * frontier->call.constraints.n;

	*call = frontier->call;
	call->constraints.items = palloc(list);
	memcpy(call->constraints.items, frontier->call.constraints.items, list);
	call->constraints.items[0].bound = point->bound;
	set_bound(frontier, frontier->train, point->bound);
	call->kept = replay_describe(frontier->train);
	call->warnings = NIL;
	call->result.outcome = point->outcome;
	call->result.iterations = point->iterations;
	call->result.loss = point->loss;
	call->result.gap = point->gap;
	call->result.reached = point->reached;
	call->result.coef = point->coef;
	return call;
}

/* The training rows, by the models of a point that have not seen them. */
static NumStatus
certify_folds(FrontierCall *frontier, int p, TrainCall *call)
{
	Model *models[DATA_MOST_FOLDS];

	for (int f = 0; f < frontier->folds; f++)
	{
		NumStatus status = model_from_coefficients(
			call->arena, call->data, call->family->model, call->threshold,
			frontier->points[(1 + f) * frontier->n + p].coef, &models[f]);

		if (status != NUM_OK)
			return status;
	}
	return train_certify_folds(call->arena, call->data,
	                           (const Model *const *) models, &call->monitor,
	                           &call->train_part);
}

/* What the models of a point do to the rows it is judged by, and to those that
 * were held out. */
static void
certify_point(FrontierCall *frontier, int p, TrainCall *call)
{
	NumStatus status = NUM_OK;

	if (call->data->part[DATA_HELD_OUT].n_rows > 0)
	{
		status = train_certify(call->arena, call->data, call->compiled,
		                       DATA_HELD_OUT, &call->monitor, &call->held_out);
		call->judged = &call->held_out;
	}
	else if (frontier->folds == 0)
	{
		status = train_certify_rows(call, &call->train_part, NULL);
		call->judged = &call->train_part;
	}
	if (frontier->folds > 0 && status == NUM_OK)
	{
		status = certify_folds(frontier, p, call);
		call->judged = &call->train_part;
	}
	report_status(status, call->arena, train_describe_source(call));
	train_judge(call);
	report_status(model_encode(call->arena, call->compiled, &call->artifact,
	                           &call->artifact_bytes),
	              call->arena, train_describe_source(call));
}

static void
certify_points(FrontierCall *frontier)
{
	instr_time start;

	INSTR_TIME_SET_CURRENT(start);
	host_monitor_phase(&frontier->call.monitor, "certifying");
	frontier->calls = palloc0(sizeof(TrainCall) * frontier->n);
	for (int p = 0; p < frontier->n; p++)
	{
		TrainCall *call = point_call(frontier, p);

		train_compile(call);
		certify_point(frontier, p, call);
	}
	frontier->call.certify_seconds = train_seconds_since(start);
}

/* How well a point predicts, the larger the better. */
static double
quality_of(const FrontierCall *frontier, int p)
{
	const Certificate *judged = frontier->calls[p].judged;

	return isnan(judged->accuracy) ? -judged->loss : judged->accuracy;
}

/* Marks the points that no other one is better than. */
static void
find_pareto(FrontierCall *frontier)
{
	frontier->pareto = palloc(sizeof(bool) * frontier->n);
	for (int p = 0; p < frontier->n; p++)
	{
		double gap = train_chosen(&frontier->calls[p]).gap;
		double quality = quality_of(frontier, p);

		frontier->pareto[p] = !isnan(gap);
		for (int q = 0; q < frontier->n; q++)
		{
			double other_gap = train_chosen(&frontier->calls[q]).gap;
			double other = quality_of(frontier, q);

			if (other >= quality && other_gap <= gap &&
			    (other > quality || other_gap < gap))
				frontier->pareto[p] = false;
		}
	}
}

static const char *
judged_on(const FrontierCall *frontier)
{
	if (frontier->folds > 0)
		return "out_of_fold";
	return frontier->call.data->part[DATA_HELD_OUT].n_rows > 0 ? "held_out"
	                                                           : "train";
}

static void
store_frontier(FrontierCall *frontier)
{
	const TrainCall *call = &frontier->call;
	const DataRows *part = call->data->part;
	StoreFrontier row = { .model = call->model,
		                  .family = call->family->name,
		                  .fairness = call->fairness,
		                  .method = call->method_name,
		                  .source = call->extract.source,
		                  .label = call->extract.label,
		                  .positive = call->data->label_positive,
		                  .protected_names = call->extract.protected_attributes,
		                  .n_protected = call->extract.n_protected,
		                  .folds = frontier->folds,
		                  .judged_on = judged_on(frontier),
		                  .threshold = call->family->label == DATA_LABEL_BINARY
		                                   ? call->threshold
		                                   : NAN,
		                  .rows_train = (int64) part[DATA_TRAIN].n_rows,
		                  .rows_test = (int64) part[DATA_HELD_OUT].n_rows,
		                  .rows_dropped = (int64) call->report.rows_dropped,
		                  .seconds = frontier->seconds,
		                  .memory_bytes = (int64) call->memory_bytes,
		                  .comment = call->comment,
		                  .row_security = call->report.row_security };

	row.warnings = train_text_array(call->warnings, &row.n_warnings);
	frontier->number = store_insert_frontier(&row);
}

static void
store_point(const FrontierCall *frontier, int p)
{
	const TrainCall *call = &frontier->calls[p];
	Judgement judgement = train_chosen(call);
	StorePoint row = { .frontier = frontier->number,
		               .point = p + 1,
		               .max_gap = frontier->of_loss ? NAN : frontier->bounds[p],
		               .max_loss =
		                   frontier->of_loss ? frontier->bounds[p] : NAN,
		               .status = train_outcome_name(call->result.outcome),
		               .stopped_because = frontier->points[p].stopped_because,
		               .verdict = call->judgements.verdict,
		               .spec = train_describe_call(call),
		               .artifact = call->artifact,
		               .artifact_bytes = call->artifact_bytes,
		               .iterations = call->result.iterations,
		               .train_loss = call->result.loss,
		               .train_accuracy = frontier->points[p].accuracy,
		               .train_gap = call->result.gap,
		               .loss = call->judged->loss,
		               .accuracy = call->judged->accuracy,
		               .auc = call->judged->auc,
		               .gap = judgement.gap,
		               .gap_low = judgement.gap_low,
		               .gap_high = judgement.gap_high,
		               .worst_group = judge_worst_group(&judgement),
		               .pareto = frontier->pareto[p] };

	row.warnings = train_text_array(call->warnings, &row.n_warnings);
	store_insert_point(&row);
	if (call->train_part.rows > 0)
		train_store_evaluation(call, &call->train_part, frontier->number,
		                       p + 1);
	if (call->held_out.rows > 0)
		train_store_evaluation(call, &call->held_out, frontier->number, p + 1);
}

static void
add_point_row(const FrontierCall *frontier, int p, Rows *rows)
{
	const TrainCall *call = &frontier->calls[p];
	Judgement judgement = train_chosen(call);
	RowMaker row;

	row_begin_among(&row, rows);
	row_put(&row, Int64GetDatum(frontier->number));
	row_put(&row, Int32GetDatum(p + 1));
	row_put_real(&row, frontier->of_loss ? NAN : frontier->bounds[p]);
	row_put_real(&row, frontier->of_loss ? frontier->bounds[p] : NAN);
	row_put_text(&row, train_outcome_name(call->result.outcome));
	row_put_real(&row, call->judged->accuracy);
	row_put_real(&row, call->judged->auc);
	row_put_real(&row, call->judged->loss);
	row_put_real(&row, judgement.gap);
	row_put_real(&row, judgement.gap_low);
	row_put_real(&row, judgement.gap_high);
	row_put_text(&row, call->judgements.verdict);
	row_put_text(&row, judge_worst_group(&judgement));
	row_put(&row, BoolGetDatum(frontier->pareto[p]));
	row_put_real(&row, frontier->points[p].accuracy);
	row_put_real(&row, call->result.gap);
	row_put_text(&row, judged_on(frontier));
	row_put(&row, Int64GetDatum((int64) call->judged->rows));
	row_put_texts(&row, list_concat_copy(frontier->call.warnings,
	                                     frontier->calls[p].warnings));
	row_end_among(&row, rows);
}

/*
 * frontier(model, source, label, positive, protected, features, exclude,
 *          family, fairness, max_gaps, max_losses, folds, weight, split, seed,
 *          options, comment) returns setof fairpg.frontier_point
 *
 * Trains as the caller, and stores the points; a version is made of one of
 * them by fairpg.choose().
 */
FAIRPG_FUNCTION(fairpg_frontier);
Datum
fairpg_frontier(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	MemoryContext caller;
	FrontierCall *frontier;
	TrainCall *call;
	instr_time start;
	Rows rows;

	rows_begin(&rows, fcinfo, 19);
	context = AllocSetContextCreate(CurrentMemoryContext, "fairpg frontier",
	                                ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	frontier = palloc0(sizeof(FrontierCall));
	call = &frontier->call;
	INSTR_TIME_SET_CURRENT(start);
	read_call(fcinfo, frontier);
	PreventCommandIfReadOnly("fairpg.frontier()");
	train_extract(call, STORE_TO_EXPLORE, context);
	train_points(frontier);
	call->fit_seconds = train_seconds_since(start) - call->report.seconds;
	certify_points(frontier);
	find_pareto(frontier);
	frontier->seconds = train_seconds_since(start);
	train_end_rows(call);
	store_frontier(frontier);
	for (int p = 0; p < frontier->n; p++)
		store_point(frontier, p);
	train_release(call);
	for (int p = 0; p < frontier->n; p++)
		add_point_row(frontier, p, &rows);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return (Datum) 0;
}
