/*
 * store.h
 *    Writing to and finding the tables that fairpg.init() makes.
 *
 * The tables are the user's: every statement runs with the rights of the
 * current user, through SPI, with search_path pinned.  In all structures a
 * NaN or a NULL pointer becomes SQL NULL; strings are terminated and in the
 * encoding of the database.
 */
#ifndef FAIRPG_PG_STORE_H
#define FAIRPG_PG_STORE_H

#include "model/model.h"

/* The layout that src/sql/store.sql makes; fairpg.init() writes the same
 * number, and every change of a table needs a new one and a step there. */
#define STORE_VERSION 1

#define STORE_SCHEMA "fairpg_catalog"
#define STORE_MODEL_NAME_MAX 128 /* characters */

typedef enum StoreUse
{
	STORE_TO_TRAIN,
	STORE_TO_EVALUATE,
	STORE_TO_RUN_JOB,
	STORE_TO_EXPLORE, /* fairpg.frontier() */
	STORE_TO_CHOOSE,
	STORE_TO_ANALYSE, /* fairpg.add_analyses() */
	STORE_TO_REPORT,  /* fairpg.audit_report() */
	STORE_TO_GOVERN,  /* as its owner, who has all rights; or to read what
	                   * queries ask the rights for themselves */
	STORE_TO_LOG,     /* fairpg.log_decision() */
	STORE_USES
} StoreUse;

/* Raises an error with the way out unless fairpg.init() has been run in this
 * database, the layout is ours, and the current user has the rights on the
 * store's tables that the use takes in the end. */
extern void store_require(StoreUse use);

/* The role that owns the store, which must be there. */
extern Oid store_schema_owner(void);

/* OID of fairpg_catalog.model_version, or InvalidOid when there is none. */
extern Oid store_version_table(void);

/* Raises an error unless this can be the name of a model: 1 to 128
 * characters, none of them a control character. */
extern void store_check_model_name(const char *model);

/* Takes the next version number of a model, making the model when it is new.
 * Holds a lock on the model's row until the transaction ends, so call it when
 * the work is done: another session that trains the same model waits here,
 * and then gets the number after ours. */
extern int store_next_version(const char *model);

typedef struct StoreVersion
{
	const char *model;
	int version; /* from store_next_version() */
	const char *family;
	const char *fairness;
	const char *method;
	double max_gap;
	const char *status;
	const char *verdict;
	const char *source;
	const char *label;
	const char *positive;
	char **protected_names;
	int n_protected;
	const char *spec; /* JSON text of the whole call */
	double threshold;
	const uint8_t *artifact; /* as model_encode() made it */
	size_t artifact_bytes;
	int64 rows_train;
	int64 rows_test;
	int64 rows_dropped;
	double loss;
	double accuracy;
	double auc;
	double gap;
	double gap_low;
	double gap_high;
	const char *worst_group;
	int iterations;
	int best_iteration; /* of the log; 0: none */
	const char *stopped_because;
	double expected_gap; /* of mixtures */
	double seconds;
	int64 memory_bytes;
	char **warnings;
	int n_warnings;
	const char *comment;
	bool row_security;
	const double *std_errors; /* of the rows of fairpg_catalog.coefficient in
	                           * their order, NaN where there is none; NULL: of
	                           * none */
} StoreVersion;

/* Inserts the version; its coefficients as rows follow from the model.  Plans
 * and predictions of other sessions see it when the transaction commits. */
extern void
store_insert_version(const StoreVersion *version, const Model *model);

/* The coefficients of a model, or of member number 'member' of a mixture, as
 * rows; 'std_errors' as in StoreVersion. */
extern void store_insert_coefficients(const char *model, int version,
                                      const double *std_errors,
                                      const Model *compiled, uint32 member);

typedef struct StoreLogRow
{
	int iteration;
	const char *phase;
	int64 rows;
	double loss;
	double gap;
	double step;
	double max_multiplier;
	bool feasible;
	bool chosen;
} StoreLogRow;

extern void store_insert_log(const char *model, int version,
                             const StoreLogRow *rows, int n_rows);

/* A group rate of one iteration. */
typedef struct StoreLogGroup
{
	int iteration;
	const char *attribute;
	const char *group_name;
	const char *metric;
	double value;
	int64 rows;
	int class_number;  /* from 1; 0: of a label without classes */
	const char *class; /* its name; NULL: likewise */
} StoreLogGroup;

extern void store_insert_log_groups(const char *model, int version,
                                    const StoreLogGroup *rows, int n_rows);

/* One cell of method reweigh. */
typedef struct StoreCell
{
	const char *attribute;
	const char *group_name;
	bool label;
	int64 rows;
	double weight_before;
	double squares_before;
	double factor;
	bool balanced;
} StoreCell;

extern void store_insert_cells(const char *model, int version,
                               const StoreCell *cells, int n_cells);

