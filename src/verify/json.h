/*
 * json.h
 *    As much of JSON (RFC 8259) as receipts need: where a value ends, members
 *    of objects, texts, and the bytes that PostgreSQL prints for jsonb.
 *
 * A value is a piece of the text that it was read from, so nothing is built and
 * nothing has to be freed.  json_end() looks at every byte of a value; whatever
 * it has accepted, the others can walk through without looking again.
 */
#ifndef FAIRPG_VERIFY_JSON_H
#define FAIRPG_VERIFY_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sha256.h"

/* Receipts of the server have five levels, and payloads some more. */
#define JSON_MAX_DEPTH 64

/* A value: from its first byte to behind its last one. */
typedef struct Json
{
	const char *begin;
	const char *end;
} Json;

static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

/* --- where a value ends; NULL where there is none ---------------------------
 */

/* The number that four hexadecimal digits show; -1 where there are none. */
static int
read_unit(const char *at)
{
	int unit = 0;

	for (int i = 0; i < 4; i++)
	{
		char c = at[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
		            : c >= 'a' && c <= 'f' ? c - 'a' + 10
		            : c >= 'A' && c <= 'F' ? c - 'A' + 10
		                                   : -1;

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

/* Behind an escape that begins at 'at', with the character that it stands for.
 * jsonb has no zero byte and no half of a pair. */
static const char *
skip_escape(const char *at, int32_t *character)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter = at[1] == '\0' ? NULL : strchr(letters, at[1]);
	int low;

	if (letter != NULL)
	{
		*character = meanings[letter - letters];
		return at + 2;
	}
	if (at[1] != 'u' || (*character = read_unit(at + 2)) <= 0)
		return NULL;
	if (*character < 0xD800 || *character > 0xDFFF)
		return at + 6;
	if (*character > 0xDBFF || at[6] != '\\' || at[7] != 'u' ||
	    (low = read_unit(at + 8)) < 0xDC00 || low > 0xDFFF)
		return NULL;
	*character = 0x10000 + (*character - 0xD800) * 0x400 + (low - 0xDC00);
	return at + 12;
}

static const char *
text_end(const char *at)
{
	int32_t character;

	for (at++; at != NULL && *at != '"';)
	{
		if ((unsigned char) *at < ' ')
			return NULL;
		at = *at == '\\' ? skip_escape(at, &character) : at + 1;
	}
	return at == NULL ? NULL : at + 1;
}

static const char *
number_end(const char *at)
{
	size_t n;

	at += *at == '-';
	n = strspn(at, "0123456789");
	if (n == 0 || (n > 1 && *at == '0'))
		return NULL;
	at += n;
	if (*at == '.')
	{
		n = strspn(++at, "0123456789");
		if (n == 0)
			return NULL;
		at += n;
	}
	if (*at == 'e' || *at == 'E')
	{
		at++;
		at += *at == '+' || *at == '-';
		n = strspn(at, "0123456789");
		if (n == 0)
			return NULL;
		at += n;
	}
	return at;
}

static const char *
word_end(const char *at)
{
	static const char *const words[] = { "true", "false", "null" };

	for (int i = 0; i < 3; i++)
		if (strncmp(at, words[i], strlen(words[i])) == 0)
			return at + strlen(words[i]);
	return NULL;
}

/* 'room' is how many levels may follow. */
static const char *
value_end(const char *at, int room)
{
	bool object = *at == '{';

	if (*at == '"')
		return text_end(at);
	if (*at != '{' && *at != '[')
		return *at == '-' || (*at >= '0' && *at <= '9') ? number_end(at)
		                                                : word_end(at);
	if (room == 0)
		return NULL;
	at = skip_blanks(at + 1);
	if (*at == (object ? '}' : ']'))
		return at + 1;
	for (;;)
	{
		if (object)
		{
			at = *at == '"' ? text_end(at) : NULL;
			at = at == NULL ? NULL : skip_blanks(at);
			if (at == NULL || *at != ':')
				return NULL;
			at = skip_blanks(at + 1);
		}
		at = value_end(at, room - 1);
		if (at == NULL)
			return NULL;
		at = skip_blanks(at);
		if (*at == (object ? '}' : ']'))
			return at + 1;
		if (*at != ',')
			return NULL;
		at = skip_blanks(at + 1);
	}
}

/* Behind the value that begins at 'at'; NULL where none does. */
static const char *
json_end(const char *at)
{
	return value_end(at, JSON_MAX_DEPTH);
}

/* --- parts of a value that json_end() has accepted --------------------------
 */

/* Walks over the elements of an array or the members of an object: '*at' is
 * where the last one ended, or the beginning of the whole.  False at the end.
 * In an array, 'key' is left alone. */
static bool
json_next(Json whole, const char **at, Json *key, Json *value)
{
	bool object = *whole.begin == '{';
	const char *next = skip_blanks(*at == whole.begin ? *at + 1 : *at);

	if (*next == ',')
		next = skip_blanks(next + 1);
	if (*next == '}' || *next == ']')
		return false;
	if (object)
	{
		key->begin = next;
		key->end = text_end(next);
		next = skip_blanks(skip_blanks(key->end) + 1);
	}
	value->begin = next;
	value->end = *at = json_end(next);
	return true;
}

static bool
json_is_text(Json value, const char *text)
{
	size_t length = strlen(text);

	return *value.begin == '"' &&
	       (size_t) (value.end - value.begin) == length + 2 &&
	       memcmp(value.begin + 1, text, length) == 0;
}

/* The member of an object; false where there is none, or more than one. */
static bool
json_member(Json object, const char *name, Json *member)
{
	const char *at = object.begin;
	Json key = { NULL, NULL };
	Json value;
	int n = 0;

	if (*object.begin != '{')
		return false;
	while (json_next(object, &at, &key, &value))
		if (json_is_text(key, name))
		{
			*member = value;
			n++;
		}
	return n == 1;
}

static size_t
put_utf8(int32_t character, char *out)
{
	int n_more = character < 0x80      ? 0
	             : character < 0x800   ? 1
	             : character < 0x10000 ? 2
	                                   : 3;
	static const int firsts[] = { 0x00, 0xC0, 0xE0, 0xF0 };

	out[0] = (char) (firsts[n_more] | (character >> (6 * n_more)));
	for (int i = 1; i <= n_more; i++)
		out[i] = (char) (0x80 | ((character >> (6 * (n_more - i))) & 0x3F));
	return (size_t) n_more + 1;
}

/* Writes what a text says to 'out', which needs the room that the text takes,
 * and a zero byte behind it; returns the length. */
static size_t
json_decode(Json text, char *out)
{
	char *begin = out;
	int32_t character;

	for (const char *at = text.begin + 1; at < text.end - 1;)
	{
		if (*at != '\\')
			*out++ = *at++;
		else
		{
			at = skip_escape(at, &character);
			out += put_utf8(character, out);
		}
	}
	*out = '\0';
	return (size_t) (out - begin);
}

/* --- as jsonb ---------------------------------------------------------------
 */

/* A text with the escapes that PostgreSQL writes, whichever it was read with. */
static void
add_jsonb_text(Sha256 *sha, Json text)
{
	static const char named[] = "\"\\\b\f\n\r\t";
	static const char *const escapes[] = { "\\\"", "\\\\", "\\b", "\\f",
		                                   "\\n",  "\\r",  "\\t" };
	static const char digits[] = "0123456789abcdef";

	sha256_add(sha, "\"", 1);
	for (const char *at = text.begin + 1; at < text.end - 1;)
	{
		int32_t character = (unsigned char) *at;
		bool escaped = *at == '\\';
		const char *behind = escaped ? skip_escape(at, &character) : at + 1;
		const char *name =
			escaped && character < 0x80 ? strchr(named, character) : NULL;
		char bytes[6] = "\\u00";

		if (!escaped)
			sha256_add(sha, at, 1);
		else if (name != NULL)
			sha256_add(sha, escapes[name - named], 2);
		else if (character < ' ')
		{
			bytes[4] = digits[character / 16];
			bytes[5] = digits[character % 16];
			sha256_add(sha, bytes, 6);
		}
		else
			sha256_add(sha, bytes, put_utf8(character, bytes));
		at = behind;
	}
	sha256_add(sha, "\"", 1);
}

/* The bytes that PostgreSQL prints for a value of jsonb, however much white
 * space somebody has put in or taken out since.  The order of keys must be the
 * one that it was given in. */
static void
add_jsonb(Sha256 *sha, Json value)
{
	for (const char *at = value.begin; at < value.end;)
	{
		if (*at == '"')
		{
			Json text = { at, text_end(at) };

			add_jsonb_text(sha, text);
			at = text.end;
			continue;
		}
		if (skip_blanks(at) == at)
			sha256_add(sha, at, 1);
		if (*at == ',' || *at == ':')
			sha256_add(sha, " ", 1);
		at++;
	}
}

#endif
