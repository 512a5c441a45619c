/*
 * test_train_multinomial.c
 *    Multinomial models: what a fit must be, and its certificate.
 */
#include "train/certificate.h"
#include "train/train.h"

#include "classes.h"
#include "scratch.h"

#define ROWS 3000
#define L2 0.003

static NumberRow rows[MOST_ROWS];

static TrainSettings
settings_of(double l2)
{
	return (TrainSettings){ .l2 = l2,
		                    .temperature = 1,
		                    .threshold = 0.5,
		                    .max_iterations = 40,
		                    .min_group = 1,
		                    .own_kernels = true };
}

/* Probability of each class for a row, by raw coefficients. */
static void
row_probabilities(const Dataset *data, const double *coef, const NumberRow *row,
                  double *p)
{
	uint32_t n = data->n_classes;
	double sum = 0;

	for (uint32_t k = 0; k < n; k++)
	{
		const double *w = coef + k * data->n_params;
		double z = w[0];
		uint32_t number = 0;

		for (uint32_t c = 0; c < data->n_columns; c++)
		{
			const DataColumn *column = &data->columns[c];

			if (column->is_null_flag)
				z += isnan(row->x[0]) ? w[column->first_param] : 0;
			else if (column->kind == DATA_CATEGORY)
				z += w[column->first_param + row->level];
			else
			{
				double x = row->x[number++];

				x = isnan(x) ? (double) column->fill
				             : (double) (float) (x - column->pivot);
				z += w[column->first_param] * x;
			}
		}
		p[k] = exp(z);
		sum += p[k];
	}
	for (uint32_t k = 0; k < n; k++)
		p[k] /= sum;
}

/* Checks that the gradient of the objective is zero, on the standardised
 * scale. */
static void
check_stationary(const Dataset *data, const double *coef, double l2)
{
	uint32_t n = data->n_classes;
	double gradient[MOST_CLASSES][PARAMS] = { { 0 } };
	double weight = 0;

	for (uint32_t i = 0; i < ROWS; i++)
	{
		double p[MOST_CLASSES];
		double x[PARAMS];
		double y;
		uint32_t label = class_place(class_of(&rows[i], n), n);

		number_features(data, &rows[i], x, &y);
		row_probabilities(data, coef, &rows[i], p);
		for (uint32_t k = 0; k < n; k++)
			for (uint32_t j = 0; j < PARAMS; j++)
				gradient[k][j] +=
					rows[i].weight * (p[k] - (k == label ? 1 : 0)) * x[j];
		weight += rows[i].weight;
	}
	for (uint32_t k = 0; k < n; k++)
	{
		uint32_t at = 1;

		CHECK_NEAR(gradient[k][0] / weight, 0, 1e-10);
		for (int kind = 0; kind < 2; kind++)
			for (uint32_t c = 0; c < data->n_columns; c++)
			{
				const DataColumn *column = &data->columns[c];
				double scale = column->kind == DATA_NUMBER ? column->sd : 1;

				if ((column->kind != DATA_NUMBER) != (kind == 1))
					continue;
				for (uint32_t l = 0; l < column->n_params; l++)
					CHECK_NEAR(gradient[k][at++] / weight +
					               l2 * scale *
					                   coef[k * data->n_params +
					                        column->first_param + l],
					           0, 1e-10);
			}
		CHECK_INT(at, PARAMS);
	}
}

