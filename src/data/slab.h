/*
 * slab.h
 *    Several arrays in one piece of memory.
 *
 * A layout function takes its arrays off a piece one after the other; with a
 * NULL piece it counts the bytes that the piece must have.
 */
#ifndef FAIRPG_DATA_SLAB_H
#define FAIRPG_DATA_SLAB_H

#include <stddef.h>

#define SLAB_ALIGNMENT 64

static inline void *
slab_cut(char *piece, size_t *used, size_t bytes)
{
	void *at = piece == NULL ? NULL : piece + *used;

	*used += (bytes + SLAB_ALIGNMENT - 1) / SLAB_ALIGNMENT * SLAB_ALIGNMENT;
	return at;
}

#endif
