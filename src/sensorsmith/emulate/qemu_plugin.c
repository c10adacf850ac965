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
/* qemu_plugin.c: counts what a program executes on QEMU, exactly, and is built for the QEMU that loads it.
 *
 * A plugin of QEMU's code generator (API version 1, of QEMU 4.2 to 8.2, or 2, of QEMU 9 and later). The few functions
 * that it needs are the same in both, and are declared here, because few packages of QEMU have their header.
 *
 * Arguments: begin=ADDRESS (all counts are zeroed when its instruction is executed), end=ADDRESS (counts are written
 * when its instruction is executed), functions=FILE (addresses of first instructions, one a line), out=FILE. That file
 * has, for each time that `end` was met,
 *     run
 *     instruction ADDRESS COUNT TAKEN    for each that was executed: how often, and how often the next one executed was
 *                                        not the one behind it
 *     function ADDRESS COUNT             for each that returned: instructions, those of functions that it called too
 * Addresses are hexadecimal, the rest decimal.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;
typedef void (*translated)(plugin_id id, struct qemu_plugin_tb *block);
typedef void (*executed)(unsigned int cpu, void *data);
enum { NO_REGISTERS = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, translated call);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, executed call, int registers, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction, executed call, int registers,
                                            void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *instruction);

EXPORT int qemu_plugin_version = SS_PLUGIN_API;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

/* A function is entered by a jump to its first instruction, and left by one to where the first had come from. Nothing
 * here is recursive, so a jump from a function to its own first instruction is a loop. */
struct function {
    uint64_t address, count;
};

struct frame {
    struct function *function;
    uint64_t back, before; /* where it returns to, and what had been executed when it was entered */
};

/* A block of instructions that are executed one after the other. Blocks may overlap. */
struct block {
    struct block *next;
    struct function *entered; /* the one that starts here, or NULL */
    uint64_t start, end; /* addresses: of the first instruction, and behind the last */
    uint64_t count, taken;
    size_t instructions;
    uint64_t addresses[];
};

struct line {
    uint64_t address, count, taken;
};

static uint64_t begin, end;
static FILE *out;
static struct block *blocks, *previous;
static struct function *functions;
static size_t function_count;
static struct frame frames[64];
static size_t depth;
static uint64_t done; /* instructions since the beginning */

static void fail(const char *reason)
{
    fprintf(stderr, "counting: %s\n", reason);
    exit(EXIT_FAILURE);
}

/* Whether a block lies behind another. QEMU looks ahead where an instruction would cross the end of a page, and then
 * gives the one before it a few bytes too many. */
static bool follows(const struct block *before, const struct block *after)
{
    return after->start > before->addresses[before->instructions - 1] && after->start <= before->end;
}

/* The program went from the end of `previous` to `block`, which does not lie behind it. */
static void on_jump(const struct block *block)
{
    size_t back = depth;
    while (back > 0 && frames[back - 1].back != block->start)
        back--;
    if (back > 0) /* also ends those that were entered by a jump from their caller's last instruction */
        while (depth >= back) {
            const struct frame *frame = &frames[--depth];
            frame->function->count += done - frame->before;
        }
    if (block->entered == NULL || (depth > 0 && frames[depth - 1].function == block->entered))
        return;
    if (depth == sizeof frames / sizeof frames[0])
        fail("the program calls too deep");
    frames[depth++] = (struct frame){block->entered, previous->end, done};
}

static void on_block(unsigned int cpu, void *data)
{
    struct block *block = data;
    (void)cpu;
    if (previous != NULL && !follows(previous, block)) {
        previous->taken++;
        on_jump(block);
    }
    previous = block;
    block->count++;
    done += block->instructions;
}

static void on_begin(unsigned int cpu, void *data)
{
    (void)cpu;
    (void)data;
    for (struct block *block = blocks; block != NULL; block = block->next)
        block->count = block->taken = 0;
    for (size_t i = 0; i < function_count; i++)
        functions[i].count = 0;
    done = depth = 0;
}

