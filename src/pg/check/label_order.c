/*
 * label_order.c
 *    Labels in the order of their names.
 *
 * While rows are read, a label's code says how many others came before it.  Sums
 * over labels are to have the same bits in any order of rows, so codes are given
 * anew when all labels are known.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "pg/check/check.h"

/* A label that was counted: its code until now. */
typedef struct NamedLabel
{
	const char *name;
	int code;
} NamedLabel;

static int
compare_labels(const void *a, const void *b)
{
	return strcmp(((const NamedLabel *) a)->name,
	              ((const NamedLabel *) b)->name);
}

/* Puts what is counted by label into its new place. */
static void
move_counts(uint64 *count, const uint8 *place)
{
	uint64 before[CHECK_LABELS];

	memcpy(before, count, sizeof(before));
	for (int l = 0; l < CHECK_LABELS; l++)
		count[place[l]] = before[l];
}

static void
move_sums(ExactSum *sums, const uint8 *place)
{
	ExactSum before[CHECK_LABELS];

	if (sums == NULL)
		return;
	memcpy(before, sums, sizeof(before));
	for (int l = 0; l < CHECK_LABELS; l++)
		sums[place[l]] = before[l];
}

static void
move_sample(CheckCall *call, const uint8 *place)
{
	for (size_t i = 0; i < call->sample.n; i++)
	{
		uint64 *row = call->sample.words + i * call->sample.width;
		uint8 *codes = (uint8 *) (row + CHECK_SAMPLE_HEAD + call->n_features);
		int label = check_row_label(call, i);

		row[1] = row[1] - (uint64) label + place[label];
		for (int a = 0; a < call->n_annotators; a++)
			codes[a] = place[codes[a]];
	}
}

void
check_order_labels(CheckCall *call, uint8 *place)
{
	NamedLabel labels[CHECK_LABELS];
	int n = Min(call->n_labels, CHECK_LABEL_OTHER) - 1;

	for (int l = 0; l < CHECK_LABELS; l++)
		place[l] = (uint8) l;
	for (int i = 0; i < n; i++)
	{
		labels[i].name = call->label_names[i + 1];
		labels[i].code = i + 1;
	}
	qsort(labels, (size_t) Max(n, 0), sizeof(NamedLabel), compare_labels);
	for (int i = 0; i < n; i++)
	{
		place[labels[i].code] = (uint8) (i + 1);
		call->label_names[i + 1] = labels[i].name;
	}
	for (uint64 b = 0; b < call->n_bases; b++)
	{
		CHECK_FOR_INTERRUPTS();
		move_counts(call->bases[b].by_label, place);
		move_sums(call->bases[b].weight, place);
		move_sums(call->bases[b].squared, place);
	}
	for (int f = 0; f < call->n_features; f++)
		move_counts(call->features[f].missing_by_label, place);
	move_sample(call, place);
}
