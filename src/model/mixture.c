/*
 * mixture.c
 *    Models of which each decides a share of the rows.
 *
 * Which member decides a row is drawn once and for all.  The draw is a hash of
 * what the row has in a column that tells rows apart.  A model that names none
 * takes the bits of all members' raw scores, which are the same for a row, a
 * batch and any plan; then equal people are decided alike, and members have
 * their shares as far as rows differ.
 */
#include "model/model.h"

#include <math.h>
#include <string.h>

#include "num/random.h"
#include "num/special.h"

/* Shares are rounded when they are made. */
#define ROUNDING 1e-9

/* Hashes of values split rows into parts as well; the draw is to know nothing
 * of that. */
#define DRAW_SEED UINT64_C(0x6472617773)

/* beyond it a probability is 0 or 1 whatever is done with it */
#define LARGEST_LOGIT 700

bool
model_shares_sound(const ModelMember *members, uint32_t n)
{
	double sum = 0;

	if (n < 2 || n > MODEL_MAX_MEMBERS)
		return false;
	for (uint32_t m = 0; m < n; m++)
	{
		if (!(members[m].share > 0) ||
		    (m > 0 && !(members[m].share <= members[m - 1].share)))
			return false;
		sum += members[m].share;
	}
	return fabs(sum - 1) <= ROUNDING;
}

NumStatus
model_mix(NumArena *arena, Model *const *models, const double *shares,
          uint32_t n, Model **result)
{
	Model *model = arena_alloc(arena, 1, sizeof(Model));
	ModelMember *members = arena_alloc(arena, n, sizeof(ModelMember));

	if (model == NULL || members == NULL)
		return NUM_NO_MEMORY;
	if (n < 2 || models[0]->groups != NULL)
		return NUM_BAD_ARGUMENT;
	for (uint32_t m = 0; m < n; m++)
	{
		if (models[m]->n_columns != models[0]->n_columns)
			return NUM_BAD_ARGUMENT;
		members[m] = (ModelMember){ shares[m], models[m]->intercept,
			                        models[m]->columns };
	}
	if (!model_shares_sound(members, n))
		return NUM_BAD_ARGUMENT;
	*model = *models[0];
	model->n_members = n;
	model->members = members;
	*result = model;
	return NUM_OK;
}

NumStatus
model_draw_by(NumArena *arena, Model *model, const char *column, uint8_t input)
{
	size_t bytes = strlen(column) + 1;
	char *copy;

	if (model->n_members == 0 || bytes == 1)
		return NUM_BAD_ARGUMENT;
	copy = arena_alloc(arena, bytes, 1);
	if (copy == NULL)
		return NUM_NO_MEMORY;
	memcpy(copy, column, bytes);
	model->draw_column = copy;
	model->draw_input = input;
	return NUM_OK;
}

double
mixture_probability(const Model *model, const double *z)
{
	double sum = 0;

	for (uint32_t m = 0; m < model->n_members; m++)
		sum += model->members[m].share * num_sigmoid(z[m]);
	/* shares may sum to a little more than 1 */
	return sum < 1 ? sum : 1;
}

double
mixture_logit(const Model *model, const double *z)
{
	double yes = 0;
	double no = 0;

	for (uint32_t m = 0; m < model->n_members; m++)
	{
		yes += model->members[m].share * num_sigmoid(z[m]);
		no += model->members[m].share * num_sigmoid(-z[m]);
	}
	if (!(yes > 0))
		return -LARGEST_LOGIT;
	if (!(no > 0))
		return LARGEST_LOGIT;
	return num_log(yes) - num_log(no);
}

/* A hash of 64 bits on top of another, the same on every machine. */
static uint64_t
hash_bits(uint64_t bits, uint64_t hash)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t) (bits >> (8 * i) & 0xff);
	return num_hash64(bytes, sizeof(bytes), hash);
}

float
mixture_draw_of(uint64_t hash)
{
	return (float) (hash_bits(hash, DRAW_SEED) >> 40) * 0x1p-24f;
}

double
mixture_draw(const double *z, uint32_t n)
{
	uint64_t hash = 0;

	for (uint32_t m = 0; m < n; m++)
	{
		double score = z[m] + 0.0; /* there is one zero */
		uint64_t bits;

		memcpy(&bits, &score, sizeof(bits));
		hash = hash_bits(bits, hash);
	}
	return (double) (hash >> 11) * 0x1p-53;
}

uint32_t
mixture_member(const Model *model, double draw)
{
	uint32_t m = 0;

	/* what rounding leaves over goes to the last one */
	while (m + 1 < model->n_members && draw >= model->members[m].share)
		draw -= model->members[m++].share;
	return m;
}

bool
mixture_decision(const Model *model, const double *z, double draw)
{
	return num_sigmoid(z[mixture_member(model, draw)]) >= model->threshold;
}

double
mixture_expectation(const Model *model, const double *z)
{
	double sum = 0;

	for (uint32_t m = 0; m < model->n_members; m++)
		if (num_sigmoid(z[m]) >= model->threshold)
			sum += model->members[m].share;
	return sum < 1 ? sum : 1;
}
