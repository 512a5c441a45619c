/*
 * checksum.c
 *    CRC-32C, four bits at a time.
 *
 * Sixteen entries are enough for artifacts of some kilobytes, and fit into
 * one cache line.  Polynomial 0x1EDC6F41, reflected.
 */
#include "num/checksum.h"

static const uint32_t nibbles[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
	0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75
};

uint32_t
num_crc32c_more(uint32_t crc, const uint8_t *bytes, size_t length)
{
	crc = ~crc;
	for (size_t i = 0; i < length; i++)
	{
		crc ^= bytes[i];
		crc = (crc >> 4) ^ nibbles[crc & 15];
		crc = (crc >> 4) ^ nibbles[crc & 15];
	}
	return ~crc;
}

uint32_t
num_crc32c(const uint8_t *bytes, size_t length)
{
	return num_crc32c_more(0, bytes, length);
}
