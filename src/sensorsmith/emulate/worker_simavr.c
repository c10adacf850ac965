/* SPDX-License-Identifier: MIT
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
 * documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
 * rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
 * persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice
 * and this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS
 * PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
 * MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT
 * HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
 * ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

 */
/* worker_simavr.c: runs a model on an AVR of simavr and counts what it executes. A program of its own, built on the
 * machine that has simavr.
 *
 * Arguments: mcu=NAME (of the chip), flash=FILE (its content), mail=FILE (the content of the mailbox before a run, for
 * each run) size=BYTES (of one) at=ADDRESS (of the mailbox in RAM), begin=ADDRESS end=ADDRESS leave=ADDRESS (of
 * functions: counting begins, counting ends, the run is over), functions=FILE and out=FILE (see counting.h),
 * back=FILE (the mailbox after each run). Numbers are hexadecimal with 0x, or decimal. Prints simavr's version.
 */
#include "counting.h"

#include <simavr/sim_avr.h>
#include <simavr/sim_core_config.h>

static const char *argument(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++) {
        const char *text = value(argv[i], name);
        if (text != NULL)
            return text;
    }
    fail(name);
    return NULL;
}

static uint32_t number(int argc, char **argv, const char *name)
{
    return (uint32_t)strtoul(argument(argc, argv, name), NULL, 0);
}

static FILE *file(int argc, char **argv, const char *name, const char *mode)
{
    FILE *opened = fopen(argument(argc, argv, name), mode);
    if (opened == NULL)
        fail(name);
    return opened;
}

/* Bytes of the instruction at an address: LDS, STS, JMP and CALL have four. */
static uint32_t length(const avr_t *avr, uint32_t pc)
{
    uint32_t word = avr->flash[pc] | (uint32_t)avr->flash[pc + 1] << 8;
    return (word & 0xFC0Fu) == 0x9000u || (word & 0xFE0Cu) == 0x940Cu ? 4 : 2;
}

static void step(avr_t *avr)
{
    avr->run_cycle_limit = avr->run_cycle_count = 1; /* or it would execute several instructions */
    avr_run(avr);
    if (avr->state == cpu_Done || avr->state == cpu_Crashed)
        fail("the processor stopped");
}

static void write_run(FILE *out, uint64_t *executed, uint64_t *taken, uint32_t size, uint64_t cycles)
{
    fprintf(out, "run\n");
    for (uint32_t pc = 0; pc < size; pc += 2)
        if (executed[pc] > 0)
            write_instruction(out, pc, executed[pc], taken[pc]);
    write_functions(out);
    fprintf(out, "cycles %" PRIu64 "\n", cycles);
}

int main(int argc, char **argv)
{
    uint32_t begin = number(argc, argv, "begin"), end = number(argc, argv, "end"), leave = number(argc, argv, "leave");
    uint32_t at = number(argc, argv, "at"), size = number(argc, argv, "size");
    FILE *mail = file(argc, argv, "mail", "rb"), *back = file(argc, argv, "back", "wb");
    FILE *flash = file(argc, argv, "flash", "rb"), *out = file(argc, argv, "out", "w");
    read_functions(argument(argc, argv, "functions"));
    avr_t *avr = avr_make_mcu_by_name(argument(argc, argv, "mcu"));
    if (avr == NULL || avr_init(avr) != 0)
        fail("no such chip");
    if (at + size > avr->ramend + 1u)
        fail("the mailbox does not fit");
    puts(CONFIG_SIMAVR_VERSION);
    avr->log = LOG_NONE;
    avr->codeend = (uint32_t)fread(avr->flash, 1, avr->flashend + 1u, flash);
    uint64_t *executed = calloc(avr->flashend + 1u, sizeof *executed);
    uint64_t *taken = calloc(avr->flashend + 1u, sizeof *taken);
    if (executed == NULL || taken == NULL)
        fail("out of memory");

    while (fread(avr->data + at, 1, size, mail) == size) {
        uint64_t cycles = 0;
        avr_reset(avr);
        while (avr->pc != leave) {
            uint32_t pc = avr->pc, behind = pc + length(avr, pc);
            if (pc == begin) {
                memset(executed, 0, (avr->flashend + 1u) * sizeof *executed);
                memset(taken, 0, (avr->flashend + 1u) * sizeof *taken);
                forget();
                cycles = avr->cycle;
            }
            if (pc == end)
                write_run(out, executed, taken, avr->flashend + 1u, avr->cycle - cycles);
            executed[pc]++;
            done++;
            step(avr);
            if (avr->pc != behind) {
                taken[pc]++;
                jumped(behind, avr->pc, function_at(avr->pc));
            }
        }
        fwrite(avr->data + at, 1, size, back);
    }
    if (fclose(back) != 0 || fclose(out) != 0)
        fail("cannot write the results");
    return 0;
}
