/*
 * certificate_walk.c
 *    The walk of a certificate over the rows of a part, of models that decide.
 *
 * A model with thresholds by group decides a row by the one that the name of
 * its group finds in the model, as decide() does.
 *
 * A mixture decides each row by the member that the row draws, likewise,
 * and the expectation over all draws is counted beside it.
 */
#include "train/certificate_walk.h"

#include <math.h>
#include <string.h>

#include "num/special.h"
#include "num/wide.h"

/* What the model makes of the rows of a block. */
typedef struct RowScores
{
	double z[DATA_BLOCK_ROWS];
	double decision[DATA_BLOCK_ROWS]; /* 0 or 1 */
	double loss[DATA_BLOCK_ROWS];
	double expected[DATA_BLOCK_ROWS]; /* of mixtures */
	double *members;                  /* [n_members][DATA_BLOCK_ROWS] */
	double *row;                      /* [n_members] */
} RowScores;

struct CertificateWalk
{
	NumArena *arena;
	const Dataset *data;
	const Model *model;
	const DataRows *rows;
	bool weighted;
	WalkSums sums;
	void *own_sums; /* of the arena; NULL: the caller's */
	size_t sums_bytes;
	char *scored;
	char *own_scored;
	RowScores *scores;
	double *threshold; /* [n_base_groups] */
	uint64_t *next;    /* [n_blocks] place of the next row of each among those
	                    * that were scored */
};

/* The threshold that the rows of each base group are decided by. */
static NumStatus
find_thresholds(const Dataset *data, const Model *model, double *threshold)
{
	const DataAttribute *attribute = NULL;

	for (uint32_t b = 0; b < data->n_base_groups; b++)
		threshold[b] = model->threshold;
	if (model->groups == NULL)
		return NUM_OK;
	for (uint32_t a = 0; a < data->n_attributes; a++)
		if (strcmp(data->attributes[a].name, model->groups->attribute) == 0)
			attribute = &data->attributes[a];
	if (attribute == NULL)
		return NUM_BAD_ARGUMENT;
	for (uint32_t b = 0; b < data->n_base_groups; b++)
	{
		const ModelGroup *group = model_find_group(
			model->groups, attribute->group_names[attribute->group_of_base[b]]);

		if (group == NULL)
			return NUM_BAD_ARGUMENT;
		threshold[b] = group->threshold;
	}
	return NUM_OK;
}

static bool
part_is_weighted(const Dataset *data, DataPart part)
{
	const DataRows *rows = &data->part[part];

	return rows->n_blocks > 0 && data_block(rows, 0)->weight != NULL;
}

/* Lays the arrays of sums into 'memory'; their bytes when that is NULL. */
static size_t
sums_lay(size_t n_base_groups, bool weighted, bool mixed, char *memory,
         WalkSums *sums)
{
	size_t n = n_base_groups;
	size_t at = 0;

	memset(sums, 0, sizeof(*sums));
	sums->rows = (void *) (memory + at);
	at += n * sizeof(*sums->rows);
	sums->loss = (void *) (memory + at);
	at += n * sizeof(*sums->loss);
	if (mixed)
	{
		sums->expected = (void *) (memory + at);
		at += n * sizeof(*sums->expected);
	}
	if (!weighted)
		return at;
	sums->weight = (void *) (memory + at);
	at += n * sizeof(*sums->weight);
	sums->squared = (void *) (memory + at);
	return at + n * sizeof(*sums->squared);
}

/* Decisions and losses of a block's rows, which depend on the score and the
 * label alone. */
WIDE static void
decide_rows(const double *threshold, const DataBlock *block, const double *z,
            double *restrict decision, double *restrict loss)
{
	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double y = (double) (block->cell[i] & 1);

		decision[i] =
			num_sigmoid(z[i]) >= threshold[block->cell[i] >> 1] ? 1 : 0;
		loss[i] = num_log1pexp(z[i]) - y * z[i];
	}
}

