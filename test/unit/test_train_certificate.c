/*
 * test_train_certificate.c
 *    A certificate against a plain loop over the rows, and in pieces.
 */
#include <math.h>
#include <string.h>

#include "making.h"
#include "num/random.h"
#include "num/special.h"
#include "train/certificate.h"
#include "train/certificate_auc.h"
#include "train/certificate_walk.h"

#define N_ROWS 30000
#define N_GROUPS 3

/* One row as it was made. */
typedef struct Row
{
	double x;
	double weight;
	uint32_t group;
	int label;
} Row;

static Row rows[N_ROWS];
static const double coef[2] = { -1.5, 0.75 };

static void
make_rows(Making *making, bool weighted)
{
	static const char *const groups[N_GROUPS] = { "a", "b", "c" };
	DataAttributeSpec attribute = { "g", 1, { 0 } };
	DataBuilderSpec spec = { .n_columns = 1,
		                     .columns = one_number,
		                     .n_protected = 1,
		                     .n_attributes = 1,
		                     .attributes = &attribute,
		                     .weighted = weighted,
		                     .max_levels = 10,
		                     .max_groups = 10 };
	NumRandom random;

	num_random_seed(&random, 7);
	making_begin(making, &spec);
	for (uint32_t i = 0; i < N_ROWS; i++)
	{
		Row *row = &rows[i];
		double u = num_random_uniform(&random);

		row->x = (double) (i % 977) / 128;
		row->group = i % 7 < 4 ? 0 : i % 7 < 6 ? 1 : 2;
		row->label = u < num_sigmoid(row->x - 3.0);
		row->weight = weighted ? 0.25 * (1 + i % 5) : 1;
		making->input->number[0] = row->x;
		making->input->protected_code[0] =
			data_builder_group(making->builder, 0, groups[row->group], 1);
		making->input->weight = row->weight;
		making->input->label = row->label;
		CHECK_INT(data_builder_append(making->builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(making), NUM_OK);
}

static Model *
make_model(Making *making)
{
	Model *model = NULL;

	CHECK_INT(model_from_coefficients(&making->arena, making->data,
	                                  MODEL_LOGISTIC, 0.5, coef, &model),
	          NUM_OK);
	return model;
}

/* Definitions, worked out row by row. */
static void
check_by_hand(const Certificate *certificate)
{
	double weight[N_GROUPS][2][2] = { { { 0 } } };
	double loss[N_GROUPS] = { 0 };
	double all = 0;
	double right = 0;
	double sum = 0;
	double pairs = 0;
	double ordered = 0;
	double of_value[977][2] = { { 0 } };

	for (uint32_t i = 0; i < N_ROWS; i++)
	{
		const Row *row = &rows[i];
		double z = coef[0] + coef[1] * row->x;
		int decision = z >= 0;
		double nats = num_logloss(z, row->label);

		weight[row->group][row->label][decision] += row->weight;
		loss[row->group] += row->weight * nats;
		sum += row->weight * nats;
		all += row->weight;
		right += decision == row->label ? row->weight : 0;
		of_value[i % 977][row->label] += row->weight;
	}
	for (int a = 0; a < 977; a++)
		for (int b = 0; b < 977; b++)
		{
			double w = of_value[a][1] * of_value[b][0];

			pairs += w;
			ordered += a > b ? w : a == b ? w / 2 : 0;
		}
	CHECK_INT(certificate->rows, N_ROWS);
	CHECK_NEAR(certificate->weight, all, 1e-9 * all);
	CHECK_NEAR(certificate->loss, sum / all, 1e-12);
	CHECK_NEAR(certificate->accuracy, right / all, 1e-12);
	CHECK_NEAR(certificate->auc, ordered / pairs, 1e-12);
	for (uint32_t g = 0; g < N_GROUPS; g++)
	{
		CHECK_NEAR(certificate->base_loss[g].sum, loss[g], 1e-9 * loss[g]);
		for (int y = 0; y < 2; y++)
			for (int d = 0; d < 2; d++)
				CHECK_NEAR(certificate->base[g].weight[y][d], weight[g][y][d],
				           1e-9 * all);
	}
}

static void
figures_are_those_of_the_rows(void)
{
	for (int weighted = 0; weighted < 2; weighted++)
	{
		Certificate certificate;
		Making making;
		Model *model;

		make_rows(&making, weighted);
		model = make_model(&making);
		CHECK_INT(train_certify(&making.arena, making.data, model, DATA_TRAIN,
		                        NULL, &certificate),
		          NUM_OK);
		check_by_hand(&certificate);
		scratch_end(&making.arena);
	}
}

/* A team of three whose processes are this one. */
typedef struct Pieces
{
	Making *making;
	char *room;
	size_t room_bytes;
	bool full;  /* there is no room */
	bool alone; /* nobody is free to find the area under the curve */
	int walked; /* blocks by the other two */
	ScoredRows scored;
	double magnet;
	int areas; /* that another one has found */
} Pieces;

static char *
pieces_room(CertificateTeam *team, size_t bytes)
{
	Pieces *pieces = team->host;

	if (pieces->full)
		return NULL;
	pieces->room_bytes = bytes;
	pieces->room = arena_alloc(&pieces->making->arena, bytes, 1);
	return pieces->room;
}

/* Later blocks first. */
static NumStatus
pieces_walk(CertificateTeam *team, const Dataset *data, const Model *model,
            CertificateWalk *walk, NumMonitor *monitor)
{
	Pieces *pieces = team->host;
	NumArena *arena = &pieces->making->arena;
	size_t bytes = certificate_walk_bytes(data, model, DATA_TRAIN);
	uint32_t n_blocks = data->part[DATA_TRAIN].n_blocks;

	CHECK_INT(pieces->room_bytes,
	          2 * N_ROWS * certificate_walk_row_bytes(data, DATA_TRAIN));
	for (uint32_t w = 1; w < 3; w++)
	{
		void *sums = arena_alloc(arena, bytes, 1);
		CertificateWalk *other;

		memset(sums, 0xa5, bytes);
		CHECK_INT(certificate_walk_begin(arena, data, model, DATA_TRAIN,
		                                 (WalkRoom){ sums, pieces->room },
		                                 &other),
		          NUM_OK);
		for (uint32_t b = n_blocks; b-- > 0;)
			if (b % 3 == w)
			{
				CHECK_INT(certificate_walk_block(other, b, monitor), NUM_OK);
				pieces->walked++;
			}
		certificate_walk_add(walk, sums);
	}
	for (uint32_t b = 0; b < n_blocks; b += 3)
		CHECK_INT(certificate_walk_block(walk, b, monitor), NUM_OK);
	return NUM_OK;
}

/* Only in the end: the leader is to leave the rows alone until then. */
static bool
pieces_begin_auc(CertificateTeam *team, const ScoredRows *scored, double magnet)
{
	Pieces *pieces = team->host;

	pieces->scored = *scored;
	pieces->magnet = magnet;
	CHECK(scored->rows == pieces->room);
	CHECK(scored->spare == pieces->room + pieces->room_bytes / 2);
	return !pieces->alone;
}

static NumStatus
pieces_end_auc(CertificateTeam *team, double *auc)
{
	Pieces *pieces = team->host;

	pieces->areas++;
	return certificate_auc(&pieces->scored, pieces->magnet, NULL, auc);
}

static void
pieces_are_the_whole(void)
{
	for (int weighted = 0; weighted < 2; weighted++)
	{
		Certificate alone;
		Certificate together;
		Making making;
		Pieces pieces = { .making = &making };
		CertificateTeam team = { pieces_room, pieces_walk, pieces_begin_auc,
			                     pieces_end_auc, &pieces };
		CertificatePair parts = { &together, NULL };
		Model *model;

		make_rows(&making, weighted);
		model = make_model(&making);
		CHECK_INT(train_certify(&making.arena, making.data, model, DATA_TRAIN,
		                        NULL, &alone),
		          NUM_OK);
		for (int free = 0; free < 2; free++)
		{
			pieces.walked = 0;
			pieces.alone = !free;
			CHECK_INT(train_certify_together(&making.arena, making.data, model,
			                                 &team, NULL, parts),
			          NUM_OK);
			CHECK(pieces.walked >= 2);
			CHECK_INT(pieces.areas, free);
			check_by_hand(&together);
			CHECK(together.loss == alone.loss && together.auc == alone.auc);
			CHECK(memcmp(together.base, alone.base,
			             N_GROUPS * sizeof(FairCells)) == 0);
			CHECK(memcmp(together.base_loss, alone.base_loss,
			             N_GROUPS * sizeof(FairLoss)) == 0);
		}
		/* without room for it nobody else is asked */
		pieces.full = true;
		pieces.walked = 0;
		CHECK_INT(train_certify_together(&making.arena, making.data, model,
		                                 &team, NULL, parts),
		          NUM_OK);
		CHECK_INT(pieces.walked, 0);
		CHECK_INT(pieces.areas, 1);
		check_by_hand(&together);
		scratch_end(&making.arena);
	}
}

int
main(void)
{
	RUN(figures_are_those_of_the_rows);
	RUN(pieces_are_the_whole);
	return unit_end();
}
