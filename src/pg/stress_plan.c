/*
 * stress_plan.c
 *    What a stress test tries.
 *
 * What may change the decision of a row is a variant, which is tried on every
 * row of the scan; everything else is made of the counts.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"

#include "pg/args.h"
#include "pg/encode.h"
#include "pg/model_cache.h"
#include "pg/stress.h"

static void measure_numbers(StressCall *call);
static void find_levels(StressCall *call);

const char *
stress_scenario_name(StressScenario scenario)
{
	static const char *const names[STRESS_SCENARIOS] = {
		"baseline",    "group_mix",       "threshold",
		"label_noise", "missing_feature", "shifted_feature"
	};

	return names[scenario];
}

static bool
is_category(const StressFeature *feature)
{
	return feature->input == ENCODE_TEXT || feature->input == ENCODE_BOOLEAN;
}

/* Keeps the features that are named, which the model must have. */
static void
keep_features(StressCall *call, JsonbContainer *names)
{
	int n;
	char **wanted = args_strings(names, "features", &n);
	StressFeature *kept = palloc(sizeof(StressFeature) * (Size) Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		int f = 0;

		while (f < call->n_features &&
		       strcmp(call->features[f].name, wanted[i]) != 0)
			f++;
		if (f == call->n_features)
			ereport(ERROR,
			        (errcode(ERRCODE_UNDEFINED_COLUMN),
			         errmsg("column \"%s\" is no feature of model \"%s\" "
			                "version %d",
			                wanted[i], call->change.model,
			                call->change.side.version)));
		kept[i] = call->features[f];
	}
	call->features = kept;
	call->n_features = n;
}

void
stress_read_features(StressCall *call, JsonbContainer *names)
{
	const CompiledModel *compiled =
		model_cache_find(call->change.model, call->change.side.version, false);

	call->features =
		palloc0(sizeof(StressFeature) * (Size) Max(compiled->n_sources, 1));
	for (int s = 0; s < compiled->n_sources; s++)
		call->features[call->n_features++] =
			(StressFeature){ .name = pstrdup(compiled->sources[s].name),
			                 .input = compiled->sources[s].input,
			                 .sd = NAN };
	if (names != NULL)
		keep_features(call, names);
	if (!call->asked[STRESS_SHIFTED_FEATURE])
		return;
	measure_numbers(call);
	find_levels(call);
}

/* A number in the units of the model: days of dates, seconds of timestamps.
 * Sums of numeric do not depend on the order of rows. */
static char *
number_sql(const StressFeature *feature)
{
	const char *column = quote_identifier(feature->name);

	if (feature->input == ENCODE_DATE)
		return psprintf("CAST(src.%s OPERATOR(pg_catalog.-) CAST('2000-01-01' "
		                "AS pg_catalog.date) AS pg_catalog.numeric)",
		                column);
	if (feature->input == ENCODE_TIMESTAMP)
		return psprintf("CAST(EXTRACT(EPOCH FROM src.%s) AS "
		                "pg_catalog.numeric)",
		                column);
	return psprintf("CAST(src.%s AS pg_catalog.numeric)", column);
}

/* The standard deviation of every number, by one statement. */
static void
measure_numbers(StressCall *call)
{
	StringInfoData select;
	int n = 0;

	initStringInfo(&select);
	for (int f = 0; f < call->n_features; f++)
		if (!is_category(&call->features[f]) &&
		    call->features[f].input != ENCODE_ARRAY)
		{
			(void) source_column(&call->change.audit.source,
			                     call->features[f].name, "feature");
			appendStringInfo(&select,
			                 "%s CAST(pg_catalog.stddev_samp(%s) AS "
			                 "pg_catalog.float8)",
			                 n++ == 0 ? "SELECT" : ",",
			                 number_sql(&call->features[f]));
		}
	if (n == 0)
		return;
	appendStringInfo(&select, " FROM %s", call->change.audit.source.from);
	audit_run(select.data, 0, NULL, NULL);
	n = 0;
	for (int f = 0; f < call->n_features; f++)
		if (!is_category(&call->features[f]) &&
		    call->features[f].input != ENCODE_ARRAY)
		{
			bool null;
			Datum sd = SPI_getbinval(SPI_tuptable->vals[0],
			                         SPI_tuptable->tupdesc, ++n, &null);

			if (!null && isfinite(DatumGetFloat8(sd)))
				call->features[f].sd = DatumGetFloat8(sd);
		}
}

