/*
 * membership.c
 *    How well the columns of a dataset together tell who belongs to a group.
 *
 * The rows are those of the dataset with other labels: cells are made anew, in
 * one base group, and everything else is shared.
 */
#include "train/membership.h"

#include <math.h>
#include <string.h>

#include "fair/scores.h"
#include "model/model.h"
#include "train/certificate_walk.h"
#include "train/train.h"

#define RIDGE 1e-4
#define MOST_ITERATIONS 100

/* Shares the columns of a block; its cells say who is a member. */
static NumStatus
label_block(NumArena *arena, const DataBlock *from, const bool *member,
            DataRows *rows, DataBlock **result)
{
	DataBlock *block = arena_alloc(arena, 1, sizeof(DataBlock));
	uint16_t *cell = arena_alloc(arena, from->n_rows, sizeof(uint16_t));

	if (block == NULL || cell == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 0; i < from->n_rows; i++)
	{
		cell[i] = member[from->cell[i] >> 1] ? 1 : 0;
		rows->cell_rows[cell[i]]++;
		rows->cell_weight[cell[i]] += 1;
	}
	*block = *from;
	block->cell = cell;
	*result = block;
	return NUM_OK;
}

static NumStatus
label_rows(NumArena *arena, const bool *member, DataRows *rows)
{
	DataBlock **from = rows->blocks;
	NumStatus status = NUM_OK;

	rows->blocks = arena_alloc(arena, rows->n_blocks, sizeof(DataBlock *));
	rows->cell_rows = arena_alloc(arena, 2, sizeof(uint64_t));
	rows->cell_weight = arena_alloc(arena, 2, sizeof(double));
	if (rows->blocks == NULL || rows->cell_rows == NULL ||
	    rows->cell_weight == NULL)
		return NUM_NO_MEMORY;
	memset(rows->cell_rows, 0, 2 * sizeof(uint64_t));
	memset(rows->cell_weight, 0, 2 * sizeof(double));
	for (uint32_t b = 0; b < rows->n_blocks && status == NUM_OK; b++)
		status = label_block(arena, from[b], member, rows, &rows->blocks[b]);
	return status;
}

/* Whether training and held-out rows have members and others. */
static bool
has_both(const Dataset *data)
{
	for (int p = 0; p < DATA_PARTS; p++)
		if (data->part[p].cell_rows[0] == 0 || data->part[p].cell_rows[1] == 0)
			return false;
	return true;
}

static NumStatus
fit(NumArena *arena, const Dataset *data, NumMonitor *monitor, Model **model)
{
	TrainSettings settings = { .l2 = RIDGE,
		                       .temperature = 1,
		                       .threshold = 0.5,
		                       .max_iterations = MOST_ITERATIONS,
		                       .min_group = 1,
		                       .own_kernels = true };
	TrainResult result = { 0 };
	NumStatus status = train_plain(arena, data, &settings, monitor, &result);

	if (status == NUM_OK)
		status =
			model_from_coefficients(arena, data, MODEL_LOGISTIC,
		                            settings.threshold, result.coef, model);
	return status;
}

/* Ranks held-out rows by the order-preserving images of their scores. */
static NumStatus
rank(NumArena *arena, const Dataset *data, const Model *model, double level,
     NumMonitor *monitor, FairRanking *ranking)
{
	const DataRows *rows = &data->part[DATA_HELD_OUT];
	WalkRoom room = { NULL, NULL };
	CertificateWalk *walk;
	FairScores scores;
	uint8_t *image;
	NumStatus status =
		certificate_walk_begin(arena, data, model, DATA_HELD_OUT, room, &walk);

	for (uint32_t b = 0; b < rows->n_blocks && status == NUM_OK; b++)
		status = certificate_walk_block(walk, b, monitor);
	if (status == NUM_OK)
		status = fair_scores_init(&scores, arena);
	for (uint64_t i = 0; i < rows->n_rows && status == NUM_OK; i++)
	{
		uint32_t key;

		memcpy(&key, certificate_walk_scored(walk) + i * sizeof(key),
		       sizeof(key));
		status =
			fair_scores_add(&scores, (int) (key & 1), (double) (key >> 1), 1);
	}
	if (status != NUM_OK)
		return status;
	image = arena_alloc(arena, fair_scores_bytes(&scores), 1);
	if (image == NULL)
		return NUM_NO_MEMORY;
	status = fair_scores_write(&scores, image);
	if (status == NUM_OK)
		fair_ranking(image, level, ranking);
	return status;
}

NumStatus
train_membership(NumArena *arena, const Dataset *data, const bool *member,
                 double level, NumMonitor *monitor, FairRanking *ranking)
{
	Dataset labelled = *data;
	ArenaNest nest;
	Model *model;
	NumStatus status = NUM_OK;

	arena_nest_begin(&nest, arena);
	labelled.n_base_groups = 1;
	labelled.n_attributes = 0;
	labelled.n_folds = 0;
	for (int p = 0; p < DATA_PARTS && status == NUM_OK; p++)
		status = label_rows(&nest.arena, member, &labelled.part[p]);
	memset(ranking, 0, sizeof(*ranking));
	ranking->auc = ranking->auc_low = ranking->auc_high = NAN;
	if (status == NUM_OK && has_both(&labelled))
	{
		status = fit(&nest.arena, &labelled, monitor, &model);
		if (status == NUM_OK)
			status =
				rank(&nest.arena, &labelled, model, level, monitor, ranking);
	}
	arena_nest_end(&nest);
	return status;
}
