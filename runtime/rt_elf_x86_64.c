/* rt_elf_x86_64.c: what the in-place loader needs to know about the processor.
 *
 * Another processor needs its own version of this file: relocation types, the thread pointer, ifunc
 * resolvers, TLS descriptors, and the entry code of dlopen, dlsym and dlvsym. */
#if defined(__x86_64__)
#include "rt_elf.h"

#include <cpuid.h>
#include <stdlib.h>

/* ---- relocations ---- */

static const struct {
    const char *name;
    RtRelocationKind kind;
} relocations[] = {
#define ROW(type, kind) [type] = {#type, RT_RELOCATION_##kind}
    ROW(R_X86_64_NONE, NONE),
    ROW(R_X86_64_64, ABSOLUTE),
    ROW(R_X86_64_PC32, PC32),
    ROW(R_X86_64_COPY, UNSUPPORTED),
    ROW(R_X86_64_GLOB_DAT, GOT),
    ROW(R_X86_64_JUMP_SLOT, GOT),
    ROW(R_X86_64_RELATIVE, RELATIVE),
    ROW(R_X86_64_32, ABSOLUTE32),
    ROW(R_X86_64_DTPMOD64, TLS_MODULE),
    ROW(R_X86_64_DTPOFF64, TLS_OFFSET),
    ROW(R_X86_64_TPOFF64, TLS_STATIC),
    ROW(R_X86_64_PC64, PC64),
    ROW(R_X86_64_SIZE32, SIZE32),
    ROW(R_X86_64_SIZE64, SIZE64),
    ROW(R_X86_64_TLSDESC, TLS_DESCRIPTOR),
    ROW(R_X86_64_IRELATIVE, IRELATIVE),
    ROW(R_X86_64_RELATIVE64, RELATIVE),
#undef ROW
};
enum { RELOCATION_COUNT = sizeof relocations / sizeof *relocations };

RtRelocationKind rt_arch_relocation_kind(uint32_t type) {
    return type < RELOCATION_COUNT && relocations[type].name ? relocations[type].kind
                                                             : RT_RELOCATION_UNSUPPORTED;
}

const char *rt_arch_relocation_name(uint32_t type) {
    return type < RELOCATION_COUNT && relocations[type].name ? relocations[type].name : "unknown";
}

uintptr_t rt_arch_resolve(uintptr_t resolver) {
    return ((uintptr_t(*)(void))resolver)();
}

uintptr_t rt_arch_thread_pointer(void) {
    uintptr_t pointer;
    __asm__("mov %%fs:0, %0" : "=r"(pointer));
    return pointer;
}

/* ---- TLS descriptors ----
 *
 * Compiled code calls words[0] with the descriptor's address in rax and expects the variable's
 * offset from the thread pointer in rax; every other register keeps its value. Static storage
 * returns words[1]. Dynamic storage has the argument of __tls_get_addr there, and since that is a C
 * function, the whole register state is saved around it. */

uintptr_t rt_arch_state_size;             /* bytes that xsave needs, 0: use fxsave */
const uint64_t rt_arch_state_mask = 0xee; /* everything a C function may change, without AMX */

void rt_arch_descriptor_static(void);
void rt_arch_descriptor_dynamic(void);