static int by_address(const void *a, const void *b)
{
    uint64_t x = ((const struct line *)a)->address, y = ((const struct line *)b)->address;
    return (x > y) - (x < y);
}

static size_t gather(struct line *lines)
{
    size_t used = 0;
    for (const struct block *block = blocks; block != NULL; block = block->next) {
        for (size_t i = 0; i < block->instructions && block->count > 0; i++) {
            uint64_t taken = i + 1 == block->instructions ? block->taken : 0;
            if (lines != NULL)
                lines[used] = (struct line){block->addresses[i], block->count, taken};
            used++;
        }
    }
    return used;
}

static void on_end(unsigned int cpu, void *data)
{
    size_t used = gather(NULL);
    struct line *lines = malloc((used + 1) * sizeof *lines);
    (void)cpu;
    (void)data;
    if (lines == NULL)
        fail("out of memory");
    gather(lines);
    qsort(lines, used, sizeof *lines, by_address);
    fprintf(out, "run\n");
    for (size_t i = 0; i < used;) {
        struct line sum = lines[i];
        for (i++; i < used && lines[i].address == sum.address; i++) {
            sum.count += lines[i].count;
            sum.taken += lines[i].taken;
        }
        fprintf(out, "instruction %" PRIx64 " %" PRIu64 " %" PRIu64 "\n", sum.address, sum.count, sum.taken);
    }
    free(lines);
    for (size_t i = 0; i < function_count; i++)
        if (functions[i].count > 0)
            fprintf(out, "function %" PRIx64 " %" PRIu64 "\n", functions[i].address, functions[i].count);
    if (fflush(out) != 0)
        fail("cannot write the counts");
}

static struct function *function_at(uint64_t address)
{
    for (size_t i = 0; i < function_count; i++)
        if (functions[i].address == address)
            return &functions[i];
    return NULL;
}

static void read_functions(const char *name)
{
    FILE *file = fopen(name, "r");
    uint64_t address;
    if (file == NULL)
        fail("cannot read the functions");
    while (fscanf(file, "%" SCNx64, &address) == 1) {
        functions = realloc(functions, (function_count + 1) * sizeof *functions);
        if (functions == NULL)
            fail("out of memory");
        functions[function_count++] = (struct function){address, 0};
    }
    fclose(file);
}

static void on_translation(plugin_id id, struct qemu_plugin_tb *translation)
{
    size_t instructions = qemu_plugin_tb_n_insns(translation);
    struct block *block = calloc(1, sizeof *block + instructions * sizeof block->addresses[0]);
    (void)id;
    if (block == NULL)
        fail("out of memory");
    block->instructions = instructions;
    for (size_t i = 0; i < instructions; i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(translation, i);
        uint64_t address = block->addresses[i] = qemu_plugin_insn_vaddr(instruction);
        block->end = address + qemu_plugin_insn_size(instruction);
        if (address == begin)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_begin, NO_REGISTERS, NULL);
        if (address == end)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_end, NO_REGISTERS, NULL);
    }
    block->start = block->addresses[0];
    block->entered = function_at(block->start);
    block->next = blocks;
    blocks = block;
    qemu_plugin_register_vcpu_tb_exec_cb(translation, on_block, NO_REGISTERS, block);
}

/* The text behind NAME= of an argument, or NULL. */
static const char *value(const char *argument, const char *name)
{
    size_t length = strlen(name);
    return strncmp(argument, name, length) == 0 && argument[length] == '=' ? argument + length + 1 : NULL;
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        const char *text;
        if ((text = value(argv[i], "begin")) != NULL)
            begin = strtoull(text, NULL, 0);
        else if ((text = value(argv[i], "end")) != NULL)
            end = strtoull(text, NULL, 0);
        else if ((text = value(argv[i], "functions")) != NULL)
            read_functions(text);
        else if ((text = value(argv[i], "out")) != NULL)
            out = fopen(text, "w");
    }
    if (out == NULL)
        fail("no file to write to");
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
