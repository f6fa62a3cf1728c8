# What replaces the vDSO's functions for the wall clock in a process whose clock is to be wrong (x86-64, Linux). Position
# independent, no stack but its own frame, no calls to anything. Only wall clocks are changed; monotonic ones stay true.
#
# A clock shows `shown` + (now - `since`) * `rate` / 2^30, and `swing` more in every second `period`, in nanoseconds
# since 1970. There are two descriptions of it: the last bit of `version` says which one holds. Whoever changes the clock
# writes the other one and then adds 1 to `version`, so that readers never wait and never see half a change, even if the
# writer dies in between.
#
# vdso-clock-code.ts has it assembled: `npx vitest run harness/local/clock/vdso-clock-code.test.ts -u`.

        .text
        .globl  _start
_start:
        jmp     clock_gettime           # at 0
        .balign 8
        jmp     gettimeofday            # at 8
        .balign 8
        jmp     time                    # at 16
        .balign 8

version:
        .quad   0                       # at 24
descriptions:                           # at 32, and at 72
        .quad   0, 0, 1 << 30, 0, 0     # since, shown, rate, swing, period
        .quad   0, 0, 1 << 30, 0, 0

        .set    nanoseconds, 1000000000

# The true time in %rdi, nanoseconds since 1970; gives what the clock shows in %rax. Uses %rcx, %rdx, %r8 to %r11.
show:
        mov     version(%rip), %r8
        mov     %r8, %r9
        and     $1, %r9d
        lea     (%r9, %r9, 4), %r9      # five words each
        lea     descriptions(%rip), %r10
        lea     (%r10, %r9, 8), %r10
        mov     %rdi, %r11
        sub     (%r10), %r11            # since
        mov     %r11, %rax
        imulq   16(%r10)                # rate
        shrd    $30, %rdx, %rax
        add     8(%r10), %rax           # shown
        mov     24(%r10), %r9           # swing
        mov     32(%r10), %rcx          # period
        cmp     version(%rip), %r8
        jne     show
        test    %rcx, %rcx
        jz      1f
        mov     %rax, %r8
        mov     %r11, %rax
        cqo
        idiv    %rcx
        test    $1, %al
        mov     %r8, %rax
        jz      1f
        add     %r9, %rax
1:      ret

# Nanoseconds since 1970 in %rax into seconds (%rax) and nanoseconds (%rdx), which are never negative.
split:
        mov     $nanoseconds, %ecx
        cqo
        idiv    %rcx
        test    %rdx, %rdx
        jns     1f
        add     %rcx, %rdx
        dec     %rax
1:      ret

# int clock_gettime(clockid_t %edi, struct timespec *%rsi)
clock_gettime:
        mov     $228, %eax
        syscall
        test    %eax, %eax
        jnz     1f
        cmp     $11, %edi               # CLOCK_TAI
        ja      1f
        mov     $0x921, %ecx            # it, CLOCK_REALTIME, _COARSE (5) and _ALARM (8)
        bt      %edi, %ecx
        jnc     1f
        imul    $nanoseconds, (%rsi), %rdi
        add     8(%rsi), %rdi
        call    show
        call    split
        mov     %rax, (%rsi)
        mov     %rdx, 8(%rsi)
        xor     %eax, %eax
1:      ret

# int gettimeofday(struct timeval *%rdi, struct timezone *%rsi)
gettimeofday:
        mov     $96, %eax
        syscall
        test    %eax, %eax
        jnz     1f
        test    %rdi, %rdi
        jz      1f
        mov     %rdi, %rsi
        imul    $nanoseconds, (%rsi), %rdi
        imul    $1000, 8(%rsi), %rax
        add     %rax, %rdi
        call    show
        call    split
        mov     %rax, (%rsi)
        mov     %rdx, %rax
        mov     $1000, %ecx
        xor     %edx, %edx
        div     %rcx
        mov     %rax, 8(%rsi)
        xor     %eax, %eax
1:      ret

# time_t time(time_t *%rdi)
time:
        push    %rdi
        sub     $16, %rsp
        xor     %edi, %edi              # CLOCK_REALTIME
        mov     %rsp, %rsi
        mov     $228, %eax
        syscall
        imul    $nanoseconds, (%rsp), %rdi
        add     8(%rsp), %rdi
        call    show
        call    split
        add     $16, %rsp
        pop     %rdi
        test    %rdi, %rdi
        jz      1f
        mov     %rax, (%rdi)
1:      ret
