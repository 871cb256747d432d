/* The C ABI of libnativets_ext_timers.a. Build it in the cargo invocation that builds libnativets_stdlib.a. */
#ifndef NATIVETS_TIMERS_H
#define NATIVETS_TIMERS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The sleep is over. */
#define NTS_TIMERS_OK INT32_C(0)
/* This thread is in no runtime that this archive knows of; it did not sleep. */
#define NTS_TIMERS_NO_RUNTIME INT32_C(1)
/* Called from a task that the runtime itself is running; what it said is on standard error. */
#define NTS_TIMERS_REFUSED INT32_C(2)

/* Blocks this thread for at least ms milliseconds, on the runtime that nts_std_async_enter put it in. */
int32_t nts_timers_sleep_ms(uint64_t ms);

#ifdef __cplusplus
}
#endif

#endif