/* Scores and decisions of a block's rows. */
static void
score_rows(const Model *model, const Dataset *data, const double *threshold,
           const DataBlock *block, RowScores *scores)
{
	if (model->n_members == 0)
	{
		model_score_block(model, data, block, scores->z);
		decide_rows(threshold, block, scores->z, scores->decision,
		            scores->loss);
		return;
	}
	for (uint32_t m = 0; m < model->n_members; m++)
		model_score_member(model, m, data, block,
		                   scores->members + (size_t) m * DATA_BLOCK_ROWS);
	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double draw;

		for (uint32_t m = 0; m < model->n_members; m++)
			scores->row[m] = scores->members[m * DATA_BLOCK_ROWS + i];
		scores->z[i] = mixture_logit(model, scores->row);
		scores->expected[i] = mixture_expectation(model, scores->row);
		draw = model->draw_column != NULL
		           ? (double) block->draw[i]
		           : mixture_draw(scores->row, model->n_members);
		scores->decision[i] =
			mixture_decision(model, scores->row, draw) ? 1 : 0;
		scores->loss[i] = num_log1pexp(scores->z[i]) -
		                  (block->cell[i] & 1 ? scores->z[i] : 0);
	}
}

/* Adds rows that have been scored, of which the first belongs at place 'at'; false
 * when a loss is too large to be one. */
static bool
add_rows(CertificateWalk *walk, const DataBlock *block, uint64_t at)
{
	const RowScores *scores = walk->scores;
	uint32_t *keys = (uint32_t *) (void *) walk->scored + at;
	ScoredRow *out = (ScoredRow *) (void *) walk->scored + at;
	WalkSums *sums = &walk->sums;
	bool fits = true;

	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double w = block->weight == NULL ? 1.0 : (double) block->weight[i];
		double loss = scores->loss[i];
		int label = block->cell[i] & 1;
		int decision = scores->decision[i] > 0;
		uint32_t group = block->cell[i] >> 1;

		sums->rows[group][label][decision]++;
		if (block->weight != NULL)
		{
			exact_sum_add(&sums->weight[group][label][decision], w);
			exact_sum_add(&sums->squared[group][label][decision], w * w);
		}
		if (sums->expected != NULL)
			exact_sum_add(&sums->expected[group][label],
			              w * scores->expected[i]);
		fits &= exact_sum_add(&sums->loss[group].sum, w * loss);
		fits &= exact_sum_add(&sums->loss[group].squared, w * loss * loss);
		if (block->weight != NULL)
			out[i] =
				(ScoredRow){ score_key(scores->z[i], label), block->weight[i] };
		else
			keys[i] = score_key(scores->z[i], label);
	}
	return fits;
}

size_t
certificate_walk_bytes(const Dataset *data, const Model *model, DataPart part)
{
	WalkSums sums;

	return sums_lay(data->n_base_groups, part_is_weighted(data, part),
	                model->n_members > 0, NULL, &sums);
}

size_t
certificate_walk_row_bytes(const Dataset *data, DataPart part)
{
	return scored_row_bytes(part_is_weighted(data, part));
}

static NumStatus
allocate(CertificateWalk *walk, WalkRoom room)
{
	NumArena *arena = walk->arena;
	size_t row_bytes = scored_row_bytes(walk->weighted);
	size_t n_members = walk->model->n_members;

	if (room.sums == NULL)
		room.sums = walk->own_sums = arena_alloc(arena, 1, walk->sums_bytes);
	if (room.scored == NULL)
		room.scored = walk->own_scored =
			arena_alloc(arena, walk->rows->n_rows, row_bytes);
	walk->scored = room.scored;
	walk->threshold =
		arena_alloc(arena, walk->data->n_base_groups, sizeof(double));
	walk->next = arena_alloc(arena, walk->rows->n_blocks, sizeof(uint64_t));
	walk->scores = arena_alloc(arena, 1, sizeof(RowScores));
	if (room.sums == NULL || room.scored == NULL || walk->threshold == NULL ||
	    walk->next == NULL || walk->scores == NULL)
		return NUM_NO_MEMORY;
	walk->scores->members =
		arena_alloc(arena, n_members * DATA_BLOCK_ROWS, sizeof(double));
	walk->scores->row = arena_alloc(arena, n_members, sizeof(double));
	if (walk->scores->members == NULL || walk->scores->row == NULL)
		return NUM_NO_MEMORY;
	memset(room.sums, 0, walk->sums_bytes);
	sums_lay(walk->data->n_base_groups, walk->weighted, n_members > 0,
	         room.sums, &walk->sums);
	return NUM_OK;
}

