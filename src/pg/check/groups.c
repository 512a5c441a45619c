/*
 * groups.c
 *    The groups of protected attributes, from the bases that were read.
 *
 * Sums of weights are merged exactly, so it does not matter in which order
 * the bases of a group came.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "pg/args.h"
#include "pg/check/check.h"

/* A base with the name that an attribute gives to it. */
typedef struct NamedBase
{
	char *name;
	int base;
} NamedBase;

static int
compare_named(const void *a, const void *b)
{
	return strcmp(((const NamedBase *) a)->name, ((const NamedBase *) b)->name);
}

static char *
name_of_base(const CheckCall *call, const CheckAttribute *attribute,
             const CheckBase *base)
{
	StringInfoData name;

	initStringInfo(&name);
	for (int k = 0; k < attribute->n_keys; k++)
	{
		const CheckKey *key = &call->keys[attribute->keys[k]];
		const char *value = key->names[base->codes[attribute->keys[k]]];

		encode_append_group(&name, value, (uint32) strlen(value), k,
		                    attribute->n_keys);
	}
	encode_check_group_name(name.data, attribute->name);
	return name.data;
}

/* Sums up bases, whose numbers are given. */
static void
merge_bases(const CheckCall *call, const int *members, int n, CheckGroup *group)
{
	ExactSum weight[CHECK_LABELS];
	ExactSum squared[CHECK_LABELS];

	memset(weight, 0, sizeof(weight));
	memset(squared, 0, sizeof(squared));
	group->missing = palloc0(sizeof(uint64) * (Size) (call->n_features + 1));
	group->expected = NAN;
	for (int i = 0; i < n; i++)
	{
		const CheckBase *base = &call->bases[members[i]];

		group->rows += base->rows;
		for (int f = 0; f < call->n_features; f++)
			group->missing[f] += base->missing[f];
		for (int l = 0; l < CHECK_LABELS; l++)
		{
			group->by_label[l] += base->by_label[l];
			if (base->weight != NULL &&
			    (!exact_sum_merge(&weight[l], &base->weight[l]) ||
			     !exact_sum_merge(&squared[l], &base->squared[l])))
				ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				                errmsg("sum of weights is too large")));
		}
	}
	for (int l = 0; l < CHECK_LABELS; l++)
	{
		double rows = (double) group->by_label[l];
		bool weighted = call->weight != NULL;
		double w = weighted ? exact_sum_value(&weight[l]) : rows;
		double w2 = weighted ? exact_sum_value(&squared[l]) : rows;

		group->weight_by_label[l] = w;
		group->weight += w;
		group->squared += w2;
		group->labelled_squared += l == CHECK_LABEL_NULL ? 0 : w2;
	}
}

static void
make_groups(const CheckCall *call, CheckAttribute *attribute)
{
	int n = (int) call->n_bases;
	NamedBase *named = palloc(sizeof(NamedBase) * (Size) Max(n, 1));
	int *members = palloc(sizeof(int) * (Size) Max(n, 1));

	for (int b = 0; b < n; b++)
	{
		named[b].name = name_of_base(call, attribute, &call->bases[b]);
		named[b].base = b;
	}
	qsort(named, (size_t) n, sizeof(NamedBase), compare_named);
	attribute->groups = palloc0(sizeof(CheckGroup) * (Size) Max(n, 1));
	attribute->group_of_base = palloc(sizeof(int) * (Size) Max(n, 1));
	for (int b = 0; b < n;)
	{
		int g = attribute->n_groups++;
		CheckGroup *group = &attribute->groups[g];
		int n_members = 0;

		CHECK_FOR_INTERRUPTS();
		group->name = named[b].name;
		for (; b < n && strcmp(named[b].name, group->name) == 0; b++)
		{
			members[n_members++] = named[b].base;
			attribute->group_of_base[named[b].base] = g;
		}
		merge_bases(call, members, n_members, group);
	}
	attribute->crowded = attribute->n_groups > setting_int("fairpg.max_groups");
}

void
check_make_groups(CheckCall *call)
{
	for (int a = 0; a < call->n_attributes; a++)
	{
		CheckAttribute *attribute = &call->attributes[a];

		for (int k = 0; k < attribute->n_keys; k++)
			attribute->crowded |= call->keys[attribute->keys[k]].crowded;
		if (!attribute->crowded)
			make_groups(call, attribute);
	}
}

void
check_everybody(const CheckCall *call, CheckGroup *group)
{
	int n = (int) call->n_bases;
	int *members = palloc(sizeof(int) * (Size) Max(n, 1));

	for (int b = 0; b < n; b++)
		members[b] = b;
	memset(group, 0, sizeof(*group));
	merge_bases(call, members, n, group);
}

/* (sum w)^2 / sum w^2, 0 of nothing. */
static double
kish(double weight, double squared)
{
	return squared > 0 ? weight * weight / squared : 0;
}

double
check_effective(const CheckGroup *group)
{
	return kish(group->weight, group->squared);
}

double
check_labelled_weight(const CheckGroup *group)
{
	double weight = 0;

	for (int l = 1; l < CHECK_LABELS; l++)
		weight += group->weight_by_label[l];
	return weight;
}

double
check_labelled(const CheckGroup *group)
{
	return kish(check_labelled_weight(group), group->labelled_squared);
}

double
check_positive_weight(const CheckCall *call, const CheckGroup *group)
{
	double weight = 0;

	for (int l = 1; l < CHECK_LABELS; l++)
		weight += call->is_positive[l] * group->weight_by_label[l];
	return weight;
}
