#include "base/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(ptr, size)   __asan_poison_memory_region((ptr), (size))
#define UNPOISON(ptr, size) __asan_unpoison_memory_region((ptr), (size))
enum { REDZONE_BYTES = 16 }; /* between two allocations, so that a small overrun meets it */
#else
#define POISON(ptr, size)   ((void) (ptr), (void) (size))
#define UNPOISON(ptr, size) ((void) (ptr), (void) (size))
enum { REDZONE_BYTES = 0 };
#endif

enum {
    ALIGNMENT = _Alignof(max_align_t),
    BLOCK_BYTES_DEFAULT = 4 << 10,
    BLOCK_BYTES_MOST = 256 << 10,
    /* An arena that has grown this far takes whole huge pages, where the system has them: hundreds of megabytes in
     * small ones are mostly page faults and misses of the TLB. */
    HUGE_AFTER_BYTES = 16 << 20,
    HUGE_PAGE_BYTES = 2 << 20,
    LANE_BYTES = 64 << 10,
    PRINTF_ROOM_BYTES = 256,
};

typedef struct Block Block;
struct Block {
    Block *next;
    size_t cap;
    size_t used;
    _Alignas(max_align_t) char data[];
};

typedef struct Cleanup Cleanup;
struct Cleanup {
    Cleanup *next;
    void (*fn)(void *arg);
    void *arg;
};

struct Arena {
    Block *first;   /* survives arena_clear */
    Block *current; /* small requests are cut from here */
    Block *others;  /* every block but the first */
    char *last;     /* the newest allocation, the only one that can grow in place */
    Cleanup *cleanups;
    size_t next_block_bytes;
    size_t used_bytes;
    size_t held_bytes;
    size_t *account; /* of `others`; NULL: nobody counts */
    Arena **lanes;   /* made by the first allocation of their threads, kept over forks */
    size_t lane_count;
    bool is_forked;
};

static _Thread_local size_t own_lane;

/* A block fills its page. Where the system wants none to be huge, it is a block like any other. */
static void *huge_page_new(void)
{
    void *page = aligned_alloc(HUGE_PAGE_BYTES, HUGE_PAGE_BYTES);
    if (page) {
        (void) madvise(page, HUGE_PAGE_BYTES, MADV_HUGEPAGE);
    }
    return page;
}

static Block *block_new(Arena *arena, size_t cap)
{
    size_t size = sizeof(Block) + cap;
    Block *block = size == HUGE_PAGE_BYTES ? huge_page_new() : malloc(size);
    if (!block) {
        mem_out_of_memory(cap);
    }
    *block = (Block) { .cap = cap };
    arena->held_bytes += sizeof(Block) + cap;
    POISON(block->data, cap);
    return block;
}

static void block_free(Block *block)
{
    UNPOISON(block->data, block->cap);
    free(block);
}

Arena *arena_new(size_t block_bytes)
{
    Arena *arena = MEM_NEW(Arena);
    size_t cap = block_bytes ? block_bytes : BLOCK_BYTES_DEFAULT;
    arena->first = block_new(arena, cap);
    arena->current = arena->first;
    arena->next_block_bytes = cap;
    return arena;
}

/* A cleanup may allocate and may register another, so this runs before any block goes. */
static void run_cleanups(Arena *arena)
{
    while (arena->cleanups) {
        Cleanup *cleanup = arena->cleanups;
        arena->cleanups = cleanup->next;
        cleanup->fn(cleanup->arg);
    }
}

static void free_others(Arena *arena)
{
    while (arena->others) {
        Block *block = arena->others;
        arena->others = block->next;
        if (arena->account) {
            *arena->account -= block->cap;
        }
        block_free(block);
    }
}

/* --- lanes ------------------------------------------------------------------------------------ */

void arena_fork(Arena *arena, size_t lanes)
{
    assert(!arena->is_forked && !arena->account);
    if (lanes > arena->lane_count) {
        arena->lanes = mem_realloc(arena->lanes, lanes * sizeof(*arena->lanes));
        memset(arena->lanes + arena->lane_count, 0, (lanes - arena->lane_count) * sizeof(Arena *));
        arena->lane_count = lanes;
    }
    arena->is_forked = true;
}

void arena_join(Arena *arena)
{
    assert(arena->is_forked);
    arena->is_forked = false;
}

bool arena_is_forked(const Arena *arena)
{
    return arena->is_forked;
}

void arena_use_lane(size_t lane)
{
    own_lane = lane;
}

/* Where the calling thread takes from. While it is forked, nobody writes to the arena itself, not
 * even its first thread: the others read it at every allocation. */
static Arena *lane_of(Arena *arena)
{
    if (__builtin_expect(!arena->is_forked, true)) {
        return arena;
    }
    assert(own_lane < arena->lane_count);
    Arena **lane = &arena->lanes[own_lane];
    if (!*lane) {
        *lane = arena_new(LANE_BYTES);
    }
    return *lane;
}

static void free_lanes(Arena *arena)
{
    assert(!arena->is_forked);
    for (size_t i = 0; i < arena->lane_count; i++) {
        arena_free(arena->lanes[i]);
    }
    free(arena->lanes);
    arena->lanes = NULL;
    arena->lane_count = 0;
}

/* --- the end ---------------------------------------------------------------------------------- */

void arena_free(Arena *arena)
{
    if (!arena) {
        return;
    }
    run_cleanups(arena);
    free_lanes(arena);
    free_others(arena);
    block_free(arena->first);
    free(arena);
}

