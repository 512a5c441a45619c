/*
 * store.h
 *    Where blocks of rows go for which there is no memory.
 *
 * The owner gives a place of any size, such as a temporary file; who uses it
 * counts its bytes and says where they go.
 */
#ifndef FAIRPG_DATA_STORE_H
#define FAIRPG_DATA_STORE_H

#include <stddef.h>
#include <stdint.h>

typedef struct DataStore DataStore;

struct DataStore
{
	/* neither returns when it fails; what is read was written */
	void (*write)(DataStore *store, uint64_t place, const void *bytes,
	              size_t n);
	void (*read)(DataStore *store, uint64_t place, void *bytes, size_t n);
	void *host;       /* owner's own data */
	uint64_t n_bytes; /* given away so far; from 0 */
};

/* The next 'n' bytes of a store. */
static inline uint64_t
store_place(DataStore *store, size_t n)
{
	uint64_t place = store->n_bytes;

	store->n_bytes += n;
	return place;
}

#endif
