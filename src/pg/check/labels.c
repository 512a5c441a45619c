/*
 * labels.c
 *    What the labels are, how they are shared out, and among which groups.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "fair/interval.h"
#include "fair/label_distance.h"
#include "pg/args.h"
#include "pg/check/check.h"

static void
put_nulls(const CheckCall *call, const CheckGroup *all)
{
	CheckRow row = check_row("label", "null_share");
	uint64 nulls = all->by_label[CHECK_LABEL_NULL];

	row.column = call->label;
	row.value = (double) nulls / (double) all->rows;
	fair_wilson(row.value, (double) all->rows, call->level, &row.low,
	            &row.high);
	row.n = (int64) all->rows;
	row.severity = rules_judge(&call->rules, RULE_MISSING, row.value);
	row.fact =
		psprintf("Label \"%s\" is NULL in " UINT64_FORMAT " of " UINT64_FORMAT
	             " rows, %s.",
	             call->label, nulls, all->rows, check_percent(row.value));
	if (nulls == all->rows)
		row.severity = severity_name(SEVERITY_SERIOUS);
	if (nulls > 0)
		row.advice = "Rows without a label teach nothing; who they are shows "
					 "in the label rates and null shares of groups.";
	check_put(call, &row);
}

/* Labels that occur, by their codes, NULL not among them. */
static int
count_labels(const CheckGroup *all)
{
	int n = 0;

	for (int l = 1; l < CHECK_LABELS; l++)
		n += all->by_label[l] > 0;
	return n;
}

static void
put_values(const CheckCall *call, const CheckGroup *all)
{
	CheckRow row = check_row("label", "values");
	int n = count_labels(all);
	bool many = all->by_label[CHECK_LABEL_OTHER] > 0 && !call->two_labels;

	row.column = call->label;
	row.value = many ? NAN : n;
	row.n = (int64) (all->rows - all->by_label[CHECK_LABEL_NULL]);
	row.fact = psprintf(
		"Label \"%s\" has %s%d different value%s%s.", call->label,
		many ? "more than " : "", many ? n - 1 : n, n == 1 ? "" : "s",
		call->positive != NULL && n == 2 ? ": the positive one and the others"
										 : "");
	if (n < 2)
	{
		row.severity = severity_name(SEVERITY_SERIOUS);
		row.advice = call->positive != NULL && all->by_label[2] == 0
		                 ? "The positive value does not occur: look at how it "
		                   "is written."
		                 : "With one label there is nothing to learn.";
	}
	else if (!call->two_labels)
	{
		row.severity = severity_name(SEVERITY_NOTE);
		row.advice = many ? "It looks like a number: label rates and distances "
		                    "are left out."
		                  : "Name the positive value with positive to get "
		                    "label rates; distances count all values.";
	}
	check_put(call, &row);
}

/* How unevenly labels are shared out, of all rows or of a group. */
static void
put_imbalance(const CheckCall *call, const char *attribute,
              const CheckGroup *group)
{
	CheckRow row = check_row("label", "majority_share");
	double weight = check_labelled_weight(group);
	int majority = 1;
	double counts[CHECK_LABELS] = { 0 };

	/* two labels may be many values, of which all but one are the other */
	for (int l = 1; l < CHECK_LABELS; l++)
		counts[call->two_labels ? 1 + (int) call->is_positive[l] : l] +=
			group->weight_by_label[l];
	for (int l = 2; l < CHECK_LABELS; l++)
		if (counts[l] > counts[majority])
			majority = l;
	row.attribute = attribute;
	row.group = group->name;
	row.column = call->label;
	row.value = counts[majority] / weight;
	fair_wilson(row.value, check_labelled(group), call->level, &row.low,
	            &row.high);
	row.n = (int64) (group->rows - group->by_label[CHECK_LABEL_NULL]);
	row.severity = rules_judge(&call->rules, RULE_IMBALANCE, row.low);
	row.fact = psprintf(
		"The most frequent label%s%s is %s of the labelled rows%s.",
		group->name == NULL ? "" : psprintf(" of group \"%s\"", group->name),
		call->two_labels
			? majority == 2 ? ", the positive one," : ", the negative one,"
			: "",
		check_percent(row.value), check_between(call, row.low, row.high));
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) != 0)
		row.advice = "Accuracy says little of rare labels: look at rates by "
					 "label, and give the rare one enough rows.";
	check_put(call, &row);
}

/* Rows of the positive and of the negative labels. */
static uint64
count_rows(const CheckCall *call, const CheckGroup *group, bool positive)
{
	uint64 rows = 0;

	for (int l = 1; l < CHECK_LABELS; l++)
		if ((call->is_positive[l] > 0) == positive)
			rows += group->by_label[l];
	return rows;
}