static void
the_gradient_is_zero_where_a_fit_ends(void)
{
	static const TrainSolver solvers[] = { TRAIN_SOLVER_NEWTON,
		                                   TRAIN_SOLVER_LBFGS };

	for (int weighted = 0; weighted < 2; weighted++)
		for (int s = 0; s < 2; s++)
			for (uint32_t n = 3; n <= MOST_CLASSES; n += 2)
			{
				NumberRows wanted = { .n_rows = ROWS, .weighted = weighted };
				TrainSettings settings = settings_of(L2);
				TrainResult result;
				NumArena arena;
				Dataset *data;

				scratch_begin(&arena, 0);
				number_rows(&wanted, rows);
				data = class_data(&arena, &wanted, rows, n);
				settings.solver = solvers[s];
				CHECK_INT(
					train_multinomial(&arena, data, &settings, NULL, &result),
					NUM_OK);
				CHECK_INT(result.outcome, TRAIN_CONVERGED);
				check_stationary(data, result.class_coef, L2);
				/* of all vectors with these probabilities, the centred one */
				for (uint32_t j = 0; j < data->n_params; j++)
				{
					double sum = 0;

					for (uint32_t k = 0; k < n; k++)
						sum += result.class_coef[k * data->n_params + j];
					CHECK_NEAR(sum, 0, 1e-10);
				}
				scratch_end(&arena);
			}
}

static void
without_a_ridge_it_is_zero_as_well(void)
{
	NumberRows wanted = { .n_rows = ROWS };
	TrainSettings settings = settings_of(0);
	TrainResult result;
	NumArena arena;
	Dataset *data;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	data = class_data(&arena, &wanted, rows, 3);
	CHECK_INT(train_multinomial(&arena, data, &settings, NULL, &result),
	          NUM_OK);
	CHECK_INT(result.outcome, TRAIN_CONVERGED);
	check_stationary(data, result.class_coef, 0);
	scratch_end(&arena);
}

/* With two classes the difference of their coefficients is the logistic model
 * of half the ridge. */
static void
two_classes_are_the_logistic_model(void)
{
	static const DataColumnSpec columns[] = {
		{ "x0", "x0", 0, 1, DATA_NUMBER },
		{ "level", "level", 0, 3, DATA_CATEGORY },
		{ "y", "y", 0, 3, DATA_CATEGORY },
	};
	static const char *const levels[] = { "p", "q", "r", "s" };
	static const char *const labels[] = { "n", "y" };
	NumberRows wanted = { .n_rows = ROWS };
	Dataset *data[2];
	TrainResult result[2];
	NumArena arena;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	for (int classes = 0; classes < 2; classes++)
	{
		DataBuilderSpec spec = { .n_columns = classes ? 3 : 2,
			                     .columns = columns,
			                     .label = classes ? DATA_LABEL_CLASS
			                                      : DATA_LABEL_BINARY,
			                     .label_column = 2,
			                     .null_flags = true,
			                     .max_levels = 100,
			                     .max_groups = 100 };
		TrainSettings settings = settings_of(classes ? 2 * L2 : L2);
		DataBuilder *builder = NULL;
		DataFinding *findings;
		uint32_t n_findings;
		const char *culprit;

		CHECK_INT(data_builder_create(&arena, &spec, &builder), NUM_OK);
		for (uint32_t i = 0; i < ROWS; i++)
		{
			DataInput *input = data_builder_input(builder);
			int y = class_of(&rows[i], 2) == 1;

			input->number[0] = rows[i].x[0];
			input->code[1] =
				data_builder_code(builder, 1, levels[rows[i].level], 1);
			if (classes)
				input->code[2] = data_builder_code(builder, 2, labels[y], 1);
			input->label = classes ? 0 : y;
			input->weight = 1;
			CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
		}
		CHECK_INT(data_builder_finish(builder, &data[classes], &findings,
		                              &n_findings, &culprit),
		          NUM_OK);
		CHECK_INT((classes ? train_multinomial : train_plain)(
					  &arena, data[classes], &settings, NULL, &result[classes]),
		          NUM_OK);
	}
	CHECK_INT(data[0]->n_params, data[1]->n_params);
	for (uint32_t j = 0; j < data[0]->n_params; j++)
		CHECK_NEAR(result[1].class_coef[data[1]->n_params + j] -
		               result[1].class_coef[j],
		           result[0].coef[j], 1e-9);
	scratch_end(&arena);
}

