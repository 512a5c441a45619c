/*
 * codec_write.c
 *    A model as bytes; the format stands at the head of codec.c.
 */
#include "model/model.h"

#include <string.h>

#include "model/codec_private.h"
#include "num/checksum.h"

/* Writes when 'bytes' is set, else only counts; both passes run one code. */
typedef struct Writer
{
	uint8_t *bytes;
	size_t used;
} Writer;

static void
write_model(Writer *writer, const Model *model, uint64_t total_bytes);
static void write_column(Writer *writer, const ModelColumn *column);
static void write_groups(Writer *writer, const ModelGroups *groups);
static void write_members(Writer *writer, const Model *model);
static void write_classes(Writer *writer, const Model *model);
static void write_averages(Writer *writer, const Model *model);

static void
write_unsigned(Writer *writer, uint64_t value, int n_bytes)
{
	for (int i = 0; i < n_bytes; i++)
	{
		if (writer->bytes != NULL)
			writer->bytes[writer->used] = (uint8_t) (value >> (8 * i) & 0xff);
		writer->used++;
	}
}

static void
write_double(Writer *writer, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	write_unsigned(writer, bits, 8);
}

static void
write_float(Writer *writer, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	write_unsigned(writer, bits, 4);
}

static void
write_bytes(Writer *writer, const char *bytes, uint32_t length)
{
	write_unsigned(writer, length, 4);
	if (writer->bytes != NULL && length > 0)
		memcpy(writer->bytes + writer->used, bytes, length);
	writer->used += length;
}

NumStatus
model_encode(NumArena *arena, const Model *model, uint8_t **bytes,
             size_t *size_bytes)
{
	Writer writer = { NULL, 0 };
	size_t total;

	write_model(&writer, model, 0);
	total = writer.used + CODEC_CHECKSUM_BYTES;
	writer.bytes = arena_alloc(arena, total, 1);
	if (writer.bytes == NULL)
		return NUM_NO_MEMORY;
	writer.used = 0;
	write_model(&writer, model, total);
	write_unsigned(&writer, num_crc32c(writer.bytes, writer.used),
	               CODEC_CHECKSUM_BYTES);
	*bytes = writer.bytes;
	*size_bytes = total;
	return NUM_OK;
}

static void
write_model(Writer *writer, const Model *model, uint64_t total_bytes)
{
	bool decides = model->family == MODEL_LOGISTIC;
	unsigned format = model->family == MODEL_LINEAR ? CODEC_FORMAT_LINEAR
	                  : model->family == MODEL_MULTINOMIAL
	                      ? CODEC_FORMAT_CLASSES
	                  : model->n_members > 0  ? CODEC_FORMAT_MIXTURE
	                  : model->groups != NULL ? CODEC_FORMAT_GROUPS
	                                          : CODEC_FORMAT;

	for (int i = 0; i < CODEC_MAGIC_BYTES; i++)
		write_unsigned(writer, (unsigned char) CODEC_MAGIC[i], 1);
	write_unsigned(writer, format + (model->has_averages ? CODEC_AVERAGES : 0),
	               4);
	write_unsigned(writer, (uint64_t) model->family, 4);
	write_unsigned(writer, total_bytes, 8);
	if (decides)
		write_double(writer, model->threshold);
	write_double(writer, model->intercept);
	write_unsigned(writer, model->n_columns, 4);
	for (uint32_t c = 0; c < model->n_columns; c++)
		write_column(writer, &model->columns[c]);
	if (model->family == MODEL_MULTINOMIAL)
		write_classes(writer, model);
	else if (model->n_members > 0)
		write_members(writer, model);
	else if (decides && model->groups != NULL)
		write_groups(writer, model->groups);
	if (model->has_averages)
		write_averages(writer, model);
}

static void
write_column(Writer *writer, const ModelColumn *column)
{
	write_bytes(writer, column->source, (uint32_t) strlen(column->source));
	write_unsigned(writer, column->element, 4);
	write_unsigned(writer, column->input, 1);
	write_unsigned(writer, (uint64_t) column->kind, 1);
	if (column->kind == DATA_NUMBER)
	{
		write_double(writer, column->pivot);
		write_float(writer, column->fill);
		write_double(writer, column->coef);
		write_double(writer, column->null_coef);
		write_double(writer, column->min);
		write_double(writer, column->max);
		return;
	}

	write_double(writer, column->unseen_coef);
	write_unsigned(writer, column->n_levels, 4);
	for (uint32_t l = 0; l < column->n_levels; l++)
	{
		const ModelLevel *level = &column->levels[l];

		write_unsigned(writer, (uint64_t) level->kind, 1);
		write_bytes(writer, level->name, level->length);
		write_double(writer, level->coef);
	}
}

static void
write_name(Writer *writer, const char *name)
{
	write_bytes(writer, name, (uint32_t) strlen(name));
}

static void
write_groups(Writer *writer, const ModelGroups *groups)
{
	write_name(writer, groups->attribute);
	write_unsigned(writer, groups->n_columns, 4);
	for (uint32_t c = 0; c < groups->n_columns; c++)
		write_name(writer, groups->columns[c]);
	write_unsigned(writer, groups->n_groups, 4);
	for (uint32_t g = 0; g < groups->n_groups; g++)
	{
		write_name(writer, groups->groups[g].name);
		write_double(writer, groups->groups[g].threshold);
	}
}

/* The coefficients of a member or class after the first. */
static void
write_member(Writer *writer, const Model *model, const ModelMember *member)
{
	write_double(writer, member->intercept);
	for (uint32_t c = 0; c < model->n_columns; c++)
	{
		const ModelColumn *column = &member->columns[c];

		if (column->kind == DATA_NUMBER)
		{
			write_double(writer, column->coef);
			write_double(writer, column->null_coef);
			continue;
		}
		write_double(writer, column->unseen_coef);
		for (uint32_t l = 0; l < column->n_levels; l++)
			write_double(writer, column->levels[l].coef);
	}
}

static void
write_members(Writer *writer, const Model *model)
{
	write_unsigned(writer, model->draw_column != NULL ? 1 : 0, 1);
	if (model->draw_column != NULL)
	{
		write_name(writer, model->draw_column);
		write_unsigned(writer, model->draw_input, 1);
	}
	write_unsigned(writer, model->n_members, 4);
	for (uint32_t m = 0; m < model->n_members; m++)
	{
		write_double(writer, model->members[m].share);
		if (m > 0)
			write_member(writer, model, &model->members[m]);
	}
}

static void
write_classes(Writer *writer, const Model *model)
{
	write_unsigned(writer, model->n_members, 4);
	for (uint32_t k = 0; k < model->n_members; k++)
	{
		write_bytes(writer, model->classes[k].name, model->classes[k].length);
		if (k > 0)
			write_member(writer, model, &model->members[k]);
	}
}

static void
write_averages(Writer *writer, const Model *model)
{
	for (uint32_t c = 0; c < model->n_columns; c++)
		write_double(writer, model->columns[c].average);
	/* the first member's columns are those */
	for (uint32_t m = 1; m < model->n_members; m++)
		for (uint32_t c = 0; c < model->n_columns; c++)
			write_double(writer, model->members[m].columns[c].average);
}
