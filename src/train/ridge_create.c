/*
 * ridge_create.c
 *    The sums that ridge.c works on, and its memory.
 *
 * With folds the sums of the walk are kept by fold, and those of any folds
 * together are added up from them: exactly, so that the models of all rows have
 * the bytes that they have without folds.  Memory then is that of the sums by
 * fold, and that of a ridge without folds.
 */
#include <string.h>

#include "train/layout.h"
#include "train/ridge_private.h"

static bool
constraint_allowed(const FairConstraint *constraint, int n_constraints)
{
	if (constraint->criterion->of_mean)
		return constraint->kind == FAIR_MAX_GAP;
	if (!constraint->criterion->of_loss)
		return false;
	return constraint->kind == FAIR_MAX_LOSS ||
	       (constraint->kind == FAIR_NO_BOUND && n_constraints == 1);
}

static NumStatus
copy_settings(Ridge *ridge, const TrainSettings *settings)
{
	size_t n = (size_t) settings->n_constraints;

	ridge->settings = *settings;
	ridge->constraints = arena_alloc(ridge->arena, n, sizeof(FairConstraint));
	if (ridge->constraints == NULL)
		return NUM_NO_MEMORY;
	for (size_t c = 0; c < n; c++)
	{
		ridge->constraints[c] = settings->constraints[c];
		if (!constraint_allowed(&ridge->constraints[c], (int) n))
			return NUM_BAD_ARGUMENT;
		ridge->least = ridge->constraints[c].kind == FAIR_NO_BOUND;
	}
	ridge->settings.constraints = ridge->constraints;
	return NUM_OK;
}

static NumStatus
allocate(Ridge *ridge)
{
	NumArena *arena = ridge->arena;
	size_t row = ridge->stride * sizeof(double);
	size_t n_active = ridge->n_active;
	size_t n_sets = ridge->gram->n_sets;
	bool done = true;
	struct
	{
		double **array;
		size_t n;
		size_t bytes;
	} wanted[] = { { &ridge->group_weight, n_active, sizeof(double) },
		           { &ridge->multiplier, n_active, sizeof(double) },
		           { &ridge->trial, n_active, sizeof(double) },
		           { &ridge->value, n_active, sizeof(double) },
		           { &ridge->c, n_active, sizeof(double) },
		           { &ridge->m, n_active, n_active * sizeof(double) },
		           { &ridge->set_factor, n_sets, sizeof(double) },
		           { &ridge->factored, n_sets, sizeof(double) },
		           { &ridge->set_loss, n_sets, sizeof(double) },
		           { &ridge->coef, 1, row },
		           { &ridge->right, 1, row },
		           { &ridge->rest, 1, row },
		           { &ridge->product, n_sets, row },
		           { &ridge->factor, ridge->n, row },
		           { &ridge->jacobian, n_active, row },
		           { &ridge->solved, n_active, row } };

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
	{
		*wanted[i].array = arena_alloc(arena, wanted[i].n, wanted[i].bytes);
		done = done && *wanted[i].array != NULL;
	}
	/* one for all groups where the largest loss is minimised */
	ridge->n_bands = ridge->least ? 1 : ridge->rates->n_bands;
	ridge->bands = arena_alloc(arena, ridge->n_bands, sizeof(Band));
	ridge->place = layout_places(arena, ridge->data);
	done = done && ridge->bands != NULL && ridge->place != NULL;
	return done ? NUM_OK : NUM_NO_MEMORY;
}

/* Weights of the groups. */
static void
describe_rates(Ridge *ridge)
{
	for (uint32_t k = 0; k < ridge->n_active; k++)
	{
		ridge->group_weight[k] = 0;
		for (uint32_t b = 0; b < ridge->gram->n_base; b++)
			if (ridge_has_base(ridge, k, b))
				ridge->group_weight[k] += ridge->gram->weight[b];
	}
}

/* Whether two base groups are alike in every attribute: they are folds of one
 * group. */
static bool
are_alike(const Dataset *data, uint32_t base, uint32_t other)
{
	for (uint32_t a = 0; a < data->n_attributes; a++)
		if (data->attributes[a].group_of_base[base] !=
		    data->attributes[a].group_of_base[other])
			return false;
	return true;
}

/* The groups of the rows at hand from those of the walk: base groups without
 * those of factor 0, and the folds of one, which are neighbours, together. */
