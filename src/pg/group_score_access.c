/*
 * group_score_access.c
 *    Accessors of the type group_score_stats: metrics of each group, gaps, and
 *    what sets one group against another.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"

#include "fair/roc.h"
#include "fair/scores.h"
#include "pg/compat.h"
#include "pg/export.h"
#include "pg/figures.h"
#include "pg/host.h"
#include "pg/outcome_stats.h"
#include "pg/report.h"
#include "pg/rows.h"
#include "pg/score_stats.h"

typedef struct Groups
{
	int n;
	GroupEntry *entries;
	NumArena arena;
} Groups;

/* The groups of the first argument, in CurrentMemoryContext. */
static void
groups_arg(FunctionCallInfo fcinfo, Groups *groups)
{
	groups->entries = group_score_entries(
		stats_payload(&group_score_kind, PG_GETARG_VARLENA_P(0), NULL),
		&groups->n);
	host_arena_init(&groups->arena, CurrentMemoryContext, 0);
}

static Datum
real_or_null(FunctionCallInfo fcinfo, double value)
{
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

/* The image of the group that argument 'number' names; NULL when there is none
 * of that name. */
static const uint8 *
group_arg(FunctionCallInfo fcinfo, int number, const Groups *groups)
{
	const text *name = PG_GETARG_TEXT_PP(number);

	for (int g = 0; g < groups->n; g++)
		if (fairness_compare_names(
				groups->entries[g].name, groups->entries[g].name_bytes,
				VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) == 0)
			return groups->entries[g].stats;
	return NULL;
}

/* All groups together; NULL without groups. */
static const uint8 *
overall_image(Groups *groups)
{
	const uint8 **images = palloc(sizeof(uint8 *) * (Size) Max(groups->n, 1));

	for (int g = 0; g < groups->n; g++)
		images[g] = groups->entries[g].stats;
	return score_merge_images(&groups->arena, images, groups->n);
}

/* n(group_score_stats) returns bigint: rows with a score, in all groups. */
FAIRPG_FUNCTION(fairpg_group_score_n);

Datum
fairpg_group_score_n(PG_FUNCTION_ARGS)
{
	Groups groups;
	uint64 rows = 0;

	groups_arg(fcinfo, &groups);
	for (int g = 0; g < groups.n; g++)
		for (size_t y = 0; y < FAIR_SCORE_LABELS; y++)
			rows += fair_scores_image_count(groups.entries[g].stats,
			                                FAIR_SCORES_NEGATIVE + y);
	PG_RETURN_INT64((int64) rows);
}

/* overall(group_score_stats) returns score_stats: all groups as one. */
FAIRPG_FUNCTION(fairpg_group_score_overall);

Datum
fairpg_group_score_overall(PG_FUNCTION_ARGS)
{
	Groups groups;
	const uint8 *image;

	groups_arg(fcinfo, &groups);
	image = overall_image(&groups);
	if (image == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(score_from_image(image));
}

/* score(group_score_stats, grp text) returns score_stats: one group, or NULL
 * when there is none of that name. */
FAIRPG_FUNCTION(fairpg_group_score);

Datum
fairpg_group_score(PG_FUNCTION_ARGS)
{
	Groups groups;
	const uint8 *image;

	groups_arg(fcinfo, &groups);
	image = group_arg(fcinfo, 1, &groups);
	if (image == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(score_from_image(image));
}

/* ---- every metric of every group ---- */

/* The figures of all groups, in CurrentMemoryContext. */
static FairScoreFigures *
all_figures(Groups *groups, const FairCalibrationPlan *plan)
{
	FairScoreFigures *figures =
		palloc(sizeof(FairScoreFigures) * (Size) Max(groups->n, 1));

	for (int g = 0; g < groups->n; g++)
	{
		CHECK_FOR_INTERRUPTS();
		report_status(fair_score_figures(&groups->arena,
		                                 groups->entries[g].stats, plan,
		                                 &figures[g]),
		              &groups->arena, "metrics of scores");
	}
	return figures;
}

#define N_COUNTS 6

/* groups(group_score_stats, bins integer, binning text) returns a row for each
 * group, in the order of the bytes of their names. */
FAIRPG_FUNCTION(fairpg_score_groups);

Datum
fairpg_score_groups(PG_FUNCTION_ARGS)
{
	FairCalibrationPlan plan = score_plan(fcinfo, 1);
	FairScoreFigures *figures;
	Groups groups;
	Rows rows;

	groups_arg(fcinfo, &groups);
	figures = all_figures(&groups, &plan);
	rows_begin(&rows, fcinfo, N_COUNTS + FAIR_SCORE_FIGURES);
	for (int g = 0; g < groups.n; g++)
	{
		const FairScoreFigures *of = &figures[g];
		RowMaker row;

		row_begin_among(&row, &rows);
		row_put(&row, PointerGetDatum(cstring_to_text_with_len(
						  groups.entries[g].name,
						  (int) groups.entries[g].name_bytes)));
		row_put(&row, Int64GetDatum((int64) of->rows));
		row_put(&row, Int64GetDatum((int64) of->rows_unlabelled));
		row_put(&row, Int64GetDatum((int64) of->rows_unscored));
		row_put(&row, Int64GetDatum((int64) of->rows_positive));
		row_put(&row, Int64GetDatum((int64) of->rows_negative));
		for (int f = 0; f < FAIR_SCORE_FIGURES; f++)
			row_put_real(&row, of->figure[f].value);
		row_end_among(&row, &rows);
	}
	PG_RETURN_NULL();
}

/* ---- gaps ---- */

/* The gap of the first argument in the metric that the second one names;
 * 'number' is the argument of bins. */
static void
gap_args(FunctionCallInfo fcinfo, int number, double level, Groups *groups,
         FairScoreGap *gap)
{
	int figure = score_figure_number(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	FairCalibrationPlan plan = score_plan(fcinfo, number);
	const FairScoreFigure **by_group;
	FairScoreFigures *figures;

	if (!fair_score_figure_compares(figure))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("metric \"%s\" has no gap", fair_score_figure_name(figure)),
		     errdetail("Its size depends on the number of rows, or says "
		               "nothing of the scores.")));
	groups_arg(fcinfo, groups);
	plan.level = level;
	plan.wide_level = fair_score_wide_level(level, groups->n);
	if (number > 2 && figure == FAIR_FIGURE_OF_PART(FAIR_ECE))
	{
		plan.replicates = SCORE_REPLICATES;
		plan.seed = (uint64) PG_GETARG_INT64(number + 2);
	}
	figures = all_figures(groups, &plan);
	by_group = palloc(sizeof(FairScoreFigure *) * (Size) Max(groups->n, 1));
	for (int g = 0; g < groups->n; g++)
		by_group[g] = figures[g].figure;
	fair_score_gap(by_group, groups->n, figure, gap);
}

/* gap(group_score_stats, metric text, bins integer, binning text) returns
 * float8: largest difference between two groups; NULL when fewer than two have
 * the metric. */
FAIRPG_FUNCTION(fairpg_score_gap);

Datum
fairpg_score_gap(PG_FUNCTION_ARGS)
{
	Groups groups;
	FairScoreGap gap;

	gap_args(fcinfo, 2, 0.95, &groups, &gap);
	return real_or_null(fcinfo, gap.gap);
}

/* gap_interval(group_score_stats, metric text, level float8, bins integer,
 * binning text, seed bigint) returns interval. */
FAIRPG_FUNCTION(fairpg_score_gap_interval);

Datum
fairpg_score_gap_interval(PG_FUNCTION_ARGS)
{
	double level = stats_level(fcinfo, 2);
	Groups groups;
	FairScoreGap gap;

	gap_args(fcinfo, 3, level, &groups, &gap);
	return outcome_interval(fcinfo, gap.low, gap.high);
}

/* gap_reason(group_score_stats, metric text, bins integer, binning text)
 * returns text: why there is no gap, or how many groups it leaves out. */
FAIRPG_FUNCTION(fairpg_score_gap_reason);

Datum
fairpg_score_gap_reason(PG_FUNCTION_ARGS)
{
	Groups groups;
	FairScoreGap gap;
	FairGap as_rate = { 0 };
	const char *reason;

	gap_args(fcinfo, 2, 0.95, &groups, &gap);
	as_rate.gap = gap.gap;
	as_rate.n_undefined = gap.n_undefined;
	reason = figures_gap_reason(&as_rate, groups.n);
	if (reason == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(reason));
}

/* worst_group(group_score_stats, metric text, bins integer, binning text)
 * returns text: the group with the worst value; NULL without a gap. */
FAIRPG_FUNCTION(fairpg_score_worst_group);

Datum
fairpg_score_worst_group(PG_FUNCTION_ARGS)
{
	Groups groups;
	FairScoreGap gap;

	gap_args(fcinfo, 2, 0.95, &groups, &gap);
	if (gap.worst < 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(
		cstring_to_text_with_len(groups.entries[gap.worst].name,
	                             (int) groups.entries[gap.worst].name_bytes));
}

/* ---- one group against another ---- */

/* An AUC as a figure. */
static FairScoreFigure
figure_of(const FairAuc *auc)
{
	FairScoreFigure figure = { .value = auc->auc,
		                       .low = auc->low,
		                       .high = auc->high,
		                       .wide_low = auc->low,
		                       .wide_high = auc->high,
		                       .reason = auc->reason };

	return figure;
}

/* The chance that a positive row of one group is above a negative row of
 * another one; NULL images give an undefined one. */
static FairScoreFigure
between(const uint8 *positives, const uint8 *negatives, double level)
{
	FairSide p = { .image = positives };
	FairSide n = { .image = negatives };
	FairAuc auc = { .auc = NAN, .low = NAN, .high = NAN };

	if (positives != NULL && negatives != NULL)
		fair_auc_between(&p, &n, level, &auc);
	return figure_of(&auc);
}

/* Which figure of two groups an accessor is about. */
typedef enum PairFigure
{
	PAIR_AUC_DIFFERENCE, /* AUC of a - AUC of b */
	PAIR_XAUC,           /* positives of a above negatives of b */
	PAIR_XAUC_DISPARITY  /* xAUC(a, b) - xAUC(b, a) */
} PairFigure;

static FairScoreFigure
pair_figure(const uint8 *a, const uint8 *b, PairFigure what, double level)
{
	FairScoreFigure first =
		between(a, what == PAIR_AUC_DIFFERENCE ? a : b, level);
	FairScoreFigure second;
	FairScoreFigure difference;

	if (what == PAIR_XAUC)
		return first;
	second = between(b, what == PAIR_AUC_DIFFERENCE ? b : a, level);
	/* no row takes part in both */
	fair_figure_difference(&first, &second, &difference);
	return difference;
}

/* The figure of the groups that arguments 1 and 2 name. */
static FairScoreFigure
pair_args(FunctionCallInfo fcinfo, PairFigure what, double level)
{
	Groups groups;

	groups_arg(fcinfo, &groups);
	return pair_figure(group_arg(fcinfo, 1, &groups),
	                   group_arg(fcinfo, 2, &groups), what, level);
}

/* auc_difference(group_score_stats, a text, b text) and so on, and the same
 * with a level, which return an interval. */
#define PAIR_ACCESSORS(function, what)                                         \
	FAIRPG_FUNCTION(function);                                                 \
	Datum function(PG_FUNCTION_ARGS)                                           \
	{                                                                          \
		return real_or_null(fcinfo, pair_args(fcinfo, what, 0.95).value);      \
	}                                                                          \
	FAIRPG_FUNCTION(function##_interval);                                      \
	Datum function##_interval(PG_FUNCTION_ARGS)                                \
	{                                                                          \
		FairScoreFigure figure =                                               \
			pair_args(fcinfo, what, stats_level(fcinfo, 3));                   \
		return outcome_interval(fcinfo, figure.low, figure.high);              \
	}                                                                          \
	extern Datum function(PG_FUNCTION_ARGS)

PAIR_ACCESSORS(fairpg_auc_difference, PAIR_AUC_DIFFERENCE);
PAIR_ACCESSORS(fairpg_xauc, PAIR_XAUC);
PAIR_ACCESSORS(fairpg_xauc_disparity, PAIR_XAUC_DISPARITY);

/* The AUC of one group's rows of a label against the others' of the other
 * label; the group is argument 1. */
static FairAuc
against_others(FunctionCallInfo fcinfo, bool own_negatives, double level)
{
	FairAuc auc = { .auc = NAN, .low = NAN, .high = NAN };
	FairSide own = { 0 };
	FairSide others = { 0 };
	Groups groups;

	groups_arg(fcinfo, &groups);
	own.image = group_arg(fcinfo, 1, &groups);
	others.image = overall_image(&groups);
	others.less = own.image;
	if (own.image != NULL && own_negatives)
		fair_auc_between(&others, &own, level, &auc);
	else if (own.image != NULL)
		fair_auc_between(&own, &others, level, &auc);
	return auc;
}

/* bpsn_auc(group_score_stats, grp text) returns float8: background positive,
 * subgroup negative; bnsp_auc() the other way; both with intervals. */
#define BACKGROUND_ACCESSORS(function, own_negatives)                          \
	FAIRPG_FUNCTION(function);                                                 \
	Datum function(PG_FUNCTION_ARGS)                                           \
	{                                                                          \
		return real_or_null(fcinfo,                                            \
		                    against_others(fcinfo, own_negatives, 0.95).auc);  \
	}                                                                          \
	FAIRPG_FUNCTION(function##_interval);                                      \
	Datum function##_interval(PG_FUNCTION_ARGS)                                \
	{                                                                          \
		FairAuc auc =                                                          \
			against_others(fcinfo, own_negatives, stats_level(fcinfo, 2));     \
		return outcome_interval(fcinfo, auc.low, auc.high);                    \
	}                                                                          \
	extern Datum function(PG_FUNCTION_ARGS)

BACKGROUND_ACCESSORS(fairpg_bpsn_auc, true);
BACKGROUND_ACCESSORS(fairpg_bnsp_auc, false);

static FairAbroca
abroca_of(const uint8 *a, const uint8 *b)
{
	FairAbroca abroca = { .area = NAN, .error = NAN };
	FairSide sides[2] = { { .image = a }, { .image = b } };

	if (a != NULL && b != NULL)
		fair_abroca(&sides[0], &sides[1], &abroca);
	return abroca;
}

/* abroca(group_score_stats, a text, b text) returns float8: the area between
 * the ROC curves of two groups; abroca_error() how far it can be from that of
 * the scores as they were. */
FAIRPG_FUNCTION(fairpg_abroca);

Datum
fairpg_abroca(PG_FUNCTION_ARGS)
{
	Groups groups;

	groups_arg(fcinfo, &groups);
	return real_or_null(fcinfo, abroca_of(group_arg(fcinfo, 1, &groups),
	                                      group_arg(fcinfo, 2, &groups))
	                                .area);
}

/* abroca_interval(group_score_stats, a text, b text, level float8, seed bigint)
 * returns interval. */
FAIRPG_FUNCTION(fairpg_abroca_interval);

Datum
fairpg_abroca_interval(PG_FUNCTION_ARGS)
{
	Groups groups;
	NumMonitor monitor;
	FairDraws plan = { .level = stats_level(fcinfo, 3),
		               .replicates = SCORE_REPLICATES,
		               .seed = (uint64) PG_GETARG_INT64(4),
		               .monitor = &monitor };
	FairSide sides[2] = { { 0 } };
	FairAbroca abroca;

	groups_arg(fcinfo, &groups);
	host_monitor_quiet(&monitor);
	for (int i = 0; i < 2; i++)
	{
		sides[i].image = group_arg(fcinfo, 1 + i, &groups);
		if (sides[i].image == NULL)
			PG_RETURN_NULL();
	}
	report_status(fair_abroca_interval(&groups.arena, sides, &plan, &abroca),
	              &groups.arena, "interval of an area between curves");
	return outcome_interval(fcinfo, abroca.low, abroca.high);
}

FAIRPG_FUNCTION(fairpg_abroca_error);

Datum
fairpg_abroca_error(PG_FUNCTION_ARGS)
{
	Groups groups;

	groups_arg(fcinfo, &groups);
	return real_or_null(fcinfo, abroca_of(group_arg(fcinfo, 1, &groups),
	                                      group_arg(fcinfo, 2, &groups))
	                                .error);
}

/* The row of groups a and b, the first of which stands first by name. */
static void
put_pair(Rows *rows, const GroupEntry *a, const GroupEntry *b, double level)
{
	FairScoreFigure auc =
		pair_figure(a->stats, b->stats, PAIR_AUC_DIFFERENCE, level);
	FairScoreFigure there = pair_figure(a->stats, b->stats, PAIR_XAUC, level);
	FairScoreFigure back = pair_figure(b->stats, a->stats, PAIR_XAUC, level);
	FairScoreFigure xauc;
	RowMaker row;

	fair_figure_difference(&there, &back, &xauc);
	row_begin_among(&row, rows);
	row_put(&row, PointerGetDatum(
					  cstring_to_text_with_len(a->name, (int) a->name_bytes)));
	row_put(&row, PointerGetDatum(
					  cstring_to_text_with_len(b->name, (int) b->name_bytes)));
	row_put_real(&row, auc.value);
	row_put_real(&row, auc.low);
	row_put_real(&row, auc.high);
	row_put_real(&row, there.value);
	row_put_real(&row, back.value);
	row_put_real(&row, xauc.value);
	row_put_real(&row, xauc.low);
	row_put_real(&row, xauc.high);
	row_put_real(&row, abroca_of(a->stats, b->stats).area);
	row_end_among(&row, rows);
}

/* score_pairs(group_score_stats, level float8) returns a row for each pair of
 * groups. */
FAIRPG_FUNCTION(fairpg_score_pairs);

Datum
fairpg_score_pairs(PG_FUNCTION_ARGS)
{
	double level = stats_level(fcinfo, 1);
	Groups groups;
	Rows rows;

	groups_arg(fcinfo, &groups);
	rows_begin(&rows, fcinfo, 11);
	for (int a = 0; a < groups.n; a++)
		for (int b = a + 1; b < groups.n; b++)
		{
			CHECK_FOR_INTERRUPTS();
			put_pair(&rows, &groups.entries[a], &groups.entries[b], level);
		}
	PG_RETURN_NULL();
}