/* The most frequent value of every category, by one statement; of equally
 * frequent ones the first by its bytes. */
static void
find_levels(StressCall *call)
{
	StringInfoData values;
	StringInfoData places;
	int n = 0;

	initStringInfo(&values);
	initStringInfo(&places);
	for (int f = 0; f < call->n_features; f++)
		if (is_category(&call->features[f]))
		{
			(void) source_column(&call->change.audit.source,
			                     call->features[f].name, "feature");
			appendStringInfo(&values,
			                 "%sCAST(src.%s AS pg_catalog.text) COLLATE "
			                 "pg_catalog.\"C\"",
			                 n == 0 ? "" : ", ",
			                 quote_identifier(call->features[f].name));
			appendStringInfo(&places, "%s%d", n++ == 0 ? "" : ",", f);
		}
	if (n == 0)
		return;
	audit_run(
		psprintf("SELECT DISTINCT ON (f) f, level FROM (SELECT f, level,"
	             " pg_catalog.count(*) AS n FROM (SELECT"
	             " pg_catalog.unnest(CAST('{%s}' AS pg_catalog.int4[])) AS f,"
	             " pg_catalog.unnest(ARRAY[%s]) AS level FROM %s) AS one"
	             " WHERE level IS NOT NULL GROUP BY f, level) AS counted"
	             " ORDER BY f, n DESC, level",
	             places.data, values.data, call->change.audit.source.from),
		0, NULL, NULL);
	for (uint64 r = 0; r < SPI_processed; r++)
	{
		bool null;
		int f = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[r],
		                                    SPI_tuptable->tupdesc, 1, &null));

		call->features[f].level =
			SPI_getvalue(SPI_tuptable->vals[r], SPI_tuptable->tupdesc, 2);
	}
}

/* A thing to try; the caller fills in what it is about. */
static StressItem *
add_item(StressCall *call, StressScenario scenario, const char *subject,
         double amount)
{
	StressItem *item = palloc0(sizeof(StressItem));

	item->scenario = scenario;
	item->subject = subject;
	item->amount = amount;
	item->attribute = -1;
	call->items = lappend(call->items, item);
	return item;
}

static void
begin_variant(StressCall *call, StringInfo json, const char *feature)
{
	appendStringInfoString(json, call->n_variants++ == 0 ? "{" : ",{");
	if (feature != NULL)
	{
		appendStringInfoString(json, "\"feature\":");
		escape_json(json, feature);
		appendStringInfoChar(json, ',');
	}
}

static void
add_shifts(StressCall *call, StringInfo json, const StressFeature *feature)
{
	const StressAmounts *amounts = &call->amounts[STRESS_SHIFTED_FEATURE];

	if (feature->level != NULL)
	{
		begin_variant(call, json, feature->name);
		appendStringInfoString(json, "\"level\":");
		escape_json(json, feature->level);
		appendStringInfoChar(json, '}');
		add_item(call, STRESS_SHIFTED_FEATURE, feature->name, NAN)->variant =
			call->n_variants;
		return;
	}
	if (isnan(feature->sd))
		return; /* an array, or nothing that varies */
	for (int i = 0; i < amounts->n; i++)
	{
		begin_variant(call, json, feature->name);
		appendStringInfo(json, "\"add\":%.17g}",
		                 amounts->values[i] * feature->sd);
		add_item(call, STRESS_SHIFTED_FEATURE, feature->name,
		         amounts->values[i])
			->variant = call->n_variants;
	}
}