/* The certificate counts what the coefficients decide, and a model survives
 * being stored. */
static void
the_certificate_is_that_of_the_rows(void)
{
	NumberRows wanted = { .n_rows = ROWS, .weighted = true };
	TrainSettings settings = settings_of(L2);
	double right = 0;
	double weight = 0;
	double loss = 0;
	double cells[GROUPS][MOST_CLASSES][2][2] = { { { { 0 } } } };
	TrainResult result;
	Certificate certificate;
	NumArena arena;
	Dataset *data;
	Model *model = NULL;
	Model *stored = NULL;
	const char *field;
	uint8_t *bytes;
	size_t size;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	data = class_data(&arena, &wanted, rows, MOST_CLASSES);
	CHECK_INT(train_multinomial(&arena, data, &settings, NULL, &result),
	          NUM_OK);
	CHECK_INT(model_from_classes(&arena, data, result.class_coef, &model),
	          NUM_OK);
	CHECK_INT(model_encode(&arena, model, &bytes, &size), NUM_OK);
	CHECK_INT(model_decode(&arena, bytes, size, NULL, &stored, &field), NUM_OK);
	CHECK_INT(stored->family, MODEL_MULTINOMIAL);
	CHECK_INT(stored->n_members, MOST_CLASSES);
	for (uint32_t k = 0; k < MOST_CLASSES; k++)
		CHECK_TEXT(stored->classes[class_place(k, MOST_CLASSES)].name,
		           class_names[k]);
	CHECK_INT(
		train_certify(&arena, data, stored, DATA_TRAIN, NULL, &certificate),
		NUM_OK);
	for (uint32_t i = 0; i < ROWS; i++)
	{
		uint32_t label =
			class_place(class_of(&rows[i], MOST_CLASSES), MOST_CLASSES);
		uint32_t best = 0;
		double w = rows[i].weight;
		double p[MOST_CLASSES];

		row_probabilities(data, result.class_coef, &rows[i], p);
		for (uint32_t k = 1; k < MOST_CLASSES; k++)
			best = p[k] > p[best] ? k : best;
		for (uint32_t k = 0; k < MOST_CLASSES; k++)
			cells[rows[i].group][k][label == k][best == k] += w;
		right += best == label ? w : 0;
		loss -= w * log(p[label]);
		weight += w;
	}
	CHECK_INT(certificate.rows, ROWS);
	CHECK_CLOSE(certificate.weight, weight, 1e-9);
	CHECK_CLOSE(certificate.accuracy, right / weight, 1e-9);
	CHECK_CLOSE(certificate.loss, loss / weight, 1e-9);
	CHECK(isnan(certificate.auc));
	for (uint32_t g = 0; g < GROUPS; g++)
		for (uint32_t k = 0; k < MOST_CLASSES; k++)
			for (int c = 0; c < 4; c++)
				CHECK_NEAR(certificate.base_classes[g * MOST_CLASSES + k]
				               .weight[c / 2][c % 2],
				           cells[g][k][c / 2][c % 2], 1e-6);
	/* no byte may be another one without being noticed */
	for (size_t i = 0; i < size; i += 7)
	{
		bytes[i] ^= 1;
		CHECK_INT(model_decode(&arena, bytes, size, NULL, &stored, &field),
		          NUM_CORRUPT);
		bytes[i] ^= 1;
	}
	scratch_end(&arena);
}

