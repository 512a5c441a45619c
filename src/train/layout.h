/*
 * layout.h
 *    Where the kernel keeps the parameters of a column.
 */
#ifndef FAIRPG_TRAIN_LAYOUT_H
#define FAIRPG_TRAIN_LAYOUT_H

#include "data/dataset.h"

/* The place of each column's first parameter in the layout of linear.h
 * (intercept, numbers, levels), [data->n_columns]; 0 for a column without any.
 * NULL: no memory. */
extern uint32_t *layout_places(NumArena *arena, const Dataset *data);

#endif
