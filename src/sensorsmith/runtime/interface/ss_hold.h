/* Keeps the bus out for a moment, so that it finds the registers before a change or after it, never in the middle.
 *
 * Only the sensor's loop calls these, and never one inside another. On a host, bus and loop are one thread.
 */
#ifndef SS_HOLD_H
#define SS_HOLD_H

static inline void ss_hold(void)
{
#if defined(__arm__)
    __asm__ volatile("cpsid i" ::: "memory");
#elif defined(__riscv)
    __asm__ volatile("csrci mstatus, 8" ::: "memory");
#elif defined(__AVR__)
    __asm__ volatile("cli" ::: "memory");
#endif
}

static inline void ss_release(void)
{
#if defined(__arm__)
    __asm__ volatile("cpsie i" ::: "memory");
#elif defined(__riscv)
    __asm__ volatile("csrsi mstatus, 8" ::: "memory");
#elif defined(__AVR__)
    __asm__ volatile("sei" ::: "memory");
#endif
}

#endif
