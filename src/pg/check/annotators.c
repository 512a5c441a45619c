/*
 * annotators.c
 *    Where several people gave labels: how far they agree, on whom, and how often
 *    the label that is learnt differs from what most of them said.
 *
 * Over the rows of the sample.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "fair/agreement.h"
#include "fair/interval.h"
#include "pg/check/check.h"

/* with more annotators there are too many pairs to list */
#define MOST_IN_PAIRS 10

/* Rows of the sample that belong to a group, or all of them. */
typedef struct Rated
{
	const CheckAttribute *attribute; /* NULL: everybody */
	const char *group;
	FairRatings ratings;
	uint8 *label; /* [n] the label that is learnt */
} Rated;

/* Rows by what annotators said, so that sums have one order. */
static int
compare_rows(const void *a, const void *b, void *call)
{
	const CheckCall *checked = call;
	size_t x = *(const uint32 *) a;
	size_t y = *(const uint32 *) b;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < checked->n_annotators; i++)
	{
		int order =
			check_annotation(checked, x, i) - check_annotation(checked, y, i);

		if (order != 0)
			return order;
	}
	return 0;
}

static uint32 *
order_rows(CheckCall *call)
{
	uint32 *order = MemoryContextAllocHuge(
		CurrentMemoryContext, sizeof(uint32) * (call->sample.n + 1));

	for (size_t i = 0; i < call->sample.n; i++)
		order[i] = (uint32) i;
	qsort_arg(order, call->sample.n, sizeof(uint32), compare_rows, call);
	return order;
}

static void
collect(const CheckCall *call, const CheckAttribute *attribute, int group,
        const uint32 *order, Rated *rated)
{
	Size raters = (Size) call->n_annotators;
	Size rows = call->sample.n + 1;
	uint8 *labels = MemoryContextAllocHuge(CurrentMemoryContext, rows * raters);
	size_t n = 0;

	rated->attribute = attribute;
	rated->group = attribute == NULL ? NULL : attribute->groups[group].name;
	rated->label = MemoryContextAllocHuge(CurrentMemoryContext, rows);
	for (size_t i = 0; i < call->sample.n; i++)
	{
		size_t row = order[i];

		if (attribute != NULL &&
		    attribute->group_of_base[check_row_base(call, row)] != group)
			continue;
		for (Size r = 0; r < raters; r++)
			labels[n * raters + r] =
				(uint8) check_annotation(call, row, (int) r);
		rated->label[n++] = (uint8) check_row_label(call, row);
	}
	rated->ratings.n = n;
	rated->ratings.raters = raters;
	/* booleans and a positive value have two codes that nobody counted */
	rated->ratings.classes = (uint32) Max(call->n_labels - 1, 2);
	rated->ratings.label = labels;
}

static void
release(Rated *rated)
{
	pfree(unconstify(uint8_t *, rated->ratings.label));
	pfree(rated->label);
}

static char *
whose(const Rated *rated)
{
	if (rated->attribute == NULL)
		return "all rows";
	return psprintf("group \"%s\" of %s", rated->group, rated->attribute->name);
}

static CheckRow
rated_row(const Rated *rated, const char *metric)
{
	CheckRow row = check_row("agreement", metric);

	if (rated->attribute != NULL)
		row.attribute = rated->attribute->name;
	row.group = rated->group;
	return row;
}

static void
fill_row(CheckRow *row, const FairAgreement *agreement)
{
	row->value = agreement->value;
	row->low = agreement->low;
	row->high = agreement->high;
	row->n = (int64) agreement->rows;
}

static void
put_coefficient(const CheckCall *call, const Rated *rated, CheckRow *row,
                const char *name, const FairAgreement *agreement)
{
	fill_row(row, agreement);
	if (isnan(row->value))
		row->fact =
			psprintf("%s of %s is not defined: no two labels for a row, "
		             "or one label alone.",
		             name, whose(rated));
	else
		row->fact = psprintf(
			"%s of %s is %.3f%s, by " INT64_FORMAT " rows.", name, whose(rated),
			row->value,
			isnan(row->low) ? ""
							: psprintf(" (%g %% interval %.3f to %.3f)",
		                               100 * call->level, row->low, row->high),
			row->n);
	check_put(call, row);
}

static void
put_rate(const CheckCall *call, const Rated *rated)
{
	CheckRow row = rated_row(rated, "agreement_rate");
	FairAgreement agreement;

	fair_agreement_rate(&rated->ratings, call->level, &agreement);
	fill_row(&row, &agreement);
	if (isnan(row.value))
		row.fact = psprintf("Of %s none has two labels.", whose(rated));
	else
		row.fact =
			psprintf("Two annotators of %s agree in %s of their pairs%s, "
		             "in " INT64_FORMAT " rows.",
		             whose(rated), check_percent(row.value),
		             check_between(call, row.low, row.high), row.n);
	check_put(call, &row);
}

static void
put_alpha(const CheckCall *call, const Rated *rated)
{
	CheckRow row = rated_row(rated, "krippendorff_alpha");
	FairAgreement agreement;

	fair_krippendorff_alpha(&rated->ratings, call->level, &agreement);
	row.severity =
		rules_judge(&call->rules, RULE_DISAGREEMENT, 1 - agreement.high);
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) != 0)
		row.advice = "A model cannot be better than its labels: look at rows "
					 "where people differ, and at what they were told.";
	put_coefficient(call, rated, &row, "Krippendorff's alpha", &agreement);
}

