/*
 * figures_score.c
 *    Figures of groups that come from their scores, and what sets the scores of
 *    one group against those of others.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "fair/roc.h"
#include "pg/figures.h"
#include "pg/report.h"
#include "pg/score_stats.h"

/* Of more groups pairs are not looked at: they are as many as the square. */
#define MOST_PAIRED 20

/* What audits and evaluations report of all that there is; calibration() tells
 * the rest. */
static const int reported[] = {
	FAIR_FIGURE_AUC,
	FAIR_FIGURE_BRIER,
	FAIR_FIGURE_LOG_LOSS,
	FAIR_FIGURE_MEAN_SCORE,
	FAIR_FIGURE_OF_PART(FAIR_ECE),
	FAIR_FIGURE_OF_PART(FAIR_CALIBRATION_IN_THE_LARGE),
	FAIR_FIGURE_OF_PART(FAIR_CALIBRATION_SLOPE),
	FAIR_FIGURE_OF_PART(FAIR_CALIBRATION_INTERCEPT)
};

#define N_REPORTED ((int) lengthof(reported))

int
figures_score_count(void)
{
	/* and the two against all others */
	return N_REPORTED + 2;
}

static const char *
small_flag(const FigureSettings *settings, double rows)
{
	return rows < settings->min_group ? "small" : NULL;
}

const char *
figures_score_flag(const FigureSettings *settings,
                   const FairScoreFigures *figures, int figure)
{
	bool of_both = figure == FAIR_FIGURE_AUC ||
	               (figure >= FAIR_FIGURE_OF_PART(FAIR_CALIBRATION_SLOPE) &&
	                figure <= FAIR_FIGURE_OF_PART(FAIR_CALIBRATION_OFFSET));

	if (of_both)
		return small_flag(settings, (double) Min(figures->rows_negative,
		                                         figures->rows_positive));
	return small_flag(settings, figures->figure[figure].rows);
}

const char *
figures_pooled(double error)
{
	return error > 0 ? psprintf("scores were pooled: within %.1g", error)
	                 : NULL;
}

const char *
figures_score_reason(const FairScoreFigures *figures, int figure)
{
	if (figures->figure[figure].reason != NULL)
		return figures->figure[figure].reason;
	if (figure == FAIR_FIGURE_AUC)
		return figures_pooled(figures->auc_error);
	if (figure == FAIR_FIGURE_OF_PART(FAIR_ECE))
		return figures_pooled(figures->ece_error);
	return NULL;
}

static FairScoreFigures *
measure(const FigureSettings *settings, const uint8 *image, double wide_level)
{
	FairScoreFigures *figures = palloc(sizeof(FairScoreFigures));
	FairCalibrationPlan plan = { .bins = SCORE_BINS,
		                         .level = settings->level,
		                         .wide_level = wide_level,
		                         .seed = settings->seed,
		                         .replicates = SCORE_REPLICATES,
		                         .monitor = settings->monitor };

	CHECK_FOR_INTERRUPTS();
	report_status(fair_score_figures(settings->arena, image, &plan, figures),
	              settings->arena, "metrics of scores");
	return figures;
}

static Figure
figure_of_auc(const FigureSettings *settings, const char *name,
              const FairAuc *auc)
{
	uint64 rarer = Min(auc->rows_negative, auc->rows_positive);
	Figure figure = { .metric = name,
		              .value = auc->auc,
		              .low = auc->low,
		              .high = auc->high,
		              .n = (int64) (auc->rows_negative + auc->rows_positive),
		              .flag = small_flag(settings, (double) rarer),
		              .reason = auc->reason != NULL
		                            ? auc->reason
		                            : figures_pooled(auc->error) };

	return figure;
}

int
figures_of_scores(const FigureSettings *settings, const FigureGroup *group,
                  Figure *figures)
{
	const FairScoreFigures *all = group->score_figures;
	FairSide own = { .image = group->scores };
	FairSide others = { .image = group->all_scores, .less = group->scores };
	FairAuc auc;
	int n = 0;

	if (all == NULL)
		all = measure(settings, group->scores, settings->level);
	for (int i = 0; i < N_REPORTED; i++)
	{
		int f = reported[i];
		const FairScoreFigure *figure = &all->figure[f];

		if (!settings->has_label && fair_score_figure_needs_label(f))
			continue;
		figures[n++] = (Figure){ .metric = fair_score_figure_name(f),
			                     .value = figure->value,
			                     .low = figure->low,
			                     .high = figure->high,
			                     .n = (int64) figure->rows,
			                     .flag = figures_score_flag(settings, all, f),
			                     .reason = figures_score_reason(all, f) };
	}
	if (group->all_scores == NULL || !settings->has_label)
		return n;
	fair_auc_between(&others, &own, settings->level, &auc);
	figures[n++] = figure_of_auc(settings, "bpsn_auc", &auc);
	fair_auc_between(&own, &others, settings->level, &auc);
	figures[n++] = figure_of_auc(settings, "bnsp_auc", &auc);
	return n;
}

