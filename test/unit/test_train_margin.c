/*
 * test_train_margin.c
 *    What bounds are tightened by: errors against a count of the rows, the
 *    bound against arithmetic on paper, and folds against searches one by one.
 */
#include "train/margin.h"

#include <math.h>
#include <string.h>

#include "regular.h"
#include "scratch.h"
#include "train/cross_fit.h"
#include "train/frontier.h"

#define FOLDS 5
#define MANY_ROWS 150000 /* enough for a search over a sample */

static FairConstraint
bounded(const char *criterion, FairBound kind, double bound)
{
	return (FairConstraint){ .criterion = fair_criterion_find(criterion),
		                     .kind = kind,
		                     .bound = bound };
}

static TrainMargin
applied(FairConstraint constraint, double z, TrainMargin margin)
{
	train_margin_apply(&constraint, z, &margin);
	return margin;
}

static void
a_gap_is_tightened_by_errors_and_optimism(void)
{
	FairConstraint gap = bounded("demographic_parity", FAIR_MAX_GAP, 0.02);
	TrainMargin margin = { .reached = 0.018,
		                   .out_of_fold = NAN,
		                   .error = 0.004,
		                   .worst = { 0, 0, 1, 900 } };

	CHECK_NEAR(applied(gap, 1.5, margin).bound, 0.014, 1e-15);
	CHECK(applied(gap, 0, margin).bound == 0.02);
	CHECK(!applied(gap, 1.5, margin).limited);
	margin.out_of_fold = 0.021;
	CHECK_NEAR(applied(gap, 1.5, margin).optimism, 0.003, 1e-15);
	CHECK_NEAR(applied(gap, 1.5, margin).bound, 0.011, 1e-15);
	margin.out_of_fold = 0.010;
	CHECK(applied(gap, 1.5, margin).optimism == 0);
	CHECK_NEAR(applied(gap, 1.5, margin).bound, 0.014, 1e-15);
	margin.error = NAN;
	CHECK(applied(gap, 1.5, margin).bound == 0.02);
}

static void
a_quarter_of_a_bound_is_left(void)
{
	FairConstraint gap = bounded("demographic_parity", FAIR_MAX_GAP, 0.02);
	TrainMargin margin = { .reached = 0.018,
		                   .out_of_fold = NAN,
		                   .error = 0.03,
		                   .worst = { 0, 0, 1, 900 } };
	TrainMargin limited = applied(gap, 1, margin);

	CHECK(limited.limited);
	CHECK_NEAR(limited.bound, 0.005, 1e-15);
	/* twice the error that would do: four times the rows */
	CHECK_INT(limited.rows_needed, 3600);
	margin.out_of_fold = 0.018 + 0.005;
	CHECK(applied(gap, 1, margin).rows_needed - 8100 <= 1); /* rounding */
	/* no number of rows takes away what the folds have shown */
	margin.out_of_fold = 0.018 + 0.016;
	CHECK_NEAR(applied(gap, 1, margin).bound, 0.005, 1e-15);
	CHECK_INT(applied(gap, 1, margin).rows_needed, 0);
	gap.bound = 0;
	CHECK(applied(gap, 1, margin).bound == 0);
	CHECK_INT(applied(gap, 1, margin).rows_needed, 0);
}

static void
ratios_and_losses_are_tightened_towards_their_side(void)
{
	FairConstraint ratio = bounded("demographic_parity", FAIR_MIN_RATIO, 0.8);
	FairConstraint loss = bounded("group_loss", FAIR_MAX_LOSS, 0.5);
	TrainMargin margin = { .reached = 0.81,
		                   .out_of_fold = 0.79,
		                   .error = 0.05,
		                   .worst = { 0, 0, 1, 100 } };

	CHECK_NEAR(applied(ratio, 1, margin).bound, 0.8 * exp(0.05) + 0.02, 1e-12);
	CHECK_NEAR(applied(ratio, 9, margin).bound, 0.95, 1e-15);
	CHECK(applied(ratio, 9, margin).limited);
	CHECK_INT(applied(ratio, 9, margin).rows_needed,
	          (uint64_t) ceil(100 * pow(0.45 / log(0.93 / 0.8), 2)));
	margin.reached = 0.49;
	margin.out_of_fold = 0.5;
	CHECK_NEAR(applied(loss, 2, margin).bound, 0.39, 1e-15);
}

