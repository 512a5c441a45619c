/*
 * test_model_softmax.c
 *    Labels that are classes, and the training kernel of multinomial models.
 *
 * Sums are taken again here over the rows as they were made; derivatives are
 * held against differences.
 */
#include "model/softmax.h"

#include "classes.h"
#include "num/random.h"
#include "scratch.h"

#define ROWS 1500
#define CLASSES 5
#define CELLS (2 * GROUPS)

static NumberRow rows[MOST_ROWS];

typedef struct Kernel
{
	NumArena arena;
	Dataset *data;
	LinearPlan *plan;
	Softmax *softmax;
	SoftmaxRequest request;
	SoftmaxSums *sums;
	size_t stride;
	uint32_t n;
	double *coef; /* [CLASSES][stride] */
} Kernel;

static void
kernel_begin(Kernel *kernel, const NumberRows *wanted)
{
	NumRandom random;

	memset(kernel, 0, sizeof(*kernel));
	scratch_begin(&kernel->arena, 0);
	number_rows(wanted, rows);
	kernel->data = class_data(&kernel->arena, wanted, rows, CLASSES);
	CHECK_INT(linear_plan(&kernel->arena, kernel->data, true, &kernel->plan),
	          NUM_OK);
	CHECK_INT(softmax_create(&kernel->arena, kernel->plan, &kernel->softmax),
	          NUM_OK);
	kernel->request = (SoftmaxRequest){ .want_hessian = true,
		                                .want_diagonal = true,
		                                .temperature = 0.7,
		                                .rates = SOFTMAX_ALL_RATES,
		                                .want_jacobian = true };
	CHECK_INT(softmax_sums_create(&kernel->arena, kernel->softmax,
	                              &kernel->request, &kernel->sums),
	          NUM_OK);
	kernel->stride = linear_stride(kernel->plan);
	kernel->n = linear_n_params(kernel->plan);
	kernel->coef =
		arena_alloc(&kernel->arena, CLASSES * kernel->stride, sizeof(double));
	memset(kernel->coef, 0, CLASSES * kernel->stride * sizeof(double));
	num_random_seed(&random, 5);
	for (uint32_t k = 0; k < CLASSES; k++)
		for (uint32_t j = 0; j < kernel->n; j++)
			kernel->coef[k * kernel->stride + j] =
				2 * num_random_uniform(&random) - 1;
	kernel->request.coef = kernel->coef;
}

static void
pass(Kernel *kernel)
{
	CHECK_INT(
		softmax_pass(kernel->softmax, &kernel->request, NULL, kernel->sums),
		NUM_OK);
}

/* Scores of a row by class. */
static void
row_scores(const Kernel *kernel, const NumberRow *row, double *z)
{
	double x[PARAMS];
	double y;

	number_features(kernel->data, row, x, &y);
	for (uint32_t k = 0; k < CLASSES; k++)
	{
		z[k] = 0;
		for (uint32_t j = 0; j < PARAMS; j++)
			z[k] += x[j] * kernel->coef[k * kernel->stride + j];
	}
}

static double
soft(const double *z, uint32_t class, double temperature)
{
	double sum = 0;

	for (uint32_t k = 0; k < CLASSES; k++)
		sum += exp((z[k] - z[class]) / temperature);
	return 1 / sum;
}

static void
classes_are_in_the_order_of_their_bytes(void)
{
	NumberRows wanted = { .n_rows = ROWS, .weighted = true };
	double weight[CLASSES] = { 0 };
	uint64_t n[CLASSES] = { 0 };
	Kernel kernel;

	kernel_begin(&kernel, &wanted);
	CHECK_INT(kernel.data->label, DATA_LABEL_CLASS);
	CHECK_INT(kernel.data->n_classes, CLASSES);
	CHECK_INT(kernel.data->n_columns, NUMBERS + 2);
	for (uint32_t i = 0; i < ROWS; i++)
	{
		uint32_t place = class_place(class_of(&rows[i], CLASSES), CLASSES);

		weight[place] += rows[i].weight;
		n[place]++;
	}
	for (uint32_t k = 0; k < CLASSES; k++)
	{
		const DataLevel *class = &kernel.data->classes[class_place(k, CLASSES)];

		CHECK_INT(class->length, strlen(class_names[k]));
		CHECK(memcmp(class->name, class_names[k], class->length) == 0);
		CHECK_NEAR(kernel.data->classes[k].weight, weight[k], 1e-6);
		CHECK_INT(kernel.data->class_rows[k], n[k]);
		CHECK(n[k] > 50);
	}
	scratch_end(&kernel.arena);
}