typedef struct StoreEvaluation
{
	const char *model; /* NULL: decisions or scores of somebody else */
	int version;
	const char *name;
	const char *source;
	const char *relation; /* the source with its schema; NULL: a query */
	const char *part;     /* "held_out", "out_of_fold", "train" or "external" */
	const char *label;
	const char *positive;
	char **protected_names;
	int n_protected;
	const char *decision; /* without a model: one of these three */
	const char *score;
	const char *prediction; /* of a number */
	double threshold;       /* NaN: none */
	const char *weight;
	double level;
	int64 seed;
	int min_group;
	int replicates;
	const char *comment;
	bool row_security;
	int64 frontier; /* of a point of a frontier instead of a version; else 0 */
	int point;
	int64 n_rows;
	int64 n_null_label;
	int64 n_null_value; /* this and the next two: of models */
	int64 n_unseen_level;
	int64 n_out_of_range;
	double accuracy;
	double auc;
	double loss;
} StoreEvaluation;

/* store_evaluation.c: returns the number of the new evaluation; what it has
 * found goes in by the functions that follow. */
extern int64 store_insert_evaluation(const StoreEvaluation *evaluation);

typedef struct StoreMetric
{
	const char *attribute;
	const char *group_name;
	const char *metric;
	double value;
	double low;
	double high;
	int64 n;
	const char *flag;
	const char *reason;
	int class_number; /* from 1; 0: of none */
	const char *class;
} StoreMetric;

extern void store_insert_metrics(int64 evaluation, const StoreMetric *metrics,
                                 int n_metrics);

typedef struct StoreGap
{
	const char *attribute;
	const char *criterion;
	double value;
	double low;
	double high;
	double ratio;
	double ratio_low;
	double ratio_high;
	int64 n;
	const char *highest_group;
	const char *lowest_group;
	const char *worst_group;
	const char *flag;
	const char *reason;
	int class_number; /* from 1; 0: of none */
	const char *class;
} StoreGap;

extern void
store_insert_gaps(int64 evaluation, const StoreGap *gaps, int n_gaps);

typedef struct StoreConstraint
{
	int position; /* in the list of the version, from 1 */
	const char *criterion;
	const char *measure;    /* gap, ratio, loss: what 'value' is */
	const char *bound_kind; /* max_gap, min_ratio, max_loss; NULL: no bound */
	double bound;
	const char *attributes; /* "sex, race" */
	double value;
	double low;
	double high;
	const char *verdict;
	const char *worst_group;
	int64 rows;        /* that the verdict hangs on; 0: nothing judged */
	int64 rows_needed; /* 0: not known, or no need */
} StoreConstraint;

extern void
store_insert_constraints(int64 evaluation, const StoreConstraint *constraints,
                         int n_constraints);

/* A group by the one that is selected most. */
typedef struct StoreRatio
{
	const char *attribute;
	const char *group_name;
	int64 n;
	int64 selected;
	double selection_rate;
	const char *reference_group;
	double reference_rate;
	double ratio;
	double low;
	double high;
	double p_value;
	double p_adjusted;
	int64 rows_needed; /* 0: not known, or no need */
	const char *verdict;
	const char *flag;
	const char *reason;
	int class_number; /* from 1; 0: of none */
	const char *class;
} StoreRatio;

extern void
store_insert_ratios(int64 evaluation, const StoreRatio *ratios, int n_ratios);

/* A stored version as a reader finds it. */
typedef struct StoredModel
{
	int version;
	uint8 sha256[32]; /* of the artifact, as stored beside it */
	const char *raw;  /* the artifact as the row has it: perhaps a pointer to */
	size_t raw_bytes; /* it, the same as long as the artifact is */
	const uint8 *bytes; /* the artifact; NULL when it was not asked for */
	size_t size_bytes;
	int encoding; /* of the names in it: that of the database of its training,
	               * which need not be this one */
} StoredModel;

/*
 * Finds a version of a model by the primary key, under the active snapshot;
 * 'version' may be one of the two below.  Needs neither SPI nor any write, so it works in
 * the planner, in parallel workers and on a standby.  The current user must
 * have SELECT on the table.  The result is in CurrentMemoryContext.
 *
 * Raises an error when the store, the model or the version does not exist;
 * with 'missing_ok' a missing model or version gives NULL instead.
 */
#define STORE_IN_SERVICE 0 /* the champion; the newest without a policy */
#define STORE_NEWEST (-1)

typedef struct StoreReader StoreReader;
extern StoreReader *store_reader_open(const char *model, int version,
                                      bool missing_ok, StoredModel *stored);

/* Fills in the artifact, checked against its sha256. */
extern void store_reader_fetch(StoreReader *reader, StoredModel *stored);
extern void store_reader_close(StoreReader *reader);

/* The three above in one, and the model decoded into the arena; returns it and
 * sets '*version' (given: may be STORE_IN_SERVICE or STORE_NEWEST).  Damage is an error that names
 * model and version. */
extern Model *
store_load_model(NumArena *arena, const char *model, int *version);

/* Decodes an artifact or raises the error for a damaged one; stored->version
 * is 0 when it came by value, and then 'model' is not used.  Names are in the
 * encoding of this database, or it is an error that says so. */
extern Model *
store_decode(NumArena *arena, const StoredModel *stored, const char *model);

/* store_names.c: the names of a decoded model from another encoding into that
 * of this database, in CurrentMemoryContext. */
extern void store_convert_names(Model *model, int encoding);

/* SPI with search_path pinned to pg_catalog, for statements that fairpg
 * writes itself.  Between the two calls CurrentMemoryContext is SPI's: what
 * is to outlive store_spi_end() must be copied to another one. */
extern int store_spi_begin(void);
extern void store_spi_end(int nest_level);

#endif