__asm__(".text\n"
        ".p2align 4\n"
        ".type rt_arch_descriptor_static, @function\n"
        "rt_arch_descriptor_static:\n"
        "    .cfi_startproc\n"
        "    endbr64\n"
        "    mov 8(%rax), %rax\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size rt_arch_descriptor_static, . - rt_arch_descriptor_static\n"
        ".p2align 4\n"
        ".type rt_arch_descriptor_dynamic, @function\n"
        "rt_arch_descriptor_dynamic:\n"
        "    .cfi_startproc\n"
        "    endbr64\n"
        "    push %rbp\n"
        "    .cfi_adjust_cfa_offset 8\n"
        "    .cfi_rel_offset %rbp, 0\n"
        "    mov %rsp, %rbp\n"
        "    .cfi_def_cfa_register %rbp\n"
        "    push %rdi\n"
        "    push %rsi\n"
        "    push %rdx\n"
        "    push %rcx\n"
        "    push %r8\n"
        "    push %r9\n"
        "    push %r10\n"
        "    push %r11\n"
        "    push %rbx\n"
        "    mov 8(%rax), %rdi\n"
        "    mov %rsp, %rbx\n"
        "    mov rt_arch_state_size(%rip), %rcx\n"
        "    test %rcx, %rcx\n"
        "    jz 1f\n"
        "    sub %rcx, %rsp\n"
        "    and $-64, %rsp\n"
        "    xor %eax, %eax\n" /* xrstor demands a clear header */
        "    mov %rax, 512(%rsp)\n"
        "    mov %rax, 520(%rsp)\n"
        "    mov %rax, 528(%rsp)\n"
        "    mov %rax, 536(%rsp)\n"
        "    mov %rax, 544(%rsp)\n"
        "    mov %rax, 552(%rsp)\n"
        "    mov %rax, 560(%rsp)\n"
        "    mov %rax, 568(%rsp)\n"
        "    mov rt_arch_state_mask(%rip), %eax\n"
        "    xor %edx, %edx\n"
        "    xsave (%rsp)\n"
        "    call rt_tls_get_addr\n"
        "    mov %rax, %rcx\n"
        "    mov rt_arch_state_mask(%rip), %eax\n"
        "    xor %edx, %edx\n"
        "    xrstor (%rsp)\n"
        "    jmp 2f\n"
        "1:  sub $512, %rsp\n"
        "    and $-64, %rsp\n"
        "    fxsave (%rsp)\n"
        "    call rt_tls_get_addr\n"
        "    mov %rax, %rcx\n"
        "    fxrstor (%rsp)\n"
        "2:  mov %rcx, %rax\n"
        "    sub %fs:0, %rax\n"
        "    mov %rbx, %rsp\n"
        "    pop %rbx\n"
        "    pop %r11\n"
        "    pop %r10\n"
        "    pop %r9\n"
        "    pop %r8\n"
        "    pop %rcx\n"
        "    pop %rdx\n"
        "    pop %rsi\n"
        "    pop %rdi\n"
        "    pop %rbp\n"
        "    .cfi_def_cfa %rsp, 8\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size rt_arch_descriptor_dynamic, . - rt_arch_descriptor_dynamic\n");

static void measure_state(void) {
    unsigned a, b, c, d;
    if (rt_arch_state_size || !__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) {
        return;
    }
    __cpuid_count(0xd, 0, a, b, c, d);
    rt_arch_state_size = b;
}

bool rt_arch_tls_descriptor(uintptr_t *words, RtObject *object, size_t offset) {
    if (rt_tls_make_static(object)) {
        words[0] = (uintptr_t)rt_arch_descriptor_static;
        words[1] = (uintptr_t)rt_tls_static_offset(object) + offset;
        return true;
    }
    measure_state();
    RtTlsIndex *index = malloc(sizeof *index); /* lives as long as the object: for ever */
    if (!index) {
        return rt_elf_fail("%s: out of memory", object->path);
    }
    *index = (RtTlsIndex){rt_tls_module_id(object), offset};
    words[0] = (uintptr_t)rt_arch_descriptor_dynamic;
    words[1] = (uintptr_t)index;
    return true;
}

/* ---- dlopen, dlsym, dlvsym ----
 *
 * The C library's functions look at their return address to know who asks. So what we do not answer
 * ourselves goes on as a jump, with the caller's registers and return address unchanged. */

#define ENTRY(name, hook)                                                                          \
    __asm__(".text\n"                                                                              \
            ".globl " #name "\n"                                                                   \
            ".p2align 4\n"                                                                         \
            ".type " #name ", @function\n" #name ":\n"                                             \
            "    .cfi_startproc\n"                                                                 \
            "    endbr64\n"                                                                        \
            "    push %rdi\n"                                                                      \
            "    .cfi_adjust_cfa_offset 8\n"                                                       \
            "    push %rsi\n"                                                                      \
            "    .cfi_adjust_cfa_offset 8\n"                                                       \
            "    push %rdx\n"                                                                      \
            "    .cfi_adjust_cfa_offset 8\n"                                                       \
            "    mov 24(%rsp), %rcx\n"                                                             \
            "    call " #hook "\n"                                                                 \
            "    mov %rdx, %rcx\n"                                                                 \
            "    pop %rdx\n"                                                                       \
            "    .cfi_adjust_cfa_offset -8\n"                                                      \
            "    pop %rsi\n"                                                                       \
            "    .cfi_adjust_cfa_offset -8\n"                                                      \
            "    pop %rdi\n"                                                                       \
            "    .cfi_adjust_cfa_offset -8\n"                                                      \
            "    test %rcx, %rcx\n"                                                                \
            "    jnz 1f\n"                                                                         \
            "    jmp *rt_real_" #name "(%rip)\n"                                                   \
            "1:  ret\n"                                                                            \
            "    .cfi_endproc\n"                                                                   \
            ".size " #name ", . - " #name "\n")

ENTRY(dlopen, rt_dl_open);
ENTRY(dlsym, rt_dl_symbol);
ENTRY(dlvsym, rt_dl_versioned);
#endif