static void
sums_are_those_of_the_rows(void)
{
	NumberRows wanted = { .n_rows = ROWS, .weighted = true };
	double hard[GROUPS][CLASSES][CLASSES] = { { { 0 } } };
	double smooth[CLASSES][CELLS] = { { 0 } };
	double loss = 0;
	double weight = 0;
	Kernel kernel;

	kernel_begin(&kernel, &wanted);
	pass(&kernel);
	for (uint32_t i = 0; i < ROWS; i++)
	{
		const NumberRow *row = &rows[i];
		uint32_t label = class_place(class_of(row, CLASSES), CLASSES);
		uint32_t best = 0;
		double z[CLASSES];

		row_scores(&kernel, row, z);
		for (uint32_t k = 0; k < CLASSES; k++)
		{
			best = z[k] > z[best] ? k : best;
			smooth[k][2 * row->group + (k == label ? 1 : 0)] +=
				row->weight * soft(z, k, 0.7);
		}
		hard[row->group][label][best] += row->weight;
		loss -= row->weight * log(soft(z, label, 1));
		weight += row->weight;
	}
	CHECK_INT(kernel.sums->rows, ROWS);
	CHECK_CLOSE(kernel.sums->weight, weight, 1e-12);
	CHECK_CLOSE(kernel.sums->loss, loss, 1e-12);
	for (uint32_t g = 0; g < GROUPS; g++)
		for (uint32_t k = 0; k < CLASSES; k++)
		{
			for (uint32_t own = 0; own < 2; own++)
				CHECK_CLOSE(kernel.sums->soft[k * CELLS + 2 * g + own],
				            smooth[k][2 * g + own], 1e-9);
			for (uint32_t d = 0; d < CLASSES; d++)
				CHECK_NEAR(kernel.sums->hard[(g * CLASSES + k) * CLASSES + d],
				           hard[g][k][d], 1e-9);
		}
	scratch_end(&kernel.arena);
}

/* What one coefficient of one class does to a sum, by a symmetric
 * difference. */
static void
derivatives_are_differences(void)
{
	static const double h = 1e-5;
	NumberRows wanted = { .n_rows = 400, .weighted = true };
	Kernel low;
	Kernel high;
	Kernel at;

	kernel_begin(&at, &wanted);
	kernel_begin(&low, &wanted);
	kernel_begin(&high, &wanted);
	pass(&at);
	for (size_t v = 0; v < CLASSES * at.stride; v++)
	{
		size_t vector = CLASSES * at.stride;
		uint32_t k = (uint32_t) (v / at.stride);
		uint32_t j = (uint32_t) (v % at.stride);

		if (j >= at.n)
			continue;
		low.coef[v] -= h;
		high.coef[v] += h;
		pass(&low);
		pass(&high);
		CHECK_NEAR(at.sums->gradient[v],
		           (high.sums->loss - low.sums->loss) / (2 * h), 1e-4);
		for (uint32_t l = 0; l <= k; l++)
			for (uint32_t b = 0; b <= j; b++)
				CHECK_NEAR(
					at.sums->hessian[(softmax_pair(k, l) * (at.n + 1) + j) *
				                         at.stride +
				                     b],
					(high.sums->gradient[l * at.stride + b] -
				     low.sums->gradient[l * at.stride + b]) /
						(2 * h),
					1e-4);
		CHECK_CLOSE(
			at.sums->diagonal[v],
			at.sums->hessian[(softmax_pair(k, k) * (at.n + 1) + j) * at.stride +
		                     j],
			1e-9);
		for (uint32_t cell = 0; cell < CELLS * CLASSES; cell++)
			CHECK_NEAR(at.sums->jacobian[cell * vector + v],
			           (high.sums->soft[cell] - low.sums->soft[cell]) / (2 * h),
			           1e-5);
		low.coef[v] = high.coef[v] = at.coef[v];
	}
	scratch_end(&high.arena);
	scratch_end(&low.arena);
	scratch_end(&at.arena);
}

/* Gradient of the multiplied decisions by one coefficient. */
static double
slope(const Kernel *kernel, const double *multiplier, size_t v)
{
	double sum = 0;

	for (uint32_t cell = 0; cell < CELLS * CLASSES; cell++)
		sum += multiplier[cell] *
		       kernel->sums->jacobian[cell * CLASSES * kernel->stride + v];
	return sum;
}

static double
hessian_at(const Kernel *kernel, size_t v, size_t w)
{
	uint32_t k = (uint32_t) (v / kernel->stride);
	uint32_t l = (uint32_t) (w / kernel->stride);
	uint32_t a = (uint32_t) (v % kernel->stride);
	uint32_t b = (uint32_t) (w % kernel->stride);

	if (a < b)
	{
		uint32_t other = a;

		a = b;
		b = other;
	}
	return kernel->sums
	    ->hessian[((k > l ? softmax_pair(k, l) : softmax_pair(l, k)) *
	                   (kernel->n + 1) +
	               a) *
	                  kernel->stride +
	              b];
}

