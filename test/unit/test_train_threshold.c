/*
 * test_train_threshold.c
 *    Thresholds by group against every choice of thresholds there is.
 *
 * Tables are so small that all thresholds of all groups can be tried with one
 * another, each counted row by row by its definition.
 */
#include "train/certificate.h"
#include "train/train.h"
#include "train/window.h"

#include <math.h>
#include <string.h>

#include "data/builder.h"
#include "num/random.h"
#include "num/special.h"
#include "scratch.h"
#include "unit.h"

#define MOST_ROWS 200
#define MOST_GROUPS 4

static NumRandom random_numbers;

static double
uniform(void)
{
	return num_random_uniform(&random_numbers);
}

/* What a made-up table is like. */
typedef struct Making
{
	uint32_t n_rows;
	uint32_t n_groups;
	uint32_t n_values; /* distinct values of the one number: ties */
	bool weighted;
} Making;

static Dataset *
make_data(NumArena *arena, const Making *making)
{
	static const char *const groups[] = { "a", "b", "c", "d" };
	DataColumnSpec column = {
		.name = "x", .source = "x", .input = 1, .kind = DATA_NUMBER
	};
	DataAttributeSpec attribute = { "g", 1, { 0 } };
	DataBuilderSpec spec = { .n_columns = 1,
		                     .columns = &column,
		                     .n_protected = 1,
		                     .n_attributes = 1,
		                     .attributes = &attribute,
		                     .weighted = making->weighted,
		                     .max_levels = 10,
		                     .max_groups = 10 };
	DataBuilder *builder = NULL;
	DataInput *input;
	DataFinding *findings;
	uint32_t n_findings;
	const char *culprit;
	Dataset *data = NULL;

	CHECK_INT(data_builder_create(arena, &spec, &builder), NUM_OK);
	input = data_builder_input(builder);
	for (uint32_t i = 0; i < making->n_rows; i++)
	{
		uint32_t g = i % making->n_groups;

		input->number[0] = floor(uniform() * making->n_values);
		input->protected_code[0] = data_builder_group(builder, 0, groups[g], 1);
		input->weight = making->weighted ? 0.5 + 2 * uniform() : 1;
		/* the first rows see to it that every group has both labels */
		input->label = i < 2 * making->n_groups
		                   ? i < making->n_groups
		                   : input->number[0] / making->n_values + 0.2 * g +
		                             1.2 * (uniform() - 0.5) >
		                         0.6;
		CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(
		data_builder_finish(builder, &data, &findings, &n_findings, &culprit),
		NUM_OK);
	return data;
}

/* ---- rows, and what thresholds do to them ---- */

typedef struct Row
{
	double probability;
	double weight;
	int label;
	uint32_t group;
} Row;

typedef struct Table
{
	uint32_t n;
	uint32_t n_groups;
	Row rows[MOST_ROWS];
} Table;

static void
read_rows(NumArena *arena, const Dataset *data, const double *coef,
          Table *table)
{
	const DataRows *rows = &data->part[DATA_TRAIN];
	double *z = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(double));
	Model *model = NULL;

	CHECK_INT(
		model_from_coefficients(arena, data, MODEL_LOGISTIC, 0.5, coef, &model),
		NUM_OK);
	table->n = 0;
	table->n_groups = data->attributes[0].n_groups;
	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block = rows->blocks[b];

		model_score_block(model, data, block, z);
		for (uint32_t i = 0; i < block->n_rows; i++)
			table->rows[table->n++] =
				(Row){ num_sigmoid(z[i]),
				       block->weight == NULL ? 1.0 : (double) block->weight[i],
				       block->cell[i] & 1,
				       data->attributes[0].group_of_base[block->cell[i] >> 1] };
	}
}

/* The weight of right decisions, a positive row counting 2 - 2t and a negative
 * one 2t, and the largest gap of a criterion, all by their definitions. */