static void
every_rate_has_a_margin_of_its_own(void)
{
	NumArena arena;
	Making making = { .n_rows = ROWS };
	const bool first_only[2] = { true, false };
	FairConstraint list[2] = {
		bounded("equalized_odds", FAIR_MAX_GAP, 0.02),
		bounded("group_loss", FAIR_MAX_LOSS, 0.5),
	};
	TrainMargin *margins;
	Dataset *data;
	int n;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	list[1].attributes = first_only;
	CHECK_INT(train_margin_split(&arena, data, list, 2, &margins, &n), NUM_OK);
	CHECK_INT(n, 2 * (int) data->n_attributes + 1);
	CHECK(margins[0].alone.criterion == &fair_equal_opportunity);
	CHECK(margins[1].alone.criterion == &fair_predictive_equality);
	CHECK_INT(margins[1].event, 1);
	CHECK(margins[1].alone.bound == 0.02);
	CHECK(fair_constraint_covers(&margins[1].alone, 0));
	CHECK(margins[n - 1].alone.criterion == &fair_group_loss);
	CHECK_INT(margins[n - 1].constraint, 1);
	CHECK(isnan(margins[n - 1].error) && isnan(margins[n - 1].out_of_fold));
	scratch_end(&arena);
}

static void
criteria_of_one_event_are_those_events(void)
{
	const double weight[2] = { 3, 5 };

	for (const FairCriterion *const *c = fair_criterion_table(); *c != NULL;
	     c++)
		for (int e = 0; e < (*c)->n_events; e++)
		{
			const FairCriterion *alone = fair_criterion_of_event(*c, e);
			FairRate of_both;
			FairRate of_one;

			CHECK_INT(alone->n_events, 1);
			(*c)->rate(e, weight, &of_both);
			alone->rate(0, weight, &of_one);
			CHECK(of_both.share[0] == of_one.share[0] &&
			      of_both.share[1] == of_one.share[1] &&
			      of_both.constant == of_one.constant &&
			      of_both.weight == of_one.weight);
			CHECK(strcmp(alone->event_name[0], (*c)->event_name[e]) == 0);
		}
}

/* Rates of selection of the groups and their rows, row by row. */
static void
count_rates(const Dataset *data, const Model *model, double rate[3],
            double effective[3], uint64_t rows[3])
{
	Certificate certificate;
	FairCells groups[3];
	NumArena arena;

	scratch_begin(&arena, 0);
	CHECK_INT(
		train_certify(&arena, data, model, DATA_TRAIN, NULL, &certificate),
		NUM_OK);
	certificate_groups(data, &data->attributes[0], certificate.base, groups);
	for (int g = 0; g < 3; g++)
	{
		double weight = 0;
		double squared = 0;

		rows[g] = 0;
		for (uint32_t b = 0; b < data->part[DATA_TRAIN].n_blocks; b++)
			for (uint32_t i = 0; i < data->part[DATA_TRAIN].blocks[b]->n_rows;
			     i++)
			{
				const DataBlock *block = data->part[DATA_TRAIN].blocks[b];
				double w = weight_of(block, i, NULL);

				if (data->attributes[0].group_of_base[block->cell[i] / 2] !=
				    (uint32_t) g)
					continue;
				rows[g]++;
				weight += w;
				squared += w * w;
			}
		effective[g] = weight * weight / squared;
		rate[g] = (groups[g].weight[0][1] + groups[g].weight[1][1]) / weight;
	}
	scratch_end(&arena);
}

/* All training rows judge: a rate has the error of its effective rows. */
static void
check_errors(bool weighted)
{
	NumArena arena;
	Making making = { .n_rows = ROWS, .weighted = weighted };
	TrainSettings settings = plain_settings();
	FairConstraint gap = bounded("demographic_parity", FAIR_MAX_GAP, 0.02);
	FairConstraint ratio = bounded("demographic_parity", FAIR_MIN_RATIO, 0.8);
	TrainEvidence evidence = { .min_group = 30, .judges = DATA_TRAIN };
	Certificate certificate;
	TrainResult result;
	TrainMargin margin;
	Model *model = NULL;
	double rate[3];
	double effective[3];
	double largest[2] = { 0, 0 };
	uint64_t rows[3];
	double reached;

	scratch_begin(&arena, 0);
	evidence.data = make_data(&arena, &making);
	CHECK_INT(train_plain(&arena, evidence.data, &settings, NULL, &result),
	          NUM_OK);
	CHECK_INT(model_from_coefficients(&arena, evidence.data, MODEL_LOGISTIC,
	                                  0.5, result.coef, &model),
	          NUM_OK);
	CHECK_INT(train_certify(&arena, evidence.data, model, DATA_TRAIN, NULL,
	                        &certificate),
	          NUM_OK);
	evidence.certificate = &certificate;
	count_rates(evidence.data, model, rate, effective, rows);
	for (int g = 0; g < 3; g++)
		for (int h = 0; h < g; h++)
		{
			double p[2] = { (rate[g] * effective[g] + 2) / (effective[g] + 4),
				            (rate[h] * effective[h] + 2) / (effective[h] + 4) };
			double v[2] = { p[0] * (1 - p[0]) / effective[g],
				            p[1] * (1 - p[1]) / effective[h] };

			largest[0] = fmax(largest[0], sqrt(v[0] + v[1]));
			largest[1] = fmax(
				largest[1], sqrt(v[0] / (p[0] * p[0]) + v[1] / (p[1] * p[1])));
		}
	CHECK_INT(train_margin_error(&arena, &evidence, &gap, &margin), NUM_OK);
	CHECK_CLOSE(margin.error, largest[0], 1e-9);
	CHECK_INT(margin.worst.rows, rows[margin.worst.group]);
	CHECK_INT(train_margin_error(&arena, &evidence, &ratio, &margin), NUM_OK);
	CHECK_CLOSE(margin.error, largest[1], 1e-9);
	CHECK_INT(train_margin_reached(&arena, &evidence, &gap, &reached), NUM_OK);
	CHECK_CLOSE(reached,
	            fmax(fmax(rate[0], rate[1]), rate[2]) -
	                fmin(fmin(rate[0], rate[1]), rate[2]),
	            1e-9);
	scratch_end(&arena);
}

