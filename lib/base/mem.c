#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

_Noreturn void mem_out_of_memory(size_t size)
{
    fprintf(stderr, "out of memory: %zu bytes wanted\n", size);
    abort();
}

void *mem_alloc(size_t size)
{
    return mem_calloc(1, size);
}

void *mem_calloc(size_t count, size_t size)
{
    void *memory = count && size ? calloc(count, size) : calloc(1, 1);
    if (!memory) {
        mem_out_of_memory(size && count > SIZE_MAX / size ? SIZE_MAX : count * size);
    }
    return memory;
}

void *mem_realloc(void *ptr, size_t size)
{
    void *memory = realloc(ptr, size ? size : 1);
    if (!memory) {
        mem_out_of_memory(size);
    }
    return memory;
}

void *mem_memdup(const void *data, size_t size)
{
    void *copy = mem_alloc(size);
    if (size) {
        memcpy(copy, data, size);
    }
    return copy;
}

char *mem_strdup(const char *text)
{
    return mem_memdup(text, strlen(text) + 1);
}

char *mem_printf(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0) {
        mem_out_of_memory(strlen(format));
    }
    return text;
}