static double
judge(const Table *table, const char *criterion, double t,
      const double *threshold, double *gap)
{
	double worth = 0;
	double low[2] = { 1, 1 };
	double high[2] = { 0, 0 };

	for (uint32_t g = 0; g < table->n_groups; g++)
	{
		double all = 0, selected = 0, wrong = 0;
		double of[2] = { 0, 0 };
		double hit[2] = { 0, 0 };
		double rate[2];

		for (uint32_t i = 0; i < table->n; i++)
		{
			const Row *row = &table->rows[i];
			int decision = row->probability >= threshold[g];

			if (row->group != g)
				continue;
			all += row->weight;
			selected += decision ? row->weight : 0;
			wrong += decision != row->label ? row->weight : 0;
			of[row->label] += row->weight;
			hit[row->label] += decision ? row->weight : 0;
			if (decision == row->label)
				worth += row->weight * (row->label ? 2 - 2 * t : 2 * t);
		}
		rate[0] = rate[1] = selected / all;
		if (strcmp(criterion, "equal_opportunity") == 0)
			rate[0] = rate[1] = hit[1] / of[1];
		if (strcmp(criterion, "predictive_equality") == 0)
			rate[0] = rate[1] = hit[0] / of[0];
		if (strcmp(criterion, "equalized_odds") == 0)
		{
			rate[0] = hit[1] / of[1];
			rate[1] = hit[0] / of[0];
		}
		if (strcmp(criterion, "error_rate_parity") == 0)
			rate[0] = rate[1] = wrong / all;
		for (int e = 0; e < 2; e++)
		{
			low[e] = fmin(low[e], rate[e]);
			high[e] = fmax(high[e], rate[e]);
		}
	}
	*gap = fmax(high[0] - low[0], high[1] - low[1]);
	return worth;
}

typedef struct Trial
{
	const Table *table;
	const char *criterion;
	double t;
	double max_gap;
	double threshold[MOST_GROUPS];
	double worth; /* of the best choice within the gap; -1: none */
	double least_gap;
} Trial;

/* Tries the thresholds of group 'g' and all that follow: below, between and
 * above the probabilities that its rows have. */
static void
try_all(Trial *trial, uint32_t g)
{
	const Table *table = trial->table;

	if (g == table->n_groups)
	{
		double gap;
		double worth =
			judge(table, trial->criterion, trial->t, trial->threshold, &gap);

		trial->least_gap = fmin(trial->least_gap, gap);
		if (gap <= trial->max_gap + 1e-9)
			trial->worth = fmax(trial->worth, worth);
		return;
	}
	trial->threshold[g] = 2;
	try_all(trial, g + 1);
	for (uint32_t i = 0; i < table->n; i++)
	{
		bool again = table->rows[i].group != g;

		for (uint32_t k = 0; k < i && !again; k++)
			again = table->rows[k].group == g &&
			        table->rows[k].probability == table->rows[i].probability;
		trial->threshold[g] = table->rows[i].probability;
		if (!again)
			try_all(trial, g + 1);
	}
}

static void
check_against_all(const Making *making, const char *criterion, double t,
                  double max_gap)
{
	static Table table;
	FairConstraint constraint = { .criterion = fair_criterion_find(criterion),
		                          .kind = FAIR_MAX_GAP,
		                          .bound = max_gap };
	TrainSettings settings = { .constraints = &constraint,
		                       .n_constraints = 1,
		                       .l2 = 1e-2,
		                       .temperature = 1,
		                       .threshold = t,
		                       .max_iterations = 40,
		                       .min_group = 1,
		                       .own_kernels = true };
	Trial best = { .table = &table,
		           .criterion = criterion,
		           .t = t,
		           .max_gap = max_gap,
		           .worth = -1,
		           .least_gap = 2 };
	TrainResult result;
	NumArena arena;
	Dataset *data;
	double gap;
	double worth;

	scratch_begin(&arena, 0);
	data = make_data(&arena, making);
	CHECK_INT(train_threshold(&arena, data, &settings, NULL, &result), NUM_OK);
	read_rows(&arena, data, result.coef, &table);
	try_all(&best, 0);
	worth = judge(&table, criterion, t, result.group_thresholds, &gap);
	CHECK_NEAR(gap, result.gap, 1e-9);
	if (best.worth < 0)
	{
		CHECK_INT(result.outcome, TRAIN_INFEASIBLE);
		CHECK_NEAR(gap, best.least_gap, 1e-9);
	}
	else
	{
		CHECK_INT(result.outcome, TRAIN_CONVERGED);
		CHECK(gap <= max_gap + 1e-9);
		CHECK_NEAR(worth, best.worth, 1e-9);
	}
	/* thresholds stand between scores, not on them */
	for (uint32_t i = 0; i < table.n; i++)
		CHECK(table.rows[i].probability !=
		      result.group_thresholds[table.rows[i].group]);
	scratch_end(&arena);
}

