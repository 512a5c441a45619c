/*
 * calibration.c
 *    Whether scores are the probabilities that they claim to be.
 */
#include "fair/calibration.h"

#include <math.h>
#include <string.h>

#include "fair/calibration_rows.h"
#include "fair/interval.h"
#include "fair/percentile.h"
#include "fair/scores.h"
#include "num/random.h"
#include "num/special.h"

static const char no_rows[] = "no rows with label and score";

#define PI 3.14159265358979323846

void
calibration_normal(const FairCalibrationPlan *plan, double value, double error,
                   const double range[2], FairScoreFigure *figure)
{
	double half = num_normal_quantile(0.5 + plan->level / 2) * error;
	double wide = num_normal_quantile(0.5 + plan->wide_level / 2) * error;

	figure->value = value;
	if (!(error >= 0 && error < INFINITY))
		return;
	figure->low = fmax(value - half, range[0]);
	figure->high = fmin(value + half, range[1]);
	figure->wide_low = fmax(value - wide, range[0]);
	figure->wide_high = fmin(value + wide, range[1]);
}

/* ---- the rows ---- */

static NumStatus
allocate_rows(NumArena *arena, size_t n, CalibrationRows *rows)
{
	double **columns[6] = {
		&rows->score,   &rows->half,      &rows->rows,
		&rows->squared, &rows->weight[0], &rows->weight[1]
	};

	memset(rows, 0, sizeof(*rows));
	for (int i = 0; i < 6; i++)
	{
		*columns[i] = arena_alloc(arena, n, sizeof(double));
		if (*columns[i] == NULL)
			return NUM_NO_MEMORY;
	}
	return NUM_OK;
}

/* An image whose labelled scores are within 0 and 1. */
static NumStatus
read_rows(NumArena *arena, const uint8_t *image, CalibrationRows *rows)
{
	size_t n = fair_scores_image_entries(image);
	NumStatus status = allocate_rows(arena, n, rows);
	double squared = 0;

	for (size_t e = 0; e < n && status == NUM_OK; e++)
	{
		FairScoreEntry entry;
		double low;
		double high;
		size_t i = rows->n;

		fair_scores_image_rows(image, e, &entry);
		if (!(entry.weight[0] > 0 || entry.weight[1] > 0))
			continue;
		fair_scores_image_range(image, e, &low, &high);
		/* also of an image whose counts do not speak of its entries */
		low = fmin(fmax(low, 0), 1);
		high = fmin(fmax(high, low), 1);
		rows->score[i] = low < high ? (low + high) / 2 : low;
		rows->half[i] = (high - low) / 2;
		rows->rows[i] = entry.rows[0] + entry.rows[1];
		rows->squared[i] = entry.squared[0] + entry.squared[1];
		for (int y = 0; y < 2; y++)
		{
			rows->weight[y][i] = entry.weight[y];
			rows->total[y] += entry.weight[y];
		}
		squared += rows->squared[i];
		rows->n++;
	}
	if (squared > 0)
		rows->effective = (rows->total[0] + rows->total[1]) *
		                  (rows->total[0] + rows->total[1]) / squared;
	return status;
}

/* ---- bins ---- */

/* The bin of each score in turn, 'passed' being the weight below it. */
static int
bin_of(const FairCalibrationPlan *plan, const CalibrationRows *rows, size_t i,
       double passed)
{
	double share = rows->score[i];
	int bin;

	if (plan->by_mass)
		share = (passed + (rows->weight[0][i] + rows->weight[1][i]) / 2) /
		        (rows->total[0] + rows->total[1]);
	bin = (int) (share * plan->bins);
	return bin < plan->bins ? bin : plan->bins - 1;
}

/* Ends of a bin of equal width. */
static double
bin_end(const FairCalibrationPlan *plan, int bin)
{
	return (double) bin / plan->bins;
}

