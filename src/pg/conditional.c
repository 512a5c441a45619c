/*
 * conditional.c
 *    fairpg.conditional_disparity(): whom decisions turn away within strata.
 *
 * An audit of decisions that are counted by protected columns and strata
 * together; rows of each group against all others, all strata as one, together,
 * and one by one.
 */
#include "postgres.h"

#include <math.h>

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "fair/conditional.h"
#include "fair/tally.h"
#include "pg/args.h"
#include "pg/audit.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"
#include "pg/host.h"

#define N_RESULT_COLUMNS 11
#define MOST_STRATA 1000

enum
{
	ARG_SOURCE,
	ARG_PROTECTED,
	ARG_STRATA,
	ARG_DECISION,
	ARG_SCORE,
	ARG_THRESHOLD,
	ARG_WEIGHT,
	ARG_LEVEL,
	ARG_OPTIONS
};

typedef struct ConditionalCall
{
	AuditCall audit;        /* its last attribute is the strata */
	int n_attributes;       /* but for that one */
	FigureAttribute strata; /* by name */
	Rows rows;
} ConditionalCall;

/* Decided rows of one stratum: of all groups, or one and all others. */
typedef struct ConditionalCell
{
	FairStratum stratum;
	uint64 rows[2]; /* [decision] of the group, or of all */
} ConditionalCell;

/* The decided rows of base groups by group of one attribute and stratum. */
typedef struct ConditionalTable
{
	FigureAttribute groups; /* of the attribute */
	ConditionalCell *all;   /* [n_strata] all groups, in [1] */
	ConditionalCell *own;   /* [n_groups][n_strata] */
} ConditionalTable;

static void
read_call(FunctionCallInfo fcinfo, ConditionalCall *call)
{
	AuditCall *audit = &call->audit;
	char *source = args_text_required(fcinfo, ARG_SOURCE, "source");
	const ArgsOption known[] = {
		{ "min_group", ARGS_INT, &audit->min_group, 1, PG_INT32_MAX }, { NULL }
	};
	char **names;
	char **attributes;
	char *strata;

	for (int a = ARG_PROTECTED; a <= ARG_STRATA; a++)
		if (PG_ARGISNULL(a))
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			                errmsg("argument \"%s\" must not be null",
			                       a == ARG_STRATA ? "strata" : "protected")));
	strata = args_text_required(fcinfo, ARG_STRATA, "strata");
	audit->decision = args_text_or_null(fcinfo, ARG_DECISION);
	audit->score = args_text_or_null(fcinfo, ARG_SCORE);
	audit_check_decision(audit, "With a score, the decision is score >= "
	                            "threshold.");
	if (PG_ARGISNULL(ARG_THRESHOLD) || isnan(PG_GETARG_FLOAT8(ARG_THRESHOLD)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"threshold\" must be a number")));
	audit->threshold = PG_GETARG_FLOAT8(ARG_THRESHOLD);
	audit->weight = args_text_or_null(fcinfo, ARG_WEIGHT);
	audit->level = audit_level_arg(fcinfo, ARG_LEVEL);
	audit->min_group = setting_int("fairpg.min_group");
	args_options(PG_ARGISNULL(ARG_OPTIONS) ? NULL
	                                       : PG_GETARG_JSONB_P(ARG_OPTIONS),
	             known);
	names = args_text_array(PG_GETARG_ARRAYTYPE_P(ARG_PROTECTED), "protected",
	                        &call->n_attributes);
	if (call->n_attributes == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"protected\" is empty")));
	attributes = palloc(sizeof(char *) * (Size) (call->n_attributes + 1));
	for (int a = 0; a < call->n_attributes; a++)
	{
		attributes[a] = names[a];
		if (strcmp(names[a], strata) == 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("column \"%s\" cannot be protected and the "
			                       "strata at once",
			                       strata)));
	}
	attributes[call->n_attributes] = strata;
	source_open(source, &audit->source);
	audit->last_role = "strata";
	audit_resolve(audit, attributes, call->n_attributes + 1);
	audit->n_parts = MOST_STRATA;
}

