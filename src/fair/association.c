/*
 * association.c
 *    How much one thing about a row tells of another, from counts.
 */
#include "fair/association.h"

#include <math.h>
#include <string.h>

#include "num/special.h"

/* A square that is corrected, cut off below 0 and above the most that it can
 * be, as the measure that it is the square of. */
static double
root_within(double square, double most)
{
	square = fmax(0, fmin(square, most));
	return sqrt(square / most);
}

/* What is known of a square: corrected, as it is counted, at most, the variance
 * of the influence of a row, and that of the whole without association. */
typedef struct Square
{
	double corrected;
	double counted;
	double most;
	double influence;
	double null_variance;
	double n;
} Square;

/*
 * The interval holds the squares s that the corrected one is not too far from:
 * (corrected - s)^2 <= z^2 (a s + null variance), where a is such that the
 * influences have the variance seen at the square that was counted.
 */
static void
bound_square(const Square *square, double level, FairAssociation *result)
{
	double z = num_normal_quantile((1 + level) / 2);
	double a = square->counted > 0
	               ? square->influence / square->n / square->counted
	               : 0;
	double centre = square->corrected + z * z * a / 2;
	double half = z * sqrt(a * fmax(0, square->corrected) +
	                       square->null_variance + z * z * a * a / 4);

	result->value = root_within(square->corrected, square->most);
	result->low = root_within(centre - half, square->most);
	result->high = root_within(centre + half, square->most);
}

/* What is summed up of a table, in its scratch. */
typedef struct Margins
{
	double n;
	double used_rows; /* that have counts */
	double used_columns;
	double *row; /* [rows] counts */
	double *column;
	/* what the cells of each add to phi squared plus one, which is the sum of
	 * n_ij^2 / (n_i n_j) */
	double *of_row;
	double *of_column;
} Margins;

static double
cell_of(const FairTable *table, size_t i, size_t j)
{
	return (double) table->count[i * table->columns + j];
}

static void
measure_margins(const FairTable *table, Margins *margins)
{
	margins->row = table->scratch;
	margins->of_row = margins->row + table->rows;
	margins->column = margins->of_row + table->rows;
	margins->of_column = margins->column + table->columns;
	memset(table->scratch, 0,
	       2 * (table->rows + table->columns) * sizeof(double));
	margins->n = margins->used_rows = margins->used_columns = 0;
	for (size_t i = 0; i < table->rows; i++)
		for (size_t j = 0; j < table->columns; j++)
		{
			margins->row[i] += cell_of(table, i, j);
			margins->column[j] += cell_of(table, i, j);
		}
	for (size_t i = 0; i < table->rows; i++)
	{
		margins->n += margins->row[i];
		margins->used_rows += margins->row[i] > 0;
	}
	for (size_t j = 0; j < table->columns; j++)
		margins->used_columns += margins->column[j] > 0;
}

/* Phi squared; fills in what rows and columns add to it. */
static double
phi_squared(const FairTable *table, const Margins *margins)
{
	double sum = 0;

	for (size_t i = 0; i < table->rows; i++)
		for (size_t j = 0; j < table->columns; j++)
		{
			double cell = cell_of(table, i, j);
			double share;

			if (!(cell > 0))
				continue;
			share = cell / margins->row[i] * (cell / margins->column[j]);
			sum += share;
			margins->of_row[i] += share;
			margins->of_column[j] += share;
		}
	return sum - 1;
}

/* Variance of the influence of a row on phi squared, by the derivative after
 * the share of its cell. */
static double
phi_variance(const FairTable *table, const Margins *margins)
{
	double n = margins->n;
	double mean = 0;
	double second = 0;

	for (size_t i = 0; i < table->rows; i++)
		for (size_t j = 0; j < table->columns; j++)
		{
			double cell = cell_of(table, i, j);
			double influence;

			if (!(cell > 0))
				continue;
			influence = n * (2 * cell / margins->row[i] / margins->column[j] -
			                 margins->of_row[i] / margins->row[i] -
			                 margins->of_column[j] / margins->column[j]);
			mean += cell / n * influence;
			second += cell / n * influence * influence;
		}
	return fmax(0, second - mean * mean);
}

void
fair_cramers_v(const FairTable *table, double level, FairAssociation *v)
{
	Margins margins;
	double rows;
	double columns;
	double n;
	Square phi;

	v->value = v->low = v->high = NAN;
	measure_margins(table, &margins);
	rows = margins.used_rows - 1;
	columns = margins.used_columns - 1;
	n = margins.n;
	if (!(rows >= 1) || !(columns >= 1) || !(n > 2))
		return;
	phi.most = fmin(rows - rows * rows / (n - 1),
	                columns - columns * columns / (n - 1));
	if (!(phi.most > 0))
		return;
	phi.n = n;
	phi.counted = phi_squared(table, &margins);
	phi.corrected = phi.counted - rows * columns / (n - 1);
	phi.influence = phi_variance(table, &margins);
	phi.null_variance = 2 * rows * columns / (n * n);
	bound_square(&phi, level, v);
}

