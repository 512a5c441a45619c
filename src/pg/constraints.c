/*
 * constraints.c
 *    Lists of fairness constraints, as users write them and the store keeps
 *    them.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "common/shortest_dec.h"
#include "utils/json.h"

#include "pg/args.h"
#include "pg/constraints.h"

/* The names of all criteria, or of those of losses. */
static char *
list_criteria(bool of_loss)
{
	const FairCriterion *const *table = fair_criterion_table();
	StringInfoData list;

	initStringInfo(&list);
	for (int c = 0; table[c] != NULL; c++)
		if (table[c]->of_loss || !of_loss)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
			                 table[c]->name);
	return list.data;
}

char *
constraints_known_criteria(void)
{
	return list_criteria(false);
}

const FairCriterion *
constraints_criterion(const char *name)
{
	const FairCriterion *criterion = fair_criterion_find(name);

	if (criterion == NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("fairness criterion \"%s\" does not exist", name),
		     errhint("The criteria are: %s.", constraints_known_criteria())));
	return criterion;
}

/* Each bound in its range. */
static void
check_ranges(const FairCriterion *criterion, double max_gap, double min_ratio,
             double max_loss)
{
	if (criterion->of_mean && !isnan(max_gap) &&
	    !(isfinite(max_gap) && max_gap >= 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("max_gap must be a finite number greater than "
		                       "or equal to zero"),
		                errhint("max_gap is the largest difference allowed "
		                        "between the mean predictions of any two "
		                        "groups, in the units of the label.")));
	if (!criterion->of_mean && !isnan(max_gap) &&
	    !(max_gap >= 0 && max_gap <= 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("max_gap must be between 0 and 1"),
		                errhint("max_gap is the largest difference allowed "
		                        "between the rates of any two groups; 0.02 "
		                        "is two percentage points.")));
	if (!isnan(min_ratio) && !(min_ratio >= 0 && min_ratio <= 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("min_ratio must be between 0 and 1"),
		                errhint("min_ratio is the least quotient allowed "
		                        "between the rates of any two groups; 0.8 is "
		                        "the four-fifths rule.")));
	if (!isnan(max_loss) && !(isfinite(max_loss) && max_loss > 0))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("max_loss must be a finite number greater than zero"),
		         errhint("max_loss is the largest mean loss allowed of any "
		                 "group: log-loss in nats, where knowing nothing "
		                 "costs 0.69, or for numbers the squared error.")));
}

/* The kind of bound and the criterion fit each other. */
static void
check_kind(const FairConstraint *constraint)
{
	const FairCriterion *criterion = constraint->criterion;

	if (fair_bound_fits(criterion, constraint->kind))
		return;
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("fairness criterion \"%s\" does not take %s",
	                criterion->name, fair_bound_name(constraint->kind)),
	         criterion->of_loss
	             ? errhint("Give max_loss, the largest mean loss allowed of "
	                       "any group.")
	         : criterion->of_mean
	             ? errhint("Give max_gap, the largest difference allowed "
	                       "between the mean predictions of any two groups.")
	             : errhint("Give max_gap or min_ratio; max_loss is for: %s.",
	                       list_criteria(true))));
}

FairConstraint
constraints_make(const FairCriterion *criterion, double max_gap,
                 double min_ratio, double max_loss)
{
	FairConstraint constraint = { criterion, FAIR_NO_BOUND, NAN, NULL };
	int n_bounds = !isnan(max_gap) + !isnan(min_ratio) + !isnan(max_loss);

	check_ranges(criterion, max_gap, min_ratio, max_loss);
	if (n_bounds > 1)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("only one of max_gap, min_ratio and max_loss can be "
		                "given for a criterion"),
		         errhint("Further bounds go into option \"constraints\".")));
	if (!isnan(max_gap))
	{
		constraint.kind = FAIR_MAX_GAP;
		constraint.bound = max_gap;
	}
	else if (!isnan(min_ratio))
	{
		constraint.kind = FAIR_MIN_RATIO;
		constraint.bound = min_ratio;
	}
	else if (!isnan(max_loss))
	{
		constraint.kind = FAIR_MAX_LOSS;
		constraint.bound = max_loss;
	}
	check_kind(&constraint);
	return constraint;
}

void
constraints_append(ConstraintList *list, const FairConstraint *constraint)
{
	for (int i = 0; i < list->n; i++)
	{
		const FairConstraint *other = &list->items[i];

		if (other->criterion != constraint->criterion ||
		    other->kind != constraint->kind)
			continue;
		for (int a = 0; a < list->n_attributes; a++)
			if (fair_constraint_covers(other, a) &&
			    fair_constraint_covers(constraint, a))
				ereport(
					ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				     errmsg("fairness criterion \"%s\" has two bounds of "
				            "kind %s on protected attribute \"%s\"",
				            other->criterion->name,
				            fair_bound_name(other->kind), list->attributes[a]),
				     errhint("Keep the stricter one.")));
	}
	list->items = list->items == NULL
	                  ? palloc(sizeof(FairConstraint))
	                  : repalloc(list->items,
	                             sizeof(FairConstraint) * (Size) (list->n + 1));
	list->items[list->n++] = *constraint;
}

