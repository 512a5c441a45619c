/*
 * audit_groups.c
 *    From the base groups that an audit counted to the groups it reports.
 *
 * A base group is the rows that agree in all protected columns; the groups of
 * one column or of an intersection are sums of base groups.  Counts are
 * integers and sums of weights exact, so the order of adding is no matter.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "fair/tally.h"
#include "pg/audit.h"
#include "pg/encode.h"
#include "pg/fairness_stats.h"
#include "pg/score_stats.h"
#include "pg/stats_image.h"

/* Sums up the tables of all classes. */
static void
merge_classes(const AuditBase *bases, const int *members, int n_members,
              FigureGroup *group)
{
	int n_classes = bases[members[0]].n_classes;
	FairCells *sum = palloc0(sizeof(FairCells) * (Size) (n_classes + 1));

	for (int i = 0; i < n_members; i++)
		for (int k = 0; k <= n_classes; k++)
		{
			const FairCells *from = &bases[members[i]].classes[k];

			for (int y = 0; y < 2; y++)
				for (int d = 0; d < 2; d++)
				{
					sum[k].rows[y][d] += from->rows[y][d];
					sum[k].weight[y][d] += from->weight[y][d];
					sum[k].weight_squared[y][d] += from->weight_squared[y][d];
				}
		}
	group->classes = sum;
	group->cells = sum[n_classes];
}

/* Sums up the scores of base groups, some of which have none. */
static void
merge_scores(NumArena *arena, const AuditBase *bases, const int *members,
             int n_members, FigureGroup *group)
{
	const uint8 **images = palloc(sizeof(uint8 *) * (Size) Max(n_members, 1));

	for (int i = 0; i < n_members; i++)
		images[i] = bases[members[i]].scores;
	group->scores = score_merge_images(arena, images, n_members);
	pfree(images);
}

/* Sums up base groups into 'group', of which the name stays. */
static void
merge_bases(NumArena *arena, const AuditBase *bases, const int *members,
            int n_members, FigureGroup *group)
{
	uint8 empty[FAIR_TALLY_PLAIN_BYTES];
	uint8 tally[FAIR_TALLY_WEIGHTED_BYTES];

	group->scores = group->all_scores = NULL;
	group->score_figures = NULL;
	group->classes = NULL;
	memset(&group->loss, 0, sizeof(group->loss));
	memset(&group->errors, 0, sizeof(group->errors));
	memset(&group->cells, 0, sizeof(group->cells));
	if (n_members > 0 && bases[members[0]].errors != NULL)
	{
		FairErrorSums sums = *bases[members[0]].errors;

		for (int i = 1; i < n_members; i++)
			stats_check(fair_error_sums_merge(&sums, bases[members[i]].errors));
		fair_error_sums_read(&sums, &group->errors);
		group->loss = fair_loss_of_errors(&group->errors);
		return;
	}
	if (n_members > 0 && bases[members[0]].classes != NULL)
	{
		merge_classes(bases, members, n_members, group);
		merge_scores(arena, bases, members, n_members, group);
		return;
	}
	fair_tally_clear(empty);
	fair_tally_widen(empty, tally);
	for (int i = 0; i < n_members; i++)
		stats_check(fair_tally_merge(tally, bases[members[i]].tally));
	fair_tally_cells(tally, &group->cells);
	merge_scores(arena, bases, members, n_members, group);
}

void
audit_overall(NumArena *arena, const AuditBase *bases, int n_bases,
              FigureGroup *group)
{
	int *everybody = palloc(sizeof(int) * (Size) Max(n_bases, 1));

	for (int b = 0; b < n_bases; b++)
		everybody[b] = b;
	group->name = NULL;
	merge_bases(arena, bases, everybody, n_bases, group);
}

typedef struct NamedBase
{
	char *name;
	int base;
} NamedBase;

static int
compare_named(const void *a, const void *b)
{
	const NamedBase *x = a;
	const NamedBase *y = b;

	return fairness_compare_names(x->name, (uint32) strlen(x->name), y->name,
	                              (uint32) strlen(y->name));
}

char *
audit_group_name(const AuditAttribute *attribute, const char *const *values)
{
	StringInfoData name;

	initStringInfo(&name);
	for (int c = 0; c < attribute->n_columns; c++)
	{
		const char *value = values[attribute->columns[c]];

		encode_append_group(&name, value, (uint32) strlen(value), c,
		                    attribute->n_columns);
	}
	encode_check_group_name(name.data, attribute->name);
	return name.data;
}

void
audit_groups(NumArena *arena, const AuditAttribute *attribute,
             const AuditBase *bases, int n_bases, FigureAttribute *result)
{
	NamedBase *named = palloc(sizeof(NamedBase) * (Size) Max(n_bases, 1));
	int *members = palloc(sizeof(int) * (Size) Max(n_bases, 1));

	for (int b = 0; b < n_bases; b++)
	{
		named[b].name = audit_group_name(attribute, bases[b].values);
		named[b].base = b;
	}
	qsort(named, (size_t) n_bases, sizeof(NamedBase), compare_named);

	result->name = attribute->name;
	result->groups = palloc0(sizeof(FigureGroup) * (Size) Max(n_bases, 1));
	result->n_groups = 0;
	for (int b = 0; b < n_bases;)
	{
		FigureGroup *group = &result->groups[result->n_groups++];
		int n_members = 0;

		CHECK_FOR_INTERRUPTS();
		group->name = named[b].name;
		while (b < n_bases && strcmp(named[b].name, group->name) == 0)
			members[n_members++] = named[b++].base;
		merge_bases(arena, bases, members, n_members, group);
	}
}