/* Moments of all numbers about their mean and of each group about it. */
typedef struct Spread
{
	double n;
	double groups;
	double mean;
	double total;   /* mean squared distance from the mean */
	double between; /* of the groups' means */
} Spread;

static Spread
measure_spread(const FairMoments *groups, size_t n)
{
	Spread spread = { 0, 0, 0, 0, 0 };
	double sum = 0;
	double squares = 0;

	for (size_t g = 0; g < n; g++)
	{
		spread.n += groups[g].n;
		spread.groups += groups[g].n > 0;
		sum += groups[g].sum;
		squares += groups[g].squares;
	}
	if (!(spread.n > 0))
		return spread;
	spread.mean = sum / spread.n;
	spread.total = squares / spread.n - spread.mean * spread.mean;
	for (size_t g = 0; g < n; g++)
		if (groups[g].n > 0)
		{
			double mean = groups[g].sum / groups[g].n - spread.mean;

			spread.between += groups[g].n / spread.n * mean * mean;
		}
	return spread;
}

/*
 * Mean square of the influence of a number on eta squared:
 * (2 d x - d^2 - eta2 x^2) / total, where x is its distance from the mean and d
 * that of its group's mean.
 */
static double
squared_influence(const FairMoments *groups, size_t n, const Spread *spread)
{
	double eta = spread->between / spread->total;
	double sum = 0;

	for (size_t g = 0; g < n; g++)
	{
		const FairMoments *m = &groups[g];
		double c = spread->mean;
		double d;
		double x1;
		double x2;
		double x3;
		double x4;

		if (!(m->n > 0))
			continue;
		d = m->sum / m->n - c;
		x1 = m->sum - m->n * c;
		x2 = m->squares - 2 * c * m->sum + m->n * c * c;
		x3 = m->cubes - 3 * c * m->squares + 3 * c * c * m->sum -
		     m->n * c * c * c;
		x4 = m->fourths - 4 * c * m->cubes + 6 * c * c * m->squares -
		     4 * c * c * c * m->sum + m->n * c * c * c * c;
		sum += 4 * d * d * x2 + d * d * d * d * m->n + eta * eta * x4 -
		       4 * d * d * d * x1 - 4 * d * eta * x3 + 2 * d * d * eta * x2;
	}
	return sum / spread->n / (spread->total * spread->total);
}

void
fair_correlation_ratio(const FairMoments *groups, size_t n, double level,
                       FairAssociation *eta)
{
	Spread spread = measure_spread(groups, n);
	double df = spread.groups - 1;
	double rest = spread.n - spread.groups;
	Square square;

	eta->value = eta->low = eta->high = NAN;
	if (!(df >= 1) || !(rest >= 1) || !(spread.total > 0))
		return;
	square.n = spread.n;
	square.most = 1;
	square.counted = spread.between / spread.total;
	square.corrected = 1 - (1 - square.counted) * (spread.n - 1) / rest;
	square.influence = fmax(0, squared_influence(groups, n, &spread));
	square.null_variance = 2 * df / (spread.n * spread.n);
	bound_square(&square, level, eta);
}

/* How often the most frequent code of b occurs in rows 'from' to 'to' of the
 * order; 'seen' is all 0 before and after. */
static uint32_t
most_frequent(const FairCodes *pair, uint32_t *seen, size_t from, size_t to)
{
	uint32_t most = 0;

	for (size_t i = from; i < to; i++)
	{
		uint32_t count = ++seen[pair->b[pair->order[i]]];

		if (count > most)
			most = count;
	}
	for (size_t i = from; i < to; i++)
		seen[pair->b[pair->order[i]]] = 0;
	return most;
}

double
fair_lambda(const FairCodes *pair, uint32_t *seen)
{
	uint64_t right = 0;
	uint32_t blind;

	memset(seen, 0, pair->codes * sizeof(*seen));
	blind = most_frequent(pair, seen, 0, pair->n);
	if (blind == pair->n)
		return NAN;
	for (size_t from = 0; from < pair->n;)
	{
		uint32_t code = pair->a[pair->order[from]];
		size_t to = from;

		while (to < pair->n && pair->a[pair->order[to]] == code)
			to++;
		right += most_frequent(pair, seen, from, to);
		from = to;
	}
	return (double) (right - blind) / (double) (pair->n - blind);
}
