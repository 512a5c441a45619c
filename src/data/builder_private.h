/*
 * builder_private.h
 *    What builder.c and finish.c share.
 */
#ifndef FAIRPG_DATA_BUILDER_PRIVATE_H
#define FAIRPG_DATA_BUILDER_PRIVATE_H

#include "data/builder.h"
#include "data/dictionary.h"

typedef struct StagedRow
{
	DataPart part;
	uint16_t cell;
	double weight;
} StagedRow;

struct DataBuilder
{
	NumArena *arena;
	DataBuilderSpec spec;
	DataInput input;

	Dictionary *levels;           /* [n_columns]; entry e has code e + 1 */
	Dictionary *protected_values; /* [n_protected]; likewise */
	Dictionary base_groups;       /* of tuples of protected codes */
	double *pivot;                /* [n_columns] */
	bool *seen_null;              /* [n_columns] categories only */

	DataRows part[DATA_PARTS];
	uint32_t block_room[DATA_PARTS];

	bool flushed;
	uint32_t n_staged;
	double *staged_number;
	uint32_t *staged_code;
	StagedRow *staged;
};

extern NumStatus data_builder_flush(DataBuilder *builder);

/* Bytes that hold codes 0 to 'code'. */
static inline uint8_t
data_code_width(uint32_t code)
{
	return code <= UINT8_MAX ? 1 : code <= UINT16_MAX ? 2 : 4;
}

static inline uint32_t
data_get_code(const void *codes, uint8_t width, uint32_t at)
{
	if (width == 1)
		return ((const uint8_t *) codes)[at];
	if (width == 2)
		return ((const uint16_t *) codes)[at];
	return ((const uint32_t *) codes)[at];
}

static inline void
data_put_code(void *codes, uint8_t width, uint32_t at, uint32_t code)
{
	if (width == 1)
		((uint8_t *) codes)[at] = (uint8_t) code;
	else if (width == 2)
		((uint16_t *) codes)[at] = (uint16_t) code;
	else
		((uint32_t *) codes)[at] = code;
}

#endif
