/* bench.c: one inference for each input in the mailbox. It does no more than that, so that an image with a model and
 * one without differ in the model alone: no sizes are compiled in, and no helper of the compiler is needed. */
#include "bench.h"
#include "ss_model.h" /* ss_infer: the model's, or a marker's in the image without one */

#define PAINT 0xC5u

#if defined(__AVR__)
extern uint8_t __heap_start[];
#define STACK_END __heap_start
#else
extern uint8_t ss_bss_end[];
#define STACK_END ss_bss_end
#endif

/* Behind the last byte of stack that a function called from here can use. */
static inline uint8_t *stack_top(void)
{
    uint8_t *top;
#if defined(__arm__)
    __asm__ volatile("mov %0, sp" : "=r"(top));
#elif defined(__riscv)
    __asm__ volatile("mv %0, sp" : "=r"(top));
#elif defined(__AVR__)
    __asm__ volatile("in %A0, __SP_L__\n\tin %B0, __SP_H__\n\tadiw %0, 1" : "=w"(top));
#endif
    return top;
}

int main(void)
{
    struct ss_mailbox *mail = SS_MAIL;
    ss_bench_start();
    uint8_t *top = stack_top(), *lowest = STACK_END;
    for (volatile uint8_t *p = lowest; p < top; p++)
        *p = PAINT;
    const int8_t *input = mail->data;
    int8_t *output = mail->data + mail->outputs_at;
    for (uint32_t i = 0; i < mail->inputs; i++) {
        ss_begin(input, output);
        ss_infer(input, output);
        ss_end(input, output);
        input += mail->input_bytes;
        output += mail->output_bytes;
    }
    while (lowest < top && *(volatile uint8_t *)lowest == PAINT)
        lowest++;
    mail->stack = (uint32_t)(top - lowest);
    ss_bench_exit(mail);
    return 0;
}