void arena_clear(Arena *arena)
{
    run_cleanups(arena);
    free_lanes(arena);
    free_others(arena);
    Block *first = arena->first;
    first->used = 0;
    POISON(first->data, first->cap);
    arena->current = first;
    arena->last = NULL;
    arena->used_bytes = 0;
    arena->held_bytes = sizeof(Block) + first->cap;
    arena->next_block_bytes = first->cap;
}

void arena_account(Arena *arena, size_t *counter)
{
    assert(!arena->others && "before the first block is full");
    arena->account = counter;
}

/* What an allocation of `size` takes from its block. */
static size_t footprint(size_t size)
{
    size_t least = size ? size : 1;
    if (least > SIZE_MAX / 2) {
        mem_out_of_memory(size);
    }
    return (least + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + REDZONE_BYTES;
}

static Block *block_add(Arena *arena, size_t cap)
{
    Block *block = block_new(arena, cap);
    block->next = arena->others;
    arena->others = block;
    if (arena->account) {
        *arena->account += cap;
    }
    return block;
}

/* A block with `need` bytes left. A request too large to share gets a block of its own and the
 * current one stays in use. */
static Block *block_with_room(Arena *arena, size_t need)
{
    if (need <= arena->current->cap - arena->current->used) {
        return arena->current;
    }
    size_t grown = arena->next_block_bytes * 2;
    arena->next_block_bytes = grown < BLOCK_BYTES_MOST ? grown : BLOCK_BYTES_MOST;
    if (need > arena->next_block_bytes / 2) {
        return block_add(arena, need);
    }
    bool is_huge = arena->held_bytes >= HUGE_AFTER_BYTES;
    size_t cap = is_huge ? HUGE_PAGE_BYTES - sizeof(Block) : arena->next_block_bytes;
    arena->current = block_add(arena, cap);
    return arena->current;
}

void *arena_alloc_raw(Arena *arena, size_t size)
{
    size_t need = footprint(size);
    arena = lane_of(arena);
    Block *block = block_with_room(arena, need);
    char *memory = block->data + block->used;
    block->used += need;
    arena->used_bytes += size;
    arena->last = block == arena->current ? memory : NULL;
    UNPOISON(memory, size);
    return memory;
}

void *arena_alloc(Arena *arena, size_t size)
{
    return memset(arena_alloc_raw(arena, size), 0, size);
}

void *arena_calloc(Arena *arena, size_t count, size_t size)
{
    size_t product = 0;
    if (__builtin_mul_overflow(count, size, &product)) {
        mem_out_of_memory(SIZE_MAX);
    }
    return arena_alloc(arena, product);
}

/* Grows the newest allocation where it stands, if its block has the room. */
static bool grow_in_place(Arena *arena, char *ptr, size_t new_size)
{
    Block *block = arena->current;
    if (ptr != arena->last) {
        return false;
    }
    size_t start = (size_t) (ptr - block->data);
    size_t need = footprint(new_size);
    if (need > block->cap - start) {
        return false;
    }
    block->used = start + need;
    UNPOISON(ptr, new_size);
    return true;
}

void *arena_grow(Arena *arena, void *ptr, size_t old_size, size_t new_size)
{
    assert(new_size >= old_size);
    arena = lane_of(arena);
    if (!ptr) {
        return arena_alloc(arena, new_size);
    }
    if (grow_in_place(arena, ptr, new_size)) {
        arena->used_bytes += new_size - old_size;
        memset((char *) ptr + old_size, 0, new_size - old_size);
        return ptr;
    }
    char *moved = arena_alloc_raw(arena, new_size);
    memcpy(moved, ptr, old_size);
    memset(moved + old_size, 0, new_size - old_size);
    POISON(ptr, old_size);
    return moved;
}

void *arena_memdup(Arena *arena, const void *data, size_t size)
{
    void *copy = arena_alloc_raw(arena, size);
    if (size) {
        memcpy(copy, data, size);
    }
    return copy;
}

char *arena_strdup(Arena *arena, const char *text)
{
    return arena_memdup(arena, text, strlen(text) + 1);
}

char *arena_strndup(Arena *arena, const char *text, size_t len)
{
    char *copy = arena_alloc_raw(arena, len + 1);
    if (len) {
        memcpy(copy, text, len);
    }
    copy[len] = '\0';
    return copy;
}

char *arena_vprintf(Arena *arena, const char *format, va_list args)
{
    char room[PRINTF_ROOM_BYTES]; /* most texts are short: written once, then copied */
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(room, sizeof(room), format, args);
    assert(len >= 0);
    size_t size = (size_t) len + 1;
    char *text = arena_alloc_raw(arena, size);
    if (size <= sizeof(room)) {
        memcpy(text, room, size);
    } else {
        vsnprintf(text, size, format, again);
    }
    va_end(again);
    return text;
}

char *arena_printf(Arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

void arena_on_end(Arena *arena, void (*fn)(void *arg), void *arg)
{
    arena = lane_of(arena);
    Cleanup *cleanup = ARENA_NEW(arena, Cleanup);
    *cleanup = (Cleanup) { .next = arena->cleanups, .fn = fn, .arg = arg };
    arena->cleanups = cleanup;
}

size_t arena_used_bytes(const Arena *arena)
{
    size_t bytes = arena->used_bytes;
    for (size_t i = 0; i < arena->lane_count; i++) {
        bytes += arena->lanes[i] ? arena->lanes[i]->used_bytes : 0;
    }
    return bytes;
}

size_t arena_held_bytes(const Arena *arena)
{
    size_t bytes = arena->held_bytes;
    for (size_t i = 0; i < arena->lane_count; i++) {
        bytes += arena->lanes[i] ? arena->lanes[i]->held_bytes : 0;
    }
    return bytes;
}
