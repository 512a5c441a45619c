/*
 * train_family.c
 *    What goes with the family of a call, and what does not.
 *
 * Every refusal lists what there is instead.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "pg/train/call.h"
#include "train/ridge.h"

static void
append_name(StringInfo list, const char *name)
{
	appendStringInfo(list, "%s%s", list->len > 0 ? ", " : "", name);
}

static char *
methods_of(const TrainFamily *family)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const TrainMethod *m = train_method_table(); m->name != NULL; m++)
		if (train_family_has_method(family, m))
			append_name(&list, m->name);
	return list.data;
}

static char *
criteria_of(const TrainFamily *family)
{
	const FairCriterion *const *table = fair_criterion_table();
	StringInfoData list;

	initStringInfo(&list);
	append_name(&list, "none");
	for (int c = 0; table[c] != NULL; c++)
		if (train_family_has_criterion(family, table[c]))
			append_name(&list, table[c]->name);
	return list.data;
}

static bool
lacks_option(const TrainFamily *family, const char *option)
{
	for (const char *const *o = family->no_options; o != NULL && *o != NULL;
	     o++)
		if (strcmp(*o, option) == 0)
			return true;
	return false;
}

static char *
families_with_option(const char *option)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const TrainFamily *f = train_family_table(); f->name != NULL; f++)
		if (!lacks_option(f, option))
			append_name(&list, f->name);
	return list.data;
}

static void
check_options(const TrainCall *call)
{
	for (const char *const *o = call->family->no_options;
	     call->options != NULL && o != NULL && *o != NULL; o++)
	{
		JsonbValue key = { .type = jbvString };

		key.val.string.val = unconstify(char *, *o);
		key.val.string.len = (int) strlen(*o);
		if (findJsonbValueFromContainer(&call->options->root, JB_FOBJECT,
		                                &key) != NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("family \"%s\" does not take option \"%s\"",
			                       call->family->name, *o),
			                errhint("Families that take it: %s.",
			                        families_with_option(*o))));
	}
}

void
train_check_family(const TrainCall *call)
{
	const TrainFamily *family = call->family;

	if (family->label != DATA_LABEL_BINARY && call->extract.positive != NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("family \"%s\" does not take argument \"positive\"",
		                family->name),
		         family->label == DATA_LABEL_NUMBER
		             ? errdetail("Its labels are numbers, none of which is the "
		                         "positive one.")
		             : errdetail("Each class of its labels has a probability "
		                         "of its own.")));
	check_options(call);
	for (int c = 0; c < call->constraints.n; c++)
	{
		const FairCriterion *criterion = call->constraints.items[c].criterion;

		if (!train_family_has_criterion(family, criterion))
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			     errmsg("family \"%s\" does not take fairness criterion "
			            "\"%s\"",
			            family->name, criterion->name),
			     errhint("Criteria of the family: %s.", criteria_of(family))));
	}
	if (call->constraints.n > 0 &&
	    !train_family_has_method(family, call->method))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("family \"%s\" does not take method \"%s\"",
		                family->name, call->method->name),
		         errhint("Methods of the family: %s.", methods_of(family))));
}

void
train_check_memory(const TrainCall *call)
{
	const NumArena *arena = call->arena;
	uint32 n_groups;
	size_t each = ridge_group_bytes(call->data, &n_groups);
	size_t used;
	size_t left;
	bool by_group = false;

	for (int c = 0; c < call->constraints.n; c++)
		by_group = by_group || call->constraints.items[c].criterion->of_loss;
	if (call->family->label != DATA_LABEL_NUMBER || !by_group ||
	    arena->limit_bytes == 0)
		return;
	/* rows can go to a file */
	used = arena_used(arena);
	used -= Min(used, call->data->block_bytes);
	left = arena->limit_bytes > used ? arena->limit_bytes - used : 0;
	/* one more for the factor of the matrix */
	if (left / each > n_groups)
		return;
	ereport(ERROR,
	        (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
	         errmsg("losses of groups need more memory than fairpg.train_mem "
	                "allows"),
	         errdetail("The model has %u coefficients, whose sums take %zu kB "
	                   "for each combination of protected values%s. There are "
	                   "%u of these, and room for %u.",
	                   call->data->n_params, each / 1024 + 1,
	                   call->data->n_folds > 0
	                       ? " in each fold, and in all of them together"
	                       : "",
	                   n_groups, (uint32) Max(left / each, 1) - 1),
	         call->data->n_folds > 0
	             ? errhint("Raise fairpg.train_mem, use fewer folds, protect "
	                       "fewer columns, or pool rare values by option "
	                       "\"max_levels\".")
	             : errhint("Raise fairpg.train_mem, protect fewer columns, or "
	                       "pool rare values by option \"max_levels\".")));
}
