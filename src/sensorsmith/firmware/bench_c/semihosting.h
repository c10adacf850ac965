/* semihosting.h: the mailbox as a file of the host, and the end, by the calls that Arm defines and RISC-V took over.
 * The file that includes it gives `trap`. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include "bench.h"

enum { OPEN = 0x01, CLOSE = 0x02, WRITE = 0x05, EXIT = 0x18 };
enum { BINARY_WRITE = 5 };
enum { INTERNAL_ERROR = 0x20024, FINISHED = 0x20026 };

static uintptr_t trap(uintptr_t operation, uintptr_t argument);

__attribute__((noinline)) void ss_bench_exit(const struct ss_mailbox *mail)
{
    static const char name[] = "bench.out";
    uintptr_t file[3] = {(uintptr_t)name, BINARY_WRITE, sizeof name - 1};
    file[0] = trap(OPEN, (uintptr_t)file);
    file[1] = (uintptr_t)mail;
    file[2] = mail->size;
    trap(WRITE, (uintptr_t)file);
    trap(CLOSE, (uintptr_t)file);
    trap(EXIT, FINISHED);
}

void ss_fault(void);
void ss_fault(void)
{
    for (;;)
        trap(EXIT, INTERNAL_ERROR);
}

#endif