static void
a_model_does_not_depend_on_the_order_of_the_rows(void)
{
	TrainSettings settings = settings_of(L2);
	double *coef[2] = { NULL, NULL };
	size_t bytes = 0;
	NumArena arena;

	scratch_begin(&arena, 0);
	for (int turned = 0; turned < 2; turned++)
	{
		NumberRows wanted = { .n_rows = 9000,
			                  .weighted = true,
			                  .backwards = turned };
		TrainResult result;
		Dataset *data;

		number_rows(&wanted, rows);
		data = class_data(&arena, &wanted, rows, 3);
		CHECK_INT(train_multinomial(&arena, data, &settings, NULL, &result),
		          NUM_OK);
		coef[turned] = result.class_coef;
		bytes = 3 * data->n_params * sizeof(double);
	}
	CHECK(memcmp(coef[0], coef[1], bytes) == 0);
	scratch_end(&arena);
}

/* The largest gap between groups in a class's share of decisions, or in that of
 * the rows which have the class, and the mean loss. */
static double
class_gap(const Dataset *data, const double *coef, bool of_own, double *loss)
{
	double decided[MOST_CLASSES][GROUPS] = { { 0 } };
	double weight[MOST_CLASSES][GROUPS] = { { 0 } };
	double total = 0;
	double gap = 0;
	uint32_t n = data->n_classes;

	*loss = 0;
	for (uint32_t i = 0; i < ROWS; i++)
	{
		uint32_t label = class_place(class_of(&rows[i], n), n);
		uint32_t best = 0;
		double p[MOST_CLASSES];

		row_probabilities(data, coef, &rows[i], p);
		for (uint32_t k = 1; k < n; k++)
			best = p[k] > p[best] ? k : best;
		for (uint32_t k = 0; k < n; k++)
		{
			double w = of_own && k != label ? 0 : rows[i].weight;

			weight[k][rows[i].group] += w;
			decided[k][rows[i].group] += k == best ? w : 0;
		}
		*loss -= rows[i].weight * log(p[label]);
		total += rows[i].weight;
	}
	*loss /= total;
	for (uint32_t k = 0; k < n; k++)
		for (uint32_t a = 0; a < GROUPS; a++)
			for (uint32_t b = 0; b < a; b++)
				gap = fmax(gap, fabs(decided[k][a] / weight[k][a] -
				                     decided[k][b] / weight[k][b]));
	return gap;
}

/*
 * The bound is that of the decisions, class by class, recomputed from the
 * coefficients; and the loss lies between that of the plain model and that of
 * the shares of the classes.
 */
static void
decisions_keep_the_bound(void)
{
	static const FairCriterion *const criteria[] = { &fair_demographic_parity,
		                                             &fair_equal_opportunity };
	static const TrainSolver solvers[] = { TRAIN_SOLVER_NEWTON,
		                                   TRAIN_SOLVER_LBFGS };

	for (int c = 0; c < 2; c++)
		for (int s = 0; s < 2; s++)
			for (uint32_t n = 3; n <= MOST_CLASSES; n += 2)
			{
				FairConstraint constraint = { .criterion = criteria[c],
					                          .kind = FAIR_MAX_GAP,
					                          .bound = 0.04 };
				NumberRows wanted = { .n_rows = ROWS, .weighted = true };
				TrainSettings settings = settings_of(L2);
				TrainResult plain;
				TrainResult fair;
				double plain_loss;
				double loss;
				double gap;
				NumArena arena;
				Dataset *data;

				scratch_begin(&arena, 0);
				number_rows(&wanted, rows);
				data = class_data(&arena, &wanted, rows, n);
				settings.solver = solvers[s];
				CHECK_INT(
					train_multinomial(&arena, data, &settings, NULL, &plain),
					NUM_OK);
				CHECK(class_gap(data, plain.class_coef, c == 1, &plain_loss) >
				      4 * constraint.bound);
				settings.constraints = &constraint;
				settings.n_constraints = 1;
				settings.tries_sharper = true;
				CHECK_INT(
					train_constraint(&arena, data, &settings, NULL, &fair),
					NUM_OK);
				CHECK_INT(fair.outcome, TRAIN_CONVERGED);
				gap = class_gap(data, fair.class_coef, c == 1, &loss);
				CHECK(gap <= constraint.bound);
				CHECK_NEAR(gap, fair.gap, 1e-9);
				CHECK_NEAR(fair.reached[0], fair.gap, 1e-12);
				CHECK(loss > plain_loss);
				CHECK(loss < log((double) n));
				CHECK_INT(fair.n_rates, n * GROUPS);
				for (uint32_t k = 0; k < fair.n_rates; k++)
					CHECK_INT(fair.rates[k].class, k / GROUPS);
				scratch_end(&arena);
			}
}

