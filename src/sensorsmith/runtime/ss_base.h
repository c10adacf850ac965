/* What every kernel needs of its compiler and target: inlining, and constants that live in flash.
 *
 * Values are int32_t and sizes are int, so that the arithmetic is the same where int has 16 bits; a tensor that such
 * a machine can address has no more elements than its INT_MAX. Right shifts of negative numbers are arithmetic, as in
 * every compiler that we know of; the assertion below refuses any other.
 */
#ifndef SS_BASE_H
#define SS_BASE_H

#include <stdint.h>

_Static_assert((int32_t)-3 >> 1 == -2, "right shift of a negative number must be arithmetic");

/* Kernels are inlined into each layer, where their parameters are literals and fold into the code; layers are not,
 * so that a profile can name them. What is large and the same for many layers is shared: a function of its own. */
#if defined(__GNUC__)
#define SS_KERNEL static inline __attribute__((always_inline))
#define SS_LAYER static __attribute__((noinline))
#define SS_SHARED static __attribute__((noinline, unused))
#else
#define SS_KERNEL static inline
#define SS_LAYER static
#define SS_SHARED static
#endif

/* Hides a value from the optimiser, which would turn masks back into the branches that they replace. */
#if defined(__GNUC__)
#define SS_OPAQUE(x) __asm__("" : "+r"(x))
#else
#define SS_OPAQUE(x) ((void)0)
#endif

/* Whether the target multiplies 32 by 32 bits to 64 in hardware. Where it does not, the compiler's helper is slow, and
 * takes a number of instructions that depends on the data. */
#ifndef SS_WIDE_MULTIPLY
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__) || defined(__AVR__) || defined(__MSP430__)
#define SS_WIDE_MULTIPLY 0
#else
#define SS_WIDE_MULTIPLY 1
#endif
#endif

/* On AVR, flash is another address space: constants are marked, and read through an accessor. */
#if defined(__AVR__)
#include <avr/pgmspace.h>
#define SS_FLASH PROGMEM
#define SS_READ_8(p) ((int8_t)pgm_read_byte(p))
#define SS_READ_16(p) ((int16_t)pgm_read_word(p))
#define SS_READ_32(p) ((int32_t)pgm_read_dword(p))
#else
#define SS_FLASH
#define SS_READ_8(p) (*(p))
#define SS_READ_16(p) (*(p))
#define SS_READ_32(p) (*(p))
#endif

/* The product of two numbers whose sizes the optimiser may know. avr-gcc would take its helper for 16 bits, which
 * branches on their signs; that for 32 bits does not. */
SS_KERNEL int32_t ss_times(int32_t a, int32_t b)
{
#if defined(__AVR__)
    SS_OPAQUE(a);
    SS_OPAQUE(b);
#endif
    return a * b;
}

/* The product of two bytes. Where int has 16 bits it is an int, which some machines multiply without a helper. */
SS_KERNEL int32_t ss_times_8(int8_t a, int8_t b)
{
#if defined(__AVR__) || defined(__MSP430__)
    return (int16_t)(a * b);
#else
    return (int32_t)a * b;
#endif
}

/* A word at any address, in memory of any type. */
#if defined(__GNUC__)
typedef uint32_t __attribute__((may_alias, aligned(1))) ss_any_word;
#else
typedef uint32_t ss_any_word;
#endif

/* `size` bytes, by vectors where the target has them, else by words where it takes them at any address. */
SS_KERNEL void ss_copy(const int8_t *from, int8_t *to, int size)
{
#if defined(__ARM_FEATURE_MVE)
    __asm__ volatile("wlstp.8 lr, %[size], 1f\n"
                     "2:\n\t"
                     "vldrb.8 q0, [%[from]], #16\n\t"
                     "vstrb.8 q0, [%[to]], #16\n\t"
                     "letp lr, 2b\n"
                     "1:"
                     : [to] "+r"(to), [from] "+r"(from)
                     : [size] "r"(size)
                     : "q0", "lr", "memory");
#else
    int i = 0;
#if defined(__ARM_FEATURE_UNALIGNED)
    for (; i + 4 <= size; i += 4) {
        uint32_t word = *(const ss_any_word *)&from[i];
        SS_OPAQUE(word); /* else a compiler may call memcpy */
        *(ss_any_word *)&to[i] = word;
    }
#endif
    for (; i < size; i++) {
        int8_t byte = from[i];
        SS_OPAQUE(byte);
        to[i] = byte;
    }
#endif
}

/* Hides where in the arena a tensor lies. Where a kernel steps through two of them by different strides, gcc (12 at
 * least) otherwise writes one address as a multiple of the other, loses sight of the array in both, and drops the whole
 * layer as if it had no effect. */
SS_KERNEL int8_t *ss_at(int8_t *place)
{
    SS_OPAQUE(place);
    return place;
}

/* A tensor of one batch: (h, w, c). A filter: (h, w, c) of one output channel. */
typedef struct {
    int h, w, c;
} ss_dims;

#endif