static void
put_fleiss(const CheckCall *call, const Rated *rated)
{
	CheckRow row = rated_row(rated, "fleiss_kappa");
	FairAgreement agreement;

	fair_fleiss_kappa(&rated->ratings, call->level, &agreement);
	/* rows with different numbers of labels have none; alpha takes them */
	if (!isnan(agreement.value))
		put_coefficient(call, rated, &row, "Fleiss' kappa", &agreement);
}

/* Of all pairs; of a group where there is one pair alone. */
static void
put_cohen(const CheckCall *call, const Rated *rated)
{
	if (call->n_annotators > MOST_IN_PAIRS ||
	    (rated->attribute != NULL && call->n_annotators > 2))
		return;
	for (size_t a = 0; a < (size_t) call->n_annotators; a++)
		for (size_t b = a + 1; b < (size_t) call->n_annotators; b++)
		{
			CheckRow row = rated_row(rated, "cohen_kappa");
			const size_t pair[2] = { a, b };
			FairAgreement agreement;
			char *name;

			row.column = psprintf("%s, %s", call->annotators[a].name,
			                      call->annotators[b].name);
			name = psprintf("Cohen's kappa of \"%s\" and \"%s\"",
			                call->annotators[a].name, call->annotators[b].name);
			fair_cohen_kappa(&rated->ratings, pair, call->level, &agreement);
			put_coefficient(call, rated, &row, name, &agreement);
		}
}

/* Rows with a label and a majority, and those where they differ. */
static void
count_majority(const Rated *rated, double *differ, double *n)
{
	*differ = *n = 0;
	for (size_t i = 0; i < rated->ratings.n; i++)
	{
		uint8 majority = fair_majority(&rated->ratings, i);

		if (majority == 0 || rated->label[i] == 0)
			continue;
		*n += 1;
		*differ += majority != rated->label[i];
	}
}

/* How often the label differs, and in a group how much more than elsewhere. */
static void
put_majority(const CheckCall *call, const Rated *rated, const double all[2])
{
	CheckRow row = rated_row(rated, "differs_from_majority");
	FairTwoRates two;
	FairInterval interval;

	count_majority(rated, &two.successes[0], &two.n[0]);
	two.successes[1] = all[0] - two.successes[0];
	two.n[1] = all[1] - two.n[0];
	row.column = call->label;
	row.n = (int64) two.n[0];
	row.value = two.n[0] > 0 ? two.successes[0] / two.n[0] : NAN;
	fair_wilson(row.value, two.n[0], call->level, &row.low, &row.high);
	row.fact =
		two.n[0] > 0
			? psprintf("The label differs from what most annotators said "
	                   "in %s of %s that have both%s.",
	                   check_percent(row.value), whose(rated),
	                   check_between(call, row.low, row.high))
			: psprintf("Of %s none has a label and a majority.", whose(rated));
	check_put(call, &row);
	if (rated->attribute == NULL || !(two.n[0] > 0) || !(two.n[1] > 0))
		return;

	row.metric = "majority_gap";
	interval = fair_newcombe(&two, call->level);
	row.value -= two.successes[1] / two.n[1];
	row.low = interval.low;
	row.high = interval.high;
	row.severity =
		rules_judge(&call->rules, RULE_MAJORITY_GAP, fmax(row.low, -row.high));
	row.fact =
		psprintf("The label differs from what most annotators said in %s "
	             "of %s and in %s of the rest.",
	             check_percent(two.successes[0] / two.n[0]), whose(rated),
	             check_percent(two.successes[1] / two.n[1]));
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) != 0)
		row.advice = "Labels are less true of one group: a model learns that, "
					 "and what it is measured by has it as well.";
	check_put(call, &row);
}

static void
check_rated(const CheckCall *call, const Rated *rated, const double all[2])
{
	CHECK_FOR_INTERRUPTS();
	put_rate(call, rated);
	put_alpha(call, rated);
	put_fleiss(call, rated);
	put_cohen(call, rated);
	if (call->label != NULL)
		put_majority(call, rated, all);
}

/* Annotators whose labels cannot be compared; true when that is so. */
static bool
has_many_labels(const CheckCall *call)
{
	CheckRow row = check_row("agreement", "values");

	if (call->n_labels <= CHECK_LABEL_OTHER)
		return false;
	row.severity = severity_name(SEVERITY_WARNING);
	row.n = (int64) call->n_rows;
	row.fact =
		psprintf("Annotators gave more than %d different labels, so their "
	             "agreement is not measured.",
	             CHECK_LABEL_OTHER - 1);
	row.advice = "Make classes of the labels in a query given as source.";
	check_put(call, &row);
	return true;
}

void
check_annotators(CheckCall *call)
{
	uint32 *order;
	double all[2];
	Rated rated;

	if (call->n_annotators == 0 || call->sample.n == 0 || has_many_labels(call))
		return;
	order = order_rows(call);
	collect(call, NULL, 0, order, &rated);
	count_majority(&rated, &all[0], &all[1]);
	check_rated(call, &rated, all);
	release(&rated);
	for (int a = 0; a < call->n_attributes; a++)
	{
		const CheckAttribute *attribute = &call->attributes[a];

		for (int g = 0; g < attribute->n_groups && !attribute->crowded &&
		                attribute->n_groups > 1;
		     g++)
		{
			collect(call, attribute, g, order, &rated);
			check_rated(call, &rated, all);
			release(&rated);
		}
	}
}
