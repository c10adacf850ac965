/* ticks.c: alarm 0 of the timer. */
#include "ticks.h"

#include "rp2040.h"
#include "ss_register_map.h"

#define ALARM 0u
#define TOO_LATE 50u /* us: an alarm that lies nearer than this might be missed */

void ss_pause_us(uint32_t us)
{
    for (uint32_t start = REG(TIMER_NOW); REG(TIMER_NOW) - start < us;)
        ;
}

void ss_ticks_start(struct ss_ticks *ticks, uint32_t first)
{
    ticks->due = REG(TIMER_NOW) + first;
    ticks->rest = 0;
    REG(TIMER_ALARM(ALARM)) = ticks->due;
    REG_SET(TIMER_INTE) = 1u << ALARM;
    REG(NVIC_ISER) = 1u << IRQ_TIMER_0;
}

void ss_ticks_stop(void)
{
    REG(NVIC_ICER) = 1u << IRQ_TIMER_0;
    REG(TIMER_ARMED) = 1u << ALARM;
    REG(TIMER_INTR) = 1u << ALARM;
    REG(NVIC_ICPR) = 1u << IRQ_TIMER_0;
}

static void advance(struct ss_ticks *ticks, struct ss_period period)
{
    ticks->due += period.us;
    ticks->rest += period.rest;
    if (ticks->rest >= SS_RATE_NUMERATOR) {
        ticks->rest -= SS_RATE_NUMERATOR;
        ticks->due++;
    }
}

uint32_t ss_ticks_next(struct ss_ticks *ticks, struct ss_period period)
{
    uint32_t missed = 0;
    REG(TIMER_INTR) = 1u << ALARM;
    for (advance(ticks, period); (int32_t)(ticks->due - REG(TIMER_NOW)) < (int32_t)TOO_LATE; advance(ticks, period))
        missed++;
    REG(TIMER_ALARM(ALARM)) = ticks->due;
    return missed;
}
