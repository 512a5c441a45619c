/*
 * classes.h
 *    The table that the tests of multinomial models train on: the rows of
 *    numbers.h, with a class for a label.
 */
#ifndef FAIRPG_TEST_CLASSES_H
#define FAIRPG_TEST_CLASSES_H

#include "numbers.h"

#define MOST_CLASSES 5

static const char *const class_names[MOST_CLASSES] = { "v", "\"a\", b", "w", "",
	                                                   "x" };
/* their places in the order of bytes, where all of them, or the first three,
 * occur */
static const uint32_t class_places[MOST_CLASSES] = { 2, 1, 3, 0, 4 };

/* The class of a row, among the first 'n' names. */
static inline uint32_t
class_of(const NumberRow *row, uint32_t n)
{
	double y = 0.9 * row->y + 0.7 * (double) row->level;

	return (uint32_t) floor(fabs(y)) % n;
}

/* Names by the order of their bytes, for 'n' classes. */
static inline uint32_t
class_place(uint32_t number, uint32_t n)
{
	uint32_t place = 0;

	for (uint32_t k = 0; k < n; k++)
		place += class_places[k] < class_places[number] ? 1 : 0;
	return place;
}

/* A dataset of rows with 'n_classes' classes, all to train on. */
static inline Dataset *
class_data(NumArena *arena, const NumberRows *wanted, const NumberRow *rows,
           uint32_t n_classes)
{
	static const char *const groups[] = { "a", "b", "c" };
	static const char *const levels[] = { "p", "q", "r", "s" };
	static const DataColumnSpec columns[] = {
		{ "x0", "x0", 0, 1, DATA_NUMBER },
		{ "x1", "x1", 0, 1, DATA_NUMBER },
		{ "x2", "x2", 0, 1, DATA_NUMBER },
		{ "level", "level", 0, 3, DATA_CATEGORY },
		{ "y", "y", 0, 3, DATA_CATEGORY },
	};
	static const DataAttributeSpec attribute = { "g", 1, { 0 } };
	DataBuilderSpec spec = { .n_columns = NUMBERS + 2,
		                     .columns = columns,
		                     .n_protected = 1,
		                     .n_attributes = 1,
		                     .attributes = &attribute,
		                     .label = DATA_LABEL_CLASS,
		                     .label_column = NUMBERS + 1,
		                     .weighted = wanted->weighted,
		                     .null_flags = true,
		                     .max_levels = 100,
		                     .max_groups = 100 };
	DataBuilder *builder = NULL;
	DataInput *input;
	DataFinding *findings;
	uint32_t n_findings;
	const char *culprit;
	Dataset *data = NULL;

	CHECK_INT(data_builder_create(arena, &spec, &builder), NUM_OK);
	input = data_builder_input(builder);
	input->label = 0;
	for (uint32_t i = 0; i < wanted->n_rows; i++)
	{
		const NumberRow *row =
			&rows[wanted->backwards ? wanted->n_rows - 1 - i : i];
		const char *name = class_names[class_of(row, n_classes)];

		for (uint32_t c = 0; c < NUMBERS; c++)
			input->number[c] = row->x[c];
		input->code[NUMBERS] =
			data_builder_code(builder, NUMBERS, levels[row->level], 1);
		input->code[NUMBERS + 1] = data_builder_code(builder, NUMBERS + 1, name,
		                                             (uint32_t) strlen(name));
		input->protected_code[0] =
			data_builder_group(builder, 0, groups[row->group], 1);
		input->weight = row->weight;
		CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(
		data_builder_finish(builder, &data, &findings, &n_findings, &culprit),
		NUM_OK);
	return data;
}

#endif
