/*
 * wide.h
 *    Loops by the widest vectors that the machine has.
 *
 * A function marked WIDE is compiled for several widths, of which the machine
 * takes the widest.  All do the same operations in the same layout of lanes, so
 * their results are the same bits.
 */
#ifndef FAIRPG_NUM_WIDE_H
#define FAIRPG_NUM_WIDE_H

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define WIDE __attribute__((target_clones("default", "avx2", "avx512f")))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define WIDE
#define ALWAYS_INLINE inline
#endif

/* before a loop over arrays that do not overlap, where they are more than the
 * compiler cares to tell apart itself */
#if defined(__GNUC__) && !defined(__clang__)
#define INDEPENDENT_ROWS _Pragma("GCC ivdep")
#else
#define INDEPENDENT_ROWS
#endif

#endif
