/*
 * sensitivity_feature.c
 *    Features that are dropped or permuted.
 *
 * Two scans of the source for some features at a time: the first takes the
 * distribution of what each of them adds to scores, the second decides every
 * row with each of them at its mean or permuted.  A row comes once as it is
 * decided, and once more for each feature that changes that, with the share of
 * permutations that do as a factor of its weight.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "fair/tally.h"
#include "pg/fairness_stats.h"
#include "pg/model_cache.h"
#include "pg/sensitivity.h"

/* Distributions that are kept at a time: a megabyte each, six with weights. */
#define DISTRIBUTIONS 32

/* Some of the features. */
typedef struct Batch
{
	const SensitivityCall *call;
	AuditCall audit; /* with a source of its own */
	int first;
	int n;
	int n_members;
	ArrayType *names;
	ArrayType *distributions;
} Batch;

static char *
weight_sql(const AuditCall *audit)
{
	return audit->weight == NULL
	           ? "CAST(1 AS pg_catalog.float8)"
	           : audit_number_column(audit, audit->weight, "weight");
}

/* The first scan. */
static void
take_distributions(Batch *batch)
{
	const SensitivityCall *call = batch->call;
	const AuditCall *audit = &batch->audit;
	Size n = (Size) (batch->n * batch->n_members);
	Datum *names = palloc(sizeof(Datum) * (Size) batch->n);
	Datum *states = palloc(sizeof(Datum) * n);
	Oid type;
	Oid types[1] = { TEXTARRAYOID };
	Datum values[1];
	StringInfoData select;

	for (int f = 0; f < batch->n; f++)
		names[f] = CStringGetTextDatum(call->features[batch->first + f]);
	batch->names =
		construct_array(names, batch->n, TEXTOID, -1, false, TYPALIGN_INT);
	values[0] = PointerGetDatum(batch->names);
	initStringInfo(&select);
	for (Size i = 0; i < n; i++)
		appendStringInfo(&select, "%s fairpg.scores(NULL, c[%d]%s)",
		                 i == 0 ? "SELECT" : ",", (int) i + 1,
		                 audit->weight == NULL ? "" : ", w");
	appendStringInfo(&select,
	                 " FROM (SELECT fairpg.contributions(%s, src.*, %d, $1) AS"
	                 " c, %s AS w FROM %s OFFSET 0) AS src",
	                 quote_literal_cstr(call->change.model),
	                 call->change.side.version, weight_sql(audit),
	                 audit->source.from);
	audit_run_call(audit, select.data, 1, types, values);
	for (Size i = 0; i < n; i++)
	{
		bool null;

		states[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
		                          (int) i + 1, &null);
		if (null)
			audit_refuse_empty(audit);
	}
	type = SPI_gettypeid(SPI_tuptable->tupdesc, 1);
	batch->distributions =
		construct_array(states, (int) n, type, -1, false, TYPALIGN_INT);
	SPI_freetuptable(SPI_tuptable);
}

/* Wraps the source so that each row comes once with its decision, and once more
 * for each feature that may change it, with a share of its weight. */
static void
wrap_source(Batch *batch)
{
	AuditCall *audit = &batch->audit;
	Source *source = &audit->source;
	const SensitivityCall *call = batch->call;
	const char *code =
		quote_identifier(source_free_name(source, "fairpg_code"));
	char *variant = source_free_name(source, "fairpg_variant");
	const char *decision =
		quote_identifier(source_free_name(source, "fairpg_decision"));
	const char *weight =
		quote_identifier(source_free_name(source, "fairpg_weight"));
	char *share =
		psprintf("CAST(src.%s OPERATOR(pg_catalog.&) %lld AS pg_catalog.float8)"
	             " OPERATOR(pg_catalog.*) CAST('%.17g' AS pg_catalog.float8)",
	             code, (1LL << 45) - 1, ldexp(1, -44));

	audit->n_parameters = 2;
	audit->parameter_types = palloc(sizeof(Oid) * 2);
	audit->parameter_values = palloc(sizeof(Datum) * 2);
	audit->parameter_types[0] = TEXTARRAYOID;
	audit->parameter_values[0] = PointerGetDatum(batch->names);
	audit->parameter_types[1] =
		get_array_type(ARR_ELEMTYPE(batch->distributions));
	audit->parameter_values[1] = PointerGetDatum(batch->distributions);
	source->from = psprintf(
		"(SELECT src.*, src.%s OPERATOR(pg_catalog.>>) 46 AS %s,"
		" ((src.%s OPERATOR(pg_catalog.>>) 45) OPERATOR(pg_catalog.&) 1)"
		" OPERATOR(pg_catalog.=) 1 AS %s,"
		" %s AS %s"
		" FROM (SELECT src.*, pg_catalog.unnest(fairpg.decision_shares("
		"%s, src.*, %d, $1, $2, %s, %s)) AS %s FROM %s OFFSET 0) AS src) AS"
		" src",
		code, quote_identifier(variant), code, decision, share, weight,
		quote_literal_cstr(call->change.model), call->change.side.version,
		call->drop ? "true" : "false", call->permute ? "true" : "false", code,
		source->from);
	audit->decision_sql = psprintf("src.%s", decision);
	/* a share of a weight that nobody could give is none */
	audit->weight_sql =
		audit->weight == NULL
			? psprintf("src.%s", weight)
			: psprintf("CASE WHEN src.%s OPERATOR(pg_catalog.=) 0 OR NOT %s"
	                   " OPERATOR(pg_catalog.*) src.%s"
	                   " OPERATOR(pg_catalog.<) CAST('%.17g' AS"
	                   " pg_catalog.float8) THEN %s OPERATOR(pg_catalog.*)"
	                   " src.%s ELSE 0 END",
	                   quote_identifier(variant), weight_sql(audit), weight,
	                   FAIR_MIN_WEIGHT, weight_sql(audit), weight);
	audit->columns =
		memcpy(palloc(sizeof(char *) * (Size) (audit->n_columns + 1)),
	           audit->columns, sizeof(char *) * (Size) audit->n_columns);
	audit->columns[audit->n_columns++] = variant;
	audit->n_parts = 2 * batch->n + 1;
}

