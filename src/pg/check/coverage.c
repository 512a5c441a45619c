/*
 * coverage.c
 *    Who is in the data, and how that compares with the people it is about.
 */
#include "postgres.h"

#include <math.h>

#include "fair/interval.h"
#include "pg/args.h"
#include "pg/check/check.h"

void
check_source_rows(CheckCall *call)
{
	CheckRow row = check_row("rows", "rows");

	row.value = (double) call->n_rows;
	row.n = (int64) call->n_rows;
	row.fact =
		psprintf("Source %s has " UINT64_FORMAT " rows%s.", call->source.name,
	             call->n_rows,
	             call->n_weightless == 0
	                 ? ""
	                 : psprintf(" with a weight above 0, and " UINT64_FORMAT
	                            " without, which are left "
	                            "out",
	                            call->n_weightless));
	if (call->n_rows == 0)
	{
		row.severity = severity_name(SEVERITY_SERIOUS);
		row.advice = "There is nothing to check or to learn from.";
	}
	else if (call->n_rows < (uint64) call->min_group)
	{
		row.severity = severity_name(SEVERITY_WARNING);
		row.advice =
			psprintf("Below %d rows no figure says much.", call->min_group);
	}
	check_put(call, &row);
	if (!call->source.row_security)
		return;
	row = check_row("rows", "row_security");
	row.n = (int64) call->n_rows;
	row.severity = severity_name(SEVERITY_NOTE);
	row.fact = psprintf("Row security filters what the current user reads of "
	                    "source %s.",
	                    call->source.name);
	row.advice = "Others may see other rows: look who is left out.";
	check_put(call, &row);
}

/* An attribute that cannot be compared by groups; true when it is. */
static bool
has_no_comparison(const CheckCall *call, const CheckAttribute *attribute)
{
	CheckRow row = check_row("coverage", "groups");

	row.attribute = attribute->name;
	row.n = (int64) call->n_rows;
	row.severity = severity_name(SEVERITY_WARNING);
	if (attribute->crowded)
	{
		row.fact = psprintf("Attribute \"%s\" has more than %d groups, so no "
		                    "check looks at them.",
		                    attribute->name, setting_int("fairpg.max_groups"));
		row.advice = "Group by ranges or classes of the values, in a query "
					 "given as source.";
		check_put(call, &row);
		return true;
	}
	row.value = attribute->n_groups;
	row.fact =
		psprintf("Attribute \"%s\" has %d group%s.", attribute->name,
	             attribute->n_groups, attribute->n_groups == 1 ? "" : "s");
	if (attribute->n_groups > 1)
		row.severity = severity_name(SEVERITY_OK);
	else
		row.advice = "With one group nothing can be compared: look whether "
					 "the other groups were lost on the way.";
	check_put(call, &row);
	return false;
}

static void
put_share(const CheckCall *call, const CheckAttribute *attribute,
          const CheckGroup *group, const CheckGroup *all)
{
	CheckRow row = check_row("coverage", "share");

	row.attribute = attribute->name;
	row.group = group->name;
	row.value = group->weight / all->weight;
	fair_wilson(row.value, check_effective(all), call->level, &row.low,
	            &row.high);
	row.n = (int64) group->rows;
	row.fact = psprintf(
		"Group \"%s\" of %s has " UINT64_FORMAT " rows, %s of all%s.",
		group->name, attribute->name, group->rows, check_percent(row.value),
		check_between(call, row.low, row.high));
	if (group->rows < (uint64) call->min_group)
	{
		row.severity = severity_name(SEVERITY_WARNING);
		row.advice = psprintf("Fewer than %d rows are too few to learn from or "
		                      "to judge by: collect more, or merge groups "
		                      "that belong together.",
		                      call->min_group);
	}
	check_put(call, &row);
}

/* A group against its share of the reference population. */
static void
put_representation(const CheckCall *call, const CheckAttribute *attribute,
                   const CheckGroup *group, const CheckGroup *all)
{
	CheckRow row = check_row("coverage", "representation");
	double share = group->weight / all->weight;

	row.attribute = attribute->name;
	row.group = group->name;
	row.n = (int64) group->rows;
	if (!(group->expected > 0))
	{
		row.severity = severity_name(SEVERITY_NOTE);
		row.fact = psprintf("Group \"%s\" of %s is not in the reference "
		                    "population.",
		                    group->name, attribute->name);
		row.advice = "Look whether both spell their groups alike.";
		check_put(call, &row);
		return;
	}
	fair_wilson(share, check_effective(all), call->level, &row.low, &row.high);
	row.value = share / group->expected;
	row.low /= group->expected;
	row.high /= group->expected;
	row.severity = rules_judge(&call->rules, RULE_SHORTFALL, 1 - row.high);
	if (group->rows == 0)
		row.severity =
			severity_worse(row.severity, severity_name(SEVERITY_NOTE));
	row.fact = psprintf("Group \"%s\" of %s is %s of the rows and %s of the "
	                    "reference population, %.2f times its share.",
	                    group->name, attribute->name, check_percent(share),
	                    check_percent(group->expected), row.value);
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) != 0)
		row.advice = group->rows == 0
		                 ? "The group is missing: a model will decide about "
		                   "people of whom it has seen none."
		                 : "The group is under-represented: collect more of "
		                   "it, or weigh rows by the reference population.";
	check_put(call, &row);
}

void
check_coverage(CheckCall *call)
{
	CheckGroup all;

	check_everybody(call, &all);
	for (int a = 0; a < call->n_attributes && call->n_rows > 0; a++)
	{
		const CheckAttribute *attribute = &call->attributes[a];

		if (has_no_comparison(call, attribute))
			continue;
		for (int g = 0; g < attribute->n_groups; g++)
		{
			put_share(call, attribute, &attribute->groups[g], &all);
			if (attribute->has_reference)
				put_representation(call, attribute, &attribute->groups[g],
				                   &all);
		}
		for (int g = 0; g < attribute->n_absent; g++)
			if (attribute->absent[g].expected > 0)
				put_representation(call, attribute, &attribute->absent[g],
				                   &all);
	}
}
