/*
 * guard.c
 *    Triggers that keep the record from being written in another way than by
 *    the calls of governance.
 *
 * A setting that says "allowed now" could be set by anybody who may write to
 * the tables at all.  So it is a variable of this library (govern.c).
 *
 * Who owns the tables can drop the triggers, and a superuser can do without.
 * What they do then can be found out (doc/record.md), not prevented.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "pg/export.h"
#include "pg/govern/actor.h"
#include "pg/govern/govern.h"
#include "pg/statement.h"
#include "pg/store.h"

static TriggerData *
check_trigger(FunctionCallInfo fcinfo, const char *name)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(data->tg_event))
		ereport(ERROR,
		        (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
		         errmsg("fairpg.%s() must be fired before the event", name)));
	return data;
}

static void
refuse_write(const TriggerData *data)
{
	ereport(ERROR,
	        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
	         errmsg("table \"fairpg_catalog.%s\" is written by the calls of "
	                "governance alone",
	                RelationGetRelationName(data->tg_relation))));
}

/* record_guarded() returns trigger: of tables that only calls may change. */
FAIRPG_FUNCTION(fairpg_record_guarded);
Datum
fairpg_record_guarded(PG_FUNCTION_ARGS)
{
	TriggerData *data = check_trigger(fcinfo, "record_guarded");

	if (!govern_is_acting())
		refuse_write(data);
	if (TRIGGER_FIRED_FOR_STATEMENT(data->tg_event))
		return PointerGetDatum(NULL);
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(data->tg_event)
	                           ? data->tg_newtuple
	                           : data->tg_trigtuple);
}

/* A column of a row as text; NULL where it is. */
static char *
text_of(const TriggerData *data, HeapTuple row, const char *column)
{
	TupleDesc columns = RelationGetDescr(data->tg_relation);
	int number = SPI_fnumber(columns, column);
	bool null;
	Datum value;

	if (number <= 0)
		elog(ERROR, "column \"%s\" is missing", column);
	value = heap_getattr(row, number, columns, &null);
	return null ? NULL : TextDatumGetCString(value);
}

/* Whether the model of the row is under a policy. */
static bool
is_governed(const char *model)
{
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();
	bool found;

	add_text(&parameters, model);
	/* nobody puts it under a policy meanwhile; who has an older snapshot than
	 * one that has been, fails here */
	run("SELECT FROM fairpg_catalog.model WHERE model = $1 FOR SHARE",
	    &parameters, SPI_OK_SELECT);
	run("SELECT FROM fairpg_catalog.governed_model WHERE model = $1",
	    &parameters, SPI_OK_SELECT);
	found = SPI_processed > 0;
	store_spi_end(nest_level);
	return found;
}

/* The row of a new version: who made it, and a draft where there is a policy;
 * whatever was given for these. */
static HeapTuple
sign_version(const TriggerData *data)
{
	TupleDesc columns = RelationGetDescr(data->tg_relation);
	char *model = text_of(data, data->tg_trigtuple, "model");
	bool governed = model != NULL && is_governed(model);
	Actor actor;
	int numbers[3];
	Datum values[3];
	bool nulls[3];

	actor_read(&actor);
	numbers[0] = SPI_fnumber(columns, "state");
	numbers[1] = SPI_fnumber(columns, "author_role");
	numbers[2] = SPI_fnumber(columns, "author_login");
	for (int i = 0; i < 3; i++)
		if (numbers[i] <= 0)
			elog(ERROR, "a column of table \"model_version\" is missing");
	values[0] = CStringGetTextDatum("draft");
	nulls[0] = !governed;
	values[1] = CStringGetTextDatum(actor.role);
	nulls[1] = false;
	values[2] = CStringGetTextDatum(actor.login == NULL ? "" : actor.login);
	nulls[2] = actor.login == NULL;
	return heap_modify_tuple_by_cols(data->tg_trigtuple, columns, 3, numbers,
	                                 values, nulls);
}

/*
 * model_version_guarded() returns trigger
 *
 * Training writes versions as who trains.  They begin as drafts where the model
 * has a policy, and from then on are changed by calls alone; so is the mark
 * that a version is governed at all.
 */
FAIRPG_FUNCTION(fairpg_model_version_guarded);
Datum
fairpg_model_version_guarded(PG_FUNCTION_ARGS)
{
	TriggerData *data = check_trigger(fcinfo, "model_version_guarded");
	HeapTuple row = TRIGGER_FIRED_BY_UPDATE(data->tg_event)
	                    ? data->tg_newtuple
	                    : data->tg_trigtuple;

	if (TRIGGER_FIRED_BY_INSERT(data->tg_event))
		return PointerGetDatum(sign_version(data));
	if (!govern_is_acting() &&
	    (text_of(data, data->tg_trigtuple, "state") != NULL ||
	     (TRIGGER_FIRED_BY_UPDATE(data->tg_event) &&
	      text_of(data, data->tg_newtuple, "state") != NULL)))
		ereport(ERROR,
		        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
		         errmsg("a version under a policy is changed by the calls of "
		                "governance alone")));
	return PointerGetDatum(row);
}
