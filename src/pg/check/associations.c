/*
 * associations.c
 *    What each feature alone tells of the label, and of protected attributes.
 *
 * Both are tables of a feature's levels against labels or groups, over the rows
 * of the sample.  Of numbers, the AUC or the correlation ratio says which way.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "fair/association.h"
#include "fair/interval.h"
#include "fair/ranking.h"
#include "fair/scores.h"
#include "pg/check/check.h"

/* What features are compared with: labels or groups. */
typedef struct Target
{
	const CheckAttribute *attribute; /* NULL: the label */
	int n;                           /* codes */
	uint16 *code;                    /* [sample rows] n: the row has none */
	int two;                         /* the code that AUCs are of; -1: none */
	const char *two_name;            /* its name */
} Target;

/* What one feature tells of a target; NaN where it has none. */
typedef struct Finding
{
	int feature;
	FairAssociation v;
	const char *metric; /* of numbers: "auc", "correlation_ratio" */
	FairAssociation number;
	size_t n; /* rows of the latter */
} Finding;

static void *
alloc_rows(const CheckCall *call, Size item)
{
	return MemoryContextAllocHuge(CurrentMemoryContext,
	                              item * (call->sample.n + 1));
}

/* Codes that occur, and which of two is the less frequent one. */
static void
find_two(const CheckCall *call, Target *target)
{
	size_t *rows = palloc0(sizeof(size_t) * (Size) (target->n + 1));
	int found[2] = { -1, -1 };
	int n = 0;

	for (size_t i = 0; i < call->sample.n; i++)
		rows[target->code[i]]++;
	for (int c = 0; c < target->n; c++)
		if (rows[c] > 0)
		{
			if (n < 2)
				found[n] = c;
			n++;
		}
	target->two = -1;
	if (n == 2)
		target->two = rows[found[0]] < rows[found[1]] ? found[0] : found[1];
	pfree(rows);
}

/* Labels as codes: two where it is known which is the positive one. */
static void
label_target(const CheckCall *call, Target *target)
{
	target->attribute = NULL;
	target->n = call->two_labels ? 2 : CHECK_LABELS - 1;
	target->code = alloc_rows(call, sizeof(uint16));
	for (size_t i = 0; i < call->sample.n; i++)
	{
		int label = check_row_label(call, i);

		if (label == CHECK_LABEL_NULL)
			target->code[i] = (uint16) target->n;
		else if (call->two_labels)
			target->code[i] = call->is_positive[label] > 0;
		else
			target->code[i] = (uint16) (label - 1);
	}
	target->two = call->two_labels ? 1 : -1;
	target->two_name = "the positive label";
}

static void
attribute_target(const CheckCall *call, const CheckAttribute *attribute,
                 Target *target)
{
	target->attribute = attribute;
	target->n = attribute->n_groups;
	target->code = alloc_rows(call, sizeof(uint16));
	for (size_t i = 0; i < call->sample.n; i++)
		target->code[i] =
			(uint16) attribute->group_of_base[check_row_base(call, i)];
	find_two(call, target);
	if (target->two >= 0)
		target->two_name = attribute->groups[target->two].name;
}

/* Which levels meet which codes. */
static void
tabulate(const CheckCall *call, const Target *target, const CheckLevels *levels,
         FairAssociation *v)
{
	Size n_levels = (Size) levels->n;
	Size columns = (Size) target->n + 1;
	uint64 *count = palloc0(sizeof(uint64) * n_levels * columns);
	double *scratch = palloc(sizeof(double) * 2 * (n_levels + columns));
	FairTable table = { n_levels, columns, count, scratch };

	for (size_t i = 0; i < call->sample.n; i++)
		count[levels->code[i] * columns + target->code[i]]++;
	/* rows without a label do not count */
	for (Size l = 0; l < n_levels; l++)
		count[l * columns + (Size) target->n] = 0;
	fair_cramers_v(&table, call->level, v);
	pfree(count);
	pfree(scratch);
}

/* How numbers rank the rows of one code among all with a code. */
static void
rank_numbers(CheckCall *call, const Target *target, Finding *finding)
{
	FairScores scores;
	FairRanking ranking;
	uint8 *image;

	check_status(call, fair_scores_init(&scores, &call->arena));
	finding->n = 0;
	for (size_t i = 0; i < call->sample.n; i++)
	{
		double x = check_number(call, i, finding->feature);

		if (isnan(x) || target->code[i] == target->n)
			continue;
		finding->n++;
		check_status(call, fair_scores_add(
							   &scores, target->code[i] == target->two, x, 1));
	}
	image = palloc(fair_scores_bytes(&scores));
	check_status(call, fair_scores_write(&scores, image));
	fair_scores_release(&scores);
	fair_ranking(image, call->level, &ranking);
	pfree(image);
	finding->metric = "auc";
	finding->number.value = ranking.auc;
	finding->number.low = ranking.auc_low;
	finding->number.high = ranking.auc_high;
}