/* Sums; mean score and share of positives wait as sums until all are in. */
static void
fill_bins(const FairCalibrationPlan *plan, const CalibrationRows *rows,
          FairScoreBin *bins)
{
	double passed = 0;

	memset(bins, 0, sizeof(FairScoreBin) * (size_t) plan->bins);
	for (size_t i = 0; i < rows->n; i++)
	{
		double weight = rows->weight[0][i] + rows->weight[1][i];
		FairScoreBin *bin = &bins[bin_of(plan, rows, i, passed)];

		passed += weight;
		if (!(bin->weight > 0))
			bin->from = rows->score[i] - rows->half[i];
		bin->to = rows->score[i] + rows->half[i];
		bin->rows += rows->rows[i];
		bin->weight += weight;
		bin->effective += rows->squared[i];
		bin->mean_score += weight * rows->score[i];
		bin->observed += rows->weight[1][i];
	}
	for (int b = 0; b < plan->bins; b++)
	{
		FairScoreBin *bin = &bins[b];

		if (!plan->by_mass)
		{
			bin->from = bin_end(plan, b);
			bin->to = bin_end(plan, b + 1);
		}
		bin->effective =
			bin->effective > 0 ? bin->weight * bin->weight / bin->effective : 0;
		bin->mean_score = bin->weight > 0 ? bin->mean_score / bin->weight : NAN;
		bin->observed = bin->weight > 0 ? bin->observed / bin->weight : NAN;
		fair_wilson(bin->observed, bin->effective, plan->level, &bin->low,
		            &bin->high);
		if (plan->by_mass && !(bin->weight > 0))
			bin->from = bin->to = NAN;
	}
}

/* How far the ECE can be from that of unpooled scores: each may lie at an end
 * of what its entry holds, and in another bin where an edge goes through. */
static double
pooling_error(const FairCalibrationPlan *plan, const CalibrationRows *rows)
{
	double total = rows->total[0] + rows->total[1];
	double error = 0;

	for (size_t i = 0; i < rows->n; i++)
	{
		double weight = rows->weight[0][i] + rows->weight[1][i];
		double low = rows->score[i] - rows->half[i];
		double high = rows->score[i] + rows->half[i];

		error += weight * rows->half[i];
		if (rows->half[i] > 0 && !plan->by_mass &&
		    floor(low * plan->bins) != floor(high * plan->bins))
			error += 2 * weight;
	}
	return error / total;
}

/* ---- what is read off the bins ---- */

/* One ECE of rows drawn from the bins as they are. */
static double
draw_ece(NumRandom *random, const FairScoreBin *bins, int n_bins,
         const uint64_t *count)
{
	double sum = 0;
	double rows = 0;

	for (int b = 0; b < n_bins; b++)
	{
		double positive;

		if (count[b] == 0)
			continue;
		positive =
			(double) num_random_binomial(random, count[b], bins[b].observed);
		sum += fabs(positive - (double) count[b] * bins[b].mean_score);
		rows += (double) count[b];
	}
	return rows > 0 ? sum / rows : 0;
}

static NumStatus
ece_interval(NumArena *arena, const CalibrationRows *rows,
             const FairCalibrationPlan *plan, const FairScoreBin *bins,
             FairScoreFigure *figure)
{
	size_t n_bins = (size_t) plan->bins;
	size_t n_draws = (size_t) plan->replicates;
	double *draws = arena_alloc(arena, n_draws, sizeof(double));
	double *weight = arena_alloc(arena, n_bins, sizeof(double));
	uint64_t *count = arena_alloc(arena, n_bins, sizeof(uint64_t));
	uint64_t n = (uint64_t) floor(fmin(rows->effective, 9e15) + 0.5);
	NumRandom random;

	if (draws == NULL || weight == NULL || count == NULL)
		return NUM_NO_MEMORY;
	for (size_t b = 0; b < n_bins; b++)
		weight[b] = bins[b].weight;
	num_random_seed(&random, plan->seed);
	for (size_t r = 0; r < n_draws; r++)
	{
		if (monitor_stop(plan->monitor))
			return NUM_CANCELLED;
		num_random_multinomial(&random, n, weight, n_bins, count);
		draws[r] = draw_ece(&random, bins, plan->bins, count);
	}
	/* a mean over draws depends on their order, which percentiles change */
	fair_size_interval(draws, plan->replicates, plan->level, figure->value,
	                   &figure->low, &figure->high);
	fair_size_interval(draws, plan->replicates, plan->wide_level, figure->value,
	                   &figure->wide_low, &figure->wide_high);
	figure->high = fmin(figure->high, 1);
	figure->wide_high = fmin(figure->wide_high, 1);
	return NUM_OK;
}

/* P(chi-square of 'df' degrees of freedom > x), by the recurrence in df. */
static double
chi_square_tail(int df, double x)
{
	double half = x / 2;
	double tail = df % 2 == 1 ? 2 * num_normal_cdf(-sqrt(x)) : num_exp(-half);
	double k = df % 2 == 1 ? 0.5 : 1;

	if (!(x > 0))
		return 1;
	for (; k < df / 2.0; k++)
		tail += num_exp(k * num_log(half) - half - num_log_gamma(k + 1));
	return fmin(tail, 1);
}

