/* fault.c: no result is better than a wrong one. Stop, and let the host see that SEQ no longer advances. */
void ss_fault(void);

void ss_fault(void)
{
    for (;;) {
        __asm__ volatile("");
    }
}
