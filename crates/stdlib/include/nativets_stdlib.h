/*
 * The C ABI of libnativets_stdlib.a.
 *
 * Strings are owned and borrowed as in nativets_runtime.h. What is only there with a feature is declared
 * always: a program that calls it without the feature does not link.
 */
#ifndef NATIVETS_STDLIB_H
#define NATIVETS_STDLIB_H

#include <stdint.h>

#include "nativets_runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the archive was built with: a set of these bits. */
#define NTS_STD_CRYPTO UINT32_C(1)
#define NTS_STD_REGEX UINT32_C(2)
#define NTS_STD_ASYNC_RUNTIME UINT32_C(4)
uint32_t nts_std_features(void);

/* Unicode's default mappings, whatever the locale. */
NtsString *nts_std_string_to_upper_case(const NtsString *string);
NtsString *nts_std_string_to_lower_case(const NtsString *string);

/* Feature "crypto": 64 lower-case hexadecimal digits. */
NtsString *nts_std_sha256_hex(const NtsString *string);

/* Feature "regex". */
typedef struct NtsRegex NtsRegex;
/* Flags out of "gimsu". NULL for a flag or a pattern (look-around, back reference) that is not supported. */
NtsRegex *nts_std_regex_compile(const NtsString *pattern, const NtsString *flags);
/* NULL is ignored. */
void nts_std_regex_free(NtsRegex *regex);
/* 1 if the pattern matches anywhere, else 0. */
int32_t nts_std_regex_test(const NtsRegex *regex, const NtsString *string);
/* The first match, or with "g" all; the template may say $$, $&, $1 to $99. */
NtsString *nts_std_regex_replace(const NtsRegex *regex, const NtsString *string, const NtsString *replacement);

/*
 * Feature "async-runtime": calls task(data) on this thread, inside the one runtime of the process, and
 * returns after it has. 0, or 1 if the runtime could not be started and task was not called.
 */
int32_t nts_std_async_enter(void (*task)(void *data), void *data);

#ifdef __cplusplus
}
#endif

#endif
