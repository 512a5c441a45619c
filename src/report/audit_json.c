/*
 * audit_json.c
 *    The report of an audit for programs.
 *
 * What a row has is a list of fields: its name for readers, and where in a
 * Finding it is.  The chapters are those of the page.
 */
#include "report/audit_json.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "report/audit_chapters.h"

typedef enum FieldKind
{
	FIELD_TEXT,
	FIELD_REAL,
	FIELD_COUNT,
	FIELD_POSITIVE /* a count; null where it is 0 */
} FieldKind;

typedef struct RowField
{
	const char *name;
	size_t offset;
	FieldKind kind;
} RowField;

#define TEXT(name, member)                                                     \
	{                                                                          \
		name, offsetof(Finding, member), FIELD_TEXT                            \
	}
#define REAL(name, member)                                                     \
	{                                                                          \
		name, offsetof(Finding, member), FIELD_REAL                            \
	}
#define COUNT(name, member)                                                    \
	{                                                                          \
		name, offsetof(Finding, member), FIELD_COUNT                           \
	}
#define POSITIVE(name, member)                                                 \
	{                                                                          \
		name, offsetof(Finding, member), FIELD_POSITIVE                        \
	}
#define INTERVAL REAL("low", low), REAL("high", high), COUNT("n", n)
#define LIMITS TEXT("flag", flag), TEXT("reason", reason)
#define END                                                                    \
	{                                                                          \
		NULL, 0, FIELD_TEXT                                                    \
	}

static const RowField constraint_fields[] = { TEXT("constraint", metric),
	                                          REAL("bound", x),
	                                          REAL("value", value),
	                                          INTERVAL,
	                                          TEXT("verdict", verdict),
	                                          TEXT("worst_group", note),
	                                          POSITIVE("rows_needed",
	                                                   rows_needed),
	                                          END };
static const RowField gap_fields[] = { TEXT("attribute", attribute),
	                                   TEXT("criterion", metric),
	                                   REAL("value", value),
	                                   INTERVAL,
	                                   TEXT("highest_group", note),
	                                   TEXT("lowest_group", reference),
	                                   LIMITS,
	                                   END };
static const RowField ratio_fields[] = { TEXT("attribute", attribute),
	                                     TEXT("group_name", group),
	                                     REAL("ratio", value),
	                                     INTERVAL,
	                                     TEXT("reference_group", reference),
	                                     REAL("p_adjusted", p_adjusted),
	                                     TEXT("verdict", verdict),
	                                     LIMITS,
	                                     END };
static const RowField metric_fields[] = { TEXT("attribute", attribute),
	                                      TEXT("group_name", group),
	                                      TEXT("metric", metric),
	                                      REAL("value", value),
	                                      INTERVAL,
	                                      LIMITS,
	                                      END };
static const RowField category_fields[] = { TEXT("audit_table", attribute),
	                                        TEXT("category", group),
	                                        TEXT("rate_metric", metric),
	                                        REAL("rate", x),
	                                        REAL("impact_ratio", value),
	                                        INTERVAL,
	                                        LIMITS,
	                                        END };
static const RowField bin_fields[] = { TEXT("attribute", attribute),
	                                   TEXT("group_name", group),
	                                   REAL("mean_score", x),
	                                   REAL("rate", value),
	                                   INTERVAL,
	                                   LIMITS,
	                                   END };
static const RowField roc_fields[] = {
	TEXT("attribute", attribute), TEXT("group_name", group),
	REAL("threshold", amount),    REAL("fpr", x),
	REAL("tpr", value),           INTERVAL,
	TEXT("flag", flag),           END
};
static const RowField subgroup_fields[] = { TEXT("subgroup", group),
	                                        TEXT("metric", metric),
	                                        REAL("effect", value),
	                                        INTERVAL,
	                                        REAL("value", x),
	                                        REAL("p_adjusted", p_adjusted),
	                                        TEXT("verdict", verdict),
	                                        LIMITS,
	                                        END };
static const RowField stress_fields[] = { TEXT("attribute", attribute),
	                                      TEXT("metric", kind),
	                                      TEXT("scenario", group),
	                                      REAL("change", value),
	                                      INTERVAL,
	                                      REAL("baseline", x),
	                                      LIMITS,
	                                      END };
static const RowField sensitivity_fields[] = { TEXT("attribute", attribute),
	                                           TEXT("metric", kind),
	                                           TEXT("factor", group),
	                                           REAL("change", value),
	                                           INTERVAL,
	                                           REAL("baseline", x),
	                                           LIMITS,
	                                           END };
static const RowField check_fields[] = { TEXT("severity", verdict),
	                                     TEXT("check_name", kind),
	                                     TEXT("attribute", attribute),
	                                     TEXT("column_name", column),
	                                     TEXT("group_name", group),
	                                     TEXT("metric", metric),
	                                     REAL("value", value),
	                                     INTERVAL,
	                                     TEXT("fact", fact),
	                                     TEXT("advice", advice),
	                                     END };
static const RowField point_fields[] = { TEXT("bound", group),
	                                     TEXT("quality", metric),
	                                     REAL("quality_value", x),
	                                     REAL("gap", value),
	                                     INTERVAL,
	                                     TEXT("chosen", verdict),
	                                     TEXT("remark", note),
	                                     END };
static const RowField iteration_fields[] = { REAL("iteration", amount),
	                                         TEXT("phase", kind),
	                                         REAL("loss", x),
	                                         REAL("gap", value),
	                                         COUNT("n", n),
	                                         TEXT("flag", flag),
	                                         TEXT("chosen", verdict),
	                                         END };

typedef struct RowList
{
	const char *chapter;
	const char *name;
	size_t offset; /* in Findings */
	const RowField *fields;
	int (*has)(const Finding *row); /* NULL: every row */
} RowList;

