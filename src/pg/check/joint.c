/*
 * joint.c
 *    What all features together tell of each group of a protected attribute.
 *
 * One half of the sample teaches a logistic model who belongs to the group, the
 * other half is ranked by it.  Columns that train() would leave out are left
 * out here as well: one value, or as many as rows.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"

#include "data/builder.h"
#include "pg/check/check.h"
#include "train/membership.h"

#define MOST_LEVELS 64

/* Rows of the sample that are divided between both halves: enough for the
 * second digit of an AUC. */
#define MOST_ROWS 50000

/* Groups of an attribute, the largest first, that have a model each. */
#define MOST_MODELS 30

/* Bases in an order that does not depend on that of the rows: by the names of
 * all keys. */
typedef struct BaseOrder
{
	int *place;   /* [n_bases] of a base */
	int *at;      /* [n_bases] the base at a place */
	char **names; /* [n_bases] */
} BaseOrder;

static int
compare_bases(const void *a, const void *b, void *order)
{
	char **names = ((const BaseOrder *) order)->names;

	return strcmp(names[*(const int *) a], names[*(const int *) b]);
}

static void
order_bases(const CheckCall *call, BaseOrder *order)
{
	Size n = (Size) call->n_bases;

	order->place = palloc(sizeof(int) * (n + 1));
	order->at = palloc(sizeof(int) * (n + 1));
	order->names = palloc(sizeof(char *) * (n + 1));
	for (int b = 0; b < (int) n; b++)
	{
		StringInfoData name;

		initStringInfo(&name);
		for (int k = 0; k < call->n_keys; k++)
		{
			const char *value = call->keys[k].names[call->bases[b].codes[k]];

			encode_append_group(&name, value, (uint32) strlen(value), k,
			                    call->n_keys);
		}
		order->names[b] = name.data;
		order->at[b] = b;
	}
	qsort_arg(order->at, n, sizeof(int), compare_bases, order);
	for (int b = 0; b < (int) n; b++)
		order->place[order->at[b]] = b;
}

/* Features as columns; places of others stay empty. */
static DataColumnSpec *
describe_columns(const CheckCall *call, int *places, uint32 *n)
{
	DataColumnSpec *columns =
		palloc0(sizeof(DataColumnSpec) * (Size) (call->n_features + 1));

	*n = 0;
	for (int f = 0; f < call->n_features; f++)
	{
		const CheckFeature *feature = &call->features[f];
		DataColumnSpec *column = &columns[*n];

		places[f] = -1;
		if (!(feature->is_number || feature->is_category))
			continue;
		places[f] = (int) (*n)++;
		column->name = column->source = feature->input.name;
		column->input = (uint8) feature->input.encoder.input;
		column->kind = feature->is_number ? DATA_NUMBER : DATA_CATEGORY;
	}
	return columns;
}

/* A number as a model takes it: beyond float4 there is none. */
static double
as_float4(double value)
{
	return fabs(value) <= FLT_MAX ? value : NAN;
}

/* A row of the sample as the builder's input. */
static void
fill_input(const CheckCall *call, DataBuilder *builder, const int *places,
           const BaseOrder *order, size_t row)
{
	char base[16];
	int length = snprintf(base, sizeof(base), "%d",
	                      order->place[check_row_base(call, row)]);
	DataInput *input = data_builder_input(builder);

	input->label = 0;
	input->weight = 1;
	for (int f = 0; f < call->n_features; f++)
	{
		uint64 word = check_word(call, row, f);

		if (places[f] < 0)
			continue;
		if (call->features[f].is_number)
			input->number[places[f]] = as_float4(check_number(call, row, f));
		else
			input->code[places[f]] =
				word == 0
					? DATA_NULL_CODE
					: data_builder_code(builder, (uint32) places[f],
			                            (const char *) &word, sizeof(word));
	}
	input->protected_code[0] =
		data_builder_group(builder, 0, base, (uint32) length);
}

/* The rows of the sample, their bases as one protected column. */
static Dataset *
make_dataset(CheckCall *call, const BaseOrder *order)
{
	DataAttributeSpec attribute = { "base", 1, { 0 } };
	int *places = palloc(sizeof(int) * (Size) (call->n_features + 1));
	DataBuilderSpec spec = { .n_protected = 1,
		                     .n_attributes = 1,
		                     .attributes = &attribute,
		                     .label = DATA_LABEL_BINARY,
		                     .null_flags = true,
		                     .max_levels = MOST_LEVELS,
		                     .max_groups = CHECK_MOST_BASES,
		                     .held_out_share = 0.5,
		                     .seed = call->seed,
		                     .monitor = &call->monitor };
	DataBuilder *builder;
	Dataset *data;
	DataFinding *findings;
	uint32 n_findings;
	const char *culprit;

	spec.columns = describe_columns(call, places, &spec.n_columns);
	if (spec.n_columns == 0)
		return NULL;
	check_status(call, data_builder_create(&call->arena, &spec, &builder));
	for (size_t i = 0; i < Min(call->sample.n, MOST_ROWS); i++)
	{
		CHECK_FOR_INTERRUPTS();
		fill_input(call, builder, places, order, i);
		check_status(call, data_builder_append(builder, DATA_TRAIN));
	}
	check_status(call, data_builder_finish(builder, &data, &findings,
	                                       &n_findings, &culprit));
	return data->n_columns == 0 ? NULL : data;
}

