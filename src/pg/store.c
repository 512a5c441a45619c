/*
 * store.c
 *    Writing to the tables that fairpg.init() makes.
 *
 * Rows are written by plain INSERT statements as the current user, so that
 * rights, constraints and triggers hold as for anybody.  What belongs together
 * goes in as arrays in one statement: a version has some hundred coefficients
 * and metrics, and one statement for each would cost more than training does.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#include "pg/store.h"
#include "pg/store_write.h"

static void
insert_groups(const char *model, int version, const ModelGroups *groups);

int
store_next_version(const char *model)
{
	Parameters parameters = { 0 };
	int nest_level;
	bool null = true;
	int version = 0;

	store_check_model_name(model);
	nest_level = store_spi_begin();
	add_text(&parameters, model);
	run("INSERT INTO fairpg_catalog.model"
	    " (model, next_version, created_at, created_by)"
	    " VALUES ($1, 1, clock_timestamp(), current_user)"
	    " ON CONFLICT (model) DO NOTHING",
	    &parameters, SPI_OK_INSERT);
	run("UPDATE fairpg_catalog.model SET next_version = next_version + 1"
	    " WHERE model = $1 RETURNING next_version - 1",
	    &parameters, SPI_OK_UPDATE_RETURNING);
	if (SPI_processed == 1)
		version = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0],
		                                      SPI_tuptable->tupdesc, 1, &null));
	store_spi_end(nest_level);
	if (null)
		ereport(ERROR,
		        (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
		         errmsg("model \"%s\" was dropped by another session", model),
		         errhint("Run the statement again.")));
	return version;
}

void
store_insert_version(const StoreVersion *version, const Model *model)
{
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();

	add_text(&parameters, version->model);
	add_int(&parameters, version->version);
	add_text(&parameters, version->family);
	add_text(&parameters, version->fairness);
	add_text(&parameters, version->method);
	add_real(&parameters, version->max_gap);
	add_text(&parameters, version->status);
	add_text(&parameters, version->verdict);
	add_text(&parameters, version->source);
	add_text(&parameters, version->label);
	add_text(&parameters, version->positive);
	add_text_array(&parameters, version->protected_names, version->n_protected);
	add_text(&parameters, version->spec);
	add_real(&parameters, version->threshold);
	add_bytes(&parameters, version->artifact, version->artifact_bytes);
	add_bigint(&parameters, version->rows_train);
	add_bigint(&parameters, version->rows_test);
	add_bigint(&parameters, version->rows_dropped);
	add_real(&parameters, version->loss);
	add_real(&parameters, version->accuracy);
	add_real(&parameters, version->auc);
	add_real(&parameters, version->gap);
	add_real(&parameters, version->gap_low);
	add_real(&parameters, version->gap_high);
	add_text(&parameters, version->worst_group);
	add_int(&parameters, version->iterations);
	add_real(&parameters, version->seconds);
	add_bigint(&parameters, version->memory_bytes);
	add_text_array(&parameters, version->warnings, version->n_warnings);
	add_text(&parameters, version->comment);
	add_boolean(&parameters, version->row_security);
	add_text(&parameters, FAIRPG_VERSION);
	if (version->best_iteration > 0)
		add_int(&parameters, version->best_iteration);
	else
		add_null(&parameters, INT4OID);
	add_text(&parameters, version->stopped_because);
	add_real(&parameters, version->expected_gap);

	store_write(
		"INSERT INTO fairpg_catalog.model_version"
		" (model, version, family, fairness, method, max_gap, status, verdict,"
		" source, label, positive, protected, spec, threshold, artifact,"
		" artifact_sha256, rows_train, rows_test, rows_dropped, loss, accuracy,"
		" auc, gap, gap_low, gap_high, worst_group, iterations, seconds,"
		" memory_bytes, warnings, comment, row_security, fairpg_version,"
		" best_iteration, stopped_because, expected_gap, encoding,"
		" server_version, created_at, created_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
		" $13::jsonb, $14, $15, sha256($15), $16, $17, $18, $19, $20, $21,"
		" $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35,"
		" getdatabaseencoding(), current_setting('server_version'),"
		" clock_timestamp(), current_user)",
		&parameters, SPI_OK_INSERT);
	for (uint32 m = 0; m < Max(model->n_members, 1); m++)
		store_insert_coefficients(version->model, version->version,
		                          version->std_errors, model, m);
	if (model->groups != NULL)
		insert_groups(version->model, version->version, model->groups);
	store_spi_end(nest_level);

	/* plans that name the columns of the version before must go */
	CacheInvalidateRelcacheByRelid(store_version_table());
}