static NumStatus
gather_groups(Ridge *ridge)
{
	const Dataset *data = ridge->data;
	const double *factor = ridge->settings.cell_factor;
	uint32_t n = data->n_base_groups;
	uint32_t *to = arena_alloc(ridge->arena, n, sizeof(uint32_t));
	Gram *gathered;
	uint32_t n_groups = 0;
	NumStatus status;

	ridge->base_of = arena_alloc(ridge->arena, n, sizeof(uint32_t));
	if (to == NULL || ridge->base_of == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t b = 0; b < n; b++)
	{
		if (b == 0 || data->n_folds == 0 || !are_alike(data, b, b - 1))
			ridge->base_of[n_groups++] = b;
		to[b] = n_groups - 1;
		if (factor != NULL && factor[2 * b] != 1)
		{
			if (factor[2 * b] != 0)
				return NUM_BAD_ARGUMENT;
			to[b] = GRAM_LEFT_OUT;
		}
	}
	ridge->gram = ridge->walked;
	if (factor == NULL && data->n_folds == 0)
		return NUM_OK;
	status = gram_gather(ridge->arena, ridge->walked, to, n_groups,
	                     ridge->rates->of_losses, &gathered);
	ridge->gram = gathered;
	return status;
}

/* The ridge as far as the walk over the rows needs it. */
static NumStatus
begin(NumArena *arena, const Dataset *data, const TrainSettings *settings,
      NumMonitor *monitor, Ridge **result)
{
	Ridge *ridge = arena_alloc(arena, 1, sizeof(Ridge));
	NumStatus status;

	if (ridge == NULL)
		return NUM_NO_MEMORY;
	memset(ridge, 0, sizeof(*ridge));
	ridge->arena = arena;
	ridge->data = data;
	ridge->monitor = monitor;
	status = copy_settings(ridge, settings);
	if (status == NUM_OK)
		status = rates_create(arena, data, &ridge->settings, &ridge->rates);
	if (status == NUM_OK && settings->n_constraints > 0 &&
	    ridge->rates->n_active == 0)
		return NUM_BAD_ARGUMENT;
	*result = ridge;
	return status;
}

/* The rest of it. */
static NumStatus
end(Ridge *ridge)
{
	NumStatus status = gather_groups(ridge);

	if (status != NUM_OK)
		return status;
	ridge->n = ridge->gram->n_params;
	ridge->stride = ridge->gram->stride;
	ridge->n_active = ridge->rates->n_active;
	status = allocate(ridge);
	if (status == NUM_OK)
		describe_rates(ridge);
	return status;
}

NumStatus
ridge_walk(NumArena *arena, const Dataset *data, const TrainSettings *settings,
           NumMonitor *monitor, Ridge **result)
{
	Ridge *ridge = NULL;
	Gram *gram = NULL;
	NumStatus status = begin(arena, data, settings, monitor, &ridge);

	if (status == NUM_OK)
		status = linear_plan(arena, data, settings->own_kernels, &ridge->plan);
	if (status == NUM_OK)
		status = gram_create(arena, ridge->plan,
		                     ridge->rates->of_losses ? GRAM_GROUPS : GRAM_FOLDS,
		                     monitor, &gram);
	if (status == NUM_OK)
		ridge->walked = gram;
	*result = ridge;
	return status;
}

NumStatus
ridge_create(NumArena *arena, const Dataset *data,
             const TrainSettings *settings, NumMonitor *monitor, Ridge **ridge)
{
	NumStatus status = ridge_walk(arena, data, settings, monitor, ridge);

	return status == NUM_OK ? end(*ridge) : status;
}

NumStatus
ridge_create_beside(NumArena *arena, const Ridge *walked,
                    const TrainSettings *settings, Ridge **ridge)
{
	NumStatus status =
		begin(arena, walked->data, settings, walked->monitor, ridge);

	if (status != NUM_OK)
		return status;
	(*ridge)->plan = walked->plan;
	(*ridge)->walked = walked->walked;
	return end(*ridge);
}

size_t
ridge_group_bytes(const Dataset *data, uint32_t *n_base_groups)
{
	size_t row = ((size_t) data->n_params + 8) / 8 * 8 * sizeof(double);
	uint32_t n = data->n_base_groups;

	*n_base_groups = n;
	/* the groups with all folds together */
	for (uint32_t b = 0; b < n && data->n_folds > 0; b++)
		*n_base_groups += b == 0 || !are_alike(data, b, b - 1);
	return ((size_t) data->n_params + 2) * row;
}
