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
 * when its instruction is executed), functions=FILE and out=FILE, of which counting.h says what is in them.
 */
#include "counting.h"

#include <stdbool.h>

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

/* Whether a block lies behind another. QEMU looks ahead where an instruction would cross the end of a page, and then
 * gives the one before it a few bytes too many. */
static bool follows(const struct block *before, const struct block *after)
{
    return after->start > before->addresses[before->instructions - 1] && after->start <= before->end;
}

static void on_block(unsigned int cpu, void *data)
{
    struct block *block = data;
    (void)cpu;
    if (previous != NULL && !follows(previous, block)) {
        previous->taken++;
        jumped(previous->end, block->start, block->entered);
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
    forget();
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
        write_instruction(out, sum.address, sum.count, sum.taken);
    }
    free(lines);
    write_functions(out);
    if (fflush(out) != 0)
        fail("cannot write the counts");
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