static void
nothing_is_worth_more_than_what_is_chosen(void)
{
	static const char *const criteria[] = {
		"demographic_parity", "equal_opportunity", "predictive_equality",
		"equalized_odds", "error_rate_parity"
	};
	static const double gaps[] = { 0, 0.03, 0.1, 0.3, 1 };

	num_random_seed(&random_numbers, 31);
	for (size_t c = 0; c < 5; c++)
		for (size_t w = 0; w < 5; w++)
			for (int trial = 0; trial < 4; trial++)
			{
				Making two = { 60, 2, 1000, trial % 2 == 1 };
				Making ties = { 90, 3, 9, trial % 2 == 1 };
				Making four = { 32, 4, 6, trial % 2 == 1 };

				check_against_all(&two, criteria[c], 0.5, gaps[w]);
				check_against_all(&ties, criteria[c], 0.5, gaps[w]);
				check_against_all(&four, criteria[c], 0.5, gaps[w]);
				check_against_all(&ties, criteria[c], 0.3, gaps[w]);
			}
}

/* A group with fewer rows than min_group keeps the threshold of the settings,
 * and does not hold the others back. */
static void
small_groups_keep_the_common_threshold(void)
{
	static Table table;
	Making making = { 91, 3, 1000, false };
	FairConstraint constraint = { .criterion =
		                              fair_criterion_find("demographic_parity"),
		                          .kind = FAIR_MAX_GAP,
		                          .bound = 0.02 };
	TrainSettings settings = { .constraints = &constraint,
		                       .n_constraints = 1,
		                       .l2 = 1e-2,
		                       .temperature = 1,
		                       .threshold = 0.4,
		                       .max_iterations = 40,
		                       .min_group = 31,
		                       .own_kernels = true };
	TrainResult result;
	NumArena arena;
	Dataset *data;

	/* 31, 30 and 30 rows: one group alone is nothing to constrain */
	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 32);
	data = make_data(&arena, &making);
	CHECK_INT(train_threshold(&arena, data, &settings, NULL, &result),
	          NUM_BAD_ARGUMENT);
	scratch_end(&arena);

	/* 31, 31 and 30 */
	making.n_rows = 92;
	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	CHECK_INT(train_threshold(&arena, data, &settings, NULL, &result), NUM_OK);
	CHECK(result.group_thresholds[2] == 0.4);
	read_rows(&arena, data, result.coef, &table);
	CHECK(result.gap <= 0.02 + 1e-9);
	CHECK_INT(result.log[result.n_log - 1].rows, 92);
	CHECK(result.log[result.n_log - 1].chosen);
	for (uint32_t i = 0; i + 1 < result.n_log; i++)
		CHECK(!result.log[i].chosen);
	scratch_end(&arena);
}

/* The certificate decides by the names of groups in the model, in whatever
 * order they were given to it. */
static void
the_certificate_judges_decisions_by_group(void)
{
	static Table table;
	Making making = { 120, 3, 1000, true };
	const char *columns[] = { "g" };
	ModelGroup by_name[] = { { "c", 0.7 }, { "a", 0.3 }, { "b", 2 } };
	static const double threshold[] = { 0.3, 2, 0.7 };
	ModelGroups groups = { "g", 1, columns, 3, by_name };
	double coef[3] = { -1, 0.002, 0 };
	double right = 0;
	double all = 0;
	Certificate certificate;
	NumArena arena;
	Dataset *data;
	Model *model = NULL;

	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 33);
	data = make_data(&arena, &making);
	CHECK_INT(model_from_coefficients(&arena, data, MODEL_LOGISTIC, 0.5, coef,
	                                  &model),
	          NUM_OK);
	CHECK_INT(model_set_groups(&arena, model, &groups), NUM_OK);
	CHECK_INT(
		train_certify(&arena, data, model, DATA_TRAIN, NULL, &certificate),
		NUM_OK);
	read_rows(&arena, data, coef, &table);
	for (uint32_t i = 0; i < table.n; i++)
	{
		const Row *row = &table.rows[i];

		all += row->weight;
		if ((row->probability >= threshold[row->group]) == row->label)
			right += row->weight;
	}
	CHECK_NEAR(certificate.accuracy, right / all, 1e-9);
	CHECK_INT(certificate.base[1].rows[0][1] + certificate.base[1].rows[1][1],
	          0);

	/* a model that does not know a group cannot be certified on it */
	groups.n_groups = 2;
	CHECK_INT(model_set_groups(&arena, model, &groups), NUM_OK);
	CHECK_INT(
		train_certify(&arena, data, model, DATA_TRAIN, NULL, &certificate),
		NUM_BAD_ARGUMENT);
	scratch_end(&arena);
}

/* ---- two rates on longer curves ---- */

/* A curve that rises in both rates, the one of positives first; its worth is
 * what accuracy makes of it. */
