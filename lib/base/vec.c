#include "base/vec.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

enum { VEC_CAP_FIRST = 8 };

void *vec_grow_(Arena *arena, void *ptr, size_t *cap, size_t wanted, size_t element_size)
{
    size_t old_cap = *cap;
    size_t new_cap = old_cap < VEC_CAP_FIRST ? VEC_CAP_FIRST : old_cap + old_cap / 2;
    if (new_cap < wanted) {
        new_cap = wanted;
    }
    size_t new_size = 0;
    if (__builtin_mul_overflow(new_cap, element_size, &new_size)) {
        mem_out_of_memory(SIZE_MAX);
    }
    *cap = new_cap;
    return arena ? arena_grow(arena, ptr, old_cap * element_size, new_size)
                 : mem_realloc(ptr, new_size);
}

void vec_done_(void **ptr, size_t *len, size_t *cap)
{
    free(*ptr);
    *ptr = NULL;
    *len = 0;
    *cap = 0;
}
