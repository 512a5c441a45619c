/*
 * store_frontier.c
 *    Frontiers in the store: a row for each, and one for each of its points.
 */
#include "postgres.h"

#include "executor/spi.h"

#include "pg/store_frontier.h"
#include "pg/store_write.h"

int64
store_insert_frontier(const StoreFrontier *frontier)
{
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();
	int64 number;
	bool null;

	add_text(&parameters, frontier->model);
	add_text(&parameters, frontier->family);
	add_text(&parameters, frontier->fairness);
	add_text(&parameters, frontier->method);
	add_text(&parameters, frontier->source);
	add_text(&parameters, frontier->label);
	add_text(&parameters, frontier->positive);
	add_text_array(&parameters, frontier->protected_names,
	               frontier->n_protected);
	add_int(&parameters, frontier->folds);
	add_text(&parameters, frontier->judged_on);
	add_real(&parameters, frontier->threshold);
	add_bigint(&parameters, frontier->rows_train);
	add_bigint(&parameters, frontier->rows_test);
	add_bigint(&parameters, frontier->rows_dropped);
	add_real(&parameters, frontier->seconds);
	add_bigint(&parameters, frontier->memory_bytes);
	add_text_array(&parameters, frontier->warnings, frontier->n_warnings);
	add_text(&parameters, frontier->comment);
	add_boolean(&parameters, frontier->row_security);
	add_text(&parameters, FAIRPG_VERSION);
	store_write(
		"INSERT INTO fairpg_catalog.frontier"
		" (model, family, fairness, method, source, label, positive,"
		" protected, folds, judged_on, threshold, rows_train, rows_test,"
		" rows_dropped, seconds, memory_bytes, warnings, comment,"
		" row_security, fairpg_version, encoding, server_version, created_at,"
		" created_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
		" $14, $15, $16, $17, $18, $19, $20, getdatabaseencoding(),"
		" current_setting('server_version'), clock_timestamp(), session_user)"
		" RETURNING frontier",
		&parameters, SPI_OK_INSERT_RETURNING);
	if (SPI_processed != 1)
		elog(ERROR, "the frontier was not inserted");
	number = DatumGetInt64(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
	store_spi_end(nest_level);
	return number;
}

void
store_insert_point(const StorePoint *point)
{
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();

	add_bigint(&parameters, point->frontier);
	add_int(&parameters, point->point);
	add_real(&parameters, point->max_gap);
	add_real(&parameters, point->max_loss);
	add_text(&parameters, point->status);
	add_text(&parameters, point->stopped_because);
	add_text(&parameters, point->verdict);
	add_text(&parameters, point->spec);
	add_bytes(&parameters, point->artifact, point->artifact_bytes);
	add_int(&parameters, point->iterations);
	add_real(&parameters, point->train_loss);
	add_real(&parameters, point->train_accuracy);
	add_real(&parameters, point->train_gap);
	add_real(&parameters, point->loss);
	add_real(&parameters, point->accuracy);
	add_real(&parameters, point->auc);
	add_real(&parameters, point->gap);
	add_real(&parameters, point->gap_low);
	add_real(&parameters, point->gap_high);
	add_text(&parameters, point->worst_group);
	add_boolean(&parameters, point->pareto);
	add_text_array(&parameters, point->warnings, point->n_warnings);
	store_write(
		"INSERT INTO fairpg_catalog.frontier_point"
		" (frontier, point, max_gap, max_loss, status, stopped_because, "
		"verdict, spec,"
		" artifact,"
		" artifact_sha256, iterations, train_loss, train_accuracy, train_gap,"
		" loss, accuracy, auc, gap, gap_low, gap_high, worst_group, pareto,"
		" warnings)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, sha256($9), $10,"
		" $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
		&parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
}