void
figures_measure_scores(const FigureSettings *settings,
                       const FigureGroup *overall, FigureAttribute *attribute)
{
	double wide_level =
		fair_score_wide_level(settings->level, attribute->n_groups);

	for (int g = 0; g < attribute->n_groups; g++)
	{
		FigureGroup *group = &attribute->groups[g];

		if (group->scores == NULL)
			continue;
		group->score_figures = measure(settings, group->scores, wide_level);
		group->all_scores = overall->scores;
	}
}

/* ---- gaps ---- */

FigureScoreGap
figures_score_gap(const FigureSettings *settings,
                  const FairScoreFigures *const *groups, int n_groups,
                  int figure)
{
	const FairScoreFigure **by_group =
		palloc(sizeof(FairScoreFigure *) * (Size) Max(n_groups, 1));
	FigureScoreGap result = { .figure.metric = fair_score_figure_name(figure) };
	Figure *row = &result.figure;
	FairGap as_rate = { 0 };
	FairScoreGap gap;

	for (int g = 0; g < n_groups; g++)
		by_group[g] = groups[g]->figure;
	fair_score_gap(by_group, n_groups, figure, &gap);
	as_rate.gap = gap.gap;
	as_rate.n_undefined = gap.n_undefined;
	row->value = gap.gap;
	row->low = gap.low;
	row->high = gap.high;
	row->reason = figures_gap_reason(&as_rate, n_groups);
	for (int g = 0; g < n_groups; g++)
	{
		row->n += (int64) by_group[g][figure].rows;
		/* a group without the figure takes no part in the gap */
		if (!isnan(by_group[g][figure].value) &&
		    figures_score_flag(settings, groups[g], figure) != NULL)
			row->flag = "small";
	}
	if (gap.n_undefined > 0 && !isnan(gap.gap))
		row->flag = "incomplete";
	result.worst = gap.worst;
	pfree(by_group);
	return result;
}

/* The AUC of positives of a against negatives of b, with both intervals. */
static FairScoreFigure
between(const FigureSettings *settings, double wide_level, const FigureGroup *a,
        const FigureGroup *b)
{
	FairSide p = { .image = a->scores };
	FairSide n = { .image = b->scores };
	FairScoreFigure figure = { 0 };
	FairAuc auc;

	fair_auc_between(&p, &n, settings->level, &auc);
	figure.value = auc.auc;
	figure.low = auc.low;
	figure.high = auc.high;
	fair_auc_interval(&auc, wide_level, &figure.wide_low, &figure.wide_high);
	return figure;
}

/* Whether a group has both labels, and so a curve. */
static bool
has_curve(const FigureGroup *group)
{
	return group->score_figures != NULL &&
	       !isnan(group->score_figures->figure[FAIR_FIGURE_AUC].value);
}

/* What has been found of pairs so far. */
typedef struct PairGaps
{
	FigureScoreGap xauc;
	FigureScoreGap abroca;
	int pair[2]; /* groups of the largest ABROCA */
	double wide_level;
} PairGaps;

/* Takes one pair of groups into the largest of both figures. */
static void
look_at_pair(const FigureSettings *settings, const FigureAttribute *attribute,
             int a, int b, PairGaps *found)
{
	const FigureGroup *groups = attribute->groups;
	FairScoreFigure there =
		between(settings, found->wide_level, &groups[a], &groups[b]);
	FairScoreFigure back =
		between(settings, found->wide_level, &groups[b], &groups[a]);
	FairSide sides[2] = { { .image = groups[a].scores },
		                  { .image = groups[b].scores } };
	Figure *largest = &found->xauc.figure;
	FairScoreFigure xauc;
	FairAbroca abroca;

	fair_figure_difference(&there, &back, &xauc);
	fair_abroca(&sides[0], &sides[1], &abroca);
	if (!(fabs(xauc.value) <= largest->value))
	{
		largest->value = fabs(xauc.value);
		/* the positives of one are less often above the others' negatives */
		found->xauc.worst = xauc.value > 0 ? b : a;
	}
	largest->low = fmax(largest->low, fmax(xauc.wide_low, -xauc.wide_high));
	largest->high = fmax(largest->high, fmax(xauc.high, -xauc.low));
	if (!(abroca.area <= found->abroca.figure.value))
	{
		double auc_a = groups[a].score_figures->figure[FAIR_FIGURE_AUC].value;
		double auc_b = groups[b].score_figures->figure[FAIR_FIGURE_AUC].value;

		found->abroca.figure.value = abroca.area;
		found->abroca.worst = auc_a < auc_b ? a : b;
		found->pair[0] = a;
		found->pair[1] = b;
	}
}

