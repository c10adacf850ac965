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
/* counting.h: what our counters of instructions share: which function an instruction is executed for, and the files.
 *
 * The functions' file has the address of the first instruction of each, one a line. What was counted has for each run
 *     run
 *     instruction ADDRESS COUNT TAKEN    for each that was executed: how often, and how often the next one executed was
 *                                        not the one behind it
 *     function ADDRESS COUNT             for each that returned: instructions, those of functions that it called too
 *     cycles COUNT                       where the emulator knows them
 * Addresses are hexadecimal, the rest decimal.
 */
#ifndef COUNTING_H
#define COUNTING_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A function is entered by a jump to its first instruction, and left by one to where the first had come from. Nothing
 * here is recursive, so a jump from a function to its own first instruction is a loop. */
struct function {
    uint64_t address, count;
};

static struct function *functions;
static size_t function_count;
static struct {
    struct function *function;
    uint64_t back, before; /* where it returns to, and what had been executed when it was entered */
} frames[64];
static size_t depth;
static uint64_t done; /* instructions since the beginning of the run */

static void fail(const char *reason)
{
    fprintf(stderr, "counting: %s\n", reason);
    exit(EXIT_FAILURE);
}

/* The text behind NAME= of an argument, or NULL. */
static const char *value(const char *argument, const char *name)
{
    size_t length = strlen(name);
    return strncmp(argument, name, length) == 0 && argument[length] == '=' ? argument + length + 1 : NULL;
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

/* The function that begins at an address, or NULL. */
static struct function *function_at(uint64_t address)
{
    for (size_t i = 0; i < function_count; i++)
        if (functions[i].address == address)
            return &functions[i];
    return NULL;
}

/* A new run begins. */
static void forget(void)
{
    for (size_t i = 0; i < function_count; i++)
        functions[i].count = 0;
    done = depth = 0;
}

/* The program went to `target`, where `entered` begins if it is not NULL, and not to `behind`, which comes next. */
static void jumped(uint64_t behind, uint64_t target, struct function *entered)
{
    size_t back = depth;
    while (back > 0 && frames[back - 1].back != target)
        back--;
    if (back > 0) /* also ends those that were entered by a jump from their caller's last instruction */
        while (depth >= back) {
            depth--;
            frames[depth].function->count += done - frames[depth].before;
        }
    if (entered == NULL || (depth > 0 && frames[depth - 1].function == entered))
        return;
    if (depth == sizeof frames / sizeof frames[0])
        fail("the program calls too deep");
    frames[depth].function = entered;
    frames[depth].back = behind;
    frames[depth].before = done;
    depth++;
}

static void write_instruction(FILE *out, uint64_t address, uint64_t count, uint64_t taken)
{
    fprintf(out, "instruction %" PRIx64 " %" PRIu64 " %" PRIu64 "\n", address, count, taken);
}

static void write_functions(FILE *out)
{
    for (size_t i = 0; i < function_count; i++)
        if (functions[i].count > 0)
            fprintf(out, "function %" PRIx64 " %" PRIu64 "\n", functions[i].address, functions[i].count);
}

#endif