/* The rows of fairpg_catalog.coefficient, column by column. */
typedef struct Coefficients
{
	Elements term;
	Elements level;
	Elements kind;
	Elements estimate;
} Coefficients;

static void
push_coefficient(Coefficients *rows, const char *term, const char *level,
                 const char *kind, double estimate)
{
	push_text(&rows->term, term);
	push_text(&rows->level, level);
	push_text(&rows->kind, kind);
	push_real(&rows->estimate, estimate);
}

/* The intercept of scores to which numbers add without their pivots. */
static double
readable_intercept(const ModelColumn *columns, uint32 n, double intercept)
{
	for (uint32 c = 0; c < n; c++)
		if (columns[c].kind == DATA_NUMBER)
			intercept -= columns[c].coef * columns[c].pivot;
	return intercept;
}

/*
 * Coefficients as people read them: z = intercept + the estimates that apply,
 * a number's times its value.  A model keeps numbers less a pivot; here the
 * pivots are in the intercept.  What a NULL number contributes stands in one
 * row, fill and flag together.  Of a mixture these are those of one member.
 */
static void
fill_coefficients(const ModelColumn *columns, uint32 n_columns,
                  double intercept, Coefficients *rows)
{
	static const char *const kinds[] = {
		[DATA_LEVEL_VALUE] = "value",
		[DATA_LEVEL_NULL] = "null",
		[DATA_LEVEL_OTHER] = "other",
	};
	int n_rows = 1;

	for (uint32 c = 0; c < n_columns; c++)
		n_rows += 2 + (int) columns[c].n_levels;
	elements_init(&rows->term, n_rows);
	elements_init(&rows->level, n_rows);
	elements_init(&rows->kind, n_rows);
	elements_init(&rows->estimate, n_rows);
	push_coefficient(rows, "(intercept)", NULL, NULL, intercept);

	for (uint32 c = 0; c < n_columns; c++)
	{
		const ModelColumn *column = &columns[c];
		const char *term =
			column->element == 0
				? column->source
				: psprintf("%s[%u]", column->source, column->element);

		if (column->kind == DATA_NUMBER)
		{
			push_coefficient(rows, term, NULL, NULL, column->coef);
			push_coefficient(rows, term, NULL, "null",
			                 column->coef *
			                         ((double) column->fill + column->pivot) +
			                     column->null_coef);
			continue;
		}
		for (uint32 l = 0; l < column->n_levels; l++)
		{
			const ModelLevel *level = &column->levels[l];

			push_coefficient(rows, term,
			                 level->kind == DATA_LEVEL_VALUE
			                     ? pnstrdup(level->name, level->length)
			                     : NULL,
			                 kinds[level->kind], level->coef);
		}
		push_coefficient(rows, term, NULL, "unseen", column->unseen_coef);
	}
}