/* The interval of the largest ABROCA, wide enough for any pair. */
static void
draw_abroca(const FigureSettings *settings, const FigureAttribute *attribute,
            PairGaps *found)
{
	FairSide sides[2] = { { .image = attribute->groups[found->pair[0]].scores },
		                  { .image =
		                        attribute->groups[found->pair[1]].scores } };
	FairDraws plan = { .level = found->wide_level,
		               .replicates = SCORE_REPLICATES,
		               .seed = settings->seed,
		               .monitor = settings->monitor };
	FairAbroca abroca;

	report_status(fair_abroca_interval(settings->arena, sides, &plan, &abroca),
	              settings->arena, "interval of an area between curves");
	found->abroca.figure.low = abroca.low;
	found->abroca.figure.high = abroca.high;
	/* where groups are left out, the flag says so */
	if (found->abroca.figure.reason == NULL)
		found->abroca.figure.reason = figures_pooled(abroca.error);
}

/* Both figures of an attribute before any pair was looked at; how many groups
 * have a curve. */
static int
begin_pairs(const FigureSettings *settings, const FigureAttribute *attribute,
            PairGaps *found)
{
	FairGap as_rate = { .gap = NAN };
	int n_curves = 0;
	Figure *figure = &found->xauc.figure;

	memset(found, 0, sizeof(*found));
	found->wide_level =
		fair_score_wide_level(settings->level, attribute->n_groups);
	*figure = (Figure){ .value = NAN, .low = NAN, .high = NAN };
	for (int g = 0; g < attribute->n_groups; g++)
		if (has_curve(&attribute->groups[g]))
		{
			const FairScoreFigures *of = attribute->groups[g].score_figures;

			n_curves++;
			figure->n += (int64) (of->rows_negative + of->rows_positive);
			if (figures_score_flag(settings, of, FAIR_FIGURE_AUC) != NULL)
				figure->flag = "small";
		}
	as_rate.n_undefined = attribute->n_groups - n_curves;
	if (n_curves >= 2)
		as_rate.gap = 0;
	figure->reason = figures_gap_reason(&as_rate, attribute->n_groups);
	if (n_curves >= 2 && as_rate.n_undefined > 0)
		figure->flag = "incomplete";
	if (n_curves > MOST_PAIRED)
		figure->reason =
			psprintf("there are more than %d groups: fairpg.score_pairs() "
		             "has the pairs",
		             MOST_PAIRED);
	found->xauc.worst = -1;
	found->abroca = found->xauc;
	found->xauc.figure.metric = "xauc_disparity";
	found->abroca.figure.metric = "abroca";
	return n_curves;
}

/* The largest xAUC disparity and the largest ABROCA of any two groups. */
static void
pair_gaps(const FigureSettings *settings, const FigureAttribute *attribute,
          FigureScoreGap gaps[2])
{
	PairGaps found;
	int n_curves = begin_pairs(settings, attribute, &found);

	if (n_curves >= 2 && n_curves <= MOST_PAIRED)
	{
		found.xauc.figure.low = found.xauc.figure.high = 0;
		for (int a = 0; a < attribute->n_groups; a++)
			for (int b = a + 1; b < attribute->n_groups; b++)
			{
				CHECK_FOR_INTERRUPTS();
				if (has_curve(&attribute->groups[a]) &&
				    has_curve(&attribute->groups[b]))
					look_at_pair(settings, attribute, a, b, &found);
			}
		draw_abroca(settings, attribute, &found);
	}
	gaps[0] = found.xauc;
	gaps[1] = found.abroca;
}

FigureScoreGap *
figures_of_score_gaps(const FigureSettings *settings,
                      const FigureAttribute *attribute, int *n_gaps)
{
	FigureScoreGap *gaps =
		palloc(sizeof(FigureScoreGap) * (Size) (N_REPORTED + 2));
	const FairScoreFigures **groups =
		palloc(sizeof(FairScoreFigures *) * (Size) Max(attribute->n_groups, 1));
	int n = 0;

	*n_gaps = 0;
	for (int g = 0; g < attribute->n_groups; g++)
	{
		groups[g] = attribute->groups[g].score_figures;
		if (groups[g] == NULL)
			return gaps;
	}
	for (int i = 0; i < N_REPORTED; i++)
		if (settings->has_label || !fair_score_figure_needs_label(reported[i]))
			gaps[n++] = figures_score_gap(settings, groups, attribute->n_groups,
			                              reported[i]);
	if (settings->has_label)
	{
		pair_gaps(settings, attribute, &gaps[n]);
		n += 2;
	}
	*n_gaps = n;
	return gaps;
}
