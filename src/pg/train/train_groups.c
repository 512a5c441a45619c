/*
 * train_groups.c
 *    A model that decides by group: what it needs, and what to say of it.
 */
#include "postgres.h"

#include "pg/report.h"
#include "pg/source.h"
#include "pg/train/call.h"

/*
 * Whoever trains such a model has to know that it asks for a protected value
 * of everybody it decides about, and that people with equal chances are
 * decided differently.  So this is said at once and kept with the version.
 */
static void
warn_of_groups(TrainCall *call, const char *attribute)
{
	call->warnings = lappend(
		call->warnings,
		psprintf("decisions need protected attribute \"%s\" of every row, and "
	             "what it takes to be decided positive differs by group, which "
	             "is unlawful in some uses",
	             attribute));
	ereport(WARNING,
	        (errmsg("method \"%s\" decides by protected attribute \"%s\"",
	                call->method_name, attribute),
	         errdetail("fairpg.decide() needs the attribute of every row, and "
	                   "the probability that it takes to be decided positive "
	                   "differs by group."),
	         errhint("This is unlawful in some uses. Method \"constraint\" "
	                 "gives one rule for everybody.")));
}

void
train_set_groups(TrainCall *call)
{
	const DataAttribute *attribute = &call->data->attributes[0];
	char *columns[SOURCE_MAX_CROSSED];
	ModelGroups groups = { .attribute = attribute->name,
		                   .columns = (const char **) columns,
		                   .n_groups = attribute->n_groups };
	Source source;

	StaticAssertStmt(SOURCE_MAX_CROSSED == MODEL_MAX_CROSSED,
	                 "models name as many columns as attributes can cross");
	source_open(call->extract.source, &source);
	groups.n_columns = (uint32) source_attribute(&source, attribute->name,
	                                             "protected", columns);
	groups.groups = palloc(sizeof(ModelGroup) * attribute->n_groups);
	for (uint32 g = 0; g < attribute->n_groups; g++)
		groups.groups[g] = (ModelGroup){ attribute->group_names[g],
			                             call->result.group_thresholds[g] };
	report_status(model_set_groups(call->arena, call->compiled, &groups),
	              call->arena, "thresholds by group");
	warn_of_groups(call, attribute->name);
}