/* Which base groups of the dataset belong to a group of an attribute. */
static void
find_members(const CheckAttribute *attribute, const BaseOrder *order,
             const Dataset *data, int group, bool *member)
{
	for (uint32 b = 0; b < data->n_base_groups; b++)
	{
		const DataAttribute *bases = &data->attributes[0];
		int base = order->at[atoi(bases->group_names[bases->group_of_base[b]])];

		member[b] = attribute->group_of_base[base] == group;
	}
}

static void
put_ranking(const CheckCall *call, const CheckAttribute *attribute,
            const CheckGroup *group, const FairRanking *ranking)
{
	CheckRow row = check_row("proxies", "joint_auc");

	row.attribute = attribute->name;
	row.group = group->name;
	row.value = ranking->auc;
	row.low = ranking->auc_low;
	row.high = ranking->auc_high;
	row.n = (int64) (ranking->rows_positive + ranking->rows_negative);
	row.severity = rules_judge(&call->rules, RULE_JOINT_AUC, row.low);
	if (!isnan(row.value))
		row.fact = psprintf(
			"All features together tell group \"%s\" of %s from the rest with "
			"AUC %.3f (%g %% interval %.3f to %.3f), on " INT64_FORMAT
			" rows held out.",
			row.group, row.attribute, row.value, 100 * call->level, row.low,
			row.high, row.n);
	else if (group->rows >= (uint64) call->min_group && row.n == 0)
		row.fact = psprintf("Group \"%s\" of %s is not among those that have a "
		                    "model: the %d largest ones with rows in both "
		                    "halves of the sample.",
		                    row.group, row.attribute, MOST_MODELS);
	else
		row.fact =
			psprintf("Group \"%s\" of %s has fewer than %d rows, too few "
		             "to learn from and to rank.",
		             row.group, row.attribute, call->min_group);
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) != 0)
		row.advice = "Leaving the attribute out does not hide it from a model: "
					 "judge by gaps between groups.";
	check_put(call, &row);
}

/* Groups with enough rows, the largest first; of two groups the smaller one,
 * since both have the same AUC. */
static int
choose_groups(const CheckCall *call, const CheckAttribute *attribute,
              int *chosen)
{
	int n = 0;

	if (attribute->n_groups == 2)
	{
		const CheckGroup *groups = attribute->groups;

		chosen[0] = groups[1].rows < groups[0].rows;
		return groups[chosen[0]].rows >= (uint64) call->min_group;
	}
	for (int g = 0; g < attribute->n_groups; g++)
	{
		int at;

		if (attribute->groups[g].rows < (uint64) call->min_group)
			continue;
		for (at = Min(n, MOST_MODELS); at > 0; at--)
		{
			if (attribute->groups[chosen[at - 1]].rows >=
			    attribute->groups[g].rows)
				break;
			chosen[at] = chosen[at - 1];
		}
		chosen[at] = g;
		n = Min(n + 1, MOST_MODELS);
	}
	return n;
}

static void
check_attribute(CheckCall *call, const CheckAttribute *attribute,
                const BaseOrder *order, const Dataset *data)
{
	bool *member = palloc(sizeof(bool) * (Size) data->n_base_groups);
	bool *done = palloc0(sizeof(bool) * (Size) attribute->n_groups);
	FairRanking ranking;
	int chosen[MOST_MODELS + 1];
	int n = choose_groups(call, attribute, chosen);

	for (int i = 0; i < n; i++)
	{
		find_members(attribute, order, data, chosen[i], member);
		check_status(call,
		             train_membership(&call->arena, data, member, call->level,
		                              &call->monitor, &ranking));
		put_ranking(call, attribute, &attribute->groups[chosen[i]], &ranking);
		done[chosen[i]] = true;
	}
	memset(&ranking, 0, sizeof(ranking));
	ranking.auc = ranking.auc_low = ranking.auc_high = NAN;
	for (int g = 0; g < attribute->n_groups; g++)
		if (!done[g] && (attribute->n_groups > 2 || n == 0))
			put_ranking(call, attribute, &attribute->groups[g], &ranking);
	pfree(member);
	pfree(done);
}

void
check_joint(CheckCall *call)
{
	Dataset *data = NULL;
	BaseOrder order;

	if (call->sample.n < (size_t) call->min_group)
		return;
	for (int a = 0; a < call->n_attributes; a++)
	{
		const CheckAttribute *attribute = &call->attributes[a];

		if (attribute->crowded || attribute->n_groups < 2)
			continue;
		if (data == NULL)
		{
			order_bases(call, &order);
			data = make_dataset(call, &order);
		}
		if (data == NULL)
			return;
		check_attribute(call, attribute, &order, data);
	}
}