static void
hosmer_lemeshow(const CalibrationRows *rows, const FairScoreBin *bins,
                int n_bins, FairScoreFigure *parts)
{
	double scale = rows->effective / (rows->total[0] + rows->total[1]);
	FairScoreFigure *statistic = &parts[FAIR_HOSMER_LEMESHOW];
	FairScoreFigure *p = &parts[FAIR_HOSMER_LEMESHOW_P];
	double sum = 0;
	int df = 0;

	for (int b = 0; b < n_bins; b++)
	{
		double expected = bins[b].mean_score;
		double off = bins[b].observed - expected;

		if (!(bins[b].weight > 0))
			continue;
		df++;
		if (off == 0)
			continue;
		if (!(expected > 0 && expected < 1))
		{
			statistic->reason = p->reason = "a bin expects one label only";
			return;
		}
		sum += scale * bins[b].weight * off * off / (expected * (1 - expected));
	}
	statistic->value = sum;
	p->value = chi_square_tail(df, sum);
}

static void
brier_parts(const CalibrationRows *rows, const FairScoreBin *bins, int n_bins,
            double brier, FairScoreFigure *parts)
{
	double total = rows->total[0] + rows->total[1];
	double base = rows->total[1] / total;
	double reliability = 0;
	double resolution = 0;
	double uncertainty = base * (1 - base);

	for (int b = 0; b < n_bins; b++)
	{
		double off = bins[b].mean_score - bins[b].observed;
		double away = bins[b].observed - base;

		if (!(bins[b].weight > 0))
			continue;
		reliability += bins[b].weight / total * off * off;
		resolution += bins[b].weight / total * away * away;
	}
	parts[FAIR_BRIER_RELIABILITY].value = reliability;
	parts[FAIR_BRIER_RESOLUTION].value = resolution;
	parts[FAIR_BRIER_UNCERTAINTY].value = uncertainty;
	parts[FAIR_BRIER_WITHIN_BINS].value =
		brier - (reliability - resolution + uncertainty);
}

static void
calibration_errors(const CalibrationRows *rows, const FairScoreBin *bins,
                   int n_bins, FairScoreFigure *parts)
{
	double total = rows->total[0] + rows->total[1];
	double ece = 0;
	double mce = 0;
	double expected = 0;

	for (int b = 0; b < n_bins; b++)
	{
		double p = bins[b].mean_score;
		double off = fabs(p - bins[b].observed);
		double share = bins[b].weight / total;

		if (!(bins[b].weight > 0))
			continue;
		ece += share * off;
		mce = fmax(mce, off);
		/* mean of a normal variable's size */
		expected += share * sqrt(2 / PI * p * (1 - p) / bins[b].effective);
	}
	parts[FAIR_ECE].value = ece;
	parts[FAIR_MCE].value = mce;
	parts[FAIR_ECE_IF_CALIBRATED].value = expected;
}

/* ---- what needs no bins ---- */

static void
in_the_large(const CalibrationRows *rows, const uint8_t *image,
             const FairCalibrationPlan *plan, FairScoreFigure *parts)
{
	double total = rows->total[0] + rows->total[1];
	double base = rows->total[1] / total;
	double expected = fair_scores_image_sum(image, FAIR_SUM_SCORE) / total;
	double brier = fair_scores_image_sum(image, FAIR_SUM_BRIER) / total;
	double off = base - expected;
	static const double within[2] = { -1, 1 };
	FairScoreFigure *ratio = &parts[FAIR_OBSERVED_EXPECTED];
	FairScoreFigure logarithm = { 0 };

	calibration_normal(plan, off,
	                   rows->effective >= 2 ? sqrt(fmax(brier - off * off, 0) /
	                                               (rows->effective - 1))
	                                        : NAN,
	                   within, &parts[FAIR_CALIBRATION_IN_THE_LARGE]);
	if (!(expected > 0))
	{
		ratio->reason = "the scores expect no positive labels";
		return;
	}
	ratio->value = base / expected;
	/* labels of one value show no error */
	if (!(base > 0) || !(base < 1))
		return;
	/* the expectation is taken as it is; of the logarithm of a share */
	calibration_normal(plan, num_log(ratio->value),
	                   sqrt((1 - base) / (rows->effective * base)),
	                   (const double[2]){ -INFINITY, INFINITY }, &logarithm);
	ratio->low = num_exp(logarithm.low);
	ratio->high = num_exp(logarithm.high);
	ratio->wide_low = num_exp(logarithm.wide_low);
	ratio->wide_high = num_exp(logarithm.wide_high);
}