/* x'Hx for some x. */
static double
bend_along(const Kernel *kernel, NumRandom *random)
{
	double x[CLASSES * 64];
	double bend = 0;
	size_t size = CLASSES * kernel->stride;

	if (size > sizeof(x) / sizeof(x[0]))
		return -1;
	for (size_t v = 0; v < size; v++)
		x[v] = num_random_uniform(random) - 0.5;
	for (size_t v = 0; v < size; v++)
		for (size_t w = 0; w < size; w++)
			if (v % kernel->stride < kernel->n &&
			    w % kernel->stride < kernel->n)
				bend += x[v] * x[w] * hessian_at(kernel, v, w);
	return bend;
}

/*
 * What multipliers add to the Hessian is what is positive of the decisions'
 * second derivatives, so what they and the opposite ones add differs by all of
 * these, and neither leads down.
 */
static void
multipliers_bend_the_hessian(void)
{
	static const double h = 1e-5;
	NumberRows wanted = { .n_rows = 400, .weighted = true };
	NumRandom random;
	double multiplier[CLASSES * CELLS];
	double opposite[CLASSES * CELLS];
	Kernel plus;
	Kernel minus;
	Kernel low;
	Kernel high;
	Kernel plain;
	Kernel *all[] = { &plus, &minus, &low, &high, &plain };

	for (int i = 0; i < 5; i++)
		kernel_begin(all[i], &wanted);
	num_random_seed(&random, 7);
	for (uint32_t c = 0; c < CLASSES * CELLS; c++)
	{
		multiplier[c] = 20 * num_random_uniform(&random) - 10;
		opposite[c] = -multiplier[c];
	}
	plus.request.multiplier = multiplier;
	minus.request.multiplier = opposite;
	pass(&plus);
	pass(&minus);
	pass(&plain);
	for (size_t v = 0; v < CLASSES * plus.stride; v++)
	{
		if (v % plus.stride >= plus.n)
			continue;
		low.coef[v] -= h;
		high.coef[v] += h;
		pass(&low);
		pass(&high);
		for (size_t w = 0; w < CLASSES * plus.stride; w++)
			if (w % plus.stride < plus.n)
				CHECK_NEAR(
					hessian_at(&plus, v, w) - hessian_at(&minus, v, w),
					(slope(&high, multiplier, w) - slope(&low, multiplier, w)) /
						(2 * h),
					1e-3);
		low.coef[v] = high.coef[v] = plus.coef[v];
	}
	for (int trial = 0; trial < 100; trial++)
	{
		NumRandom same = random;
		double loss = bend_along(&plain, &same);

		same = random;
		CHECK(bend_along(&plus, &same) >= loss);
		CHECK(bend_along(&minus, &random) >= loss);
	}
	for (int i = 0; i < 5; i++)
		scratch_end(&all[i]->arena);
}

static void
sums_do_not_depend_on_the_order_of_the_rows(void)
{
	NumberRows forth = { .n_rows = 6000, .weighted = true };
	NumberRows back = { .n_rows = 6000, .weighted = true, .backwards = true };
	size_t vector;
	size_t pairs = CLASSES * (CLASSES + 1) / 2;
	Kernel a;
	Kernel b;

	kernel_begin(&a, &forth);
	pass(&a);
	kernel_begin(&b, &back);
	pass(&b);
	vector = CLASSES * a.stride * sizeof(double);
	CHECK(a.sums->loss == b.sums->loss);
	CHECK(memcmp(a.sums->gradient, b.sums->gradient, vector) == 0);
	for (size_t p = 0; p < pairs; p++)
		for (uint32_t i = 0; i < a.n; i++)
			CHECK(memcmp(a.sums->hessian + (p * (a.n + 1) + i) * a.stride,
			             b.sums->hessian + (p * (a.n + 1) + i) * a.stride,
			             (i + 1) * sizeof(double)) == 0);
	CHECK(memcmp(a.sums->hard, b.sums->hard,
	             GROUPS * CLASSES * CLASSES * sizeof(double)) == 0);
	CHECK(memcmp(a.sums->soft, b.sums->soft,
	             CELLS * CLASSES * sizeof(double)) == 0);
	CHECK(memcmp(a.sums->jacobian, b.sums->jacobian,
	             CELLS * CLASSES * vector) == 0);
	scratch_end(&b.arena);
	scratch_end(&a.arena);
}

int
main(void)
{
	RUN(classes_are_in_the_order_of_their_bytes);
	RUN(sums_are_those_of_the_rows);
	RUN(derivatives_are_differences);
	RUN(multipliers_bend_the_hessian);
	RUN(sums_do_not_depend_on_the_order_of_the_rows);
	return unit_end();
}
