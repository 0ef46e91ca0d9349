/* VEC(Type): a growing array. Declare with VEC(Type) name = { 0 }; read through .ptr and .len.
 * The arena argument says where the elements live; NULL means the heap (then vec_done frees).
 * One vector uses one of the two for all its life. */
#pragma once

#include <stddef.h>
#include <string.h>

#include "base/arena.h"

#define VEC(Type)   \
    struct {        \
        Type *ptr;  \
        size_t len; \
        size_t cap; \
    }

/* Appends a copy of `value`. */
#define vec_push(vec, arena, value)         \
    do {                                    \
        vec_reserve((vec), (arena), 1);     \
        (vec)->ptr[(vec)->len++] = (value); \
    } while (0)
/* Appends a zeroed element and yields its address (valid until the next growth). */
#define vec_add(vec, arena)                                   \
    (vec_reserve((vec), (arena), 1),                          \
     memset(&(vec)->ptr[(vec)->len], 0, sizeof(*(vec)->ptr)), \
     &(vec)->ptr[(vec)->len++])
#define vec_reserve(vec, arena, extra)                                                             \
    ((vec)->len + (extra) > (vec)->cap                                                             \
         ? (void) ((vec)->ptr = vec_grow_(                                                         \
                       (arena), (vec)->ptr, &(vec)->cap, (vec)->len + (extra), sizeof(*(vec)->ptr) \
                   ))                                                                              \
         : (void) 0)
#define vec_pop(vec)   ((vec)->ptr[--(vec)->len])
#define vec_last(vec)  (&(vec)->ptr[(vec)->len - 1])
#define vec_clear(vec) ((void) ((vec)->len = 0))
/* Removes element `at`, keeping the order. */
#define vec_remove(vec, at)                                                                      \
    (memmove(                                                                                    \
         &(vec)->ptr[(at)], &(vec)->ptr[(at) + 1], ((vec)->len - (at) - 1) * sizeof(*(vec)->ptr) \
     ),                                                                                          \
     (void) (vec)->len--)
/* Inserts a copy of `value` before element `at`. */
#define vec_insert(vec, arena, at, value)                                                       \
    do {                                                                                        \
        vec_reserve((vec), (arena), 1);                                                         \
        memmove(                                                                                \
            &(vec)->ptr[(at) + 1], &(vec)->ptr[(at)], ((vec)->len - (at)) * sizeof(*(vec)->ptr) \
        );                                                                                      \
        (vec)->ptr[(at)] = (value);                                                             \
        (vec)->len++;                                                                           \
    } while (0)
#define vec_foreach(item, vec)                                                                     \
    for (__typeof__((vec)->ptr + 0) item = (vec)->ptr; (item) && (item) < (vec)->ptr + (vec)->len; \
         item++)
/* Heap vectors only. */
#define vec_done(vec) vec_done_((void **) &(vec)->ptr, &(vec)->len, &(vec)->cap)

void *vec_grow_(Arena *arena, void *ptr, size_t *cap, size_t wanted, size_t element_size)
    __attribute__((returns_nonnull));
void vec_done_(void **ptr, size_t *len, size_t *cap);
