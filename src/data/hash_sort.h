/*
 * hash_sort.h
 *    Sorting many records by hashes, with looks at the monitor.
 *
 * A record begins with a hash of 64 bits.  Records are first put into 256 parts
 * by the leading bits of their hashes, which spread them evenly, in place; then
 * each part is sorted for itself.
 */
#ifndef FAIRPG_DATA_HASH_SORT_H
#define FAIRPG_DATA_HASH_SORT_H

#include <stddef.h>

#include "num/monitor.h"
#include "num/status.h"

/* Sorts 'n' records of 'size' bytes, a multiple of 8, by 'compare', which orders
 * by hash first.  NUM_CANCELLED leaves the records in some order. */
extern NumStatus
hash_sort(void *records, size_t n, size_t size,
          int (*compare)(const void *, const void *), NumMonitor *monitor);

#endif