static void
relate_numbers(const CheckCall *call, const Target *target, Finding *finding)
{
	FairMoments *groups = palloc0(sizeof(FairMoments) * (Size) (target->n + 1));
	double centre = 0;
	size_t n = 0;

	for (size_t i = 0; i < call->sample.n; i++)
	{
		double x = check_number(call, i, finding->feature);

		if (!isnan(x))
			centre += (x - centre) / (double) ++n;
	}
	finding->n = 0;
	for (size_t i = 0; i < call->sample.n; i++)
	{
		double x = check_number(call, i, finding->feature) - centre;
		FairMoments *group = &groups[target->code[i]];

		if (isnan(x) || target->code[i] == target->n)
			continue;
		finding->n++;
		group->n += 1;
		group->sum += x;
		group->squares += x * x;
		group->cubes += x * x * x;
		group->fourths += x * x * x * x;
	}
	finding->metric = "correlation_ratio";
	fair_correlation_ratio(groups, (size_t) target->n, call->level,
	                       &finding->number);
	pfree(groups);
}

/* Whether a feature is one of the columns of an attribute. */
static bool
is_own_column(const CheckCall *call, const Target *target, int feature)
{
	const CheckAttribute *attribute = target->attribute;

	for (int k = 0; attribute != NULL && k < attribute->n_keys; k++)
		if (strcmp(call->keys[attribute->keys[k]].input.name,
		           call->features[feature].input.name) == 0)
			return true;
	return false;
}

static int
compare_findings(const void *a, const void *b)
{
	const Finding *x = a;
	const Finding *y = b;
	double vx = isnan(x->v.value) ? -1 : x->v.value;
	double vy = isnan(y->v.value) ? -1 : y->v.value;

	if (vx != vy)
		return vx > vy ? -1 : 1;
	return x->feature - y->feature;
}

/* Every feature against a target, the strongest first. */
static Finding *
find_all(CheckCall *call, const Target *target, const CheckLevels *levels,
         int *n)
{
	Finding *findings = palloc(sizeof(Finding) * (Size) (call->n_features + 1));

	*n = 0;
	for (int f = 0; f < call->n_features; f++)
	{
		const CheckFeature *feature = &call->features[f];
		Finding *finding = &findings[*n];

		CHECK_FOR_INTERRUPTS();
		if (levels[f].n == 0 || is_own_column(call, target, f))
			continue;
		(*n)++;
		memset(finding, 0, sizeof(*finding));
		finding->feature = f;
		tabulate(call, target, &levels[f], &finding->v);
		if (feature->is_number && target->two >= 0)
			rank_numbers(call, target, finding);
		else if (feature->is_number && target->attribute != NULL)
			relate_numbers(call, target, finding);
	}
	qsort(findings, (size_t) *n, sizeof(Finding), compare_findings);
	return findings;
}

static char *
interval_of(const CheckCall *call, const FairAssociation *association)
{
	if (isnan(association->low))
		return "";
	return psprintf(" (%g %% interval %.3f to %.3f)", 100 * call->level,
	                association->low, association->high);
}

/* The distance of an AUC from one half, as an AUC above it, at the end of its
 * interval that is nearer to that. */
static double
near_auc(const FairAssociation *auc)
{
	return fmax(auc->low, 1 - auc->high);
}

static const char *
advice_of(const Target *target, const char *severity)
{
	if (strcmp(severity, severity_name(SEVERITY_OK)) == 0)
		return NULL;
	if (target->attribute == NULL)
		return "Look whether the column is known when people are decided "
			   "about, or is written afterwards: then exclude it.";
	return "A model can tell the group by it even where the attribute is no "
		   "feature: say why it is needed, or bound the gap.";
}

static CheckRow
row_of(const CheckCall *call, const Target *target, const Finding *finding,
       const char *metric)
{
	CheckRow row =
		check_row(target->attribute == NULL ? "leakage" : "proxies", metric);

	if (target->attribute != NULL)
		row.attribute = target->attribute->name;
	row.column = call->features[finding->feature].input.name;
	return row;
}

static void
put_association(const CheckCall *call, const Target *target,
                const Finding *finding, int rank, int n)
{
	CheckRow row = row_of(call, target, finding, "cramers_v");
	const char *of =
		target->attribute == NULL ? call->label : target->attribute->name;

	row.value = finding->v.value;
	row.low = finding->v.low;
	row.high = finding->v.high;
	row.n = (int64) call->sample.n;
	row.severity = rules_judge(&call->rules,
	                           target->attribute == NULL ? RULE_LEAK_ASSOCIATION
	                                                     : RULE_PROXY,
	                           row.low);
	if (isnan(row.value))
		row.fact = psprintf("Column \"%s\" or \"%s\" has one value only in %s.",
		                    row.column, of, check_sampled(call));
	else
		row.fact =
			psprintf("Column \"%s\" tells of %s with Cramer's V %.3f%s "
		             "in %s, rank %d of %d.",
		             row.column, of, row.value, interval_of(call, &finding->v),
		             check_sampled(call), rank, n);
	row.advice = advice_of(target, row.severity);
	check_put(call, &row);
}

