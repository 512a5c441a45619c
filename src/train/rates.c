/*
 * rates.c
 *    Group rates of the constraints, read off the cell sums of a pass.
 *
 * A group is a union of base groups, so its two label cells are sums of base
 * cells.  The criterion turns the two weights into shares (criterion.h); with
 * them a rate, its gradient and its multiplier are linear in the cells, which
 * is the whole connection between fairness and the model.
 */
#include "train/rates.h"

#include <math.h>
#include <string.h>

#include "num/grid.h"

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

/* Classes that have rates of their own. */
static uint32_t
rates_n_classes(const Dataset *data)
{
	return data->label == DATA_LABEL_CLASS ? data->n_classes : 1;
}

static uint32_t
count_rates(const Dataset *data, const TrainSettings *settings)
{
	uint32_t n = 0;

	for (int c = 0; c < settings->n_constraints; c++)
		for (uint32_t a = 0; a < data->n_attributes; a++)
			n += data->attributes[a].n_groups *
			     (uint32_t) settings->constraints[c].criterion->n_events;
	return n * rates_n_classes(data);
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

/* The band that a constraint asks for, still empty. */
static Band
band_open(const Rates *rates, const FairConstraint *constraint)
{
	Band band = { .first = rates->n_active, .ratio = 1 };

	switch (constraint->kind)
	{
		case FAIR_NO_BOUND:
			if (constraint->criterion->of_loss)
				band.kind = BAND_LEAST;
			break;
		case FAIR_MAX_GAP:
			band.width = constraint->bound;
			break;
		case FAIR_MIN_RATIO:
			band.ratio = constraint->bound;
			break;
		case FAIR_MAX_LOSS:
			band.kind = BAND_BELOW;
			band.width = constraint->bound;
			break;
	}
	return band;
}

/* Describes the rates that are like 'first' in all but the group, and makes
 * their band; the totals are those of its class. */
static void
band_create(Rates *rates, TrainRate first, const double *cell_weight,
            const uint64_t *cell_rows)
{
	int c = first.constraint;
	const FairConstraint *constraint = &rates->constraints[c];
	const DataAttribute *attribute = &rates->data->attributes[first.attribute];
	/* labels that are classes know no factors, and count nothing else */
	const uint64_t *all_rows = rates->data->label == DATA_LABEL_CLASS
	                               ? cell_rows
	                               : rates->data->part[DATA_TRAIN].cell_rows;
	uint32_t n_base = rates->data->n_base_groups;
	Band band = band_open(rates, constraint);

	for (uint32_t g = 0; g < attribute->n_groups; g++)
	{
		TrainRate *rate = &rates->rates[rates->n_rates++];
		FairRate fair;
		double by_label[2];

		group_cells(attribute, n_base, g, cell_weight, by_label);
		constraint->criterion->rate(first.event, by_label, &fair);
		*rate = first;
		rate->group = g;
		rate->defined = fair.defined;
		rate->rows = fair.defined
		                 ? event_rows(attribute, n_base, g, &fair, cell_rows)
		                 : 0;
		/* with a fold or without it the same groups */
		rate->constrained =
			fair.defined && event_rows(attribute, n_base, g, &fair, all_rows) >=
								rates->min_group;
		if (!rate->constrained)
			continue;
		rates->active[rates->n_active++] = rates->n_rates - 1;
		band.count++;
	}
	if (band.count < (constraint->criterion->of_loss ? 1 : 2))
	{
		rates->n_active = band.first;
		return;
	}
	rates->bands[rates->n_bands++] = band;
	if (constraint->criterion->of_loss)
		rates->of_losses = true;
	else
		rates->of_decisions = true;
	if (constraint->criterion->of_errors && !constraint->criterion->of_loss)
		rates->of_errors = true;
}

void
train_cell_totals(const Dataset *data, const TrainSettings *settings,
                  double *weight, uint64_t *rows)
{
	const DataRows *train = &data->part[DATA_TRAIN];

	for (uint32_t c = 0; c < 2 * data->n_base_groups; c++)
	{
		double factor =
			settings->cell_factor == NULL ? 1 : settings->cell_factor[c];

		weight[c] = factor * train->cell_weight[c];
		rows[c] = factor > 0 ? train->cell_rows[c] : 0;
	}
}

NumStatus
train_class_totals(const Dataset *data, uint32_t sample, NumMonitor *monitor,
                   double *weight, uint64_t *rows)
{
	const DataRows *train = &data->part[DATA_TRAIN];
	size_t n_cells = 2 * (size_t) data->n_base_groups;

	memset(weight, 0, data->n_classes * n_cells * sizeof(double));
	memset(rows, 0, data->n_classes * n_cells * sizeof(uint64_t));
	for (uint32_t b = 0; b < train->sample_blocks[sample]; b++)
	{
		const DataBlock *block = data_block(train, b);

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			size_t cell = block->label_class[i] * n_cells + block->cell[i];
			double w = block->weight == NULL ? 1 : (double) block->weight[i];

			rows[cell + 1]++;
			weight[cell + 1] += grid_round(w, data->weight_magnet);
		}
	}
	/* the others of a class are all but its own */
	for (uint32_t b = 0; b < data->n_base_groups; b++)
	{
		double all = 0;
		uint64_t n = 0;

		for (uint32_t k = 0; k < data->n_classes; k++)
		{
			all += weight[k * n_cells + 2 * b + 1];
			n += rows[k * n_cells + 2 * b + 1];
		}
		for (uint32_t k = 0; k < data->n_classes; k++)
		{
			weight[k * n_cells + 2 * b] = all - weight[k * n_cells + 2 * b + 1];
			rows[k * n_cells + 2 * b] = n - rows[k * n_cells + 2 * b + 1];
		}
	}
	return NUM_OK;
}

