/*
 * mixing.c
 *    The linear program of method reduction: shares of predictors.
 *
 * With multipliers up_k of the upper end u of a band and down_k of its lower
 * end ratio (u - width), both at least 0, the dual is
 *
 *     maximise   t - sum_k ratio width down_k
 *     such that  t - sum_k (up_k - down_k) rate_hk <= error_h   for each h,
 *                sum of up_k - ratio down_k <= 0                in each band,
 *                sum of down_k <= most.
 *
 * All its right-hand sides are at least 0, so the simplex method starts at zero
 * without a first phase; t may be taken as at least 0, because no mixture has
 * a value below that.  The shares are the prices of the first rows.
 *
 * The tableau is the condensed one: a row for each basic variable, a column for
 * each other.  Many right-hand sides are 0, so pivots that change nothing are
 * common; after some of them in a row the rule of least index is used, which
 * cannot run in circles.
 *
 * Reference: Chvatal, Linear Programming, chapters 2 to 5.
 */
#include "train/mixing.h"

#include <math.h>
#include <string.h>

/* what is nothing but rounding, of numbers of the size of 1 */
#define ROUNDING 1e-11
/* pivots without progress before the careful rule takes over */
#define PATIENCE 20

typedef struct Tableau
{
	uint32_t n_rows; /* without the one of the objective, which is the last */
	uint32_t n_columns; /* without that of the right-hand sides, likewise */
	size_t stride;
	double *entry;
	uint32_t *basic; /* [n_rows] variables: columns first, then slacks */
	uint32_t *other; /* [n_columns] */
} Tableau;

/* Columns of the multipliers of rate k. */
static uint32_t
up_of(uint32_t k)
{
	return 1 + 2 * k;
}

static uint32_t
down_of(uint32_t k)
{
	return 2 + 2 * k;
}

static void
fill(Tableau *tableau, const MixingProgram *program)
{
	double *objective = tableau->entry + tableau->n_rows * tableau->stride;
	uint32_t last = tableau->n_columns;

	memset(tableau->entry, 0,
	       (tableau->n_rows + 1) * tableau->stride * sizeof(double));
	for (uint32_t h = 0; h < program->n; h++)
	{
		const double *rate = program->rate + (size_t) h * program->n_rates;
		double *row = tableau->entry + h * tableau->stride;

		row[0] = 1;
		for (uint32_t k = 0; k < program->n_rates; k++)
		{
			row[up_of(k)] = -rate[k];
			row[down_of(k)] = rate[k];
		}
		row[last] = program->error[h];
	}
	objective[0] = 1;
	for (uint32_t b = 0; b < program->n_bands; b++)
	{
		const Band *band = &program->bands[b];
		double *row = tableau->entry + (program->n + b) * tableau->stride;
		double *most = tableau->entry + (tableau->n_rows - 1) * tableau->stride;

		for (uint32_t k = band->first; k < band->first + band->count; k++)
		{
			row[up_of(k)] = 1;
			row[down_of(k)] = -band->ratio;
			most[down_of(k)] = 1;
			objective[down_of(k)] = -band->ratio * band->width;
		}
		most[last] = program->most;
	}
	for (uint32_t j = 0; j < tableau->n_columns; j++)
		tableau->other[j] = j;
	for (uint32_t i = 0; i < tableau->n_rows; i++)
		tableau->basic[i] = tableau->n_columns + i;
}

/* The column to enter: the steepest one, or the first; n_columns at the
 * optimum. */
static uint32_t
choose_column(const Tableau *tableau, bool careful)
{
	const double *objective =
		tableau->entry + tableau->n_rows * tableau->stride;
	uint32_t best = tableau->n_columns;

	for (uint32_t j = 0; j < tableau->n_columns; j++)
	{
		if (!(objective[j] > ROUNDING))
			continue;
		if (best == tableau->n_columns ||
		    (careful ? tableau->other[j] < tableau->other[best]
		             : objective[j] > objective[best]))
			best = j;
	}
	return best;
}

/* The row to leave; n_rows when nothing bounds the column. */
static uint32_t
choose_row(const Tableau *tableau, uint32_t column, bool careful)
{
	uint32_t best = tableau->n_rows;
	double least = INFINITY;

	for (uint32_t i = 0; i < tableau->n_rows; i++)
	{
		const double *row = tableau->entry + i * tableau->stride;
		double ratio;

		if (!(row[column] > ROUNDING))
			continue;
		ratio = fmax(row[tableau->n_columns], 0) / row[column];
		if (best == tableau->n_rows || ratio < least ||
		    (ratio == least &&
		     (careful ? tableau->basic[i] < tableau->basic[best]
		              : row[column] >
		                    tableau->entry[best * tableau->stride + column])))
		{
			best = i;
			least = ratio;
		}
	}
	return best;
}

