/*
 * model.h
 *    A trained model as scoring sees it: a list of encoders with coefficients.
 *
 * A model is immutable.  It holds everything that scoring a row takes: which
 * source columns, how each value is encoded, and what each encoded value
 * contributes to the raw score z = intercept + sum of contributions, taken in
 * column order with plain double additions (no contraction), so that one row,
 * a batch and any plan give the same bits.  Of a logistic model the probability
 * is num_sigmoid(z) and the decision is probability >= threshold, where a model
 * may have a threshold for each group of a protected attribute.  A linear model
 * predicts z itself, and decides nothing.
 */
#ifndef FAIRPG_MODEL_MODEL_H
#define FAIRPG_MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "data/dataset.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef enum ModelFamily
{
	MODEL_LOGISTIC = 1,
	MODEL_LINEAR = 2
} ModelFamily;

typedef struct ModelLevel
{
	DataLevelKind kind;
	const char *name; /* not terminated */
	uint32_t length;
	double coef;
} ModelLevel;

typedef struct ModelColumn
{
	const char *source; /* column to read, terminated */
	uint32_t element;   /* 0, or the 1-based array element */
	uint8_t input;      /* EncodeClass of the training type */
	DataKind kind;

	/* DATA_NUMBER: contribution coef * (double) (float) (x - pivot); a NULL
	 * contributes coef * fill, then null_coef */
	double pivot;
	float fill;
	double coef;
	double null_coef;
	double min; /* training range of x, for counting values out of range */
	double max;

	/* DATA_CATEGORY: levels in byte order, NULL first, OTHER last; a value
	 * that is no level contributes unseen_coef (OTHER's, or the mean of the
	 * coefficients weighted by how often each level occurred) */
	uint32_t n_levels;
	ModelLevel *levels;
	double unseen_coef;
} ModelColumn;

typedef struct ModelGroup
{
	const char *name; /* as training names groups: "Female, Black" */
	double threshold; /* of the probability, in [0, 2]; above 1: nobody */
} ModelGroup;

/* Thresholds by group.  The group of a row is what its columns say; a row of
 * a group that is not listed cannot be decided. */
typedef struct ModelGroups
{
	const char *attribute; /* as the user wrote it, "sex*race" */
	uint32_t n_columns;    /* 1 to MODEL_MAX_CROSSED */
	const char **columns;  /* to read, in the order of the names' parts */
	uint32_t n_groups;     /* at least 1 */
	ModelGroup *groups;    /* in the byte order of their names */
} ModelGroups;

#define MODEL_MAX_CROSSED 8
#define MODEL_MOST_THRESHOLD 2.0

typedef struct Model
{
	ModelFamily family;
	double threshold; /* of the probability, in (0, 1); 0: decides nothing */
	double intercept;
	uint32_t n_columns;
	ModelColumn *columns;
	const ModelGroups *groups; /* instead of 'threshold'; NULL: none */
} Model;

/* Builds a model from a finished dataset and its coefficients (raw, in the
 * units of the stored columns; layout as DataColumn.first_param says).
 * 'threshold' is not looked at where the family decides nothing. */
extern NumStatus model_from_coefficients(NumArena *arena, const Dataset *data,
                                         ModelFamily family, double threshold,
                                         const double *coef, Model **result);

/* groups.c: gives the model a copy of 'groups', put in order.
 * NUM_BAD_ARGUMENT when a count, a name or a threshold is none that the stored
 * form takes. */
extern NumStatus
model_set_groups(NumArena *arena, Model *model, const ModelGroups *groups);

/* The group of that name, or NULL. */
extern const ModelGroup *
model_find_group(const ModelGroups *groups, const char *name);

/* Whether the names of groups are in order and their thresholds in range. */
extern bool model_groups_sound(const ModelGroups *groups);

/* Raw scores of one block of a dataset; 'z' has room for n_rows.  The dataset
 * must be the one the model was built from. */
extern void model_score_block(const Model *model, const Dataset *data,
                              const DataBlock *block, double *z);

/* Place of the level with these bytes, or -1 when it is none. */
extern int
model_find_level(const ModelColumn *column, const char *name, uint32_t length);

/* codec.c: fixed little-endian image with magic, version, length, checksum.
 * model_encode allocates '*bytes'; model_decode checks everything it reads,
 * copies what it keeps, and answers NUM_CORRUPT with '*field' naming what is
 * wrong.  An image may have hundreds of megabytes, so the monitor (NULL: none)
 * is asked on the way. */
extern NumStatus model_encode(NumArena *arena, const Model *model,
                              uint8_t **bytes, size_t *size_bytes);
extern NumStatus
model_decode(NumArena *arena, const uint8_t *bytes, size_t size_bytes,
             NumMonitor *monitor, Model **model, const char **field);

#endif
