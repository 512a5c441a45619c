/*
 * paired_auc.c
 *    The AUCs of two scores on the same rows, and their covariance.
 *
 * The placement of a positive row is the share of the negative weight that it
 * beats, that of a negative row the share of the positive weight that beats it;
 * ties count one half.  The mean of either is the AUC.  One walk upwards through
 * the rows finds what is below each of them in its own group, one walk downwards
 * what is above.
 */
#include <math.h>
#include <string.h>

#include "fair/paired_rows.h"

/* Rows walked between two looks at the monitor: about a millisecond. */
#define ROWS_A_LOOK 65536

/* A group while a walk is on its way. */
typedef struct Standing
{
	double score; /* of the rows seen last */
	double tied[2];
	double passed[2]; /* with other scores */
} Standing;

/* What is summed up over a group, by label. */
typedef struct Sums
{
	uint64_t rows[2];
	double weight[2];
	double squared[2];
	double placed[2][2]; /* [score]: weight * placement */
	double spread[2][3]; /* weight * product of placements less the AUCs */
} Sums;

typedef struct AucWork
{
	const FairPairedGroups *groups;
	NumMonitor *monitor;
	Standing *standing;
	Sums *sums;
	double *placements[2]; /* by score, then by row */
} AucWork;

static size_t
group_of(const FairPairedGroups *groups, size_t row)
{
	return groups->group_of[groups->rows[row].part];
}

static void
count_rows(AucWork *work)
{
	const FairPairedGroups *groups = work->groups;

	for (size_t i = 0; i < groups->n; i++)
	{
		const FairPairedRow *row = &groups->rows[i];
		Sums *sums = &work->sums[group_of(groups, i)];
		int y = row->label > 0;

		sums->rows[y]++;
		sums->weight[y] += row->weight;
		sums->squared[y] += row->weight * row->weight;
	}
}

/* The weight of the other label that one row has behind it. */
static double
step(Standing *standing, const FairPairedRow *row, int s)
{
	int y = row->label > 0;

	if (!(row->score[s] == standing->score))
	{
		for (int i = 0; i < 2; i++)
		{
			standing->passed[i] += standing->tied[i];
			standing->tied[i] = 0;
		}
		standing->score = row->score[s];
	}
	standing->tied[y] += row->weight;
	return standing->passed[1 - y];
}

/* Places the rows by score 's'. */
static NumStatus
place_rows(AucWork *work, int s)
{
	const FairPairedGroups *groups = work->groups;
	double *placements = work->placements[s];

	for (int down = 0; down < 2; down++)
	{
		for (size_t g = 0; g < groups->n_groups; g++)
			work->standing[g] = (Standing){ .score = NAN };
		for (size_t i = 0; i < groups->n; i++)
		{
			size_t at = down ? groups->n - 1 - i : i;
			size_t place = s == 0 ? at : groups->rows[at].by_b;
			const FairPairedRow *row = &groups->rows[place];
			size_t g = group_of(groups, place);
			double all = work->sums[g].weight[row->label > 0 ? 0 : 1];
			double behind = step(&work->standing[g], row, s);

			if (i % ROWS_A_LOOK == 0 && monitor_stop(work->monitor))
				return NUM_CANCELLED;
			if (!down)
				placements[place] = behind;
			else if (row->label > 0)
				placements[place] =
					(placements[place] + (all - behind)) / 2 / all;
			else
				placements[place] =
					(behind + (all - placements[place])) / 2 / all;
		}
	}
	return NUM_OK;
}

static void
sum_placements(AucWork *work)
{
	const FairPairedGroups *groups = work->groups;

	for (size_t i = 0; i < groups->n; i++)
	{
		const FairPairedRow *row = &groups->rows[i];
		Sums *sums = &work->sums[group_of(groups, i)];

		for (int s = 0; s < 2; s++)
			sums->placed[s][row->label > 0] +=
				row->weight * work->placements[s][i];
	}
}

/* The AUC of score 's', which the placements of positive rows give. */
static double
auc_of(const Sums *sums, int s)
{
	return sums->placed[s][1] / sums->weight[1];
}

static void
sum_spread(AucWork *work)
{
	const FairPairedGroups *groups = work->groups;

	for (size_t i = 0; i < groups->n; i++)
	{
		const FairPairedRow *row = &groups->rows[i];
		Sums *sums = &work->sums[group_of(groups, i)];
		double *spread = sums->spread[row->label > 0];
		double a = work->placements[0][i] - auc_of(sums, 0);
		double b = work->placements[1][i] - auc_of(sums, 1);

		spread[0] += row->weight * a * a;
		spread[1] += row->weight * b * b;
		spread[2] += row->weight * a * b;
	}
}

static void
read_group(const Sums *sums, FairPairedEstimate *result)
{
	double moments[3] = { 0, 0, 0 };

	*result = (FairPairedEstimate){ .value = { NAN, NAN },
		                            .variance = { NAN, NAN },
		                            .covariance = NAN,
		                            .rows = sums->rows[0] + sums->rows[1],
		                            .rarer = sums->rows[0] < sums->rows[1]
		                                         ? sums->rows[0]
		                                         : sums->rows[1] };
	if (sums->rows[1] == 0)
		result->reason = "no positive labels";
	else if (sums->rows[0] == 0)
		result->reason = "no negative labels";
	if (result->reason != NULL)
		return;
	for (int s = 0; s < 2; s++)
		result->value[s] = auc_of(sums, s);
	for (int y = 0; y < 2; y++)
	{
		double rows = sums->weight[y] * sums->weight[y] / sums->squared[y];

		if (!(rows >= 2))
		{
			result->reason = y == 1
			                     ? "fewer than two rows with positive labels"
			                     : "fewer than two rows with negative labels";
			return;
		}
		for (int i = 0; i < 3; i++)
			moments[i] += sums->spread[y][i] / sums->weight[y] / (rows - 1);
	}
	result->variance[0] = moments[0];
	result->variance[1] = moments[1];
	result->covariance = moments[2];
}

NumStatus
fair_paired_auc(NumArena *arena, NumMonitor *monitor,
                const FairPairedGroups *groups, FairPairedEstimate *results)
{
	size_t n_groups = groups->n_groups;
	AucWork work = { .groups = groups,
		             .monitor = monitor,
		             .standing = arena_alloc(arena, n_groups, sizeof(Standing)),
		             .sums = arena_alloc(arena, n_groups, sizeof(Sums)) };
	double *placements = arena_alloc(arena, groups->n, 2 * sizeof(double));

	if (work.standing == NULL || work.sums == NULL || placements == NULL)
		return NUM_NO_MEMORY;
	work.placements[0] = placements;
	work.placements[1] = placements + groups->n;
	memset(work.sums, 0, n_groups * sizeof(Sums));
	count_rows(&work);
	for (int s = 0; s < 2; s++)
		if (place_rows(&work, s) != NUM_OK)
			return NUM_CANCELLED;
	sum_placements(&work);
	sum_spread(&work);
	for (size_t g = 0; g < n_groups; g++)
		read_group(&work.sums[g], &results[g]);
	arena_release(arena, placements, groups->n, 2 * sizeof(double));
	arena_release(arena, work.sums, n_groups, sizeof(Sums));
	arena_release(arena, work.standing, n_groups, sizeof(Standing));
	return NUM_OK;
}