static void
make_curve(NumArena *arena, uint64_t n, double bend, Curve *curve)
{
	double share = 0.3 + 0.4 * uniform();
	double sum[2] = { 0, 0 };

	curve->n = n + 1;
	curve->bound[0] = curve->bound[1] = true;
	curve->points = arena_alloc(arena, n + 1, sizeof(CurvePoint));
	memset(curve->points, 0, sizeof(CurvePoint));
	for (uint64_t i = 1; i <= n; i++)
	{
		double along = (double) i / (double) n;

		sum[0] += uniform() * bend * pow(1 - along, bend - 1);
		sum[1] += uniform() * bend * pow(along, bend - 1);
		curve->points[i].rate[0] = sum[0];
		curve->points[i].rate[1] = sum[1];
	}
	for (uint64_t i = 0; i <= n; i++)
	{
		CurvePoint *point = &curve->points[i];

		point->rate[0] /= sum[0];
		point->rate[1] /= sum[1];
		point->utility = share * point->rate[0] - (1 - share) * point->rate[1];
		point->threshold = 1 - (double) i / (double) (n + 1);
	}
}

/* Of all pairs of points of two curves that are within the width in both
 * rates, the largest worth. */
static double
best_pair(const Curve *a, const Curve *b, double width)
{
	double best = -INFINITY;

	for (uint64_t i = 0; i < a->n; i++)
		for (uint64_t k = 0; k < b->n; k++)
		{
			const CurvePoint *p = &a->points[i];
			const CurvePoint *q = &b->points[k];

			if (fabs(p->rate[0] - q->rate[0]) <= width + 1e-12 &&
			    fabs(p->rate[1] - q->rate[1]) <= width + 1e-12)
				best = fmax(best, p->utility + q->utility);
		}
	return best;
}

static void
two_rates_are_searched_to_the_end(void)
{
	static const double widths[] = { 0, 0.002, 0.01, 0.05, 0.3 };
	static const double bends[] = { 1.7, 1.99, 2, 2.5 };

	num_random_seed(&random_numbers, 34);
	for (size_t w = 0; w < 5; w++)
		for (size_t k = 0; k < 4; k++)
		{
			Curve curves[2];
			WindowProblem problem = { .curves = curves,
				                      .n_curves = 2,
				                      .n_events = 2,
				                      .width = widths[w],
				                      .preferred = 0.5 };
			WindowChoice choice;
			NumArena arena;

			scratch_begin(&arena, 0);
			memset(curves, 0, sizeof(curves));
			make_curve(&arena, 3000, 2, &curves[0]);
			make_curve(&arena, 1000, bends[k], &curves[1]);
			CHECK_INT(window_choose(&arena, &problem, NULL, &choice), NUM_OK);
			CHECK(choice.exact && choice.feasible);
			CHECK(choice.gap <= widths[w] + 1e-9);
			CHECK_NEAR(choice.utility,
			           best_pair(&curves[0], &curves[1], widths[w]), 1e-12);
			scratch_end(&arena);
		}
}

/* A curve that is bound by one rate only is free in the other one. */
static void
a_rate_binds_whom_it_is_said_to(void)
{
	Curve curves[3];
	WindowProblem problem = { .curves = curves,
		                      .n_curves = 3,
		                      .n_events = 2,
		                      .width = 0.01,
		                      .preferred = 0.5 };
	WindowChoice all;
	WindowChoice some;
	NumArena arena;

	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 35);
	memset(curves, 0, sizeof(curves));
	make_curve(&arena, 800, 2, &curves[0]);
	make_curve(&arena, 900, 2, &curves[1]);
	make_curve(&arena, 700, 1.3, &curves[2]);
	CHECK_INT(window_choose(&arena, &problem, NULL, &all), NUM_OK);
	curves[2].bound[1] = false;
	CHECK_INT(window_choose(&arena, &problem, NULL, &some), NUM_OK);
	CHECK(some.utility > all.utility);
	CHECK(fabs(some.points[2].rate[0] - some.points[0].rate[0]) <= 0.01 + 1e-9);
	CHECK(fabs(some.points[1].rate[1] - some.points[0].rate[1]) <= 0.01 + 1e-9);
	CHECK(fabs(some.points[2].rate[1] - some.points[0].rate[1]) > 0.01);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(nothing_is_worth_more_than_what_is_chosen);
	RUN(small_groups_keep_the_common_threshold);
	RUN(the_certificate_judges_decisions_by_group);
	RUN(two_rates_are_searched_to_the_end);
	RUN(a_rate_binds_whom_it_is_said_to);
	return unit_end();
}