/* The variants as decision_changes() takes them. */
static char *
list_variants(StressCall *call)
{
	const StressAmounts *moves = &call->amounts[STRESS_THRESHOLD];
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	for (int i = 0; call->asked[STRESS_THRESHOLD] && i < moves->n; i++)
	{
		begin_variant(call, &json, NULL);
		appendStringInfo(&json, "\"threshold\":%.17g}", moves->values[i]);
		add_item(call, STRESS_THRESHOLD, "threshold", moves->values[i])
			->variant = call->n_variants;
	}
	for (int f = 0; call->asked[STRESS_MISSING_FEATURE] && f < call->n_features;
	     f++)
	{
		begin_variant(call, &json, call->features[f].name);
		appendStringInfoString(&json, "\"missing\":true}");
		add_item(call, STRESS_MISSING_FEATURE, call->features[f].name, NAN)
			->variant = call->n_variants;
	}
	for (int f = 0; call->asked[STRESS_SHIFTED_FEATURE] && f < call->n_features;
	     f++)
		add_shifts(call, &json, &call->features[f]);
	appendStringInfoChar(&json, ']');
	return json.data;
}

/* The codes of decision_changes() for a column: the decision, 2 where there is
 * none, and the thresholds that decide otherwise. */
static char *
column_codes(StressCall *call)
{
	const CompareSide *side = &call->change.side;
	const StressAmounts *moves = &call->amounts[STRESS_THRESHOLD];
	const char *decision = side->decision_sql;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql,
	                 "pg_catalog.array_remove(ARRAY[CASE WHEN %s THEN 1 WHEN"
	                 " NOT %s THEN 0 ELSE 2 END",
	                 decision, decision);
	for (int i = 0; call->asked[STRESS_THRESHOLD] && i < moves->n; i++)
	{
		char *moved = psprintf(
			"(CAST(src.%s AS pg_catalog.float8) OPERATOR(pg_catalog.>=)"
			" CAST('%.17g' AS pg_catalog.float8))",
			quote_identifier(side->name), side->threshold + moves->values[i]);
		int code = 4 * ++call->n_variants;

		appendStringInfo(&sql,
		                 ", CASE WHEN %s AND NOT %s THEN %d WHEN NOT %s AND %s"
		                 " THEN %d END",
		                 decision, moved, code + 1, decision, moved, code);
		add_item(call, STRESS_THRESHOLD, "threshold", moves->values[i])
			->variant = call->n_variants;
	}
	appendStringInfoString(&sql, "], NULL)");
	return sql.data;
}

/*
 * Wraps the source so that each row comes once with its decision, and once more
 * for each variant that decides it the other way.  OFFSET 0 keeps the planner
 * from moving the call to each place that uses its result.
 */
void
stress_add_variants(StressCall *call)
{
	AuditCall *audit = &call->change.audit;
	Source *source = &audit->source;
	const char *code =
		quote_identifier(source_free_name(source, "fairpg_code"));
	char *variant = source_free_name(source, "fairpg_variant");
	const char *decision =
		quote_identifier(source_free_name(source, "fairpg_decision"));
	const char **sums = palloc(sizeof(char *));
	char *codes;

	if (call->change.model != NULL)
	{
		audit->n_parameters = 1;
		audit->parameter_types = palloc(sizeof(Oid));
		audit->parameter_values = palloc(sizeof(Datum));
		audit->parameter_types[0] = JSONBOID;
		audit->parameter_values[0] =
			DirectFunctionCall1(jsonb_in, CStringGetDatum(list_variants(call)));
		codes = psprintf("fairpg.decision_changes(%s, src.*, %d, $1)",
		                 quote_literal_cstr(call->change.model),
		                 call->change.side.version);
	}
	else
		codes = column_codes(call);
	source->from = psprintf(
		"(SELECT src.*, src.%s OPERATOR(pg_catalog.>>) 2 AS %s,"
		" CASE WHEN (src.%s OPERATOR(pg_catalog.&) 3) OPERATOR(pg_catalog.<) 2"
		" THEN (src.%s OPERATOR(pg_catalog.&) 3) OPERATOR(pg_catalog.=) 1 END"
		" AS %s FROM (SELECT src.*, pg_catalog.unnest(%s) AS %s"
		" FROM %s OFFSET 0) AS src) AS src",
		code, quote_identifier(variant), code, code, decision, codes, code,
		source->from);
	audit->decision_sql = psprintf("src.%s", decision);
	sums[0] = call->change.side.wrong_sql;
	audit->sums_sql = sums;
	audit->n_sums = 1;
	/* not one of the attributes, but what is counted apart */
	call->variant_column = audit->n_columns;
	audit->columns[audit->n_columns++] = variant;
	audit->n_parts = call->n_variants + 1;
}