static void
pivot(Tableau *tableau, uint32_t r, uint32_t c)
{
	double *row = tableau->entry + r * tableau->stride;
	double inverse = 1 / row[c];
	uint32_t swap = tableau->basic[r];

	for (uint32_t j = 0; j <= tableau->n_columns; j++)
		row[j] *= inverse;
	row[c] = inverse;
	for (uint32_t i = 0; i <= tableau->n_rows; i++)
	{
		double *other = tableau->entry + i * tableau->stride;
		double factor = other[c];

		if (i == r || factor == 0)
			continue;
		for (uint32_t j = 0; j <= tableau->n_columns; j++)
			other[j] -= factor * row[j];
		other[c] = -factor * inverse;
	}
	tableau->basic[r] = tableau->other[c];
	tableau->other[c] = swap;
}

static NumStatus
run(Tableau *tableau, NumMonitor *monitor)
{
	uint64_t most = 200 * ((uint64_t) tableau->n_rows + tableau->n_columns);
	int still = 0;

	for (uint64_t i = 0; i < most; i++)
	{
		bool careful = still > PATIENCE;
		uint32_t c = choose_column(tableau, careful);
		uint32_t r;

		if (c == tableau->n_columns)
			return NUM_OK;
		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		r = choose_row(tableau, c, careful);
		if (r == tableau->n_rows)
			return NUM_NOT_FINITE;
		still =
			tableau->entry[r * tableau->stride + tableau->n_columns] > ROUNDING
				? 0
				: still + 1;
		pivot(tableau, r, c);
	}
	return NUM_NOT_CONVERGED;
}

static void
read_answer(const Tableau *tableau, const MixingProgram *program,
            MixingAnswer *answer)
{
	const double *objective =
		tableau->entry + tableau->n_rows * tableau->stride;
	double sum = 0;

	memset(answer->share, 0, program->n * sizeof(double));
	memset(answer->multiplier, 0, program->n_rates * sizeof(double));
	answer->offset = 0;
	for (uint32_t j = 0; j < tableau->n_columns; j++)
	{
		uint32_t slack = tableau->other[j] - tableau->n_columns;

		if (tableau->other[j] >= tableau->n_columns && slack < program->n)
			answer->share[slack] = fmax(-objective[j], 0);
	}
	for (uint32_t i = 0; i < tableau->n_rows; i++)
	{
		uint32_t variable = tableau->basic[i];
		double value = tableau->entry[i * tableau->stride + tableau->n_columns];

		if (variable == 0 || variable >= tableau->n_columns)
			continue;
		answer->multiplier[(variable - 1) / 2] +=
			variable % 2 == 1 ? value : -value;
		if (variable % 2 == 1)
			continue;
		for (uint32_t b = 0; b < program->n_bands; b++)
		{
			const Band *band = &program->bands[b];
			uint32_t k = (variable - 1) / 2;

			if (k >= band->first && k < band->first + band->count)
				answer->offset += band->ratio * band->width * value;
		}
	}
	for (uint32_t h = 0; h < program->n; h++)
		sum += answer->share[h];
	for (uint32_t h = 0; h < program->n; h++)
		answer->share[h] /= sum;
	answer->value = -objective[tableau->n_columns];
}

NumStatus
mixing_solve(NumArena *arena, const MixingProgram *program, NumMonitor *monitor,
             MixingAnswer *answer)
{
	Tableau tableau = { .n_rows = program->n + program->n_bands + 1,
		                .n_columns = 1 + 2 * program->n_rates };
	size_t n_entries;
	NumStatus status;

	tableau.stride = (size_t) tableau.n_columns + 1;
	n_entries = (tableau.n_rows + 1) * tableau.stride;
	tableau.entry = arena_alloc(arena, n_entries, sizeof(double));
	tableau.basic = arena_alloc(arena, tableau.n_rows, sizeof(uint32_t));
	tableau.other = arena_alloc(arena, tableau.n_columns, sizeof(uint32_t));
	if (tableau.entry == NULL || tableau.basic == NULL || tableau.other == NULL)
		return NUM_NO_MEMORY;
	fill(&tableau, program);
	status = run(&tableau, monitor);
	if (status == NUM_OK)
		read_answer(&tableau, program, answer);
	arena_release(arena, tableau.other, tableau.n_columns, sizeof(uint32_t));
	arena_release(arena, tableau.basic, tableau.n_rows, sizeof(uint32_t));
	arena_release(arena, tableau.entry, n_entries, sizeof(double));
	return status;
}
