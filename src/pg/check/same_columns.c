/*
 * same_columns.c
 *    Columns that say the same as another one: each tells the other.
 *
 * A column of codes, another one that spells them out, and a number in other
 * units are such pairs.  Columns with different values in more than half of the
 * rows tell every other column, so they do not count.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "fair/association.h"
#include "pg/check/check.h"

/* rows of the sample that are looked at, and steps for all pairs together */
#define MOST_ROWS 10000
#define LEAST_ROWS 500
#define MOST_STEPS 1e9

/* A feature as codes of its values. */
typedef struct Coded
{
	int feature; /* -1: it is of no use here */
	uint32 *code;
	uint32 *order; /* rows by code */
	size_t n_codes;
} Coded;

typedef struct RowWord
{
	uint64 word;
	uint32 row;
} RowWord;

static int
compare_row_words(const void *a, const void *b)
{
	const RowWord *x = a;
	const RowWord *y = b;

	if (x->word != y->word)
		return x->word < y->word ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static void
encode_feature(const CheckCall *call, int feature, size_t n, Coded *coded)
{
	RowWord *words = palloc(sizeof(RowWord) * (n + 1));

	coded->feature = feature;
	coded->code = palloc(sizeof(uint32) * (n + 1));
	coded->order = palloc(sizeof(uint32) * (n + 1));
	coded->n_codes = 0;
	for (size_t i = 0; i < n; i++)
	{
		words[i].word = check_word(call, i, feature);
		words[i].row = (uint32) i;
	}
	qsort(words, n, sizeof(RowWord), compare_row_words);
	for (size_t i = 0; i < n; i++)
	{
		if (i == 0 || words[i].word != words[i - 1].word)
			coded->n_codes++;
		coded->code[words[i].row] = (uint32) coded->n_codes - 1;
		coded->order[i] = words[i].row;
	}
	pfree(words);
	if (coded->n_codes < 2 || coded->n_codes > n / 2)
		coded->feature = -1;
}

static double
lambda_of(const Coded *a, const Coded *b, size_t n, uint32 *seen)
{
	FairCodes pair = { a->code, b->code, a->order, n, b->n_codes };

	return fair_lambda(&pair, seen);
}

static void
put_pair(const CheckCall *call, const Coded *a, const Coded *b, double lambda,
         size_t n)
{
	CheckRow row = check_row("same_column", "lambda");
	const char *other = call->features[a->feature].input.name;

	row.column = call->features[b->feature].input.name;
	row.value = lambda;
	row.n = (int64) n;
	row.severity = rules_judge(&call->rules, RULE_SAME_COLUMN, lambda);
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) == 0)
		return;
	row.fact = psprintf("Columns \"%s\" and \"%s\" tell each other: guessing "
	                    "either from the other makes %s fewer errors, in %zu "
	                    "rows.",
	                    other, row.column, check_percent(lambda), n);
	row.advice = "They say the same: leave one of them out, or its "
				 "coefficients share what belongs to both.";
	check_put(call, &row);
}

/* Rows of the sample, as many as all pairs leave time for. */
static size_t
rows_to_look_at(const CheckCall *call)
{
	double pairs = (double) call->n_features * call->n_features;
	double rows = fmax(LEAST_ROWS, fmin(MOST_ROWS, MOST_STEPS / pairs));

	return Min(call->sample.n, (size_t) rows);
}

void
check_same_columns(CheckCall *call)
{
	size_t n = rows_to_look_at(call);
	Coded *coded = palloc0(sizeof(Coded) * (Size) (call->n_features + 1));
	uint32 *seen = palloc(sizeof(uint32) * (n + 1));

	if (n < (size_t) call->min_group)
		return;
	for (int f = 0; f < call->n_features; f++)
	{
		CHECK_FOR_INTERRUPTS();
		coded[f].feature = -1;
		if (call->features[f].is_number || call->features[f].is_category)
			encode_feature(call, f, n, &coded[f]);
	}
	for (int f = 0; f < call->n_features; f++)
		for (int g = 0; g < f; g++)
		{
			double lambda;

			if (coded[f].feature < 0 || coded[g].feature < 0)
				continue;
			CHECK_FOR_INTERRUPTS();
			lambda = lambda_of(&coded[g], &coded[f], n, seen);
			/* the other way only where this one makes it worth while */
			if (lambda >= call->rules.from[RULE_SAME_COLUMN][SEVERITY_NOTE])
				lambda = fmin(lambda, lambda_of(&coded[f], &coded[g], n, seen));
			put_pair(call, &coded[g], &coded[f], lambda, n);
		}
}
