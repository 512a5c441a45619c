/*
 * extract.h
 *    From a source in SQL to a dataset in memory, in one pass.
 *
 * The query runs as the caller, planned for parallel workers, and may not
 * write.  Everything that is wrong with the source, a column or a value is an
 * error here, which names what it is about and never shows a value.
 */
#ifndef FAIRPG_PG_TRAIN_EXTRACT_H
#define FAIRPG_PG_TRAIN_EXTRACT_H

#include "access/tupdesc.h"
#include "nodes/pg_list.h"

#include "data/dataset.h"
#include "data/store.h"
#include "num/arena.h"
#include "num/monitor.h"

struct ExtractReport;
struct SharedRows;

typedef struct ExtractRequest
{
	const char *source; /* a relation's name or a query */
	const char *label;  /* column */
	DataLabel label_kind;
	const char *positive; /* the label's positive value as text, or NULL */
	const char *weight;   /* column, or NULL */
	const char *split; /* 'hash:F', 'column:NAME=VALUE', 'none'; NULL: none */
	const char *key;   /* column that orders and identifies, or NULL */

	char **protected_attributes; /* columns, or 'a*b' */
	int n_protected;
	char **features; /* columns; none: every usable one */
	int n_features;
	char **exclude; /* columns */
	int n_exclude;

	bool draws;        /* the key gives each row a draw, if there is one */
	int64 seed;        /* of the split */
	const char *nulls; /* 'indicator' (also when NULL), 'impute', 'reject',
						* 'drop' */
	int max_levels;    /* of a category, 0: 256 */
	int max_groups;    /* of a protected attribute, 0: no limit but the
						* dataset's own */
	bool outlives;     /* the dataset is used after the transaction */
	int n_folds;       /* of the rows, 0: none */
	/* called when all rows have been read, before a dataset is made of them,
	 * which is some tenth of the work; with what is known by then.  The answer is
	 * who takes part in it, or NULL.  NULL: not called */
	struct FinishTeam *(*have_read)(void *host,
	                                const struct ExtractReport *report);
	void *host;
	NumMonitor *monitor;
} ExtractRequest;

typedef struct ExtractReport
{
	struct SharedRows *shared; /* memory of the dataset's rows when several
	                            * processes read them; NULL: the arena */
	DataStore *store;          /* of rows for which it has no room */
	uint64 waited_bytes;       /* of rows that were in files while they were
	                            * gathered */
	List *warnings;            /* of char *, one sentence each */
	uint64 rows_read;          /* what the query returned */
	uint64 rows_dropped;       /* of them, left out for whatever reason */
	uint64 digest[2];          /* of those used, RowCounts.digest */
	uint64 rows_train;         /* of the others, about so many to train on */
	char *source_name;         /* printable */
	char *relation;            /* as in Source, or NULL */
	TupleDesc columns;         /* of the source */
	char *statement;           /* the query that ran */
	bool row_security;         /* row security was active for the caller */
	double seconds;
	uint8 key_input;      /* EncodeClass of the key, if there is one */
	char **features_used; /* source columns the models see */
	int n_features_used;
} ExtractReport;

/* Reads the source and returns the finished dataset; all of it is the
 * arena's, and the report's parts are in CurrentMemoryContext.  Raises an
 * error instead of returning anything incomplete. */
extern Dataset *extract_dataset(const ExtractRequest *request, NumArena *arena,
                                ExtractReport *report);

#endif
