/*
 * offers.c
 *    The tables of families, methods and criteria as rows of SQL.
 *
 * What is registered in C is listed here and nowhere else, so that nobody has
 * to provoke an error to learn what there is.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "pg/export.h"
#include "pg/rows.h"
#include "train/offer.h"

static List *
append_if(List *list, bool condition, const char *text)
{
	return condition ? lappend(list, pstrdup(text)) : list;
}

/*
 * families() returns rows (family, description, without_options)
 *
 * 'without_options' are the options of train() that the family has no use for.
 */
FAIRPG_FUNCTION(fairpg_families);
Datum
fairpg_families(PG_FUNCTION_ARGS)
{
	Rows rows;

	rows_begin(&rows, fcinfo, 3);
	for (const TrainFamily *f = train_family_table(); f->name != NULL; f++)
	{
		List *without = NIL;
		RowMaker row;

		for (const char *const *o = f->no_options; o != NULL && *o != NULL; o++)
			without = append_if(without, true, *o);
		row_begin_among(&row, &rows);
		row_put_text(&row, f->name);
		row_put_text(&row, f->description);
		row_put_texts(&row, without);
		row_end_among(&row, &rows);
	}
	return (Datum) 0;
}

/*
 * methods() returns rows (method, description, needs_penalty, options,
 *                         decides_by_group, mixes)
 *
 * 'options' are those of train() that some methods take and others do not.
 */
FAIRPG_FUNCTION(fairpg_methods);
Datum
fairpg_methods(PG_FUNCTION_ARGS)
{
	Rows rows;

	rows_begin(&rows, fcinfo, 6);
	for (const TrainMethod *m = train_method_table(); m->name != NULL; m++)
	{
		List *options = NIL;
		RowMaker row;

		options = append_if(options, m->takes_constraints, "constraints");
		options = append_if(options, m->takes_early_stop, "early_stop");
		options = append_if(options, m->takes_l1, "l1");
		options = append_if(options, m->takes_signs, "monotone");
		row_begin_among(&row, &rows);
		row_put_text(&row, m->name);
		row_put_text(&row, m->description);
		row_put(&row, BoolGetDatum(m->needs_penalty));
		row_put_texts(&row, options);
		row_put(&row, BoolGetDatum(m->decides_by_group));
		row_put(&row, BoolGetDatum(m->mixes));
		row_end_among(&row, &rows);
	}
	return (Datum) 0;
}

/*
 * criteria() returns rows (fairness, description, rates)
 *
 * 'rates' are the figures of groups that the criterion compares.
 */
FAIRPG_FUNCTION(fairpg_criteria);
Datum
fairpg_criteria(PG_FUNCTION_ARGS)
{
	const FairCriterion *const *table = fair_criterion_table();
	Rows rows;

	rows_begin(&rows, fcinfo, 3);
	for (int c = 0; table[c] != NULL; c++)
	{
		List *rates = NIL;
		RowMaker row;

		for (int e = 0; e < table[c]->n_events; e++)
			rates = append_if(rates, true, table[c]->event_name[e]);
		row_begin_among(&row, &rows);
		row_put_text(&row, table[c]->name);
		row_put_text(&row, table[c]->description);
		row_put_texts(&row, rates);
		row_end_among(&row, &rows);
	}
	return (Datum) 0;
}

static void
add_combination(Rows *rows, const TrainFamily *family,
                const TrainMethod *method, const FairCriterion *criterion,
                FairBound kind)
{
	RowMaker row;

	if (!train_offers(family, method, criterion, kind))
		return;
	row_begin_among(&row, rows);
	row_put_text(&row, family->name);
	row_put_text(&row, method->name);
	row_put_text(&row, criterion->name);
	row_put_text(&row, fair_bound_name(kind));
	row_end_among(&row, rows);
}

/*
 * combinations() returns rows (family, method, fairness, bound)
 *
 * What train() takes together; 'bound' is the argument that carries the bound,
 * NULL where none is given.
 */
FAIRPG_FUNCTION(fairpg_combinations);
Datum
fairpg_combinations(PG_FUNCTION_ARGS)
{
	const FairCriterion *const *table = fair_criterion_table();
	Rows rows;

	rows_begin(&rows, fcinfo, 4);
	for (const TrainFamily *f = train_family_table(); f->name != NULL; f++)
		for (const TrainMethod *m = train_method_table(); m->name != NULL; m++)
			for (int c = 0; table[c] != NULL; c++)
				for (int kind = 0; kind < FAIR_N_BOUNDS; kind++)
					add_combination(&rows, f, m, table[c], (FairBound) kind);
	return (Datum) 0;
}