static void
errors_are_those_of_the_two_least_known_groups(void)
{
	check_errors(false);
	check_errors(true);
}

static void
groups_without_rows_to_judge_them_take_no_part(void)
{
	NumArena arena;
	Making making = { .n_rows = 900, .lacking = true };
	FairConstraint tpr = bounded("equal_opportunity", FAIR_MAX_GAP, 0.02);
	TrainEvidence evidence = { .min_group = 10, .judges = DATA_TRAIN };
	TrainSettings settings = plain_settings();
	Certificate certificate;
	TrainResult result;
	TrainMargin margin;
	TrainCulprit least;
	Model *model = NULL;

	scratch_begin(&arena, 0);
	evidence.data = make_data(&arena, &making);
	CHECK_INT(train_plain(&arena, evidence.data, &settings, NULL, &result),
	          NUM_OK);
	CHECK_INT(model_from_coefficients(&arena, evidence.data, MODEL_LOGISTIC,
	                                  0.5, result.coef, &model),
	          NUM_OK);
	CHECK_INT(train_certify(&arena, evidence.data, model, DATA_TRAIN, NULL,
	                        &certificate),
	          NUM_OK);
	evidence.certificate = &certificate;
	CHECK_INT(train_margin_error(&arena, &evidence, &tpr, &margin), NUM_OK);
	CHECK(margin.error > 0 && margin.worst.group < 2);
	train_margin_least(&evidence, &tpr, &least);
	CHECK(least.attribute == 0 && least.group < 2);
	CHECK(least.rows >= 10 && least.rows < 300);
	/* nothing is held out */
	evidence.judges = DATA_HELD_OUT;
	CHECK_INT(train_margin_error(&arena, &evidence, &tpr, &margin), NUM_OK);
	CHECK(isnan(margin.error) && margin.worst.attribute < 0);
	evidence.min_group = 1000;
	train_margin_least(&evidence, &tpr, &least);
	CHECK(least.attribute < 0);
	scratch_end(&arena);
}

/* Folds that go together are judged as by models that were searched for one by
 * one. */
static void
check_cross_fit(uint32_t n_rows)
{
	NumArena arena;
	Making making = { .n_rows = n_rows, .n_folds = FOLDS };
	TrainSettings settings = plain_settings();
	TrainResult whole;
	const Model *models[FOLDS];
	Certificate together;
	Certificate alone;
	Dataset *data;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	ask_for_parity(&settings, 0.03);
	CHECK_INT(train_constraint(&arena, data, &settings, NULL, &whole), NUM_OK);
	CHECK_INT(
		train_cross_fit(&arena, data, &settings, whole.coef, NULL, &together),
		NUM_OK);
	for (uint32_t f = 0; f < FOLDS; f++)
	{
		double factor[6 * FOLDS];
		TrainSettings own = settings;
		TrainPoint point = { .bound = 0.03, .near = whole.coef };
		Model *model = NULL;

		train_leave_out(data, f, factor);
		own.cell_factor = factor;
		CHECK_INT(train_frontier(&arena, data, &own, NULL, &point, 1), NUM_OK);
		CHECK_INT(model_from_coefficients(&arena, data, MODEL_LOGISTIC, 0.5,
		                                  point.coef, &model),
		          NUM_OK);
		models[f] = model;
	}
	CHECK_INT(train_certify_folds(&arena, data, models, NULL, &alone), NUM_OK);
	CHECK_INT(together.rows, n_rows);
	CHECK(together.loss == alone.loss);
	CHECK(memcmp(together.base, alone.base,
	             data->n_base_groups * sizeof(FairCells)) == 0);
	scratch_end(&arena);
}

static void
folds_together_are_folds_one_by_one(void)
{
	check_cross_fit(6000);
	check_cross_fit(MANY_ROWS);
}

int
main(void)
{
	RUN(a_gap_is_tightened_by_errors_and_optimism);
	RUN(a_quarter_of_a_bound_is_left);
	RUN(ratios_and_losses_are_tightened_towards_their_side);
	RUN(every_rate_has_a_margin_of_its_own);
	RUN(criteria_of_one_event_are_those_events);
	RUN(errors_are_those_of_the_two_least_known_groups);
	RUN(groups_without_rows_to_judge_them_take_no_part);
	RUN(folds_together_are_folds_one_by_one);
	return unit_end();
}