static int
place_of(const FigureAttribute *groups, const char *name)
{
	int low = 0;
	int high = groups->n_groups - 1;

	while (low < high)
	{
		int middle = (low + high) / 2;
		const char *other = groups->groups[middle].name;

		if (fairness_compare_names(other, (uint32) strlen(other), name,
		                           (uint32) strlen(name)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Adds the decided rows of a base group. */
static void
add_decided(ConditionalCell *cell, const FairCells *cells)
{
	for (int d = 0; d < 2; d++)
	{
		/* without a label all rows are of the unlabelled */
		cell->stratum.weight[1][d] += cells->unlabelled_weight[d];
		cell->stratum.squared[1][d] += cells->unlabelled_weight_squared[d];
		cell->rows[d] += cells->unlabelled_rows[d];
	}
}

/* All others are all rows less one's own; of no rows rounding leaves nothing. */
static void
set_others(ConditionalCell *own, const ConditionalCell *all)
{
	for (int d = 0; d < 2; d++)
	{
		if (own->rows[d] == all->rows[d])
			continue;
		own->stratum.weight[0][d] =
			all->stratum.weight[1][d] - own->stratum.weight[1][d];
		own->stratum.squared[0][d] =
			all->stratum.squared[1][d] - own->stratum.squared[1][d];
	}
}

static void
count_table(const ConditionalCall *call, NumArena *arena, int a,
            const AuditBase *bases, int n_bases, ConditionalTable *table)
{
	const AuditAttribute *attribute = &call->audit.attributes[a];
	const AuditAttribute *strata = &call->audit.attributes[call->n_attributes];
	Size n = (Size) call->strata.n_groups;
	Size cells;

	audit_groups(arena, attribute, bases, n_bases, &table->groups);
	fairness_check_groups(table->groups.n_groups);
	cells = n * (Size) table->groups.n_groups;
	table->all = palloc0(sizeof(ConditionalCell) * n);
	table->own = palloc0(sizeof(ConditionalCell) * cells);
	for (int b = 0; b < n_bases; b++)
	{
		Size g = (Size) place_of(&table->groups,
		                         audit_group_name(attribute, bases[b].values));
		Size s = (Size) place_of(&call->strata,
		                         audit_group_name(strata, bases[b].values));
		FairCells decided;

		CHECK_FOR_INTERRUPTS();
		fair_tally_cells(bases[b].tally, &decided);
		add_decided(&table->all[s], &decided);
		add_decided(&table->own[g * n + s], &decided);
	}
	for (Size i = 0; i < cells; i++)
		set_others(&table->own[i], &table->all[i % n]);
}

/* One row of the result. */
typedef struct ConditionalRow
{
	const char *kind;
	const char *attribute;
	const char *group_name;
	const char *stratum;
	const char *metric;
	FairDisparity figure;
	uint64 n;
	bool small;
	const char *reason;
} ConditionalRow;

static void
put_row(ConditionalCall *call, const ConditionalRow *of)
{
	RowMaker row;

	row_begin_among(&row, &call->rows);
	row_put_text(&row, of->kind);
	row_put_text(&row, of->attribute);
	row_put_text(&row, of->group_name);
	row_put_text(&row, of->stratum);
	row_put_text(&row, of->metric);
	row_put_real(&row, of->figure.value);
	row_put_end(&row, of->figure.low);
	row_put_end(&row, of->figure.high);
	row_put(&row, Int64GetDatum((int64) of->n));
	row_put_text(&row, of->small ? "small" : NULL);
	row_put_text(&row, of->reason);
	row_end_among(&row, &call->rows);
}

static void
put_figure(ConditionalCall *call, ConditionalRow *row, const char *metric,
           FairDisparity figure, const char *reason)
{
	row->metric = metric;
	row->figure = figure;
	row->reason = reason;
	put_row(call, row);
}

/* Shares of being taken, and the disparity, within one stratum. */
static void
put_stratum(ConditionalCall *call, ConditionalRow *row,
            const FairStratum *stratum)
{
	static const char *const names[2] = { "selection_rate",
		                                  "selection_rate_of_others" };
	static const char *const nobody[2] = {
		"no decided rows of the group in the stratum",
		"no decided rows of others in the stratum"
	};
	FairTwoRates rates = fair_stratum_rates(stratum);

	for (int side = 0; side < 2; side++)
	{
		FairDisparity rate = { NAN, NAN, NAN };

		if (rates.n[side] > 0)
		{
			rate.value = rates.successes[side] / rates.n[side];
			fair_wilson(rate.value, rates.n[side], call->audit.level, &rate.low,
			            &rate.high);
		}
		put_figure(call, row, names[side], rate,
		           rates.n[side] > 0 ? NULL : nobody[side]);
	}
	put_figure(call, row, "demographic_disparity",
	           fair_demographic_disparity(stratum, call->audit.level),
	           rates.n[0] > 0 || rates.n[1] > 0
	               ? NULL
	               : "no decided rows in the stratum");
}

static const char *
alike_reason(size_t n)
{
	if (n == 0)
		return NULL;
	return n == 1 ? "1 stratum has one kind of decision only"
	              : psprintf("%zu strata have one kind of decision only", n);
}

/* A group against all others: all strata as one, together, one by one. */
static void
put_group(ConditionalCall *call, const char *attribute,
          const ConditionalTable *table, int g)
{
	Size n = (Size) call->strata.n_groups;
	const ConditionalCell *own = &table->own[(Size) g * n];
	FairStratum *strata = palloc(sizeof(FairStratum) * n);
	FairTwoRates *rates = palloc(sizeof(FairTwoRates) * n);
	ConditionalRow row = { .kind = "group",
		                   .attribute = attribute,
		                   .group_name = table->groups.groups[g].name };
	FairConditional result;
	const char *none;

	for (Size s = 0; s < n; s++)
	{
		strata[s] = own[s].stratum;
		row.n += own[s].rows[0] + own[s].rows[1];
	}
	fair_conditional(strata, n, call->audit.level, rates, &result);
	row.small = row.n < (uint64) call->audit.min_group;
	none = row.n == 0 ? "no decided rows" : NULL;
	put_figure(call, &row, "demographic_disparity", result.all, none);
	put_figure(call, &row, "conditional_demographic_disparity",
	           result.conditional,
	           none != NULL ? none : alike_reason(result.decided_alike));
	none = result.tests.used == 0 ? "no stratum has rows of the group and of "
	                                "others"
	                              : "nobody else is taken in these strata";
	put_figure(call, &row, "ratio",
	           (FairDisparity){ result.tests.pooled_ratio, NAN, NAN },
	           isfinite(result.tests.pooled_ratio) ? NULL : none);
	put_figure(call, &row, "mantel_haenszel_ratio",
	           (FairDisparity){ result.tests.ratio, result.tests.ratio_low,
	                            result.tests.ratio_high },
	           isfinite(result.tests.ratio) ? NULL : none);
	put_figure(call, &row, "mantel_haenszel_p",
	           (FairDisparity){ result.tests.test.p, NAN, NAN },
	           isfinite(result.tests.test.p) ? NULL : none);
	row.kind = "stratum";
	for (Size s = 0; s < n; s++)
	{
		row.stratum = call->strata.groups[s].name;
		row.n = own[s].rows[0] + own[s].rows[1];
		row.small = row.n < (uint64) call->audit.min_group;
		put_stratum(call, &row, &strata[s]);
	}
	pfree(rates);
	pfree(strata);
}

/*
 * conditional_disparity(source text, protected text[], strata text,
 *       decision text, score text, threshold float8, weight text,
 *       level float8, options jsonb)
 * returns table (kind text, attribute text, group_name text, stratum text,
 *       metric text, value float8, low float8, high float8, n bigint,
 *       flag text, reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_conditional_disparity);

Datum
fairpg_conditional_disparity(PG_FUNCTION_ARGS)
{
	ConditionalCall call = { .audit = { .purpose = "conditional disparity" } };
	NumArena arena;
	AuditBase *bases;
	int n_bases;

	rows_begin(&call.rows, fcinfo, N_RESULT_COLUMNS);
	read_call(fcinfo, &call);
	SPI_connect();
	host_arena_init(&arena, CurrentMemoryContext, 0);
	bases = audit_count(&call.audit, &n_bases);
	audit_groups(&arena, &call.audit.attributes[call.n_attributes], bases,
	             n_bases, &call.strata);
	if (call.strata.n_groups > MOST_STRATA)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("\"%s\" makes %d strata, more than %d",
		                call.strata.name, call.strata.n_groups, MOST_STRATA),
		         errhint("Use a query as source that has fewer.")));
	for (int a = 0; a < call.n_attributes; a++)
	{
		ConditionalTable table;

		count_table(&call, &arena, a, bases, n_bases, &table);
		for (int g = 0; g < table.groups.n_groups; g++)
			put_group(&call, call.audit.attributes[a].name, &table, g);
	}
	SPI_finish();
	PG_RETURN_NULL();
}