static void
put_rate(const CheckCall *call, const char *attribute, const CheckGroup *group)
{
	CheckRow row = check_row("label", "label_rate");
	uint64 positive = count_rows(call, group, true);
	uint64 negative = count_rows(call, group, false);
	uint64 rarer = Min(positive, negative);

	row.attribute = attribute;
	row.group = group->name;
	row.column = call->label;
	row.n = (int64) (positive + negative);
	if (row.n > 0)
	{
		row.value =
			check_positive_weight(call, group) / check_labelled_weight(group);
		fair_wilson(row.value, check_labelled(group), call->level, &row.low,
		            &row.high);
	}
	row.fact = psprintf(
		"%s: " UINT64_FORMAT " positive and " UINT64_FORMAT
		" negative labels, a rate of %s%s.",
		group->name == NULL ? "All rows"
							: psprintf("Group \"%s\"", group->name),
		positive, negative, row.n > 0 ? check_percent(row.value) : "NULL",
		check_between(call, row.low, row.high));
	if (rarer < (uint64) call->min_cell)
	{
		row.severity =
			severity_name(rarer == 0 ? SEVERITY_SERIOUS : SEVERITY_WARNING);
		row.advice = psprintf(
			"Fewer than %d %s labels: no rate among them can be learnt or "
			"judged.",
			call->min_cell, positive <= negative ? "positive" : "negative");
	}
	check_put(call, &row);
}

/* One of Clarify's figures of a group against the rest. */
static void
put_distance(const CheckCall *call, CheckRow *row, const char *metric,
             double value, const char *meaning)
{
	row->metric = metric;
	row->value = value;
	row->fact = psprintf("%s of group \"%s\" against the rest is %s: %s.",
	                     metric, row->group,
	                     isnan(value)   ? "not defined"
	                     : isinf(value) ? "infinite, as the group lacks a "
	                                      "label that others have"
	                                    : psprintf("%.4f", value),
	                     meaning);
	check_put(call, row);
	row->low = row->high = NAN;
	row->severity = severity_name(SEVERITY_OK);
	row->advice = NULL;
}

/* The sides of a comparison, without NULL labels. */
typedef struct Sides
{
	double a[CHECK_LABELS];
	double d[CHECK_LABELS];
	FairTwoRates rates; /* of the positive label: a, d */
} Sides;

/* What all have more than a group, without what rounding leaves of nothing. */
static double
rest_of(double all, double part)
{
	double rest = all - part;

	return rest > 1e-12 * all ? rest : 0;
}

static void
make_sides(const CheckCall *call, const CheckGroup *group,
           const CheckGroup *all, Sides *sides)
{
	double weight_a = 0;
	double squared_a = rest_of(all->labelled_squared, group->labelled_squared);
	double positive_a = 0;
	double n_a;

	for (int l = 1; l < CHECK_LABELS; l++)
	{
		sides->d[l - 1] = group->weight_by_label[l];
		sides->a[l - 1] =
			rest_of(all->weight_by_label[l], group->weight_by_label[l]);
		weight_a += sides->a[l - 1];
		positive_a += call->is_positive[l] * sides->a[l - 1];
	}
	n_a = squared_a > 0 ? weight_a * weight_a / squared_a : 0;
	sides->rates.n[0] = n_a;
	sides->rates.successes[0] = weight_a > 0 ? positive_a / weight_a * n_a : 0;
	sides->rates.n[1] = check_labelled(group);
	sides->rates.successes[1] = check_positive_weight(call, group) /
	                            check_labelled_weight(group) *
	                            sides->rates.n[1];
}

/* Judges DPL by the end of its interval that is nearer to no difference. */
static void
judge_gap(const CheckCall *call, CheckRow *row, const Sides *sides)
{
	FairInterval interval = fair_newcombe(&sides->rates, call->level);

	row->low = interval.low;
	row->high = interval.high;
	row->severity = rules_judge(&call->rules, RULE_LABEL_GAP,
	                            fmax(interval.low, -interval.high));
	if (strcmp(row->severity, severity_name(SEVERITY_OK)) != 0)
		row->advice = "A model learns this difference: find out whether it "
					  "is in the world, in who was sampled, or in how labels "
					  "were given.";
}

