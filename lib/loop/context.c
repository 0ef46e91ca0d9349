#include "context.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(CONTEXT_ASAN)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(CONTEXT_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

/* Runs on the stack that was switched to, and learns the bounds of the one that was left. */
static inline void arrive(Context *here)
{
#if defined(CONTEXT_ASAN)
    const void *bottom = NULL;
    size_t size = 0;
    __sanitizer_finish_switch_fiber(here->fake_stack, &bottom, &size);
    here->came_from->stack_bottom = bottom;
    here->came_from->stack_size = size;
#else
    (void) here;
#endif
}

static inline void announce(Context *from, Context *to, bool for_ever)
{
#if defined(CONTEXT_ASAN)
    to->came_from = from;
    __sanitizer_start_switch_fiber(
        for_ever ? NULL : &from->fake_stack, to->stack_bottom, to->stack_size
    );
#endif
#if defined(CONTEXT_TSAN)
    __tsan_switch_to_fiber(to->tsan_fiber, 0);
#endif
    (void) from;
    (void) to;
    (void) for_ever;
}

/* The first function of a fresh stack. */
static void begin(void *arg)
{
    Context *context = arg;
    arrive(context);
    context->entry(context->arg);
    abort();
}

#if defined(CONTEXT_UCONTEXT)

/* makecontext passes ints only, so the Context's address comes in two halves. */
static void start_ucontext(unsigned high, unsigned low)
{
    begin((Context *) (((uintptr_t) high << 16 << 16) | (uintptr_t) low));
}

static void prepare_stack(Context *context, void *stack, size_t size)
{
    if (getcontext(&context->ucontext) != 0) {
        abort();
    }
    uintptr_t address = (uintptr_t) context;
    context->ucontext.uc_stack.ss_sp = stack;
    context->ucontext.uc_stack.ss_size = size;
    context->ucontext.uc_link = NULL;
    makecontext(
        &context->ucontext,
        (void (*)(void)) start_ucontext,
        2,
        (unsigned) (address >> 16 >> 16),
        (unsigned) (address & UINT32_MAX)
    );
}

static inline void swap(Context *from, Context *to)
{
    swapcontext(&from->ucontext, &to->ucontext);
}

#else

void context_swap(void **ret_stack_pointer, void *stack_pointer);
void context_start(void);

/* The frame that context_swap takes from a stack it goes to, lowest address first. */
typedef struct Frame {
#if defined(__x86_64__)
    uint32_t mxcsr;
    uint16_t x87_control, unused;
    void *r15, *r14, *argument;
    void (*function)(void *);
    void *rbx, *rbp;
    void (*return_address)(void);
#elif defined(__aarch64__)
    void (*function)(void *);
    void *argument, *x21_to_x29[9];
    void (*return_address)(void);
    uint64_t d8_to_d15[8];
#endif
} Frame;
#if defined(__x86_64__)
_Static_assert(sizeof(Frame) == 64, "context_swap on x86-64 takes 64 bytes, a multiple of 16");
#elif defined(__aarch64__)
_Static_assert(sizeof(Frame) == 160, "context_swap on AArch64 takes 160 bytes, a multiple of 16");
#endif

static void prepare_stack(Context *context, void *stack, size_t size)
{
    uintptr_t top = ((uintptr_t) stack + size) & ~(uintptr_t) 15;
    Frame *frame = (Frame *) (top - sizeof(Frame));
    memset(frame, 0, sizeof(*frame));
#if defined(__x86_64__)
    __asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(frame->mxcsr), "=m"(frame->x87_control));
#endif
    frame->function = begin;
    frame->argument = context;
    frame->return_address = context_start;
    context->stack_pointer = frame;
}

static inline void swap(Context *from, Context *to)
{
    context_swap(&from->stack_pointer, to->stack_pointer);
}

#endif

void context_init_thread(Context *context)
{
    *context = (Context) { 0 };
#if defined(CONTEXT_TSAN)
    context->tsan_fiber = __tsan_get_current_fiber();
#endif
}

void context_init(Context *context, void *stack, size_t size, void (*entry)(void *), void *arg)
{
    context->entry = entry;
    context->arg = arg;
#if defined(CONTEXT_ASAN)
    context->stack_bottom = stack;
    context->stack_size = size;
    context->fake_stack = NULL;
#endif
#if defined(CONTEXT_TSAN)
    context->tsan_fiber = __tsan_create_fiber(0);
#endif
    prepare_stack(context, stack, size);
}

void context_switch(Context *from, Context *to)
{
    announce(from, to, false);
    swap(from, to);
    arrive(from);
}

_Noreturn void context_leave(Context *from, Context *to)
{
    announce(from, to, true);
    swap(from, to);
    abort();
}

void context_done(Context *context)
{
#if defined(CONTEXT_TSAN)
    __tsan_destroy_fiber(context->tsan_fiber);
#else
    (void) context;
#endif
}
