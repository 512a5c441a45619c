/*
 * certificate.c
 *    What a stored model does to the rows of one part, recomputed.
 *
 * One walk over the blocks with model_score_block(), which processes may divide
 * among them: sums are exact, and each row has its place among those that were
 * scored.
 *
 * Where rows are judged by models that have not seen them, the rows of a block
 * are sorted by fold first.
 *
 * Memory: 8 bytes a row while it runs, 16 with weights, given back at the end.
 */
#include "train/certificate.h"

#include <math.h>
#include <string.h>

#include "num/exact_sum.h"
#include "train/certificate_walk.h"
#include "train/fold_rows.h"

/* What follows from the sums. */
static void
read_sums(const Dataset *data, const WalkSums *sums, Certificate *certificate)
{
	ExactSum loss;
	double right = 0;
	double positive = 0;

	exact_sum_clear(&loss);
	for (uint32_t b = 0; b < data->n_base_groups; b++)
	{
		FairLoss *group = &certificate->base_loss[b];

		exact_sum_merge(&loss, &sums->loss[b].sum);
		group->sum = exact_sum_value(&sums->loss[b].sum);
		group->squared = exact_sum_value(&sums->loss[b].squared);
		for (int y = 0; y < 2; y++)
			for (int d = 0; d < 2; d++)
			{
				FairCells *cells = &certificate->base[b];

				cells->rows[y][d] = sums->rows[b][y][d];
				certificate->rows += cells->rows[y][d];
				cells->weight[y][d] =
					sums->weight == NULL
						? (double) cells->rows[y][d]
						: exact_sum_value(&sums->weight[b][y][d]);
				cells->weight_squared[y][d] =
					sums->weight == NULL
						? (double) cells->rows[y][d]
						: exact_sum_value(&sums->squared[b][y][d]);
				certificate->weight += cells->weight[y][d];
				right += y == d ? cells->weight[y][d] : 0;
				positive += d == 1 ? cells->weight[y][d] : 0;
				group->rows += cells->rows[y][d];
				group->weight += cells->weight[y][d];
				group->weight_squared += cells->weight_squared[y][d];
			}
	}
	certificate->loss = exact_sum_value(&loss) / certificate->weight;
	certificate->accuracy = right / certificate->weight;
	certificate->positive_share = positive / certificate->weight;
}

/* The tables of expected decisions, which need those of the others. */
static NumStatus
read_expected(NumArena *arena, const Dataset *data, const WalkSums *sums,
              Certificate *certificate)
{
	if (sums->expected == NULL)
		return NUM_OK;
	certificate->base_expected =
		arena_alloc(arena, data->n_base_groups, sizeof(FairCells));
	if (certificate->base_expected == NULL)
		return NUM_NO_MEMORY;
	memcpy(certificate->base_expected, certificate->base,
	       data->n_base_groups * sizeof(FairCells));
	for (uint32_t b = 0; b < data->n_base_groups; b++)
		for (int y = 0; y < 2; y++)
		{
			const double *all = certificate->base[b].weight[y];
			double *to = certificate->base_expected[b].weight[y];

			to[1] = exact_sum_value(&sums->expected[b][y]);
			to[0] = fmax(all[0] + all[1] - to[1], 0);
		}
	return NUM_OK;
}

/* What follows from the sums of a walk over all rows. */
static NumStatus
read_walk(NumArena *arena, const Dataset *data, CertificateWalk *walk,
          Certificate *certificate)
{
	const WalkSums *sums = certificate_walk_sums(walk);

	read_sums(data, sums, certificate);
	return read_expected(arena, data, sums, certificate);
}

static ScoredRows
rows_of_walk(const CertificateWalk *walk, const Certificate *certificate)
{
	return (ScoredRows){ .rows = certificate_walk_scored(walk),
		                 .n = certificate->rows,
		                 .weighted =
		                     certificate_walk_sums(walk)->weight != NULL };
}

