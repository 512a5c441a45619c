/*
 * store_run.c
 *    Runs of scheduled jobs in the store.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "pg/store.h"
#include "pg/store_run.h"

/* Runs one statement of ours, which concerns one row; its first column where it
 * returns one. */
static int64
run(const char *statement, int n, Oid *types, Datum *values)
{
	int nest_level = store_spi_begin();
	int result =
		SPI_execute_with_args(statement, n, types, values, NULL, false, 0);
	int64 answer = 0;

	if ((result != SPI_OK_INSERT_RETURNING && result != SPI_OK_UPDATE) ||
	    SPI_processed != 1)
		elog(ERROR, "statement on the fairpg store failed: %s",
		     SPI_result_code_string(result));
	if (result == SPI_OK_INSERT_RETURNING)
	{
		bool null;

		answer = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
		                                     SPI_tuptable->tupdesc, 1, &null));
	}
	store_spi_end(nest_level);
	return answer;
}

int64
store_begin_run(const char *model, const char *procedure)
{
	Oid types[3] = { TEXTOID, TEXTOID, INT4OID };
	Datum values[3] = { CStringGetTextDatum(model),
		                CStringGetTextDatum(procedure),
		                Int32GetDatum(MyProcPid) };

	return run("INSERT INTO fairpg_catalog.run (model, procedure, status,"
	           " begun_at, begun_by, pid)"
	           " VALUES ($1, $2, 'running', clock_timestamp(), current_user,"
	           " $3) RETURNING run",
	           3, types, values);
}

void
store_run_rows(int64 number, int64 rows)
{
	Oid types[2] = { INT8OID, INT8OID };
	Datum values[2] = { Int64GetDatum(number), Int64GetDatum(rows) };

	run("UPDATE fairpg_catalog.run SET rows = $2 WHERE run = $1", 2, types,
	    values);
}

void
store_finish_run(int64 number, int version)
{
	Oid types[2] = { INT8OID, INT4OID };
	Datum values[2] = { Int64GetDatum(number), Int32GetDatum(version) };

	run("UPDATE fairpg_catalog.run SET status = 'finished', version = $2,"
	    " ended_at = clock_timestamp() WHERE run = $1",
	    2, types, values);
}

void
store_fail_run(int64 number, const ErrorData *error)
{
	bool cancelled = error->sqlerrcode == ERRCODE_QUERY_CANCELED;
	Oid types[4] = { INT8OID, TEXTOID, TEXTOID, TEXTOID };
	Datum values[4] = {
		Int64GetDatum(number),
		CStringGetTextDatum(cancelled ? "cancelled" : "failed"),
		CStringGetTextDatum(unpack_sql_state(error->sqlerrcode)),
		CStringGetTextDatum(error->message != NULL ? error->message : "")
	};

	run("UPDATE fairpg_catalog.run SET status = $2, sqlstate = $3,"
	    " message = $4, ended_at = clock_timestamp() WHERE run = $1",
	    4, types, values);
}
