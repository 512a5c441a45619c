/*
 * check.h
 *    One call of fairpg.check_data(): what was asked, what was read, what is
 *    reported.
 *
 * Internal to src/pg/check.  Include after postgres.h.
 */
#ifndef FAIRPG_PG_CHECK_CHECK_H
#define FAIRPG_PG_CHECK_CHECK_H

#include "fmgr.h"
#include "utils/jsonb.h"

#include "data/dictionary.h"
#include "data/sample.h"
#include "data/values.h"
#include "num/arena.h"
#include "num/exact_sum.h"
#include "num/monitor.h"
#include "pg/check/rules.h"
#include "pg/encode.h"
#include "pg/report.h"
#include "pg/rows.h"
#include "pg/source.h"

/* Labels that are told apart: NULL, 50 classes, and all others in one. */
#define CHECK_LABELS 52
#define CHECK_LABEL_NULL 0
#define CHECK_LABEL_OTHER 51

/* Combinations of values of protected columns and strata. */
#define CHECK_MOST_BASES 32767

/* Different values of a column that are counted one by one, fewer where there are
 * many columns. */
#define CHECK_MOST_VALUES 16384
#define CHECK_LEAST_VALUES 1024

/* What is missing: SQL NULL, or a text that stands for it. */
typedef enum CheckMissing
{
	CHECK_PRESENT,
	CHECK_NULL,
	CHECK_STAND_IN
} CheckMissing;

/* Words of a row of the sample before those of its features: the key, and the
 * number of the base with the label's code below it. */
#define CHECK_SAMPLE_HEAD 2
#define CHECK_SAMPLE_LABEL_BITS 8

/* A column of the source as it is read. */
typedef struct CheckInput
{
	const char *name;
	Oid type; /* domains looked through */
	Encoder encoder;
	int at; /* place in the statement */
} CheckInput;

/* A feature, and what was counted of it. */
typedef struct CheckFeature
{
	CheckInput input;
	bool is_number;   /* by its value, not by its bytes */
	bool is_category; /* boolean or text */
	uint64 n_null;
	uint64 n_stand_in;
	uint64 n_not_finite;
	uint64 missing_by_label[CHECK_LABELS];
	Values values; /* of those present */
	uint64 n_present;
	uint64 n_bytes;  /* of texts */
	uint64 n_blanks; /* spaces in texts */
	uint64 n_rises;  /* numbers above the one in the row before */
	uint64 n_falls;
	double last; /* number in the row before; NaN: none */
} CheckFeature;

/* A column whose values name groups: protected, or strata. */
typedef struct CheckKey
{
	CheckInput input;
	Dictionary codes; /* of the values as bytes; code 0 is NULL */
	int n_names;
	int room;
	const char **names; /* [n_names] of each code */
	bool crowded;       /* has more values than there may be groups */
	bool is_protected;
} CheckKey;

/* Rows that agree in all keys.  Rows with weight 0 are not there. */
typedef struct CheckBase
{
	const uint32 *codes; /* [n_keys] */
	uint64 rows;
	uint64 by_label[CHECK_LABELS];
	ExactSum *weight;  /* [CHECK_LABELS]; NULL: all are 1 */
	ExactSum *squared; /* likewise */
	uint64 *missing;   /* [n_features] rows without a value */
} CheckBase;

/* A group of an attribute, from its bases. */
typedef struct CheckGroup
{
	const char *name;
	uint64 rows;
	uint64 by_label[CHECK_LABELS];
	double weight_by_label[CHECK_LABELS];
	double weight; /* of all rows */
	double squared;
	double labelled_squared;
	uint64 *missing; /* [n_features] */
	double expected; /* share in the reference population; NaN: not in it */
} CheckGroup;

typedef struct CheckAttribute
{
	const char *name;
	int n_keys;
	int keys[SOURCE_MAX_CROSSED];
	bool crowded;
	int n_groups;
	CheckGroup *groups;
	int *group_of_base;
	bool has_reference; /* its groups have shares of the reference */
	int n_absent;       /* groups that only the reference has */
	CheckGroup *absent;
} CheckAttribute;

typedef struct CheckCall
{
	/* arguments; NULL where not given */
	char *label;
	char *positive;
	char *weight;
	char *reference;
	uint64 seed;

	/* options */
	double level;
	char *strata;
	int min_group;
	int min_cell;
	char **stand_ins;
	int n_stand_ins;
	int sample_rows;
	CheckRules rules;

	/* resolved */
	Source source;
	CheckInput label_input;
	CheckInput weight_input;
	int n_annotators;
	CheckInput *annotators;
	int n_features;
	CheckFeature *features;
	int n_keys;
	CheckKey *keys;
	int strata_key; /* -1: none */
	int n_attributes;
	CheckAttribute *attributes;
	int n_columns; /* of the statement */
	const char **columns;

	/* read */
	NumArena arena;
	NumMonitor monitor;
	Dictionary label_codes; /* of bytes; a label's code is one more */
	const char *label_names[CHECK_LABELS];
	int n_labels;    /* codes in use: the last one and 1 */
	bool two_labels; /* which label is the positive one is known */
	double is_positive[CHECK_LABELS];
	uint64 n_rows; /* with a weight above 0 */
	uint64 n_weightless;
	uint64 n_bases;
	uint64 bases_room;
	CheckBase *bases;
	Dictionary base_codes; /* of the codes of keys as bytes */
	Values contents;       /* hash of the features, tag: label */
	/* rows of a sample: of each feature a number as the bits of a double, NaN
	 * where it is missing or not finite, or the hash of a text, 0 where it is
	 * missing */
	Sample sample;

	Rows *rows;
} CheckCall;

