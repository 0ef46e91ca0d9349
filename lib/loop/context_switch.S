/* void context_swap(void **ret_stack_pointer, void *stack_pointer)
 *     Saves what a callee must keep on the present stack, stores the stack pointer, and takes the
 *     same from the other stack.
 * context_start: where a fresh context begins; calls its function with its argument.
 *
 * Sources: System V ABI, AMD64 supplement, 3.2.1 and 3.2.3; Procedure Call Standard for the Arm
 * 64-bit Architecture, 6.1. context.c builds the first frame in the same layout. */
#if !defined(CONTEXT_UCONTEXT)
        .text
        .globl  context_swap
        .hidden context_swap
        .type   context_swap, %function
        .globl  context_start
        .hidden context_start
        .type   context_start, %function

#if defined(__x86_64__)
        .p2align 4
context_swap:
        pushq   %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        subq    $8, %rsp
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
        ldmxcsr (%rsp)
        fldcw   4(%rsp)
        addq    $8, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        ret
        .size   context_swap, . - context_swap

        .p2align 4
context_start:
        .cfi_startproc
        .cfi_undefined rip
        xorl    %ebp, %ebp
        movq    %r13, %rdi
        callq   *%r12
        ud2
        .cfi_endproc
        .size   context_start, . - context_start

#elif defined(__aarch64__)
        .p2align 4
context_swap:
        sub     sp, sp, #160
        stp     x19, x20, [sp, #0]
        stp     x21, x22, [sp, #16]
        stp     x23, x24, [sp, #32]
        stp     x25, x26, [sp, #48]
        stp     x27, x28, [sp, #64]
        stp     x29, x30, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        mov     x9, sp
        str     x9, [x0]
        mov     sp, x1
        ldp     x19, x20, [sp, #0]
        ldp     x21, x22, [sp, #16]
        ldp     x23, x24, [sp, #32]
        ldp     x25, x26, [sp, #48]
        ldp     x27, x28, [sp, #64]
        ldp     x29, x30, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #160
        ret
        .size   context_swap, . - context_swap

        .p2align 4
context_start:
        .cfi_startproc
        .cfi_undefined x30
        mov     x29, xzr
        mov     x30, xzr
        mov     x0, x20
        blr     x19
        brk     #1
        .cfi_endproc
        .size   context_start, . - context_start
#endif
#endif
        .section .note.GNU-stack, "", %progbits
