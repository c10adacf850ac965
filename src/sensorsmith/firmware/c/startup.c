/* startup.c: from reset to main() on any Cortex-M. The names in capitals and of the sections are those of link.py. */
#include <stdint.h>

extern uint32_t ss_data_load[], ss_data_start[], ss_data_end[], ss_bss_start[], ss_bss_end[], ss_stack_top[];

int main(void);
void ss_reset(void);
void ss_fault(void);

struct vectors {
    uint32_t *stack;
    void (*handlers[15])(void);
};

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    ss_stack_top,
    {ss_reset, ss_fault, ss_fault, ss_fault, ss_fault, ss_fault, 0, 0, 0, 0, ss_fault, ss_fault, 0, ss_fault, ss_fault},
};

void ss_reset(void)
{
    const uint32_t *from = ss_data_load;
    for (volatile uint32_t *to = ss_data_start; to < ss_data_end;)
        *to++ = *from++;
    for (volatile uint32_t *to = ss_bss_start; to < ss_bss_end;)
        *to++ = 0;
    main();
    ss_fault();
}
