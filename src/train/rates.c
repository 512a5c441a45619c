/*
 * rates.c
 *    Group rates of a criterion, read off the cell sums of a pass.
 *
 * A group is a union of base groups, so its two label cells are sums of base
 * cells.  The criterion turns the two weights into shares (criterion.h); with
 * them a rate, its gradient and its multiplier are linear in the cells, which
 * is the whole connection between fairness and the model.
 */
#include "train/rates.h"

#include <math.h>
#include <string.h>

/* Sums 'value' over the base cells of one group, by label. */
static void
group_cells(const DataAttribute *attribute, uint32_t n_base, uint32_t group,
            const double *value, double by_label[2])
{
	by_label[0] = 0;
	by_label[1] = 0;
	for (uint32_t b = 0; b < n_base; b++)
	{
		if (attribute->group_of_base[b] != group)
			continue;
		by_label[0] += value[2 * b];
		by_label[1] += value[2 * b + 1];
	}
}

static uint32_t
count_rates(const Dataset *data, const FairCriterion *criterion)
{
	uint32_t n = 0;

	if (criterion == NULL)
		return 0;
	for (uint32_t a = 0; a < data->n_attributes; a++)
		n += data->attributes[a].n_groups * (uint32_t) criterion->n_events;
	return n;
}

/* Rows of a rate's event in the training part: those of the labels that the
 * rate has a share of. */
static uint64_t
event_rows(const DataAttribute *attribute, uint32_t n_base, uint32_t group,
           const FairRate *rate, const uint64_t *cell_rows)
{
	uint64_t rows = 0;

	for (uint32_t b = 0; b < n_base; b++)
	{
		if (attribute->group_of_base[b] != group)
			continue;
		for (uint32_t y = 0; y < 2; y++)
			if (rate->share[y] != 0)
				rows += cell_rows[2 * b + y];
	}
	return rows;
}

/* Describes the rates of one attribute and event and opens its band. */
static void
band_create(Rates *rates, uint32_t a, int event, const double *cell_weight,
            const uint64_t *cell_rows, uint64_t min_group)
{
	const DataAttribute *attribute = &rates->data->attributes[a];
	uint32_t n_base = rates->data->n_base_groups;
	Band band = { rates->n_active, 0 };

	for (uint32_t g = 0; g < attribute->n_groups; g++)
	{
		TrainRate *rate = &rates->rates[rates->n_rates++];
		FairRate fair;
		double by_label[2];

		group_cells(attribute, n_base, g, cell_weight, by_label);
		rates->criterion->rate(event, by_label, &fair);
		rate->attribute = (int) a;
		rate->event = event;
		rate->group = g;
		rate->defined = fair.defined;
		rate->rows = fair.defined
		                 ? event_rows(attribute, n_base, g, &fair, cell_rows)
		                 : 0;
		rate->constrained = fair.defined && rate->rows >= min_group;
		if (!rate->constrained)
			continue;
		rates->active[rates->n_active++] = rates->n_rates - 1;
		band.count++;
	}
	if (band.count < 2)
	{
		rates->n_active = band.first;
		return;
	}
	rates->bands[rates->n_bands++] = band;
}

NumStatus
rates_create(NumArena *arena, const Dataset *data,
             const TrainSettings *settings, Rates **result)
{
	Rates *rates = arena_alloc(arena, 1, sizeof(Rates));
	uint32_t n = count_rates(data, settings->criterion);
	size_t n_cells = 2 * (size_t) data->n_base_groups;
	double *cell_weight = arena_alloc(arena, n_cells, sizeof(double));
	uint64_t *cell_rows = arena_alloc(arena, n_cells, sizeof(uint64_t));

	if (rates == NULL || cell_weight == NULL || cell_rows == NULL)
		return NUM_NO_MEMORY;
	memset(rates, 0, sizeof(*rates));
	rates->data = data;
	rates->criterion = settings->criterion;
	rates->rates = arena_alloc(arena, n, sizeof(TrainRate));
	rates->active = arena_alloc(arena, n, sizeof(uint32_t));
	rates->bands = arena_alloc(arena, n, sizeof(Band));
	rates->hard = arena_alloc(arena, n, sizeof(double));
	rates->soft = arena_alloc(arena, n, sizeof(double));
	if (rates->rates == NULL || rates->active == NULL || rates->bands == NULL ||
	    rates->hard == NULL || rates->soft == NULL)
		return NUM_NO_MEMORY;

	data_cell_totals(data, DATA_TRAIN, cell_weight, cell_rows);
	if (settings->criterion != NULL)
		for (uint32_t a = 0; a < data->n_attributes; a++)
			for (int e = 0; e < settings->criterion->n_events; e++)
				band_create(rates, a, e, cell_weight, cell_rows,
				            settings->min_group);

	rates->least_rows = UINT64_MAX;
	for (uint32_t k = 0; k < rates->n_active; k++)
		if (rates->rates[rates->active[k]].rows < rates->least_rows)
			rates->least_rows = rates->rates[rates->active[k]].rows;
	*result = rates;
	return NUM_OK;
}

