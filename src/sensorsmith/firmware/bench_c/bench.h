/* bench.h: how a model is run on a bench: inputs lie in memory, outputs come to lie in memory, and that is all. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

/* What the emulator writes before the program starts, and reads after it has ended. The inputs lie behind it, one
 * after the other, and behind them is room for the outputs. */
struct ss_mailbox {
    uint32_t inputs; /* how many */
    uint32_t input_bytes, output_bytes; /* of each */
    uint32_t outputs_at; /* bytes from the start of `data` */
    uint32_t size; /* bytes of all this, the header included */
    uint32_t stack; /* out: most bytes of stack that one inference used */
    int8_t data[];
};

#if defined(__AVR__)
extern uint8_t ss_mailbox[SS_MAILBOX_BYTES];
#define SS_MAIL ((struct ss_mailbox *)(void *)ss_mailbox)
#else
#define SS_MAIL ((struct ss_mailbox *)SS_MAILBOX)
#endif

/* Each instruction set has one file that gives these. Both are called with the mailbox: before all work, and at its
 * end, where an emulator that has no other way writes it to the file bench.out. */
void ss_bench_start(void);
void ss_bench_exit(const struct ss_mailbox *mail);

/* Counting starts and ends here. They are called like a model, so that they can stand in for one. */
int ss_begin(const int8_t *input, int8_t *output);
int ss_end(const int8_t *input, int8_t *output);

#endif