/* And what follows from the rows that it has scored; it ends. */
static NumStatus
walk_end(NumArena *arena, const Dataset *data, CertificateWalk *walk,
         NumMonitor *monitor, Certificate *certificate)
{
	NumStatus status = read_walk(arena, data, walk, certificate);
	ScoredRows scored = rows_of_walk(walk, certificate);
	size_t row_bytes = scored_row_bytes(scored.weighted);

	if (status != NUM_OK)
		return status;
	scored.spare = arena_alloc(arena, scored.n, row_bytes);
	if (scored.spare == NULL)
		return NUM_NO_MEMORY;
	status = certificate_auc(&scored, data->weight_magnet, monitor,
	                         &certificate->auc);
	arena_release(arena, scored.spare, scored.n, row_bytes);
	certificate_walk_release(walk);
	return status;
}

/* Scores and counts every row of a part. */
static NumStatus
certify_decisions(NumArena *arena, const Dataset *data, const Model *model,
                  NumMonitor *monitor, Certificate *certificate)
{
	DataPart part = certificate->part;
	CertificateWalk *walk;
	NumStatus status = certificate_walk_begin(arena, data, model, part,
	                                          (WalkRoom){ NULL, NULL }, &walk);

	for (uint32_t b = 0; b < data->part[part].n_blocks && status == NUM_OK; b++)
		status = certificate_walk_block(walk, b, monitor);
	return status == NUM_OK ? walk_end(arena, data, walk, monitor, certificate)
	                        : status;
}

/* A certificate of no rows. */
static NumStatus
certificate_begin(NumArena *arena, const Dataset *data, DataPart part,
                  Certificate *certificate)
{
	size_t n = data->n_base_groups;

	memset(certificate, 0, sizeof(*certificate));
	certificate->part = part;
	certificate->base = arena_alloc(arena, n, sizeof(FairCells));
	certificate->base_loss = arena_alloc(arena, n, sizeof(FairLoss));
	if (certificate->base == NULL || certificate->base_loss == NULL)
		return NUM_NO_MEMORY;
	memset(certificate->base, 0, n * sizeof(FairCells));
	memset(certificate->base_loss, 0, n * sizeof(FairLoss));
	return NUM_OK;
}

NumStatus
train_certify_folds(NumArena *arena, const Dataset *data,
                    const Model *const *models, NumMonitor *monitor,
                    Certificate *certificate)
{
	const DataRows *rows = &data->part[DATA_TRAIN];
	FoldRows *fold_rows = NULL;
	CertificateWalk *walk;
	ArenaNest nest;
	NumStatus status = certificate_begin(arena, data, DATA_TRAIN, certificate);

	if (status == NUM_OK && models[0]->family == MODEL_LINEAR)
		return certificate_of_number_folds(arena, data, models, monitor,
		                                   certificate);
	if (status == NUM_OK && rows->n_blocks == 0)
		status = NUM_BAD_ARGUMENT;
	if (status == NUM_OK)
		status = certificate_walk_begin(arena, data, models[0], DATA_TRAIN,
		                                (WalkRoom){ NULL, NULL }, &walk);
	if (status != NUM_OK)
		return status;
	arena_nest_begin(&nest, arena);
	status =
		fold_rows_create(&nest.arena, data, data_block(rows, 0), &fold_rows);
	for (uint32_t b = 0; b < rows->n_blocks; b++)
		for (uint32_t f = 0; f < data->n_folds && status == NUM_OK; f++)
			status = certificate_walk_rows(
				walk, b, models[f],
				fold_rows_of(fold_rows, data_block(rows, b), f), monitor);
	arena_nest_end(&nest);
	return status == NUM_OK ? walk_end(arena, data, walk, monitor, certificate)
	                        : status;
}

NumStatus
train_certify(NumArena *arena, const Dataset *data, const Model *model,
              DataPart part, NumMonitor *monitor, Certificate *certificate)
{
	NumStatus status = certificate_begin(arena, data, part, certificate);

	if (status != NUM_OK)
		return status;
	switch (model->family)
	{
		case MODEL_LINEAR:
			return certificate_of_numbers(arena, data, model, monitor,
			                              certificate);
		case MODEL_MULTINOMIAL:
			return certificate_of_classes(arena, data, model, monitor,
			                              certificate);
		case MODEL_LOGISTIC:
			break;
	}
	return certify_decisions(arena, data, model, monitor, certificate);
}

