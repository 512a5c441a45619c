/*
 * checksum.h
 *    CRC-32C, for stored bytes: finds accidents, not intentions.
 */
#ifndef FAIRPG_NUM_CHECKSUM_H
#define FAIRPG_NUM_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The Castagnoli CRC of 'length' bytes (0xE3069283 for "123456789"). */
extern uint32_t num_crc32c(const uint8_t *bytes, size_t length);

/* The same in pieces: 'crc' is that of the bytes before, 0 when there are
 * none. */
extern uint32_t
num_crc32c_more(uint32_t crc, const uint8_t *bytes, size_t length);

#endif