static double
cddl_of(const CheckCall *call, const CheckAttribute *attribute, int g)
{
	int n = call->keys[call->strata_key].n_names;
	double(*d)[2] = palloc0(sizeof(*d) * (Size) n);
	double(*all)[2] = palloc0(sizeof(*all) * (Size) n);

	for (uint64 b = 0; b < call->n_bases; b++)
	{
		const CheckBase *base = &call->bases[b];
		uint32 s = base->codes[call->strata_key];

		for (int l = 1; l < CHECK_LABELS; l++)
		{
			double w = base->weight == NULL ? (double) base->by_label[l]
			                                : exact_sum_value(&base->weight[l]);
			int y = call->is_positive[l] > 0;

			all[s][y] += w;
			if (attribute->group_of_base[b] == g)
				d[s][y] += w;
		}
	}
	return fair_cddl((size_t) n, (const double(*)[2]) d,
	                 (const double(*)[2]) all);
}

static void
put_distances(const CheckCall *call, const CheckAttribute *attribute, int g,
              const CheckGroup *all)
{
	const CheckGroup *group = &attribute->groups[g];
	CheckRow row = check_row("label_distance", NULL);
	Sides sides;
	FairLabelSides two = { .n_labels = CHECK_LABELS - 1,
		                   .a = sides.a,
		                   .d = sides.d,
		                   .weight_a = rest_of(all->weight, group->weight),
		                   .weight_d = group->weight,
		                   .positive = call->two_labels ? call->is_positive + 1
		                                                : NULL };
	FairLabelDistance distance;
	double low;
	double high;

	make_sides(call, group, all, &sides);
	fair_label_distance(&two, &distance);
	row.attribute = attribute->name;
	row.group = group->name;
	row.column = call->label;
	row.n = (int64) (group->rows - group->by_label[CHECK_LABEL_NULL]);
	fair_wilson(group->weight / all->weight, check_effective(all), call->level,
	            &low, &high);
	row.low = 1 - 2 * high;
	row.high = 1 - 2 * low;
	put_distance(call, &row, "CI", distance.class_imbalance,
	             "others less the group, by all rows");
	if (call->two_labels)
	{
		judge_gap(call, &row, &sides);
		put_distance(call, &row, "DPL", distance.dpl,
		             "label rate of the rest less that of the group");
	}
	put_distance(call, &row, "KL", distance.kl,
	             "divergence of the labels of the rest from those of the "
	             "group, in nats");
	put_distance(call, &row, "JS", distance.js,
	             "divergence of both from their mean, in nats");
	put_distance(call, &row, "LP", distance.lp,
	             "Euclidean distance of label shares");
	put_distance(call, &row, "TVD", distance.tvd,
	             "half the sum of differences of label shares");
	put_distance(call, &row, "KS", distance.ks,
	             "largest difference of label shares");
	if (call->two_labels && call->strata_key >= 0 &&
	    !call->keys[call->strata_key].crowded)
		put_distance(call, &row, "CDDL", cddl_of(call, attribute, g),
		             psprintf("share of the group among negative less among "
		                      "positive labels, within %s",
		                      call->strata));
}

static void
check_group_labels(const CheckCall *call, const CheckAttribute *attribute,
                   const CheckGroup *all)
{
	bool many = all->by_label[CHECK_LABEL_OTHER] > 0 && !call->two_labels;

	for (int g = 0; g < attribute->n_groups; g++)
	{
		const CheckGroup *group = &attribute->groups[g];

		CHECK_FOR_INTERRUPTS();
		if (call->two_labels)
			put_rate(call, attribute->name, group);
		if (!many && check_labelled_weight(group) > 0)
			put_imbalance(call, attribute->name, group);
		if (!many && attribute->n_groups > 1)
			put_distances(call, attribute, g, all);
	}
}

/* Says why there is no CDDL where the strata are too many. */
static void
put_crowded_strata(const CheckCall *call)
{
	CheckRow row = check_row("label_distance", "CDDL");

	if (call->strata_key < 0 || !call->keys[call->strata_key].crowded)
		return;
	row.column = call->strata;
	row.severity = severity_name(SEVERITY_WARNING);
	row.n = (int64) call->n_rows;
	row.fact = psprintf("Column \"%s\" has more than %d values, so it makes no "
	                    "strata.",
	                    call->strata, setting_int("fairpg.max_groups"));
	row.advice = "Name a column with fewer values in option strata.";
	check_put(call, &row);
}

void
check_labels(CheckCall *call)
{
	CheckGroup all;
	int n;

	if (call->label == NULL || call->n_rows == 0)
		return;
	check_everybody(call, &all);
	put_nulls(call, &all);
	n = count_labels(&all);
	if (n == 0)
		return;
	put_values(call, &all);
	if (call->two_labels)
		put_rate(call, NULL, &all);
	if (call->two_labels || all.by_label[CHECK_LABEL_OTHER] == 0)
		put_imbalance(call, NULL, &all);
	put_crowded_strata(call);
	for (int a = 0; a < call->n_attributes; a++)
		if (!call->attributes[a].crowded)
			check_group_labels(call, &call->attributes[a], &all);
}
