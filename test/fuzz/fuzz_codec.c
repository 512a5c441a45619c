/*
 * fuzz_codec.c
 *    libFuzzer target for the decoder of stored models.
 *
 * The input is an image without its checksum, which is put behind it: a
 * fuzzer would never find one.  What decodes must work for lookups and encode
 * to the same bytes.  Build and run, from the top of the checkout:
 *
 *     clang-14 -g -O1 -fsanitize=fuzzer,address,undefined \
 *         -fno-sanitize-recover=all -std=c99 -D_GNU_SOURCE -Isrc -Itest/unit \
 *         test/fuzz/fuzz_codec.c src/model/{codec,codec_write,groups,mixture,model,score}.c \
 *         src/num/{arena,checksum,random,special}.c -lm -o build/fuzz_codec
 *     build/fuzz_codec -max_total_time=600 -max_len=4096
 */
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/score.h"
#include "num/checksum.h"
#include "scratch.h"

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int holds)
{
	if (!holds)
		abort();
}

static void
look_up_columns(const Model *model, const ModelColumn *columns,
                const ScoreColumn *scores)
{
	for (uint32_t c = 0; c < model->n_columns; c++)
	{
		const ModelColumn *column = &columns[c];

		for (uint32_t l = 0; l < column->n_levels; l++)
		{
			const ModelLevel *level = &column->levels[l];

			if (level->kind != DATA_LEVEL_VALUE)
				continue;
			check(model_find_level(column, level->name, level->length) ==
			      (int) l);
			check(score_level(&scores[c], level->name, level->length, NULL) ==
			      level->coef);
		}
	}
}

static void
look_up_levels(NumArena *arena, const Model *model)
{
	Scorer *scorer;

	check(scorer_build(arena, model, NULL, &scorer) == NUM_OK);
	look_up_columns(model, model->columns, scorer->columns);
	for (uint32_t m = 0; m < model->n_members; m++)
		look_up_columns(model, model->members[m].columns,
		                scorer->member_columns[m]);
}

static void
look_up_groups(const ModelGroups *groups)
{
	for (uint32_t g = 0; g < groups->n_groups; g++)
		check(model_find_group(groups, groups->groups[g].name) ==
		      &groups->groups[g]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *image = malloc(size + 4);
	uint32_t crc = num_crc32c(data, size);
	Model *model = NULL;
	const char *field = NULL;
	NumArena arena;

	if (size > 0)
		memcpy(image, data, size);
	/* headers that the fuzzer has not found yet are given to it; it chooses
	 * the format */
	if (size >= 24)
	{
		memcpy(image, "fairpgM\n\1\0\0\0\1\0\0\0", 16);
		image[8] = 1 + data[8] % 10;
		/* the family that it has */
		image[12] = image[8] % 5 == 3 ? 2 : image[8] % 5 == 0 ? 3 : 1;
		for (int i = 0; i < 8; i++)
			image[16 + i] = (uint8_t) ((uint64_t) (size + 4) >> (8 * i) & 0xff);
		crc = num_crc32c(image, size);
	}
	for (int i = 0; i < 4; i++)
		image[size + (size_t) i] = (uint8_t) (crc >> (8 * i) & 0xff);

	scratch_begin(&arena, 0);
	if (model_decode(&arena, image, size + 4, NULL, &model, &field) == NUM_OK)
	{
		uint8_t *again;
		size_t again_size;

		look_up_levels(&arena, model);
		if (model->groups != NULL)
			look_up_groups(model->groups);
		check(model_encode(&arena, model, &again, &again_size) == NUM_OK);
		check(again_size == size + 4 && memcmp(again, image, size + 4) == 0);
	}
	else
		check(field != NULL);
	scratch_end(&arena);
	free(image);
	return 0;
}
