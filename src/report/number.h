/*
 * number.h
 *    Numbers as text.
 */
#ifndef FAIRPG_REPORT_NUMBER_H
#define FAIRPG_REPORT_NUMBER_H

#include <stdint.h>

/* Room for any number as text, with its terminator. */
#define NUMBER_CHARS 64

/* With so many digits after the point (0 to 9), in ASCII, for coordinates and
 * the like; beyond 1e15 and what is not finite, "0". */
extern void number_plain(char *text, double value, int decimals);

/* The same with two, and no zeros at the end: 0.5, 1.25, 20. */
extern void number_short(char *text, double value);

/* For readers, in UTF-8: three digits after the point where the number is of
 * the size of a rate, significant ones elsewhere, a true minus sign, "∞", and
 * "undefined" for NaN. */
extern void number_figure(char *text, double value);

/* The same with so many digits after the point. */
extern void number_fixed(char *text, double value, int decimals);

/* 1234567 as "1,234,567". */
extern void number_count(char *text, int64_t value);

#endif
