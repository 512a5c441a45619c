/*
 * codec_private.h
 *    What writer and reader of stored models have in common; codec.c says what
 *    it means.
 */
#ifndef FAIRPG_MODEL_CODEC_PRIVATE_H
#define FAIRPG_MODEL_CODEC_PRIVATE_H

#define CODEC_MAGIC "fairpgM\n"
#define CODEC_MAGIC_BYTES 8
#define CODEC_FORMAT 1
#define CODEC_FORMAT_GROUPS 2
#define CODEC_FORMAT_LINEAR 3
#define CODEC_FORMAT_MIXTURE 4
#define CODEC_FORMAT_CLASSES 5
/* Added to the format of a model that has averages; so the numbers of those
 * without keep their meaning. */
#define CODEC_AVERAGES 5
#define CODEC_CHECKSUM_BYTES 4

#endif