void
store_insert_coefficients(const char *model, int version,
                          const double *std_errors, const Model *compiled,
                          uint32 member)
{
	Parameters parameters = { 0 };
	Coefficients rows;
	Elements errors;
	bool mixed = compiled->n_members > 0;
	const ModelColumn *columns =
		mixed ? compiled->members[member].columns : compiled->columns;
	double intercept = readable_intercept(
		columns, compiled->n_columns,
		mixed ? compiled->members[member].intercept : compiled->intercept);
	int nest_level;

	fill_coefficients(columns, compiled->n_columns, intercept, &rows);
	elements_init(&errors, rows.term.n);
	for (int i = 0; i < rows.term.n; i++)
		push_real(&errors, std_errors != NULL ? std_errors[i] : NAN);
	nest_level = store_spi_begin();
	add_text(&parameters, model);
	add_int(&parameters, version);
	add_elements(&parameters, TEXTOID, &rows.term);
	add_elements(&parameters, TEXTOID, &rows.level);
	add_elements(&parameters, TEXTOID, &rows.kind);
	add_elements(&parameters, FLOAT8OID, &rows.estimate);
	add_elements(&parameters, FLOAT8OID, &errors);
	add_int(&parameters, (int) member);
	add_real(&parameters, mixed ? compiled->members[member].share : 1);
	add_text(&parameters,
	         compiled->classes != NULL ? compiled->classes[member].name : NULL);
	store_write("INSERT INTO fairpg_catalog.coefficient"
	            " (model, version, position, term, level, level_kind, estimate,"
	            " std_error, z, member, share, class)"
	            " SELECT $1, $2, u.position - 1 + $8 * cardinality($3), u.term,"
	            " u.level, u.kind, u.estimate,"
	            " u.std_error, u.estimate / nullif(u.std_error, 0),"
	            " $8 + 1, $9, $10"
	            " FROM unnest($3, $4, $5, $6, $7) WITH ORDINALITY"
	            " AS u (term, level, kind, estimate, std_error, position)",
	            &parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
}

/* Thresholds by group as people read them. */
static void
insert_groups(const char *model, int version, const ModelGroups *groups)
{
	Parameters parameters = { 0 };
	Elements names;
	Elements thresholds;

	elements_init(&names, (int) groups->n_groups);
	elements_init(&thresholds, (int) groups->n_groups);
	for (uint32 g = 0; g < groups->n_groups; g++)
	{
		push_text(&names, groups->groups[g].name);
		push_real(&thresholds, groups->groups[g].threshold);
	}
	add_text(&parameters, model);
	add_int(&parameters, version);
	add_text(&parameters, groups->attribute);
	add_elements(&parameters, TEXTOID, &names);
	add_elements(&parameters, FLOAT8OID, &thresholds);
	store_write("INSERT INTO fairpg_catalog.group_threshold"
	            " (model, version, attribute, group_name, threshold)"
	            " SELECT $1, $2, $3, u.name, u.threshold"
	            " FROM unnest($4, $5) AS u (name, threshold)",
	            &parameters, SPI_OK_INSERT);
}

void
store_insert_log(const char *model, int version, const StoreLogRow *rows,
                 int n_rows)
{
	Parameters parameters = { 0 };
	Elements columns[9];
	int nest_level = store_spi_begin();

	for (int c = 0; c < (int) lengthof(columns); c++)
		elements_init(&columns[c], n_rows);
	for (int i = 0; i < n_rows; i++)
	{
		push_int(&columns[0], rows[i].iteration);
		push_text(&columns[1], rows[i].phase);
		push_bigint(&columns[2], rows[i].rows);
		push_real(&columns[3], rows[i].loss);
		push_real(&columns[4], rows[i].gap);
		push_real(&columns[5], rows[i].step);
		push_real(&columns[6], rows[i].max_multiplier);
		push_boolean(&columns[7], rows[i].feasible);
		push_boolean(&columns[8], rows[i].chosen);
	}
	add_text(&parameters, model);
	add_int(&parameters, version);
	add_elements(&parameters, INT4OID, &columns[0]);
	add_elements(&parameters, TEXTOID, &columns[1]);
	add_elements(&parameters, INT8OID, &columns[2]);
	add_elements(&parameters, FLOAT8OID, &columns[3]);
	add_elements(&parameters, FLOAT8OID, &columns[4]);
	add_elements(&parameters, FLOAT8OID, &columns[5]);
	add_elements(&parameters, FLOAT8OID, &columns[6]);
	add_elements(&parameters, BOOLOID, &columns[7]);
	add_elements(&parameters, BOOLOID, &columns[8]);
	store_write(
		"INSERT INTO fairpg_catalog.training_log"
		" (model, version, iteration, phase, rows, loss, gap, step,"
		" max_multiplier, feasible, chosen)"
		" SELECT $1, $2, u.* FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11)"
		" AS u",
		&parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
}

void
store_insert_log_groups(const char *model, int version,
                        const StoreLogGroup *rows, int n_rows)
{
	Parameters parameters = { 0 };
	Elements columns[8];
	int nest_level = store_spi_begin();

	for (int c = 0; c < (int) lengthof(columns); c++)
		elements_init(&columns[c], n_rows);
	for (int i = 0; i < n_rows; i++)
	{
		push_int(&columns[0], rows[i].iteration);
		push_text(&columns[1], rows[i].attribute);
		push_text(&columns[2], rows[i].group_name);
		push_text(&columns[3], rows[i].metric);
		push_real(&columns[4], rows[i].value);
		push_bigint(&columns[5], rows[i].rows);
		push_int(&columns[6], rows[i].class_number);
		push_text(&columns[7], rows[i].class);
	}
	add_text(&parameters, model);
	add_int(&parameters, version);
	add_elements(&parameters, INT4OID, &columns[0]);
	add_elements(&parameters, TEXTOID, &columns[1]);
	add_elements(&parameters, TEXTOID, &columns[2]);
	add_elements(&parameters, TEXTOID, &columns[3]);
	add_elements(&parameters, FLOAT8OID, &columns[4]);
	add_elements(&parameters, INT8OID, &columns[5]);
	add_elements(&parameters, INT4OID, &columns[6]);
	add_elements(&parameters, TEXTOID, &columns[7]);
	store_write(
		"INSERT INTO fairpg_catalog.training_log_group"
		" (model, version, iteration, attribute, group_name, metric, value,"
		" rows, class_number, class)"
		" SELECT $1, $2, u.* FROM unnest($3, $4, $5, $6, $7, $8, $9, $10)"
		" AS u",
		&parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
}

void
store_insert_cells(const char *model, int version, const StoreCell *cells,
                   int n_cells)
{
	Parameters parameters = { 0 };
	Elements columns[8];
	int nest_level = store_spi_begin();

	for (int c = 0; c < (int) lengthof(columns); c++)
		elements_init(&columns[c], n_cells);
	for (int i = 0; i < n_cells; i++)
	{
		push_text(&columns[0], cells[i].attribute);
		push_text(&columns[1], cells[i].group_name);
		push_boolean(&columns[2], cells[i].label);
		push_bigint(&columns[3], cells[i].rows);
		push_real(&columns[4], cells[i].weight_before);
		push_real(&columns[5], cells[i].squares_before);
		push_real(&columns[6], cells[i].factor);
		push_boolean(&columns[7], cells[i].balanced);
	}
	add_text(&parameters, model);
	add_int(&parameters, version);
	add_elements(&parameters, TEXTOID, &columns[0]);
	add_elements(&parameters, TEXTOID, &columns[1]);
	add_elements(&parameters, BOOLOID, &columns[2]);
	add_elements(&parameters, INT8OID, &columns[3]);
	for (int c = 4; c < 7; c++)
		add_elements(&parameters, FLOAT8OID, &columns[c]);
	add_elements(&parameters, BOOLOID, &columns[7]);
	store_write(
		"INSERT INTO fairpg_catalog.reweighing"
		" (model, version, cell, attribute, group_name, label, rows,"
		" weight_before, squares_before, factor, weight_after, balanced)"
		" SELECT $1, $2, u.cell - 1, u.attribute, u.group_name, u.label,"
		" u.rows, u.weight, u.squares, u.factor, u.weight * u.factor,"
		" u.balanced"
		" FROM unnest($3, $4, $5, $6, $7, $8, $9, $10) WITH ORDINALITY"
		" AS u (attribute, group_name, label, rows, weight, squares, factor,"
		" balanced, cell)",
		&parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
}