NumStatus
certificate_walk_begin(NumArena *arena, const Dataset *data, const Model *model,
                       DataPart part, WalkRoom room, CertificateWalk **result)
{
	CertificateWalk *walk = arena_alloc(arena, 1, sizeof(CertificateWalk));
	uint64_t at = 0;
	NumStatus status;

	if (walk == NULL)
		return NUM_NO_MEMORY;
	memset(walk, 0, sizeof(*walk));
	walk->arena = arena;
	walk->data = data;
	walk->model = model;
	walk->rows = &data->part[part];
	walk->weighted = part_is_weighted(data, part);
	walk->sums_bytes = certificate_walk_bytes(data, model, part);
	status = allocate(walk, room);
	if (status != NUM_OK)
		return status;
	for (uint32_t b = 0; b < walk->rows->n_blocks; b++)
	{
		walk->next[b] = at;
		at += walk->rows->blocks[b]->n_rows;
	}
	*result = walk;
	if (model->draw_column != NULL && !data->drawn)
		return NUM_BAD_ARGUMENT;
	return find_thresholds(data, model, walk->threshold);
}

static NumStatus
walk_rows(CertificateWalk *walk, uint32_t b, const Model *model,
          const DataBlock *rows, NumMonitor *monitor)
{
	uint64_t at = walk->next[b];

	if (monitor_stop(monitor))
		return NUM_CANCELLED;
	score_rows(model, walk->data, walk->threshold, rows, walk->scores);
	walk->next[b] += rows->n_rows;
	return add_rows(walk, rows, at) ? NUM_OK : NUM_NOT_FINITE;
}

NumStatus
certificate_walk_block(CertificateWalk *walk, uint32_t b, NumMonitor *monitor)
{
	return walk_rows(walk, b, walk->model, data_block(walk->rows, b), monitor);
}

NumStatus
certificate_walk_rows(CertificateWalk *walk, uint32_t b, const Model *model,
                      const DataBlock *rows, NumMonitor *monitor)
{
	for (uint32_t g = 0; g < walk->data->n_base_groups; g++)
		walk->threshold[g] = model->threshold;
	return walk_rows(walk, b, model, rows, monitor);
}

void
certificate_walk_add(CertificateWalk *walk, void *other)
{
	size_t n = walk->data->n_base_groups;
	bool mixed = walk->sums.expected != NULL;
	WalkSums *to = &walk->sums;
	WalkSums from;

	sums_lay(n, walk->weighted, mixed, other, &from);
	for (size_t b = 0; b < n; b++)
	{
		exact_sum_merge(&to->loss[b].sum, &from.loss[b].sum);
		exact_sum_merge(&to->loss[b].squared, &from.loss[b].squared);
		for (int y = 0; y < 2; y++)
		{
			if (mixed)
				exact_sum_merge(&to->expected[b][y], &from.expected[b][y]);
			for (int d = 0; d < 2; d++)
			{
				to->rows[b][y][d] += from.rows[b][y][d];
				if (!walk->weighted)
					continue;
				exact_sum_merge(&to->weight[b][y][d], &from.weight[b][y][d]);
				exact_sum_merge(&to->squared[b][y][d], &from.squared[b][y][d]);
			}
		}
	}
}

const WalkSums *
certificate_walk_sums(const CertificateWalk *walk)
{
	return &walk->sums;
}

char *
certificate_walk_scored(const CertificateWalk *walk)
{
	return walk->scored;
}

void
certificate_walk_release(CertificateWalk *walk)
{
	NumArena *arena = walk->arena;
	size_t n_members = walk->model->n_members;

	arena_release(arena, walk->scores->row, n_members, sizeof(double));
	arena_release(arena, walk->scores->members, n_members * DATA_BLOCK_ROWS,
	              sizeof(double));
	arena_release(arena, walk->scores, 1, sizeof(RowScores));
	arena_release(arena, walk->next, walk->rows->n_blocks, sizeof(uint64_t));
	arena_release(arena, walk->threshold, walk->data->n_base_groups,
	              sizeof(double));
	arena_release(arena, walk->own_scored, walk->rows->n_rows,
	              scored_row_bytes(walk->weighted));
	arena_release(arena, walk->own_sums, 1, walk->sums_bytes);
	arena_release(arena, walk, 1, sizeof(CertificateWalk));
}