bool
rates_served_by(const Rates *rates, const uint64_t *cell_rows, uint64_t least,
                uint32_t stride)
{
	const double one[2] = { 1, 1 };

	for (uint32_t k = 0; k < rates->n_active; k++)
	{
		const TrainRate *rate = &rates->rates[rates->active[k]];
		FairRate fair;
		uint64_t rows;

		rates->criterion->rate(rate->event, one, &fair);
		rows = event_rows(&rates->data->attributes[rate->attribute],
		                  rates->data->n_base_groups, rate->group, &fair,
		                  cell_rows);
		if (rows < least || 4 * rows < rate->rows / stride)
			return false;
	}
	return true;
}

/* The rate's shares under the weights of this pass. */
static void
read_shares(const Rates *rates, uint32_t k, const LinearSums *sums,
            double by_label[2], FairRate *fair)
{
	const TrainRate *rate = &rates->rates[rates->active[k]];

	group_cells(&rates->data->attributes[rate->attribute],
	            rates->data->n_base_groups, rate->group, sums->cell_weight,
	            by_label);
	rates->criterion->rate(rate->event, by_label, fair);
}

/* constant + sum over labels of share * (decided / weight) */
static double
rate_value(const Rates *rates, uint32_t k, const FairRate *fair,
           const double weight[2], const double *decided)
{
	const TrainRate *rate = &rates->rates[rates->active[k]];
	double by_label[2];
	double value = fair->constant;

	group_cells(&rates->data->attributes[rate->attribute],
	            rates->data->n_base_groups, rate->group, decided, by_label);
	for (int y = 0; y < 2; y++)
		if (fair->share[y] != 0)
			value += fair->share[y] * (by_label[y] / weight[y]);
	return value;
}

NumStatus
rates_read(Rates *rates, const LinearSums *sums)
{
	for (uint32_t k = 0; k < rates->n_active; k++)
	{
		FairRate fair;
		double weight[2];

		read_shares(rates, k, sums, weight, &fair);
		if (!fair.defined)
			return NUM_BAD_ARGUMENT;
		rates->hard[k] = rate_value(rates, k, &fair, weight, sums->cell_hard);
		rates->soft[k] = rate_value(rates, k, &fair, weight, sums->cell_soft);
	}
	return NUM_OK;
}

double
rates_gap(const Rates *rates, const double *value)
{
	double gap = 0;

	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		double low = INFINITY;
		double high = -INFINITY;

		for (uint32_t i = 0; i < rates->bands[b].count; i++)
		{
			double v = value[rates->bands[b].first + i];

			low = fmin(low, v);
			high = fmax(high, v);
		}
		gap = fmax(gap, high - low);
	}
	return gap;
}

void
rates_jacobian(const Rates *rates, const LinearSums *sums, size_t stride,
               uint32_t n_params, double *jacobian)
{
	for (uint32_t k = 0; k < rates->n_active; k++)
	{
		const TrainRate *rate = &rates->rates[rates->active[k]];
		const DataAttribute *attribute =
			&rates->data->attributes[rate->attribute];
		double *row = jacobian + k * stride;
		FairRate fair;
		double weight[2];

		memset(row, 0, stride * sizeof(double));
		read_shares(rates, k, sums, weight, &fair);
		for (uint32_t b = 0; b < rates->data->n_base_groups; b++)
		{
			if (attribute->group_of_base[b] != rate->group)
				continue;
			for (uint32_t y = 0; y < 2; y++)
			{
				const double *cell = sums->cell_jacobian + (2 * b + y) * stride;
				double factor;

				if (fair.share[y] == 0)
					continue;
				factor = fair.share[y] / weight[y];
				for (uint32_t j = 0; j < n_params; j++)
					row[j] += factor * cell[j];
			}
		}
	}
}

void
rates_cell_coefficients(const Rates *rates, const LinearSums *sums,
                        const double *multiplier, double *cell)
{
	memset(cell, 0, 2 * (size_t) rates->data->n_base_groups * sizeof(double));
	for (uint32_t k = 0; k < rates->n_active; k++)
	{
		const TrainRate *rate = &rates->rates[rates->active[k]];
		const DataAttribute *attribute =
			&rates->data->attributes[rate->attribute];
		FairRate fair;
		double weight[2];

		if (multiplier[k] == 0)
			continue;
		read_shares(rates, k, sums, weight, &fair);
		for (uint32_t b = 0; b < rates->data->n_base_groups; b++)
		{
			if (attribute->group_of_base[b] != rate->group)
				continue;
			for (uint32_t y = 0; y < 2; y++)
				if (fair.share[y] != 0)
					cell[2 * b + y] += multiplier[k] * sums->weight *
					                   fair.share[y] / weight[y];
		}
	}
}
