#include "base/random.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/text.h"

enum { POOL_BYTES = 512 };

typedef struct Pool {
    unsigned char bytes[POOL_BYTES];
    size_t left;    /* unused bytes, at the end */
    unsigned forks; /* of the process that filled it */
} Pool;

static _Thread_local Pool pool;
static atomic_uint forks; /* a child must not repeat its parent's numbers */
static pthread_once_t watch_once = PTHREAD_ONCE_INIT;

static void count_fork(void)
{
    atomic_fetch_add(&forks, 1);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, count_fork);
}

static void fill_from_kernel(unsigned char *data, size_t size)
{
    while (size) {
        ssize_t got = getrandom(data, size, 0);
        if (got < 0 && errno != EINTR) {
            abort(); /* no kernel since 3.17 refuses */
        }
        if (got > 0) {
            data += got;
            size -= (size_t) got;
        }
    }
}

void random_bytes(void *data, size_t size)
{
    if (size > POOL_BYTES / 4) {
        fill_from_kernel(data, size);
        return;
    }
    pthread_once(&watch_once, watch_forks);
    unsigned current = atomic_load(&forks);
    if (pool.left < size || pool.forks != current) {
        fill_from_kernel(pool.bytes, POOL_BYTES);
        pool.left = POOL_BYTES;
        pool.forks = current;
    }
    unsigned char *taken = pool.bytes + POOL_BYTES - pool.left;
    memcpy(data, taken, size);
    explicit_bzero(taken, size); /* what was handed out can't be read back */
    pool.left -= size;
}

uint64_t random_u64(void)
{
    uint64_t value;
    random_bytes(&value, sizeof(value));
    return value;
}

uint64_t random_below(uint64_t bound)
{
    /* the values past the last whole multiple of `bound` would favour the small remainders */
    uint64_t excess = (0 - bound) % bound;
    uint64_t value;
    do {
        value = random_u64();
    } while (value < excess);
    return value % bound;
}

enum { UUID_COUNTER_BITS = 12 };

/* Milliseconds, and a counter that starts anywhere in the lower half each new one. */
static void next_tick(uint64_t *ret_ms, uint16_t *ret_counter)
{
    static _Thread_local uint64_t last_ms;
    static _Thread_local uint16_t counter;
    uint64_t now = (uint64_t) (clock_utc_us() / 1000);
    if (now > last_ms) {
        last_ms = now;
        counter = (uint16_t) random_below(1U << (UUID_COUNTER_BITS - 1));
    } else if (++counter == 1U << UUID_COUNTER_BITS) {
        last_ms++; /* RFC 9562 section 6.2: running ahead of the clock is allowed */
        counter = 0;
    }
    *ret_ms = last_ms;
    *ret_counter = counter;
}

Uuid uuid_make_v7(void)
{
    uint64_t ms = 0;
    uint16_t counter = 0;
    next_tick(&ms, &counter);
    Uuid uuid;
    for (unsigned i = 0; i < 6; i++) {
        uuid.bytes[i] = (uint8_t) (ms >> (40 - 8 * i));
    }
    uuid.bytes[6] = (uint8_t) (0x70 | counter >> 8);
    uuid.bytes[7] = (uint8_t) counter;
    random_bytes(uuid.bytes + 8, 8);
    uuid.bytes[8] = (uint8_t) ((uuid.bytes[8] & 0x3F) | 0x80);
    return uuid;
}

static bool is_dash_place(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

bool uuid_parse(Str text, Uuid *ret_uuid)
{
    char digits[32];
    size_t count = 0;
    if (text.len != UUID_TEXT_LEN) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (!is_dash_place(i)) {
            digits[count++] = text.ptr[i];
        } else if (text.ptr[i] != '-') {
            return false;
        }
    }
    return hex_decode(str_make(digits, count), ret_uuid->bytes, sizeof(ret_uuid->bytes));
}

static inline char *put_hex(char *at, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        *at++ = digits[bytes[i] >> 4];
        *at++ = digits[bytes[i] & 0xF];
    }
    return at;
}

void uuid_format(Uuid uuid, char ret_text[static UUID_TEXT_LEN + 1])
{
    const uint8_t *bytes = uuid.bytes;
    char *at = put_hex(ret_text, bytes, 4);
    for (size_t i = 4; i < 10; i += 2) {
        *at++ = '-';
        at = put_hex(at, bytes + i, 2);
    }
    *at++ = '-';
    *put_hex(at, bytes + 10, 6) = '\0';
}

Str uuid_to_str(Arena *arena, Uuid uuid)
{
    char *text = arena_alloc_raw(arena, UUID_TEXT_LEN + 1);
    uuid_format(uuid, text);
    return str_make(text, UUID_TEXT_LEN);
}