/* The totals of every class. */
static NumStatus
all_totals(const Dataset *data, const TrainSettings *settings, double *weight,
           uint64_t *rows)
{
	if (data->label == DATA_LABEL_CLASS)
		return train_class_totals(data, 0, NULL, weight, rows);
	train_cell_totals(data, settings, weight, rows);
	return NUM_OK;
}

/* The bands of one constraint. */
static void
bands_create(Rates *rates, int c, const double *cell_weight,
             const uint64_t *cell_rows)
{
	const Dataset *data = rates->data;
	const FairConstraint *constraint = &rates->constraints[c];
	size_t n_cells = 2 * (size_t) data->n_base_groups;

	for (int a = 0; a < (int) data->n_attributes; a++)
		for (int e = 0; e < constraint->criterion->n_events; e++)
			for (uint32_t k = 0; k < rates_n_classes(data); k++)
				if (fair_constraint_covers(constraint, a))
					band_create(rates,
					            (TrainRate){ .constraint = c,
					                         .attribute = a,
					                         .event = e,
					                         .class = k },
					            cell_weight + k * n_cells,
					            cell_rows + k * n_cells);
}

NumStatus
rates_create(NumArena *arena, const Dataset *data,
             const TrainSettings *settings, Rates **result)
{
	Rates *rates = arena_alloc(arena, 1, sizeof(Rates));
	uint32_t n = count_rates(data, settings);
	size_t n_cells = 2 * (size_t) data->n_base_groups * rates_n_classes(data);
	NumStatus status;
	double *cell_weight = arena_alloc(arena, n_cells, sizeof(double));
	uint64_t *cell_rows = arena_alloc(arena, n_cells, sizeof(uint64_t));

	if (rates == NULL || cell_weight == NULL || cell_rows == NULL)
		return NUM_NO_MEMORY;
	memset(rates, 0, sizeof(*rates));
	rates->data = data;
	rates->constraints = settings->constraints;
	rates->n_constraints = settings->n_constraints;
	rates->min_group = settings->min_group;
	rates->rates = arena_alloc(arena, n, sizeof(TrainRate));
	rates->active = arena_alloc(arena, n, sizeof(uint32_t));
	rates->bands = arena_alloc(arena, n, sizeof(Band));
	rates->hard = arena_alloc(arena, n, sizeof(double));
	rates->soft = arena_alloc(arena, n, sizeof(double));
	if (rates->rates == NULL || rates->active == NULL || rates->bands == NULL ||
	    rates->hard == NULL || rates->soft == NULL)
		return NUM_NO_MEMORY;

	status = all_totals(data, settings, cell_weight, cell_rows);
	if (status != NUM_OK)
		return status;
	for (int c = 0; c < rates->n_constraints; c++)
		bands_create(rates, c, cell_weight, cell_rows);

	rates->least_rows = UINT64_MAX;
	for (uint32_t k = 0; k < rates->n_active; k++)
		if (rates->rates[rates->active[k]].rows < rates->least_rows)
			rates->least_rows = rates->rates[rates->active[k]].rows;
	*result = rates;
	return NUM_OK;
}