/*
 * The rows that a share of permutations decides the other way, as so many: the
 * sum of their shares is theirs, and the squares of weights go along.  Places of
 * whole rows are left as they are.
 */
static void
spread_rows(FairCells *part, const FairCells *all)
{
	for (int d = 0; d < 2; d++)
	{
		for (int y = 0; y < 2; y++)
			if (part->weight[y][d] < all->weight[y][d])
			{
				double share = part->weight[y][d] / all->weight[y][d];

				part->rows[y][d] =
					(uint64) floor(share * (double) all->rows[y][d]);
				part->weight_squared[y][d] = share * all->weight_squared[y][d];
			}
		if (part->unlabelled_weight[d] < all->unlabelled_weight[d])
		{
			double share =
				part->unlabelled_weight[d] / all->unlabelled_weight[d];

			part->unlabelled_rows[d] =
				(uint64) floor(share * (double) all->unlabelled_rows[d]);
			part->unlabelled_weight_squared[d] =
				share * all->unlabelled_weight_squared[d];
		}
	}
}

/* The second scan. */
static void
count_batch(Batch *batch, ChangeCounts *counts)
{
	AuditCall *audit = &batch->audit;
	int variant_column = audit->n_columns;
	int n_variants = 2 * batch->n;
	int n_bases;
	AuditBase *bases;
	int *variants;

	wrap_source(batch);
	bases = audit_count(audit, &n_bases);
	variants = palloc(sizeof(int) * (Size) Max(n_bases, 1));
	for (int b = 0; b < n_bases; b++)
		variants[b] = atoi(bases[b].values[variant_column]);
	change_read_counts(
		audit,
		&(ChangeParts){ bases, n_bases, variants, variant_column, n_variants },
		counts);
	fairness_check_groups(counts->n_cells);
	for (int c = 0; c < counts->n_cells; c++)
		for (int v = 2; v <= n_variants; v += 2)
			if (counts->cells[c].parts[v] != NULL)
				spread_rows(counts->cells[c].parts[v], &counts->cells[c].cells);
}

static void
report_batch(const Batch *batch, const ChangeCounts *counts, Rows *rows)
{
	const SensitivityCall *call = batch->call;
	SensitivityItem *items =
		palloc(sizeof(SensitivityItem) * 2 * (Size) batch->n);
	int n = 0;

	for (int f = 0; f < batch->n; f++)
	{
		const char *feature = call->features[batch->first + f];

		if (call->drop)
			items[n++] =
				(SensitivityItem){ SENSITIVITY_DROP, feature, NULL, 2 * f + 1 };
		if (call->permute)
			items[n++] = (SensitivityItem){ SENSITIVITY_PERMUTE, feature, NULL,
				                            2 * f + 2 };
	}
	sensitivity_report(call, counts, items, n, rows);
}

void
sensitivity_features(const SensitivityCall *call, Rows *rows)
{
	int n_members;
	int at_a_time;

	if (call->n_features == 0)
		return;
	n_members = Max((int) model_cache_find(call->change.model,
	                                       call->change.side.version, false)
	                    ->model->n_members,
	                1);
	at_a_time = Max(DISTRIBUTIONS / n_members, 1);
	for (int first = 0; first < call->n_features; first += at_a_time)
	{
		MemoryContext before = CurrentMemoryContext;
		MemoryContext own = AllocSetContextCreate(before, "fairpg sensitivity",
		                                          ALLOCSET_DEFAULT_SIZES);
		Batch batch = { .call = call,
			            .audit = call->change.audit,
			            .first = first,
			            .n = Min(at_a_time, call->n_features - first),
			            .n_members = n_members };
		ChangeCounts counts;

		MemoryContextSwitchTo(own);
		take_distributions(&batch);
		count_batch(&batch, &counts);
		report_batch(&batch, &counts, rows);
		MemoryContextSwitchTo(before);
		MemoryContextDelete(own);
	}
}
