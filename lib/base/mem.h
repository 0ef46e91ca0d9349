/* Heap memory for what outlives one command or request, and the cleanup macros around it.
 * Allocation never fails: out of memory aborts with a message. */
#pragma once

#include <stddef.h>
#include <stdlib.h>

void *mem_alloc(size_t size) __attribute__((returns_nonnull, malloc, alloc_size(1))); /* zeroed */
void *mem_calloc(size_t count, size_t size) __attribute__((returns_nonnull, malloc));
void *mem_realloc(void *ptr, size_t size) __attribute__((returns_nonnull)); /* tail not zeroed */
void *mem_memdup(const void *data, size_t size) __attribute__((returns_nonnull, malloc));
char *mem_strdup(const char *text) __attribute__((returns_nonnull, malloc));
char *mem_printf(const char *format, ...) __attribute__((returns_nonnull, format(printf, 1, 2)));

/* Where every failed allocation ends: says how much was asked for and aborts. */
_Noreturn void mem_out_of_memory(size_t size);

#define MEM_NEW(Type) ((Type *) mem_alloc(sizeof(Type)))

static inline void mem_freep(void *pointer)
{
    free(*(void **) pointer);
}
#define auto_free __attribute__((cleanup(mem_freep)))

/* Hands over: yields the pointer's value and leaves NULL behind, so its cleanup does nothing. */
#define take_ptr(pointer)                             \
    ({                                                \
        __typeof__(pointer) *take_from_ = &(pointer); \
        __typeof__(pointer) taken_ = *take_from_;     \
        *take_from_ = NULL;                           \
        taken_;                                       \
    })

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))
#define CONTAINER_OF(pointer, Type, member) \
    ((Type *) (void *) ((char *) (pointer) - offsetof(Type, member)))
