/*
 * levels.c
 *    A feature of the sample as levels, for tables of counts.
 *
 * Texts: the most frequent values, and one level for all others.  Numbers: each
 * value where there are few, else bins of about as many rows, in which equal
 * numbers stay together: a number that has 'below' of 'n' smaller ones is in bin
 * below * BINS / n.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "pg/check/check.h"

#define MOST_LEVELS 63 /* of a text, but for all others */
#define FEW_NUMBERS 32
#define BINS 20

typedef struct Level
{
	uint64 word;
	size_t rows;
} Level;

/* The server's qsort() holds nothing that a cancel could lose, so that those who
 * compare may answer one. */
static int
compare_words(const void *a, const void *b)
{
	uint64 x = *(const uint64 *) a;
	uint64 y = *(const uint64 *) b;

	CHECK_FOR_INTERRUPTS();
	return (x > y) - (x < y);
}

static int
compare_rows(const void *a, const void *b)
{
	const Level *x = a;
	const Level *y = b;

	if (x->rows != y->rows)
		return x->rows > y->rows ? -1 : 1;
	return compare_words(&x->word, &y->word);
}

static int
compare_levels(const void *a, const void *b)
{
	return compare_words(&((const Level *) a)->word,
	                     &((const Level *) b)->word);
}

static int
compare_numbers(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	CHECK_FOR_INTERRUPTS();
	return (x > y) - (x < y);
}

/* Whether a word is that of a value. */
static bool
is_present(const CheckCall *call, int feature, size_t row)
{
	return call->features[feature].is_number
	           ? !isnan(check_number(call, row, feature))
	           : check_word(call, row, feature) != 0;
}

/* The values of a feature with their rows, in the order of their words;
 * '*present' are the rows that have one. */
static Level *
list_levels(const CheckCall *call, int feature, size_t *n, size_t *present)
{
	size_t rows = call->sample.n;
	uint64 *words = MemoryContextAllocHuge(CurrentMemoryContext,
	                                       sizeof(uint64) * (rows + 1));
	Level *levels;

	*present = 0;
	for (size_t i = 0; i < rows; i++)
		if (is_present(call, feature, i))
			words[(*present)++] = check_word(call, i, feature);
	qsort(words, *present, sizeof(uint64), compare_words);
	levels = MemoryContextAllocHuge(CurrentMemoryContext,
	                                sizeof(Level) * (*present + 1));
	*n = 0;
	for (size_t i = 0; i < *present; i++)
	{
		if (i == 0 || words[i] != words[i - 1])
		{
			levels[*n].word = words[i];
			levels[(*n)++].rows = 0;
		}
		levels[*n - 1].rows++;
	}
	pfree(words);
	return levels;
}

size_t
check_most_frequent(const CheckCall *call, int feature, size_t *present)
{
	size_t n;
	Level *levels = list_levels(call, feature, &n, present);
	size_t most = 0;

	for (size_t i = 0; i < n; i++)
		most = Max(most, levels[i].rows);
	pfree(levels);
	return most;
}

static int
text_levels(const CheckCall *call, int feature, uint16 *code)
{
	size_t n;
	size_t present;
	Level *levels = list_levels(call, feature, &n, &present);
	size_t kept = Min(n, MOST_LEVELS);

	if (n > kept)
	{
		qsort(levels, n, sizeof(Level), compare_rows);
		qsort(levels, kept, sizeof(Level), compare_levels);
	}
	for (size_t i = 0; i < call->sample.n; i++)
	{
		Level key = { check_word(call, i, feature), 0 };
		const Level *found;

		code[i] = 0;
		if (key.word == 0)
			continue;
		found = bsearch(&key, levels, kept, sizeof(Level), compare_levels);
		code[i] = (uint16) (found == NULL ? kept + 1 : found - levels + 1);
	}
	pfree(levels);
	return (int) kept + 2;
}

/* The least number of each level, from sorted numbers. */
static int
find_starts(const double *sorted, size_t n, double *starts)
{
	size_t distinct = 0;
	int n_starts = 0;
	size_t last = SIZE_MAX;

	for (size_t i = 0; i < n && distinct <= FEW_NUMBERS; i++)
		distinct += i == 0 || sorted[i] != sorted[i - 1];
	for (size_t i = 0; i < n; i++)
	{
		size_t bin = distinct <= FEW_NUMBERS ? i : i * BINS / n;

		if (i > 0 && sorted[i] == sorted[i - 1])
			continue;
		if (bin != last)
			starts[n_starts++] = sorted[i];
		last = bin;
	}
	return n_starts;
}

static int
number_levels(const CheckCall *call, int feature, uint16 *code)
{
	size_t rows = call->sample.n;
	double *sorted = MemoryContextAllocHuge(CurrentMemoryContext,
	                                        sizeof(double) * (rows + 1));
	double starts[FEW_NUMBERS + 1];
	size_t n = 0;
	int n_starts;

	for (size_t i = 0; i < rows; i++)
		if (!isnan(check_number(call, i, feature)))
			sorted[n++] = check_number(call, i, feature);
	qsort(sorted, n, sizeof(double), compare_numbers);
	n_starts = find_starts(sorted, n, starts);
	for (size_t i = 0; i < rows; i++)
	{
		double x = check_number(call, i, feature);
		int level = 0;

		while (level < n_starts && x >= starts[level])
			level++;
		code[i] = (uint16) level;
	}
	pfree(sorted);
	return n_starts + 1;
}

CheckLevels *
check_levels(const CheckCall *call)
{
	CheckLevels *levels =
		palloc0(sizeof(CheckLevels) * (Size) (call->n_features + 1));

	for (int f = 0; f < call->n_features; f++)
	{
		const CheckFeature *feature = &call->features[f];

		CHECK_FOR_INTERRUPTS();
		if (!feature->is_number && !feature->is_category)
			continue;
		levels[f].code = MemoryContextAllocHuge(
			CurrentMemoryContext, sizeof(uint16) * (call->sample.n + 1));
		levels[f].n = feature->is_number
		                  ? number_levels(call, f, levels[f].code)
		                  : text_levels(call, f, levels[f].code);
	}
	return levels;
}
