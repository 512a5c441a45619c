/*
 * store_evaluation.c
 *    Evaluations in the store: a row for each, and what each has found.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"

#include "pg/store.h"
#include "pg/store_write.h"

static void
add_int_or_null(Parameters *parameters, bool known, int value)
{
	if (known)
		add_int(parameters, value);
	else
		add_null(parameters, INT4OID);
}

static void
add_bigint_or_null(Parameters *parameters, bool known, int64 value)
{
	if (known)
		add_bigint(parameters, value);
	else
		add_null(parameters, INT8OID);
}

int64
store_insert_evaluation(const StoreEvaluation *evaluation)
{
	Parameters parameters = { 0 };
	bool of_model = evaluation->model != NULL;
	bool of_point = evaluation->frontier != 0;
	int nest_level = store_spi_begin();
	bool null;
	int64 result;

	add_text(&parameters, evaluation->model);
	add_int_or_null(&parameters, of_model && !of_point, evaluation->version);
	add_text(&parameters, evaluation->name);
	add_text(&parameters, evaluation->source);
	add_text(&parameters, evaluation->relation);
	add_text(&parameters, evaluation->part);
	add_text(&parameters, evaluation->label);
	add_text(&parameters, evaluation->positive);
	add_text_array(&parameters, evaluation->protected_names,
	               evaluation->n_protected);
	add_text(&parameters, evaluation->decision);
	add_text(&parameters, evaluation->score);
	add_real(&parameters, evaluation->threshold);
	add_text(&parameters, evaluation->weight);
	add_real(&parameters, evaluation->level);
	add_bigint(&parameters, evaluation->seed);
	add_int(&parameters, evaluation->min_group);
	add_int(&parameters, evaluation->replicates);
	add_text(&parameters, evaluation->comment);
	add_boolean(&parameters, evaluation->row_security);
	add_bigint(&parameters, evaluation->n_rows);
	add_bigint(&parameters, evaluation->n_null_label);
	add_bigint_or_null(&parameters, of_model, evaluation->n_null_value);
	add_bigint_or_null(&parameters, of_model, evaluation->n_unseen_level);
	add_bigint_or_null(&parameters, of_model, evaluation->n_out_of_range);
	add_real(&parameters, evaluation->accuracy);
	add_real(&parameters, evaluation->auc);
	add_real(&parameters, evaluation->loss);
	add_bigint_or_null(&parameters, of_point, evaluation->frontier);
	add_int_or_null(&parameters, of_point, evaluation->point);
	add_text(&parameters, evaluation->prediction);
	store_write(
		"INSERT INTO fairpg_catalog.evaluation"
		" (model, version, name, source, relation, part, label, positive,"
		" protected, decision, score, threshold, weight, level, seed,"
		" min_group, replicates, comment, row_security, n_rows, n_null_label,"
		" n_null_value, n_unseen_level, n_out_of_range, accuracy, auc, loss,"
		" frontier, point, prediction, evaluated_at, evaluated_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
		" $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27,"
		" $28, $29, $30, clock_timestamp(), current_user) RETURNING evaluation",
		&parameters, SPI_OK_INSERT_RETURNING);
	if (SPI_processed != 1)
		elog(ERROR, "the evaluation was not inserted");
	result = DatumGetInt64(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
	store_spi_end(nest_level);
	return result;
}

void
store_insert_metrics(int64 evaluation, const StoreMetric *metrics,
                     int n_metrics)
{
	Parameters parameters = { 0 };
	Elements columns[11];
	int nest_level = store_spi_begin();

	for (int c = 0; c < (int) lengthof(columns); c++)
		elements_init(&columns[c], n_metrics);
	for (int i = 0; i < n_metrics; i++)
	{
		push_text(&columns[0], metrics[i].attribute);
		push_text(&columns[1], metrics[i].group_name);
		push_text(&columns[2], metrics[i].metric);
		push_real(&columns[3], metrics[i].value);
		push_real(&columns[4], metrics[i].low);
		push_real(&columns[5], metrics[i].high);
		push_bigint(&columns[6], metrics[i].n);
		push_text(&columns[7], metrics[i].flag);
		push_text(&columns[8], metrics[i].reason);
		push_int(&columns[9], metrics[i].class_number);
		push_text(&columns[10], metrics[i].class);
	}
	add_bigint(&parameters, evaluation);
	add_elements(&parameters, TEXTOID, &columns[0]);
	add_elements(&parameters, TEXTOID, &columns[1]);
	add_elements(&parameters, TEXTOID, &columns[2]);
	add_elements(&parameters, FLOAT8OID, &columns[3]);
	add_elements(&parameters, FLOAT8OID, &columns[4]);
	add_elements(&parameters, FLOAT8OID, &columns[5]);
	add_elements(&parameters, INT8OID, &columns[6]);
	add_elements(&parameters, TEXTOID, &columns[7]);
	add_elements(&parameters, TEXTOID, &columns[8]);
	add_elements(&parameters, INT4OID, &columns[9]);
	add_elements(&parameters, TEXTOID, &columns[10]);
	store_write(
		"INSERT INTO fairpg_catalog.evaluation_metric"
		" (evaluation, attribute, group_name, metric, value, low, high, n,"
		" flag, reason, class_number, class)"
		" SELECT $1, u.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
		" $12) AS u",
		&parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
}

void
store_insert_gaps(int64 evaluation, const StoreGap *gaps, int n_gaps)
{
	Parameters parameters = { 0 };
	Elements columns[16];
	int nest_level = store_spi_begin();

	for (int c = 0; c < (int) lengthof(columns); c++)
		elements_init(&columns[c], n_gaps);
	for (int i = 0; i < n_gaps; i++)
	{
		push_text(&columns[0], gaps[i].attribute);
		push_text(&columns[1], gaps[i].criterion);
		push_real(&columns[2], gaps[i].value);
		push_real(&columns[3], gaps[i].low);
		push_real(&columns[4], gaps[i].high);
		push_real(&columns[5], gaps[i].ratio);
		push_bigint(&columns[6], gaps[i].n);
		push_text(&columns[7], gaps[i].highest_group);
		push_text(&columns[8], gaps[i].lowest_group);
		push_text(&columns[9], gaps[i].flag);
		push_text(&columns[10], gaps[i].reason);
		push_int(&columns[11], gaps[i].class_number);
		push_text(&columns[12], gaps[i].class);
		push_real(&columns[13], gaps[i].ratio_low);
		push_real(&columns[14], gaps[i].ratio_high);
		push_text(&columns[15], gaps[i].worst_group);
	}
	add_bigint(&parameters, evaluation);
	add_elements(&parameters, TEXTOID, &columns[0]);
	add_elements(&parameters, TEXTOID, &columns[1]);
	for (int c = 2; c < 6; c++)
		add_elements(&parameters, FLOAT8OID, &columns[c]);
	add_elements(&parameters, INT8OID, &columns[6]);
	for (int c = 7; c < 11; c++)
		add_elements(&parameters, TEXTOID, &columns[c]);
	add_elements(&parameters, INT4OID, &columns[11]);
	add_elements(&parameters, TEXTOID, &columns[12]);
	add_elements(&parameters, FLOAT8OID, &columns[13]);
	add_elements(&parameters, FLOAT8OID, &columns[14]);
	add_elements(&parameters, TEXTOID, &columns[15]);
	store_write(
		"INSERT INTO fairpg_catalog.evaluation_gap"
		" (evaluation, attribute, criterion, value, low, high, ratio, n,"
		" highest_group, lowest_group, flag, reason, class_number, class,"
		" ratio_low, ratio_high, worst_group)"
		" SELECT $1, u.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
		" $12, $13, $14, $15, $16, $17) AS u",
		&parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
}

void
store_insert_constraints(int64 evaluation, const StoreConstraint *constraints,
                         int n_constraints)
{
	Parameters parameters = { 0 };
	Elements columns[13];
	int nest_level = store_spi_begin();

	for (int c = 0; c < (int) lengthof(columns); c++)
		elements_init(&columns[c], n_constraints);
	for (int i = 0; i < n_constraints; i++)
	{
		push_int(&columns[0], constraints[i].position);
		push_text(&columns[1], constraints[i].criterion);
		push_text(&columns[2], constraints[i].measure);
		push_text(&columns[3], constraints[i].bound_kind);
		push_real(&columns[4], constraints[i].bound);
		push_text(&columns[5], constraints[i].attributes);
		push_real(&columns[6], constraints[i].value);
		push_real(&columns[7], constraints[i].low);
		push_real(&columns[8], constraints[i].high);
		push_text(&columns[9], constraints[i].verdict);
		push_text(&columns[10], constraints[i].worst_group);
		push_bigint(&columns[11], constraints[i].rows);
		push_bigint(&columns[12], constraints[i].rows_needed);
	}
	add_bigint(&parameters, evaluation);
	add_elements(&parameters, INT4OID, &columns[0]);
	for (int c = 1; c < 4; c++)
		add_elements(&parameters, TEXTOID, &columns[c]);
	add_elements(&parameters, FLOAT8OID, &columns[4]);
	add_elements(&parameters, TEXTOID, &columns[5]);
	for (int c = 6; c < 9; c++)
		add_elements(&parameters, FLOAT8OID, &columns[c]);
	for (int c = 9; c < 11; c++)
		add_elements(&parameters, TEXTOID, &columns[c]);
	for (int c = 11; c < 13; c++)
		add_elements(&parameters, INT8OID, &columns[c]);
	store_write(
		"INSERT INTO fairpg_catalog.evaluation_constraint"
		" (evaluation, position, criterion, measure, bound_kind, bound,"
		" attributes, value, low, high, verdict, worst_group, n, rows_needed)"
		" SELECT $1, u.p, u.c, u.m, u.k, u.b, u.a, u.v, u.l, u.h, u.d, u.w,"
		" nullif(u.n, 0), nullif(u.e, 0)"
		" FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
		" AS u (p, c, m, k, b, a, v, l, h, d, w, n, e)",
		&parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
}

void
store_insert_ratios(int64 evaluation, const StoreRatio *ratios, int n_ratios)
{
	Parameters parameters = { 0 };
	Elements columns[18];
	int nest_level = store_spi_begin();

	for (int c = 0; c < (int) lengthof(columns); c++)
		elements_init(&columns[c], n_ratios);
	for (int i = 0; i < n_ratios; i++)
	{
		const StoreRatio *ratio = &ratios[i];

		push_text(&columns[0], ratio->attribute);
		push_text(&columns[1], ratio->group_name);
		push_text(&columns[2], ratio->reference_group);
		push_text(&columns[3], ratio->verdict);
		push_text(&columns[4], ratio->flag);
		push_text(&columns[5], ratio->reason);
		push_text(&columns[6], ratio->class);
		push_int(&columns[7], ratio->class_number);
		push_bigint(&columns[8], ratio->n);
		push_bigint(&columns[9], ratio->selected);
		push_bigint(&columns[10], ratio->rows_needed);
		push_real(&columns[11], ratio->selection_rate);
		push_real(&columns[12], ratio->reference_rate);
		push_real(&columns[13], ratio->ratio);
		push_real(&columns[14], ratio->low);
		push_real(&columns[15], ratio->high);
		push_real(&columns[16], ratio->p_value);
		push_real(&columns[17], ratio->p_adjusted);
	}
	add_bigint(&parameters, evaluation);
	for (int c = 0; c < 7; c++)
		add_elements(&parameters, TEXTOID, &columns[c]);
	add_elements(&parameters, INT4OID, &columns[7]);
	for (int c = 8; c < 11; c++)
		add_elements(&parameters, INT8OID, &columns[c]);
	for (int c = 11; c < (int) lengthof(columns); c++)
		add_elements(&parameters, FLOAT8OID, &columns[c]);
	store_write(
		"INSERT INTO fairpg_catalog.evaluation_ratio"
		" (evaluation, attribute, group_name, reference_group, verdict, flag,"
		" reason, class, class_number, n, selected, rows_needed,"
		" selection_rate, reference_rate, ratio, low, high, p_value,"
		" p_adjusted, below_four_fifths)"
		" SELECT $1, u.a, u.g, u.r, u.v, u.f, u.e, u.c, u.k, u.n, u.s,"
		" nullif(u.w, 0), u.sr, u.rr, u.q, u.l, u.h, u.p, u.pa, u.q < 0.8"
		" FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
		" $15, $16, $17, $18, $19)"
		" AS u (a, g, r, v, f, e, c, k, n, s, w, sr, rr, q, l, h, p, pa)",
		&parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
}