static void
spiegelhalter(const CalibrationRows *rows, FairScoreFigure *parts)
{
	double scale = rows->effective / (rows->total[0] + rows->total[1]);
	FairScoreFigure *z = &parts[FAIR_SPIEGELHALTER_Z];
	FairScoreFigure *p = &parts[FAIR_SPIEGELHALTER_P];
	double sum = 0;
	double variance = 0;

	for (size_t i = 0; i < rows->n; i++)
	{
		double score = rows->score[i];
		double lean = 1 - 2 * score;
		double weight = rows->weight[0][i] + rows->weight[1][i];

		sum += (rows->weight[1][i] - weight * score) * lean;
		variance += weight * lean * lean * score * (1 - score);
	}
	if (!(variance > 0))
	{
		z->reason = p->reason = "every score is 0, 0.5 or 1";
		return;
	}
	z->value = scale * sum / sqrt(scale * variance);
	p->value = fmin(2 * num_normal_cdf(-fabs(z->value)), 1);
}

/* All parts, of an image that has rows and no scores out of range. */
static NumStatus
measure(NumArena *arena, const uint8_t *image, const FairCalibrationPlan *plan,
        FairCalibration *result)
{
	CalibrationRows rows;
	FairScoreFigure *parts = result->part;
	FairScoreBin *bins = result->bins;
	NumStatus status = read_rows(arena, image, &rows);
	double brier = 0;
	const char *one_label = NULL;

	if (status != NUM_OK)
		return status;
	/* an image from anybody may have sums and no entries */
	if (!(rows.total[0] + rows.total[1] > 0))
		return NUM_OK;
	for (int i = 0; i < FAIR_CALIBRATION_PARTS; i++)
		parts[i].reason = NULL;
	brier = fair_scores_image_sum(image, FAIR_SUM_BRIER) /
	        (rows.total[0] + rows.total[1]);
	fill_bins(plan, &rows, bins);
	result->n_bins = plan->bins;
	result->error = pooling_error(plan, &rows);
	calibration_errors(&rows, bins, plan->bins, parts);
	brier_parts(&rows, bins, plan->bins, brier, parts);
	hosmer_lemeshow(&rows, bins, plan->bins, parts);
	in_the_large(&rows, image, plan, parts);
	spiegelhalter(&rows, parts);
	if (!(rows.total[1] > 0))
		one_label = "no positive labels";
	else if (!(rows.total[0] > 0))
		one_label = "no negative labels";
	if (one_label == NULL)
		status = recalibrate(arena, &rows, plan, parts);
	else
		for (int i = FAIR_CALIBRATION_SLOPE; i <= FAIR_CALIBRATION_OFFSET; i++)
			parts[i].reason = one_label;
	if (status == NUM_OK && plan->replicates > 0 && rows.effective >= 2)
		status = ece_interval(arena, &rows, plan, bins, &parts[FAIR_ECE]);
	return status;
}

NumStatus
fair_calibration(NumArena *arena, const uint8_t *image,
                 const FairCalibrationPlan *plan, FairCalibration *result)
{
	const char *reason = NULL;
	ArenaNest nest;
	NumStatus status;

	memset(result, 0, sizeof(*result));
	for (int i = 0; i < FAIR_CALIBRATION_PARTS; i++)
	{
		FairScoreFigure *part = &result->part[i];

		part->value = part->low = part->high = NAN;
		part->wide_low = part->wide_high = NAN;
		part->rows =
			(double) fair_scores_image_count(image, FAIR_SCORES_NEGATIVE) +
			(double) fair_scores_image_count(image, FAIR_SCORES_POSITIVE);
	}
	result->error = NAN;
	if (!(fair_scores_image_sum(image, FAIR_SUM_NEGATIVE) +
	          fair_scores_image_sum(image, FAIR_SUM_POSITIVE) >
	      0))
		reason = no_rows;
	else if (fair_scores_image_count(image, FAIR_SCORES_OUTSIDE) > 0)
		reason = "some scores are not within 0 and 1";
	for (int i = 0; i < FAIR_CALIBRATION_PARTS; i++)
		result->part[i].reason = reason != NULL ? reason : no_rows;
	if (reason != NULL)
		return NUM_OK;
	result->bins =
		arena_alloc(arena, (size_t) plan->bins, sizeof(FairScoreBin));
	if (result->bins == NULL)
		return NUM_NO_MEMORY;
	arena_nest_begin(&nest, arena);
	status = measure(&nest.arena, image, plan, result);
	arena_nest_end(&nest);
	return status;
}
