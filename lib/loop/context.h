/* Context: a stack and the point where it stopped, switched by hand. Tells AddressSanitizer and
 * ThreadSanitizer of each switch. Define CONTEXT_UCONTEXT to use ucontext where assembly exists. */
#pragma once

#include <stddef.h>

#if !defined(CONTEXT_UCONTEXT) && !defined(__x86_64__) && !defined(__aarch64__)
#define CONTEXT_UCONTEXT 1
#endif
#if defined(CONTEXT_UCONTEXT)
#include <ucontext.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define CONTEXT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONTEXT_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define CONTEXT_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CONTEXT_TSAN 1
#endif
#endif

typedef struct Context {
    void *stack_pointer;
    void (*entry)(void *arg);
    void *arg;
#if defined(CONTEXT_UCONTEXT)
    ucontext_t ucontext;
#endif
#if defined(CONTEXT_ASAN)
    const void *stack_bottom;
    size_t stack_size;
    void *fake_stack;
    struct Context *came_from;
#endif
#if defined(CONTEXT_TSAN)
    void *tsan_fiber;
#endif
} Context;

/* The calling thread's own stack, to come back to. */
void context_init_thread(Context *context);
/* A context that will call entry(arg) on this stack at the first switch to it; entry never returns:
 * it ends with context_leave. The Context may lie on the stack's upper end, above `size`. */
void context_init(Context *context, void *stack, size_t size, void (*entry)(void *), void *arg);
/* Stops here, as `from`, and goes on with `to`. */
void context_switch(Context *from, Context *to);
/* As context_switch for the last time. */
_Noreturn void context_leave(Context *from, Context *to);
/* After context_leave of it: gives up what the sanitizers keep. */
void context_done(Context *context);