static const FairCriterion *
criterion_of(const Rates *rates, const TrainRate *rate)
{
	return rates->constraints[rate->constraint].criterion;
}

/* Whether a band has a group; its rates are in the order of their groups. */
static bool
band_has(const Rates *rates, const Band *band, uint32_t group)
{
	uint32_t low = band->first;
	uint32_t high = band->first + band->count;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (rates->rates[rates->active[middle]].group < group)
			low = middle + 1;
		else
			high = middle;
	}
	return low < band->first + band->count &&
	       rates->rates[rates->active[low]].group == group;
}

bool
rates_repeated(const Rates *rates, uint32_t k)
{
	const TrainRate *rate = &rates->rates[rates->active[k]];
	const char *event = criterion_of(rates, rate)->event_name[rate->event];

	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];
		const TrainRate *first = &rates->rates[rates->active[band->first]];

		if (first->constraint >= rate->constraint)
			break;
		if (first->attribute == rate->attribute &&
		    first->class == rate->class &&
		    strcmp(criterion_of(rates, first)->event_name[first->event],
		           event) == 0 &&
		    band_has(rates, band, rate->group))
			return true;
	}
	return false;
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

		criterion_of(rates, rate)->rate(rate->event, one, &fair);
		rows = event_rows(&rates->data->attributes[rate->attribute],
		                  rates->data->n_base_groups, rate->group, &fair,
		                  cell_rows +
		                      2 * rate->class * rates->data->n_base_groups);
		if (rows < least || 4 * rows < rate->rows / stride)
			return false;
	}
	return true;
}

bool
rates_has_cell(const Rates *rates, uint32_t k, uint32_t cell)
{
	const TrainRate *rate = &rates->rates[rates->active[k]];
	const DataAttribute *attribute = &rates->data->attributes[rate->attribute];
	const double one[2] = { 1, 1 };
	FairRate fair;

	criterion_of(rates, rate)->rate(rate->event, one, &fair);
	return attribute->group_of_base[cell >> 1] == rate->group &&
	       fair.share[cell & 1] != 0;
}

