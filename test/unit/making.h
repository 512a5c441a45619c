/*
 * making.h
 *    Small datasets for tests, made row by row.
 */
#ifndef FAIRPG_TEST_MAKING_H
#define FAIRPG_TEST_MAKING_H

#include <stdio.h>
#include <string.h>

#include "data/builder.h"
#include "scratch.h"
#include "unit.h"

/* One dataset being made, and what came of it. */
typedef struct Making
{
	NumArena arena;
	DataBuilder *builder;
	DataInput *input;
	Dataset *data;
	DataFinding *findings;
	uint32_t n_findings;
	const char *culprit;
} Making;

static const DataColumnSpec one_number[] = {
	{ "x", "x", 0, 1, DATA_NUMBER },
};
static const DataColumnSpec two_numbers[] = {
	{ "x", "x", 0, 1, DATA_NUMBER },
	{ "z", "z", 0, 1, DATA_NUMBER },
};
static const DataColumnSpec number_and_text[] = {
	{ "x", "x", 0, 1, DATA_NUMBER },
	{ "t", "t", 0, 3, DATA_CATEGORY },
};

static inline void
making_begin(Making *making, const DataBuilderSpec *spec)
{
	memset(making, 0, sizeof(*making));
	scratch_begin(&making->arena, 0);
	CHECK_INT(data_builder_create(&making->arena, spec, &making->builder),
	          NUM_OK);
	making->input = data_builder_input(making->builder);
	making->input->weight = 1;
}

static inline NumStatus
making_finish(Making *making)
{
	return data_builder_finish(making->builder, &making->data,
	                           &making->findings, &making->n_findings,
	                           &making->culprit);
}

static inline bool
found(const Making *making, DataFindingKind kind, const char *column)
{
	for (uint32_t f = 0; f < making->n_findings; f++)
		if (making->findings[f].kind == kind &&
		    strcmp(making->findings[f].column, column) == 0)
			return true;
	return false;
}

static inline uint32_t
code(Making *making, uint32_t column, const char *text)
{
	return data_builder_code(making->builder, column, text,
	                         (uint32_t) strlen(text));
}

static inline uint32_t
numbered(Making *making, uint32_t column, const char *format_of_one, uint32_t i)
{
	char text[64];
	int length = snprintf(text, sizeof(text), "%s%u", format_of_one, i);

	return data_builder_code(making->builder, column, text, (uint32_t) length);
}

static inline DataBuilderSpec
spec_of(const DataColumnSpec *columns, uint32_t n_columns)
{
	DataBuilderSpec spec = { .n_columns = n_columns,
		                     .columns = columns,
		                     .null_flags = true,
		                     .max_levels = 256,
		                     .max_groups = 1000 };

	return spec;
}

#endif
