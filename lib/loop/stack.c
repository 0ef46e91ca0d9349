#include "stack.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "context.h"
#if defined(CONTEXT_ASAN)
#include <sanitizer/asan_interface.h>
#endif

/* Red zones make every frame of an instrumented build larger. */
#if defined(CONTEXT_ASAN) || defined(CONTEXT_TSAN)
enum { SANITIZER_FACTOR = 4 };
#else
enum { SANITIZER_FACTOR = 1 };
#endif
static const size_t default_bytes = (size_t) STACK_DEFAULT_BYTES * SANITIZER_FACTOR;

static size_t page_bytes(void)
{
    static size_t bytes;
    if (bytes == 0) {
        bytes = (size_t) sysconf(_SC_PAGESIZE);
    }
    return bytes;
}

static int map_stack(size_t size, Stack *ret_stack)
{
    size_t guard = page_bytes();
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
    char *memory = mmap(NULL, size + guard, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (memory == MAP_FAILED) {
        return -ENOMEM;
    }
    if (mprotect(memory, guard, PROT_NONE) != 0) {
        munmap(memory, size + guard);
        return -ENOMEM;
    }
    *ret_stack = (Stack) { .base = memory + guard, .size = size };
    return 0;
}

static void unmap_stack(Stack stack)
{
    munmap((char *) stack.base - page_bytes(), stack.size + page_bytes());
}

int stack_take(StackPool *pool, size_t bytes, Stack *ret_stack)
{
    size_t page = page_bytes();
    size_t size = bytes ? (bytes * SANITIZER_FACTOR + page - 1) / page * page : default_bytes;
    if (size == default_bytes && (pool->warm.len || pool->cold.len)) {
        void *base = pool->warm.len ? vec_pop(&pool->warm) : vec_pop(&pool->cold);
        *ret_stack = (Stack) { .base = base, .size = size };
        return 0;
    }
    return map_stack(size, ret_stack);
}

void stack_give(StackPool *pool, Stack stack)
{
#if defined(CONTEXT_ASAN)
    /* frames that never returned left their red zones */
    __asan_unpoison_memory_region(stack.base, stack.size);
#endif
    if (stack.size != default_bytes) {
        unmap_stack(stack);
    } else if (pool->warm.len < STACK_MOST_WARM) {
        vec_push(&pool->warm, NULL, stack.base);
    } else if (pool->cold.len < STACK_MOST_COLD) {
        madvise(stack.base, stack.size, MADV_DONTNEED);
        vec_push(&pool->cold, NULL, stack.base);
    } else {
        unmap_stack(stack);
    }
}

void stack_pool_done(StackPool *pool)
{
    vec_foreach(base, &pool->warm) {
        unmap_stack((Stack) { .base = *base, .size = default_bytes });
    }
    vec_foreach(base, &pool->cold) {
        unmap_stack((Stack) { .base = *base, .size = default_bytes });
    }
    vec_done(&pool->warm);
    vec_done(&pool->cold);
}
