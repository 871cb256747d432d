/*
 * The C ABI of libnativets_runtime.a.
 *
 * NtsString *        owned: one share of an immutable string; give it back once, with nts_rt_string_free.
 * const NtsString *  borrowed: a live string that the call only looks at. Never NULL.
 *
 * Strings may be shared between threads. Text is UTF-8.
 */
#ifndef NATIVETS_RUNTIME_H
#define NATIVETS_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct NtsString NtsString;

/* "major.minor.patch", NUL-terminated, alive for ever. */
const char *nts_rt_version(void);

/* bytes may be NULL when len is 0. Each ill-formed sequence becomes U+FFFD. */
NtsString *nts_rt_string_from_bytes(const uint8_t *bytes, size_t len);
/* Another share of the same string; no text is copied. */
NtsString *nts_rt_string_retain(const NtsString *string);
/* NULL is ignored. */
void nts_rt_string_free(NtsString *string);
/* Fails, as nts_rt_fail does, where the result had more than 2^29 - 24 UTF-16 code units. */
NtsString *nts_rt_string_concat(const NtsString *left, const NtsString *right);
/* As concat, but left is given away: its memory serves for the result where no other owner has it. */
NtsString *nts_rt_string_append(NtsString *left, const NtsString *right);
/* TypeScript's <, by UTF-16 code units: negative, 0 or positive. */
int32_t nts_rt_string_compare(const NtsString *left, const NtsString *right);
/* Makes count strings of one text: the first up to ends[0], each further one from where the last ended. */
void nts_rt_string_table(const uint8_t *text, const size_t *ends, size_t count, NtsString **strings);
/* TypeScript's ===: 1 for the same text, else 0. */
int32_t nts_rt_string_equals(const NtsString *left, const NtsString *right);
/* TypeScript's length, in UTF-16 code units. Takes time in proportion to the text. */
size_t nts_rt_string_length(const NtsString *string);
size_t nts_rt_string_byte_length(const NtsString *string);
/* UTF-8 without a closing NUL, valid while the string lives. Never NULL. */
const uint8_t *nts_rt_string_bytes(const NtsString *string);

/* As JavaScript's Number::toString with radix 10. */
NtsString *nts_rt_number_to_string(double value);
/* TypeScript's ** and %. The first to the last bit as Node.js 20 computes it. */
double nts_rt_number_power(double base, double exponent);
double nts_rt_number_remainder(double dividend, double divisor);
/* 0 is "false", anything else "true". */
NtsString *nts_rt_boolean_to_string(int32_t value);

/* The text and a line end to standard output, buffered apart from stdio. */
void nts_rt_console_log(const NtsString *string);
/* Any number of values, as Node.js's console.log writes them; a first string may have placeholders (%s). */
#define NTS_NUMBER UINT64_C(0)  /* bits are a double's */
#define NTS_BOOLEAN UINT64_C(1) /* bits are 0 or 1 */
#define NTS_STRING UINT64_C(2)  /* bits are a const NtsString * */
typedef struct NtsValue {
    uint64_t kind;
    uint64_t bits;
} NtsValue;
void nts_rt_console_log_values(const NtsValue *values, size_t count);
/* 0, or 1 if some of what was logged could not be written. */
int32_t nts_rt_flush(void);
/* Flushes and ends the process. Lost output turns a code of 0 into 1. */
#if defined(__GNUC__)
__attribute__((noreturn))
#endif
void nts_rt_exit(int32_t code);

/* Calls program(data) on a stack of its own, on another thread, and returns after it has. */
void nts_rt_run(void (*program)(void *data), void *data);
/* In there: the address below which the stack must not grow. Elsewhere 0. */
size_t nts_rt_stack_limit(void);
/* Flushes, writes the message to standard error and ends the process with 1. */
#if defined(__GNUC__)
__attribute__((noreturn))
#endif
void nts_rt_fail(const uint8_t *message, size_t len);

/* Only in an archive built with the feature "full". Bytes are of text, without overhead. */
typedef struct NtsHeapStats {
    uint64_t created;    /* strings made since the program started */
    uint64_t live;       /* strings not yet freed */
    uint64_t live_bytes; /* bytes that they hold */
    uint64_t peak_bytes; /* the most that live_bytes has ever been */
} NtsHeapStats;
void nts_rt_heap_stats(NtsHeapStats *stats);
/* The counts and every live string, oldest first, to standard error. */
void nts_rt_heap_dump(void);

#ifdef __cplusplus
}
#endif

#endif