/* Marks the attributes that a constraint names; how many there are. */
static int
mark_attributes(const ConstraintList *list, JsonbContainer *names, bool lenient,
                bool *marks)
{
	int n_names;
	char **wanted = args_strings(names, "protected", &n_names);
	int n_marked = 0;

	for (int i = 0; i < n_names; i++)
	{
		int a = 0;

		while (a < list->n_attributes &&
		       strcmp(list->attributes[a], wanted[i]) != 0)
			a++;
		if (a < list->n_attributes)
		{
			marks[a] = true;
			n_marked++;
		}
		else if (!lenient)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("\"%s\" in option \"constraints\" is no protected "
			                "attribute of this call",
			                wanted[i]),
			         errhint("Constraints name attributes as argument "
			                 "protected has them.")));
	}
	if (n_names == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("option \"protected\" of a constraint is empty"),
		                errhint("Leave it out to constrain all protected "
		                        "attributes.")));
	return n_marked;
}

static void
read_constraint(ConstraintList *list, JsonbContainer *object, bool lenient)
{
	char *fairness = NULL;
	JsonbContainer *names = NULL;
	double max_gap = NAN;
	double min_ratio = NAN;
	double max_loss = NAN;
	/* what a bound may be, its criterion says */
	const ArgsOption known[] = {
		{ "fairness", ARGS_TEXT, &fairness, 0, 0 },
		{ "max_gap", ARGS_REAL, &max_gap, -DBL_MAX, DBL_MAX },
		{ "min_ratio", ARGS_REAL, &min_ratio, -DBL_MAX, DBL_MAX },
		{ "max_loss", ARGS_REAL, &max_loss, -DBL_MAX, DBL_MAX },
		{ "protected", ARGS_ARRAY, &names, 0, 0 },
		{ NULL }
	};
	FairConstraint constraint;
	bool *marks = palloc0(sizeof(bool) * (Size) Max(list->n_attributes, 1));

	args_object(object, known);
	if (fairness == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("a constraint needs option \"fairness\""),
		         errhint("For example: {\"fairness\": \"demographic_parity\", "
		                 "\"min_ratio\": 0.8}.")));
	constraint = constraints_make(constraints_criterion(fairness), max_gap,
	                              min_ratio, max_loss);
	if (constraint.kind == FAIR_NO_BOUND && !lenient)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("constraint on \"%s\" needs %s", fairness,
		                       constraint.criterion->of_loss   ? "max_loss"
		                       : constraint.criterion->of_mean ? "max_gap"
		                                                       : "max_gap or "
		                                                         "min_ratio")));
	if (names != NULL)
	{
		if (mark_attributes(list, names, lenient, marks) == 0)
			return;
		constraint.attributes = marks;
	}
	constraints_append(list, &constraint);
}

void
constraints_read(ConstraintList *list, JsonbContainer *array, bool lenient)
{
	JsonbIterator *iterator = JsonbIteratorInit(array);
	JsonbIteratorToken token;
	JsonbValue value;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (value.type != jbvBinary ||
		    !JsonContainerIsObject(value.val.binary.data))
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
			                errmsg("option \"constraints\" must be an array of "
			                       "JSON objects")));
		read_constraint(list, value.val.binary.data, lenient);
	}
}

char *
constraints_attributes(const ConstraintList *list, int number)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int a = 0; a < list->n_attributes; a++)
		if (fair_constraint_covers(&list->items[number], a))
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
			                 list->attributes[a]);
	return names.data;
}

char *
constraints_describe(const ConstraintList *list, int number)
{
	const FairConstraint *constraint = &list->items[number];

	if (constraint->kind == FAIR_NO_BOUND)
		return pstrdup(constraint->criterion->name);
	return psprintf("%s %s %g of %s", constraint->criterion->name,
	                fair_bound_name(constraint->kind), constraint->bound,
	                constraints_attributes(list, number));
}

const char *
constraints_measure(const FairConstraint *constraint)
{
	if (constraint->criterion->of_loss)
		return "loss";
	return constraint->kind == FAIR_MIN_RATIO ? "ratio" : "gap";
}

void
constraints_write(StringInfo json, const ConstraintList *list)
{
	appendStringInfoChar(json, '[');
	for (int i = 0; i < list->n; i++)
	{
		const FairConstraint *constraint = &list->items[i];
		const char *separator = "";

		appendStringInfo(json, "%s{\"fairness\": ", i > 0 ? ", " : "");
		escape_json(json, constraint->criterion->name);
		if (constraint->kind != FAIR_NO_BOUND)
			appendStringInfo(json, ", \"%s\": %s",
			                 fair_bound_name(constraint->kind),
			                 double_to_shortest_decimal(constraint->bound));
		if (constraint->attributes != NULL)
		{
			appendStringInfoString(json, ", \"protected\": [");
			for (int a = 0; a < list->n_attributes; a++)
				if (constraint->attributes[a])
				{
					appendStringInfoString(json, separator);
					escape_json(json, list->attributes[a]);
					separator = ", ";
				}
			appendStringInfoChar(json, ']');
		}
		appendStringInfoChar(json, '}');
	}
	appendStringInfoChar(json, ']');
}

char *
constraints_names(const ConstraintList *list)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < list->n; i++)
	{
		bool before = false;

		for (int j = 0; j < i; j++)
			before =
				before || list->items[j].criterion == list->items[i].criterion;
		if (!before)
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
			                 list->items[i].criterion->name);
	}
	return names.len > 0 ? names.data : pstrdup("none");
}