static void
put_number(const CheckCall *call, const Target *target, const Finding *finding)
{
	CheckRow row = row_of(call, target, finding, finding->metric);
	bool is_auc = target->two >= 0;
	CheckRule rule = target->attribute == NULL ? RULE_LEAK_AUC
	                 : is_auc                  ? RULE_PROXY_AUC
	                                           : RULE_PROXY_RATIO;

	if (isnan(finding->number.value))
		return;
	row.value = finding->number.value;
	row.low = finding->number.low;
	row.high = finding->number.high;
	row.n = (int64) finding->n;
	row.severity = rules_judge(&call->rules, rule,
	                           is_auc ? near_auc(&finding->number) : row.low);
	if (is_auc)
	{
		if (target->attribute != NULL)
			row.group = target->two_name;
		row.fact = psprintf(
			"By column \"%s\" a row of %s stands above one of the rest with "
			"probability %.3f%s, by %zu rows.",
			row.column,
			target->attribute == NULL
				? target->two_name
				: psprintf("group \"%s\"", target->two_name),
			row.value, interval_of(call, &finding->number), finding->n);
	}
	else
		row.fact = psprintf("Groups of %s have other means of column \"%s\": "
		                    "correlation ratio %.3f%s, by %zu rows.",
		                    row.attribute, row.column, row.value,
		                    interval_of(call, &finding->number), finding->n);
	row.advice = advice_of(target, row.severity);
	check_put(call, &row);
}

static void
check_target(CheckCall *call, Target *target, const CheckLevels *levels)
{
	int n;
	Finding *findings = find_all(call, target, levels, &n);

	for (int i = 0; i < n; i++)
	{
		put_association(call, target, &findings[i], i + 1, n);
		if (findings[i].metric != NULL)
			put_number(call, target, &findings[i]);
	}
	pfree(findings);
	pfree(target->code);
}

/* Labels by sign, rows without a value of a feature among them; of all rows. */
static void
put_missing(const CheckCall *call, const CheckGroup *all, int f)
{
	const CheckFeature *feature = &call->features[f];
	CheckRow row = check_row("leakage", "missing_by_label");
	FairTwoRates two = { { 0, 0 }, { 0, 0 } };
	FairInterval interval;

	for (int l = 1; l < CHECK_LABELS; l++)
	{
		int side = call->is_positive[l] > 0 ? 0 : 1;

		two.n[side] += (double) all->by_label[l];
		two.successes[side] += (double) feature->missing_by_label[l];
	}
	if (!(two.n[0] > 0) || !(two.n[1] > 0))
		return;
	interval = fair_newcombe(&two, call->level);
	row.column = feature->input.name;
	row.value = two.successes[0] / two.n[0] - two.successes[1] / two.n[1];
	row.low = interval.low;
	row.high = interval.high;
	row.n = (int64) (two.n[0] + two.n[1]);
	row.severity =
		rules_judge(&call->rules, RULE_LEAK_MISSING, fmax(row.low, -row.high));
	row.fact = psprintf("Column \"%s\" is missing in %s of the rows with the "
	                    "positive label and in %s of those with the negative "
	                    "one.",
	                    row.column, check_percent(two.successes[0] / two.n[0]),
	                    check_percent(two.successes[1] / two.n[1]));
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) != 0)
		row.advice = "That it is missing tells the label: look whether it is "
					 "written after what the label says.";
	check_put(call, &row);
}

void
check_associations(CheckCall *call)
{
	CheckLevels *levels;
	Target target;
	CheckGroup all;

	if (call->sample.n == 0)
		return;
	levels = check_levels(call);
	check_everybody(call, &all);
	if (call->label != NULL &&
	    (call->two_labels || all.by_label[CHECK_LABEL_OTHER] == 0) &&
	    all.by_label[CHECK_LABEL_NULL] < all.rows)
	{
		label_target(call, &target);
		check_target(call, &target, levels);
	}
	for (int f = 0; f < call->n_features && call->two_labels; f++)
		if (call->features[f].n_null + call->features[f].n_stand_in > 0)
			put_missing(call, &all, f);
	for (int a = 0; a < call->n_attributes; a++)
		if (!call->attributes[a].crowded && call->attributes[a].n_groups > 1)
		{
			attribute_target(call, &call->attributes[a], &target);
			check_target(call, &target, levels);
		}
}