/* With two classes the decision for one is that against the other, so the
 * search finds what that of labels of two values finds. */
static void
two_classes_are_constrained_as_two_values(void)
{
	FairConstraint constraint = { .criterion = &fair_demographic_parity,
		                          .kind = FAIR_MAX_GAP,
		                          .bound = 0.05 };
	double loss[2];

	for (int classes = 0; classes < 2; classes++)
	{
		static const DataColumnSpec columns[] = {
			{ "x0", "x0", 0, 1, DATA_NUMBER },
			{ "x1", "x1", 0, 1, DATA_NUMBER },
			{ "y", "y", 0, 3, DATA_CATEGORY },
		};
		static const char *const labels[] = { "n", "y" };
		static const char *const groups[] = { "a", "b", "c" };
		static const DataAttributeSpec attribute = { "g", 1, { 0 } };
		NumberRows wanted = { .n_rows = ROWS };
		DataBuilderSpec spec = { .n_columns = classes ? 3 : 2,
			                     .columns = columns,
			                     .n_protected = 1,
			                     .n_attributes = 1,
			                     .attributes = &attribute,
			                     .label = classes ? DATA_LABEL_CLASS
			                                      : DATA_LABEL_BINARY,
			                     .label_column = 2,
			                     .null_flags = true,
			                     .max_levels = 100,
			                     .max_groups = 100 };
		/* of two vectors each has half the coefficients */
		TrainSettings settings = settings_of(classes ? 2 * L2 : L2);
		DataBuilder *builder = NULL;
		DataFinding *findings;
		uint32_t n_findings;
		const char *culprit;
		TrainResult result;
		NumArena arena;
		Dataset *data;

		settings.constraints = &constraint;
		settings.n_constraints = 1;
		scratch_begin(&arena, 0);
		number_rows(&wanted, rows);
		CHECK_INT(data_builder_create(&arena, &spec, &builder), NUM_OK);
		for (uint32_t i = 0; i < ROWS; i++)
		{
			DataInput *input = data_builder_input(builder);
			int y = rows[i].y > 6;

			input->number[0] = rows[i].x[0];
			input->number[1] = rows[i].x[1];
			if (classes)
				input->code[2] = data_builder_code(builder, 2, labels[y], 1);
			input->label = classes ? 0 : y;
			input->protected_code[0] =
				data_builder_group(builder, 0, groups[rows[i].group], 1);
			input->weight = 1;
			CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
		}
		CHECK_INT(data_builder_finish(builder, &data, &findings, &n_findings,
		                              &culprit),
		          NUM_OK);
		CHECK_INT(train_constraint(&arena, data, &settings, NULL, &result),
		          NUM_OK);
		CHECK_INT(result.outcome, TRAIN_CONVERGED);
		CHECK(result.gap <= constraint.bound);
		loss[classes] = result.loss;
		scratch_end(&arena);
	}
	CHECK_CLOSE(loss[0], loss[1], 2e-3);
}

int
main(void)
{
	RUN(the_gradient_is_zero_where_a_fit_ends);
	RUN(without_a_ridge_it_is_zero_as_well);
	RUN(two_classes_are_the_logistic_model);
	RUN(the_certificate_is_that_of_the_rows);
	RUN(decisions_keep_the_bound);
	RUN(two_classes_are_constrained_as_two_values);
	RUN(a_model_does_not_depend_on_the_order_of_the_rows);
	return unit_end();
}
