/* Arena: memory with one owner and one end.
 *
 * Everything that lives as long as one command or one request is taken from its Arena and
 * given back at once. Allocation never fails: out of memory aborts. Memory is zeroed, aligned
 * for any type, and unused bytes are poisoned for AddressSanitizer so that an overrun shows.
 * Not thread-safe: one arena belongs to one fiber or thread at a time, except between arena_fork and
 * arena_join, when each thread takes from a lane of its own. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Arena Arena;

/* A new arena whose first block holds `block_bytes` (0: a default of 4 KiB; blocks double up to
 * 256 KiB; a larger request gets a block of its own). Free with arena_free. */
Arena *arena_new(size_t block_bytes);
void arena_free(Arena *arena);
/* Runs the cleanups and forgets every allocation, keeping the first block for reuse. */
void arena_clear(Arena *arena);

/* `size` zeroed bytes; size 0 gives a unique valid pointer. */
void *arena_alloc(Arena *arena, size_t size)
    __attribute__((returns_nonnull, malloc, alloc_size(2)));
/* As arena_alloc without zeroing, for buffers that are filled at once. */
void *arena_alloc_raw(Arena *arena, size_t size)
    __attribute__((returns_nonnull, malloc, alloc_size(2)));
/* `count * size` zeroed bytes; a product that overflows aborts. */
void *arena_calloc(Arena *arena, size_t count, size_t size)
    __attribute__((returns_nonnull, malloc));
/* Grows the allocation, in place where it is the arena's last; new bytes are zeroed. */
void *arena_grow(Arena *arena, void *ptr, size_t old_size, size_t new_size)
    __attribute__((returns_nonnull));

void *arena_memdup(Arena *arena, const void *data, size_t size) __attribute__((returns_nonnull));
/* NUL-terminated copies. */
char *arena_strdup(Arena *arena, const char *text) __attribute__((returns_nonnull));
char *arena_strndup(Arena *arena, const char *text, size_t len) __attribute__((returns_nonnull));
char *arena_printf(Arena *arena, const char *format, ...)
    __attribute__((returns_nonnull, format(printf, 2, 3)));
char *arena_vprintf(Arena *arena, const char *format, va_list args)
    __attribute__((returns_nonnull, format(printf, 2, 0)));

/* Calls fn(arg) when the arena is cleared or freed, last registered first. */
void arena_on_end(Arena *arena, void (*fn)(void *arg), void *arg);

/* From now on every block behind the first is counted in *counter, and taken off when it goes: what many arenas
 * hold together. The counter must outlive the arena; NULL ends it. */
void arena_account(Arena *arena, size_t *counter);

/* From here to arena_join `lanes` threads may take from it at once, each having said by
 * arena_use_lane which of them it is, and no other one; what they take lives as long as the rest. Meanwhile it is
 * neither cleared nor freed. Cleanups run lane by lane. parallel.h does all of this. */
void arena_fork(Arena *arena, size_t lanes);
void arena_join(Arena *arena);
bool arena_is_forked(const Arena *arena);
/* Of the calling thread, for every arena that is forked; 0 until it is said. */
void arena_use_lane(size_t lane);

/* Bytes handed out since the last clear, and bytes held from the system. */
size_t arena_used_bytes(const Arena *arena);
size_t arena_held_bytes(const Arena *arena);

#define ARENA_NEW(arena, Type)          ((Type *) arena_alloc((arena), sizeof(Type)))
#define ARENA_ARRAY(arena, Type, count) ((Type *) arena_calloc((arena), (count), sizeof(Type)))

static inline void arena_freep(Arena **arena)
{
    if (*arena) {
        arena_free(*arena);
    }
}
#define auto_arena __attribute__((cleanup(arena_freep)))
