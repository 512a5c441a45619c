/*
 * constraints.h
 *    Lists of fairness constraints, as users write them and the store keeps
 *    them.
 *
 * A constraint is a JSON object such as
 *     {"fairness": "equalized_odds", "max_gap": 0.05, "protected": ["race"]}
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_CONSTRAINTS_H
#define FAIRPG_PG_CONSTRAINTS_H

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "fair/constraint.h"

/* A list that grows; in CurrentMemoryContext.  Attributes are numbered as the
 * argument "protected" names them. */
typedef struct ConstraintList
{
	FairConstraint *items;
	int n;
	char **attributes;
	int n_attributes;
} ConstraintList;

/* The criterion of that name; an error with all names when there is none. */
extern const FairCriterion *constraints_criterion(const char *name);

/* "demographic_parity, ..." */
extern char *constraints_known_criteria(void);

/*
 * The bound among three values of which all but one must be NaN, or all are
 * (no bound).  Raises an error when several are given, when one is out of its
 * range, or when the criterion takes another kind.
 */
extern FairConstraint
constraints_make(const FairCriterion *criterion, double max_gap,
                 double min_ratio, double max_loss);

/* Appends a constraint; a second one of the same kind on the same criterion
 * and attribute is refused. */
extern void
constraints_append(ConstraintList *list, const FairConstraint *constraint);

/* Appends the constraints of a JSON array.  Everything that is wrong with one
 * of them is an error, but with 'lenient' (the array comes from the store and
 * the attributes may be other ones) an attribute that is not in the list is
 * passed over, and so is a constraint that then has none. */
extern void
constraints_read(ConstraintList *list, JsonbContainer *array, bool lenient);

/* "demographic_parity min_ratio 0.8 of sex, race" */
extern char *constraints_describe(const ConstraintList *list, int number);

/* The names of a constraint's attributes: "sex, race". */
extern char *constraints_attributes(const ConstraintList *list, int number);

/* The list as a JSON array that constraints_read() takes. */
extern void constraints_write(StringInfo json, const ConstraintList *list);

/* "demographic_parity, equalized_odds": the criteria, each of them once;
 * "none" without any. */
extern char *constraints_names(const ConstraintList *list);

/* What the value of a constraint is: "gap", "ratio" or "loss". */
extern const char *constraints_measure(const FairConstraint *constraint);

#endif