static const RowList row_lists[] = {
	{ "summary", "constraints", offsetof(Findings, constraints),
	  constraint_fields, NULL },
	{ "limits", "gaps", offsetof(Findings, gaps), gap_fields,
	  finding_is_limited },
	{ "limits", "metrics", offsetof(Findings, metrics), metric_fields,
	  finding_is_limited },
	{ "gaps", "rows", offsetof(Findings, gaps), gap_fields, NULL },
	{ "ratios", "rows", offsetof(Findings, ratios), ratio_fields, NULL },
	{ "categories", "rows", offsetof(Findings, categories), category_fields,
	  NULL },
	{ "groups", "rows", offsetof(Findings, metrics), metric_fields, NULL },
	{ "intersections", "rows", offsetof(Findings, metrics), metric_fields,
	  finding_is_in_heat_map },
	{ "calibration", "rows", offsetof(Findings, bins), bin_fields, NULL },
	{ "roc", "rows", offsetof(Findings, roc), roc_fields, NULL },
	{ "subgroups", "rows", offsetof(Findings, subgroups), subgroup_fields,
	  NULL },
	{ "sensitivity", "rows", offsetof(Findings, sensitivity),
	  sensitivity_fields, NULL },
	{ "stress", "rows", offsetof(Findings, stress), stress_fields, NULL },
	{ "data", "rows", offsetof(Findings, checks), check_fields, NULL },
	{ "data", "agreement", offsetof(Findings, agreement), check_fields, NULL },
	{ "proxies", "rows", offsetof(Findings, proxies), check_fields, NULL },
	{ "frontier", "rows", offsetof(Findings, frontier), point_fields, NULL },
	{ "training", "rows", offsetof(Findings, iterations), iteration_fields,
	  NULL },
	{ NULL, NULL, 0, NULL, NULL }
};

static const struct
{
	const char *chapter;
	const char *name;
	size_t offset;
} fact_lists[] = { { "summary", "facts", offsetof(Findings, facts) },
	               { "limits", "warnings", offsetof(Findings, warnings) },
	               { "definitions", "facts", offsetof(Findings, definitions) },
	               { "provenance", "facts", offsetof(Findings, provenance) },
	               { NULL, NULL, 0 } };

static void
write_field(JsonWriter *json, const Finding *row, const RowField *field)
{
	const void *at = (const char *) row + field->offset;
	int64_t count;

	switch (field->kind)
	{
		case FIELD_TEXT:
			json_text(json, field->name, *(const char *const *) at);
			return;
		case FIELD_REAL:
			json_real(json, field->name, *(const double *) at);
			return;
		case FIELD_POSITIVE:
		case FIELD_COUNT:
			count = *(const int64_t *) at;
			if (count == 0 && field->kind == FIELD_POSITIVE)
				json_text(json, field->name, NULL);
			else
				json_integer(json, field->name, count);
	}
}

static void
write_rows(JsonWriter *json, const RowList *list, const Findings *findings)
{
	const FindingList *rows =
		(const void *) ((const char *) findings + list->offset);

	json_begin_array(json, list->name);
	for (int i = 0; i < rows->n; i++)
	{
		if (list->has != NULL && !list->has(&rows->items[i]))
			continue;
		json_begin_object(json, NULL);
		for (const RowField *f = list->fields; f->name != NULL; f++)
			write_field(json, &rows->items[i], f);
		json_end(json);
	}
	json_end(json);
}

static void
write_facts(JsonWriter *json, const char *name, const FactList *facts)
{
	json_begin_array(json, name);
	for (int i = 0; i < facts->n; i++)
	{
		json_begin_object(json, NULL);
		json_text(json, "term",
		          facts->items[i].term[0] == '\0' ? NULL
		                                          : facts->items[i].term);
		json_text(json, "text", facts->items[i].text);
		json_end(json);
	}
	json_end(json);
}

static void
write_chapter(JsonWriter *json, const AuditChapter *chapter,
              const Findings *findings)
{
	const char *id = chapter->chapter.id;

	json_begin_object(json, id);
	json_text(json, "title", chapter->chapter.title);
	for (int i = 0; fact_lists[i].chapter != NULL; i++)
		if (strcmp(fact_lists[i].chapter, id) == 0)
			write_facts(json, fact_lists[i].name,
			            (const void *) ((const char *) findings +
			                            fact_lists[i].offset));
	for (const RowList *list = row_lists; list->chapter != NULL; list++)
		if (strcmp(list->chapter, id) == 0)
			write_rows(json, list, findings);
	if (chapter->analysis != NULL)
	{
		json_text(json, "analysis", chapter->analysis);
		json_boolean(json, "stored",
		             findings_have(findings, chapter->analysis));
	}
	json_end(json);
}

void
audit_json(JsonWriter *json, const Findings *findings)
{
	json_begin_object(json, NULL);
	json_text(json, "document", "fairpg audit report");
	json_integer(json, "layout", AUDIT_JSON_LAYOUT);
	json_text(json, "title", findings->title);
	json_text(json, "subject", findings->subject);
	json_text(json, "model", findings->model);
	if (findings->version > 0)
		json_integer(json, "version", findings->version);
	else
		json_text(json, "version", NULL);
	if (findings->evaluated)
		json_integer(json, "evaluation", findings->evaluation);
	else
		json_text(json, "evaluation", NULL);
	json_boolean(json, "evaluated", findings->evaluated != 0);
	json_text(json, "what", findings->what);
	json_begin_object(json, "chapters");
	for (const AuditChapter *c = audit_chapters; c->write != NULL; c++)
		if (findings->evaluated || !c->needs_evaluation)
			write_chapter(json, c, findings);
	json_end(json);
	json_end(json);
}