static const char *
subject_of(const ChangeAttribute *attribute, int group)
{
	return psprintf("%s: %s", attribute->name, attribute->names[group]);
}

/* Whether groups of single columns are among those of the call. */
static bool
has_single_columns(const StressCall *call)
{
	for (int a = 0; a < call->change.audit.n_attributes; a++)
		if (call->change.audit.attributes[a].n_columns == 1)
			return true;
	return false;
}

/* Whether the group is one that is to be struck.  Intersections have many
 * groups, and what strikes them strikes groups of their columns: they are left
 * out unless they are asked for, or are all there is. */
static bool
is_struck(const StressCall *call, int attribute, const char *subject)
{
	if (call->groups == NULL)
		return call->intersections ||
		       call->change.audit.attributes[attribute].n_columns == 1 ||
		       !has_single_columns(call);
	for (int i = 0; i < call->n_groups; i++)
		if (strcmp(call->groups[i], subject) == 0)
			return true;
	return false;
}

static void
check_groups(const StressCall *call, const ChangeCounts *counts)
{
	for (int i = 0; i < call->n_groups; i++)
	{
		bool found = false;

		for (int a = 0; a < call->change.audit.n_attributes; a++)
			for (int g = 0; g < counts->attributes[a].n_groups; g++)
				found |= strcmp(call->groups[i],
				                subject_of(&counts->attributes[a], g)) == 0;
		if (!found)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("a group of option \"groups\" does not occur in "
			                "source %s",
			                call->change.audit.source.name),
			         errhint("Groups are named by attribute and value, like "
			                 "\"sex: female\".")));
	}
}

/* What strikes one group. */
static void
add_group(StressCall *call, StressScenario scenario, const ChangeCounts *counts,
          int a, int g)
{
	const char *group = subject_of(&counts->attributes[a], g);
	const StressAmounts *amounts = &call->amounts[scenario];

	if (!is_struck(call, a, group))
		return;
	for (int i = 0; i < amounts->n; i++)
		for (int label = 1; label >= (scenario == STRESS_LABEL_NOISE ? 0 : 1);
		     label--)
		{
			const char *subject =
				scenario == STRESS_GROUP_MIX
					? group
					: psprintf("%s, %s", group,
			                   label == 1 ? "positives" : "negatives");
			StressItem *item =
				add_item(call, scenario, subject, amounts->values[i]);

			item->attribute = a;
			item->group = g;
			item->label = label;
		}
}

/* A feature that is missing in one group alone. */
static void
add_missing_in_groups(StressCall *call, const StressItem *everywhere,
                      const ChangeCounts *counts)
{
	for (int a = 0; a < call->change.audit.n_attributes; a++)
		for (int g = 0; g < counts->attributes[a].n_groups; g++)
		{
			const char *group = subject_of(&counts->attributes[a], g);
			StressItem *item;

			if (!is_struck(call, a, group))
				continue;
			item =
				add_item(call, STRESS_MISSING_FEATURE,
			             psprintf("%s (%s)", everywhere->subject, group), NAN);
			item->variant = everywhere->variant;
			item->attribute = a;
			item->group = g;
		}
}

/* Everything in the order of the scenarios. */
void
stress_make_items(StressCall *call, const ChangeCounts *counts)
{
	List *variants = call->items;
	ListCell *cell;

	check_groups(call, counts);
	call->items = NIL;
	(void) add_item(call, STRESS_BASELINE, NULL, NAN);
	for (int s = STRESS_GROUP_MIX; s < STRESS_SCENARIOS; s++)
	{
		if (call->asked[s] &&
		    (s == STRESS_GROUP_MIX || s == STRESS_LABEL_NOISE))
			for (int a = 0; a < call->change.audit.n_attributes; a++)
				for (int g = 0; g < counts->attributes[a].n_groups; g++)
					add_group(call, (StressScenario) s, counts, a, g);
		foreach (cell, variants)
		{
			StressItem *item = lfirst(cell);

			if (item->scenario != (StressScenario) s)
				continue;
			call->items = lappend(call->items, item);
			if (s == STRESS_MISSING_FEATURE && call->by_group)
				add_missing_in_groups(call, item, counts);
		}
	}
}