/* The walk of a team over the training rows, with as much room behind those
 * that it scores; '*walk' is NULL where one process has to do without. */
static NumStatus
walk_together(NumArena *arena, const Dataset *data, const Model *model,
              CertificateTeam *team, NumMonitor *monitor,
              CertificateWalk **walk)
{
	size_t bytes = data->part[DATA_TRAIN].n_rows *
	               certificate_walk_row_bytes(data, DATA_TRAIN);
	WalkRoom room = { NULL, NULL };
	NumStatus status;

	*walk = NULL;
	if (team == NULL || model->family != MODEL_LOGISTIC ||
	    model->groups != NULL || model->draw_column != NULL)
		return NUM_OK;
	room.scored = team->room(team, 2 * bytes);
	if (room.scored == NULL)
		return NUM_OK;
	status = certificate_walk_begin(arena, data, model, DATA_TRAIN, room, walk);
	return status == NUM_OK ? team->walk(team, data, model, *walk, monitor)
	                        : status;
}

NumStatus
train_certify_together(NumArena *arena, const Dataset *data, const Model *model,
                       CertificateTeam *team, NumMonitor *monitor,
                       CertificatePair parts)
{
	Certificate *train = parts.train;
	CertificateWalk *walk;
	ScoredRows scored;
	bool is_away = false;
	NumStatus status = walk_together(arena, data, model, team, monitor, &walk);

	if (status == NUM_OK && walk == NULL)
		status = train_certify(arena, data, model, DATA_TRAIN, monitor, train);
	else if (status == NUM_OK)
	{
		status = certificate_begin(arena, data, DATA_TRAIN, train);
		if (status == NUM_OK)
			status = read_walk(arena, data, walk, train);
		if (status != NUM_OK)
			return status;
		scored = rows_of_walk(walk, train);
		scored.spare =
			scored.rows + scored.n * scored_row_bytes(scored.weighted);
		is_away = team->begin_auc(team, &scored, data->weight_magnet);
	}
	if (status == NUM_OK && parts.held_out != NULL)
		status = train_certify(arena, data, model, DATA_HELD_OUT, monitor,
		                       parts.held_out);
	if (status != NUM_OK || walk == NULL)
		return status;
	status = is_away ? team->end_auc(team, &train->auc)
	                 : certificate_auc(&scored, data->weight_magnet, monitor,
	                                   &train->auc);
	certificate_walk_release(walk);
	return status;
}

void
certificate_groups(const Dataset *data, const DataAttribute *attribute,
                   const FairCells *base, FairCells *groups)
{
	memset(groups, 0, attribute->n_groups * sizeof(FairCells));
	for (uint32_t b = 0; b < data->n_base_groups; b++)
	{
		FairCells *to = &groups[attribute->group_of_base[b]];

		for (int y = 0; y < 2; y++)
			for (int d = 0; d < 2; d++)
			{
				to->weight[y][d] += base[b].weight[y][d];
				to->weight_squared[y][d] += base[b].weight_squared[y][d];
				to->rows[y][d] += base[b].rows[y][d];
			}
	}
}

void
certificate_losses(const Dataset *data, const DataAttribute *attribute,
                   const FairLoss *base, FairLoss *groups)
{
	memset(groups, 0, attribute->n_groups * sizeof(FairLoss));
	for (uint32_t b = 0; b < data->n_base_groups; b++)
		fair_loss_merge(&groups[attribute->group_of_base[b]], &base[b]);
}

void
certificate_errors(const Dataset *data, const DataAttribute *attribute,
                   const FairErrors *base, FairErrors *groups)
{
	memset(groups, 0, attribute->n_groups * sizeof(FairErrors));
	for (uint32_t b = 0; b < data->n_base_groups; b++)
		if (base[b].rows > 0)
			fair_errors_merge(&groups[attribute->group_of_base[b]], &base[b]);
}