/* One row of the result; NaN and NULL become SQL NULL. */
typedef struct CheckRow
{
	const char *check;
	const char *severity;
	const char *attribute;
	const char *column;
	const char *group;
	const char *metric;
	double value;
	double low;
	double high;
	int64 n;
	const char *fact;
	const char *advice;
} CheckRow;

/* Words of a row of the sample behind its head: the features, and the codes of
 * annotators, a byte each. */
static inline int
check_sample_words(const CheckCall *call)
{
	return call->n_features + (call->n_annotators + (int) sizeof(uint64) - 1) /
	                              (int) sizeof(uint64);
}

/* Raises an error for a status that is not NUM_OK. */
static inline void
check_status(const CheckCall *call, NumStatus status)
{
	if (status != NUM_OK)
		report_status(status, &call->arena,
		              psprintf("source %s", call->source.name));
}

/* A row in which nothing is known yet. */
extern CheckRow check_row(const char *check, const char *metric);
extern void check_put(const CheckCall *call, const CheckRow *row);

/* "33.1 %", in CurrentMemoryContext. */
extern char *check_percent(double share);

/* "(95 % interval 31.2 % to 35.0 %)", or an empty text where there is none. */
extern char *check_between(const CheckCall *call, double low, double high);

/* read.c: reads the source once, as the caller, between SPI_connect() and
 * SPI_finish(), and resolves what the labels are. */
extern void check_read(CheckCall *call);
extern const char *
check_value_bytes(CheckInput *input, Datum value, uint64 *room, uint32 *length);

/* label_order.c: gives labels codes in the order of their names; 'place'
 * [CHECK_LABELS] is the new code of each one before. */
extern void check_order_labels(CheckCall *call, uint8 *place);

/* groups.c: the groups of all attributes, and all rows as one group. */
extern void check_make_groups(CheckCall *call);
extern void check_everybody(const CheckCall *call, CheckGroup *group);

/* reference.c: what the reference population expects of each group; within
 * SPI, after check_make_groups(). */
extern void check_read_reference(CheckCall *call);

/* Effective numbers of rows (Kish): of all, and of those with a label. */
extern double check_effective(const CheckGroup *group);
extern double check_labelled(const CheckGroup *group);
extern double check_labelled_weight(const CheckGroup *group);
extern double
check_positive_weight(const CheckCall *call, const CheckGroup *group);

/* The word of a feature in a row of the sample. */
static inline uint64
check_word(const CheckCall *call, size_t row, int feature)
{
	return sample_row(&call->sample, row)[CHECK_SAMPLE_HEAD + feature];
}

/* A number of a row of the sample, NaN where it is missing. */
static inline double
check_number(const CheckCall *call, size_t row, int feature)
{
	uint64 word = check_word(call, row, feature);
	double x;

	memcpy(&x, &word, sizeof(x));
	return x;
}

static inline int
check_row_label(const CheckCall *call, size_t row)
{
	return (int) (sample_row(&call->sample, row)[1] &
	              ((1 << CHECK_SAMPLE_LABEL_BITS) - 1));
}

static inline int
check_row_base(const CheckCall *call, size_t row)
{
	return (int) (sample_row(&call->sample, row)[1] >> CHECK_SAMPLE_LABEL_BITS);
}

/* What annotator 'i' said of a row of the sample, as the code of a label. */
static inline int
check_annotation(const CheckCall *call, size_t row, int i)
{
	const uint8 *codes = (const uint8 *) (sample_row(&call->sample, row) +
	                                      CHECK_SAMPLE_HEAD + call->n_features);

	return codes[i];
}

/* A feature of the sample as levels: 0 where it is missing, its values or bins
 * from 1. */
typedef struct CheckLevels
{
	int n;        /* levels that there may be; 0: neither number nor category */
	uint16 *code; /* [sample rows] */
} CheckLevels;

/* levels.c: of all features, [n_features]. */
extern CheckLevels *check_levels(const CheckCall *call);

/* How many rows of the sample have the most frequent value of a feature, and how
 * many have one; none of a feature that is neither number nor category. */
extern size_t
check_most_frequent(const CheckCall *call, int feature, size_t *present);

/* How rows of the sample are called in facts: "6172 rows", "a sample of 100000
 * rows". */
extern char *check_sampled(const CheckCall *call);

/* The checks; one file each. */
extern void check_source_rows(CheckCall *call);
extern void check_coverage(CheckCall *call);
extern void check_labels(CheckCall *call);
extern void check_missing(CheckCall *call);
extern void check_duplicates(CheckCall *call);
extern void check_columns(CheckCall *call);
extern void check_same_columns(CheckCall *call);
extern void check_associations(CheckCall *call);
extern void check_joint(CheckCall *call);
extern void check_annotators(CheckCall *call);

#endif