/* The rate's shares under the weights of this pass. */
static void
read_shares(const Rates *rates, uint32_t k, const LinearSums *sums,
            double by_label[2], FairRate *fair)
{
	const TrainRate *rate = &rates->rates[rates->active[k]];

	group_cells(&rates->data->attributes[rate->attribute],
	            rates->data->n_base_groups, rate->group,
	            sums[rate->class].cell_weight, by_label);
	criterion_of(rates, rate)->rate(rate->event, by_label, fair);
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

double
rates_parts(const Rates *rates, uint32_t k, const LinearSums *sums,
            double part[2])
{
	FairRate fair;
	double weight[2];

	read_shares(rates, k, sums, weight, &fair);
	for (int y = 0; y < 2; y++)
		part[y] = fair.share[y] == 0 ? 0 : fair.share[y] / weight[y];
	return fair.constant;
}

NumStatus
rates_read(Rates *rates, const LinearSums *sums)
{
	for (uint32_t k = 0; k < rates->n_active; k++)
	{
		const TrainRate *rate = &rates->rates[rates->active[k]];
		const LinearSums *own = &sums[rate->class];
		bool of_loss = criterion_of(rates, rate)->of_loss;
		FairRate fair;
		double weight[2];

		read_shares(rates, k, sums, weight, &fair);
		if (!fair.defined)
			return NUM_BAD_ARGUMENT;
		rates->hard[k] = rate_value(rates, k, &fair, weight,
		                            of_loss ? own->cell_loss : own->cell_hard);
		rates->soft[k] =
			of_loss ? rates->hard[k]
					: rate_value(rates, k, &fair, weight, own->cell_soft);
	}
	return NUM_OK;
}

const FairConstraint *
rates_band_constraint(const Rates *rates, const Band *band)
{
	return &rates->constraints[rates->rates[rates->active[band->first]]
	                               .constraint];
}

/* Lowest and highest of a band. */
static void
band_ends(const Band *band, const double *value, double *low, double *high)
{
	*low = INFINITY;
	*high = -INFINITY;
	for (uint32_t k = band->first; k < band->first + band->count; k++)
	{
		*low = fmin(*low, value[k]);
		*high = fmax(*high, value[k]);
	}
}

double
rates_band_reached(const Rates *rates, const Band *band, const double *value)
{
	const FairConstraint *constraint = rates_band_constraint(rates, band);
	double low;
	double high;

	band_ends(band, value, &low, &high);
	if (constraint->criterion->of_loss)
		return high;
	if (constraint->kind == FAIR_MIN_RATIO)
		return high > 0 ? low / high : 1;
	return high - low;
}

double
rates_judge(const Rates *rates, double *reached)
{
	double violation = 0;

	for (int c = 0; c < rates->n_constraints; c++)
		reached[c] = NAN;
	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];
		double value = rates_band_reached(rates, band, rates->hard);
		int c = rates->rates[rates->active[band->first]].constraint;

		if (rates->constraints[c].kind == FAIR_MIN_RATIO)
			reached[c] = fmin(reached[c], value);
		else
			reached[c] = fmax(reached[c], value);
	}
	for (int c = 0; c < rates->n_constraints; c++)
		violation +=
			fmax(fair_constraint_excess(&rates->constraints[c], reached[c]), 0);
	return violation;
}

double
rates_worth_of_room(const Rates *rates, const Band *asked,
                    const double *multiplier)
{
	double worth = 0;

	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];
		const FairConstraint *constraint = rates_band_constraint(rates, band);
		double end = constraint->kind == FAIR_MIN_RATIO ? asked[b].ratio
		                                                : asked[b].width;
		double room = end - rates_band_reached(rates, band, rates->hard);
		double price = 0;

		if (constraint->kind == FAIR_MIN_RATIO)
			room *= -1;
		for (uint32_t k = band->first; k < band->first + band->count; k++)
			price += fabs(multiplier[k]);
		worth +=
			fmax(room, 0) * (band->kind == BAND_BETWEEN ? price / 2 : price);
	}
	return worth;
}

double
rates_gap(const Rates *rates)
{
	double gap = 0;

	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];
		double low;
		double high;

		band_ends(band, rates->hard, &low, &high);
		if (!rates->of_decisions)
			gap = fmax(gap, high);
		else if (!rates_band_constraint(rates, band)->criterion->of_loss)
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
		const double *cells = criterion_of(rates, rate)->of_loss
		                          ? sums[rate->class].cell_loss_jacobian
		                          : sums[rate->class].cell_jacobian;
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
				const double *cell = cells + (2 * b + y) * stride;
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
                        const double *multiplier, double *decision,
                        double *loss)
{
	uint32_t n_cells = 2 * rates->data->n_base_groups;
	size_t bytes =
		(size_t) n_cells * rates_n_classes(rates->data) * sizeof(double);

	memset(decision, 0, bytes);
	memset(loss, 0, bytes);
	for (uint32_t k = 0; k < rates->n_active; k++)
	{
		const TrainRate *rate = &rates->rates[rates->active[k]];
		const DataAttribute *attribute =
			&rates->data->attributes[rate->attribute];
		double *cell = criterion_of(rates, rate)->of_loss ? loss : decision;
		FairRate fair;
		double weight[2];

		cell += (size_t) rate->class * n_cells;
		if (multiplier[k] == 0)
			continue;
		read_shares(rates, k, sums, weight, &fair);
		for (uint32_t b = 0; b < rates->data->n_base_groups; b++)
		{
			if (attribute->group_of_base[b] != rate->group)
				continue;
			for (uint32_t y = 0; y < 2; y++)
				if (fair.share[y] != 0)
					cell[2 * b + y] += multiplier[k] * sums[0].weight *
					                   fair.share[y] / weight[y];
		}
	}
}
