/* lsm6ds.c: an LSM6DS3, LSM6DSL, LSM6DSO or one of their kin on I2C1, asked for a sample at each tick of the sampling clock.
 *
 * The part converts at its own clock, which is a few percent off, and at rates of its own: one is chosen of at least twice
 * the sampling rate, so that there is something new at each tick. The clock that counts is the crystal of this board.
 * A tick only queues the commands of two reads, of STATUS and of the values, 15 of the 16 that the controller holds; one
 * interrupt later their 13 bytes are there. No processor time is spent in between.
 */
#include "lsm6ds.h"

#include "rp2040.h"
#include "transducer.h"

#define ADDRESS 0x6Au /* SA0 is low */
#define WHO_AM_I 0x0Fu
#define CTRL1_XL 0x10u
#define CTRL2_G 0x11u
#define CTRL3_C 0x12u
#define CTRL3_C_SET 0x44u /* BDU: the bytes of one value belong together; IF_INC: the address advances */
#define STATUS_REG 0x1Eu
#define OUTX_L_G 0x22u
#define VALUES 12u /* bytes: three rates of turn, three accelerations */

#define ALARM 0u
#define SETTLING 100000u /* us from power down to the first good sample: the gyroscope takes up to 80 ms */
#define TOO_LATE 50u     /* us: an alarm that lies nearer than this might be missed */
#define PATIENCE 2000u   /* us for one register */
#define PERIOD_REST (1000000u * SS_RATE_DENOMINATOR % SS_RATE_NUMERATOR)
#define QUIET (SS_RATE_NUMERATOR / SS_RATE_DENOMINATOR / 2u + 4u) /* ticks without a sample after which it is silent */

static struct ss_ring *ring;
static uint32_t due, due_rest;  /* time of the next tick: us, and parts of one in 1/SS_RATE_NUMERATOR */
static volatile uint32_t quiet; /* ticks since the last sample */
static volatile uint8_t begun;  /* there has been a sample since the start, so that one can be missed */
static volatile uint8_t asked;  /* a sample is on its way */
static uint8_t sampling;

static void restart_controller(void)
{
    REG(I2C1 + I2C_ENABLE) = 0;
    (void)REG(I2C1 + I2C_CLR_INTR);
    REG(I2C1 + I2C_ENABLE) = 1;
}

static void pause_us(uint32_t us)
{
    for (uint32_t start = REG(TIMER_NOW); REG(TIMER_NOW) - start < us;)
        ;
}

/* A part that a reset of ours has caught in the middle of a read holds SDA until it has sent its byte. */
static void free_bus(void)
{
    pin_function(PIN_PART_SCL, FUNCTION_SIO);
    REG(SIO_OUT_CLEAR) = 1u << PIN_PART_SCL;
    for (uint32_t pulse = 0; pulse < 9; pulse++) {
        REG(SIO_OE_SET) = 1u << PIN_PART_SCL;
        pause_us(5);
        REG(SIO_OE_CLEAR) = 1u << PIN_PART_SCL;
        pause_us(5);
    }
}

void ss_transducer_start(struct ss_ring *samples)
{
    ring = samples;
    REG(GPIO_PAD(PIN_PART_SDA)) = PAD_PULLED_UP;
    REG(GPIO_PAD(PIN_PART_SCL)) = PAD_PULLED_UP;
    free_bus();
    pin_function(PIN_PART_SDA, FUNCTION_I2C);
    pin_function(PIN_PART_SCL, FUNCTION_I2C);
    REG(I2C1 + I2C_ENABLE) = 0;
    REG(I2C1 + I2C_CON) = I2C_CON_CONTROLLER;
    REG(I2C1 + I2C_TAR) = ADDRESS;
    i2c_speed(I2C1);
    REG(I2C1 + I2C_RX_TL) = VALUES;
    REG(I2C1 + I2C_INTR_MASK) = I2C_RX_FULL | I2C_TX_ABRT;
    restart_controller();
    REG_SET(TIMER_INTE) = 1u << ALARM;
}

static void ask(uint32_t address, uint32_t count)
{
    REG(I2C1 + I2C_DATA_CMD) = address;
    for (uint32_t i = 1; i <= count; i++)
        REG(I2C1 + I2C_DATA_CMD) = I2C_READ | (i == 1 ? I2C_RESTART : 0) | (i == count ? I2C_STOP : 0);
}

/* Wait until the bus is free again. Returns whether the part acknowledged everything. */
static uint8_t transferred(void)
{
    uint32_t start = REG(TIMER_NOW);
    while (!(REG(I2C1 + I2C_RAW_INTR_STAT) & I2C_STOP_DET))
        if (REG(TIMER_NOW) - start > PATIENCE) {
            restart_controller();
            return 0;
        }
    uint32_t refused = REG(I2C1 + I2C_RAW_INTR_STAT) & I2C_TX_ABRT;
    (void)REG(I2C1 + I2C_CLR_INTR);
    return refused == 0;
}

static uint8_t write_register(uint32_t address, uint32_t value)
{
    REG(I2C1 + I2C_DATA_CMD) = address;
    REG(I2C1 + I2C_DATA_CMD) = value | I2C_STOP;
    return transferred();
}

static uint8_t is_there(void)
{
    ask(WHO_AM_I, 1);
    return transferred() && REG(I2C1 + I2C_DATA_CMD) % 256u == ss_part.who_am_i;
}

static void stop(void)
{
    REG(NVIC_ICER) = 1u << IRQ_TIMER_0;
    REG(TIMER_ARMED) = 1u << ALARM;
    REG(TIMER_INTR) = 1u << ALARM;
    for (uint32_t begin = REG(TIMER_NOW); asked && REG(TIMER_NOW) - begin < PATIENCE;)
        ; /* a read that is cut off would leave the part in the middle of a byte */
    REG(NVIC_ICER) = 1u << IRQ_I2C1;
    asked = 0;
    restart_controller();
    REG(NVIC_ICPR) = 1u << IRQ_TIMER_0 | 1u << IRQ_I2C1;
    (void)(write_register(CTRL1_XL, 0) && write_register(CTRL2_G, 0)); /* power down, if it hears */
}

static void start(void)
{
    begun = 0;
    quiet = is_there() && write_register(CTRL3_C, CTRL3_C_SET) && write_register(CTRL1_XL, ss_part.ctrl1_xl) &&
                    write_register(CTRL2_G, ss_part.ctrl2_g)
                ? 0
                : QUIET;
    due = REG(TIMER_NOW) + SETTLING;
    due_rest = 0;
    REG(TIMER_ALARM(ALARM)) = due;
    REG(NVIC_ISER) = 1u << IRQ_TIMER_0 | 1u << IRQ_I2C1;
}

void ss_transducer_sampling(uint8_t on)
{
    stop();
    if (on)
        start();
    sampling = on;
}

uint8_t ss_transducer_answers(void)
{
    return sampling ? quiet < QUIET : is_there();
}

static void miss(void)
{
    quiet = quiet + (quiet < QUIET);
    ring->lost += begun;
}

static void next_tick(void)
{
    due += ss_part.period;
    due_rest += PERIOD_REST;
    if (due_rest >= SS_RATE_NUMERATOR) {
        due_rest -= SS_RATE_NUMERATOR;
        due++;
    }
}

void ss_transducer_tick_isr(void)
{
    REG(TIMER_INTR) = 1u << ALARM;
    if (asked) { /* for a whole period: the bus hangs */
        restart_controller();
        miss();
    }
    for (next_tick(); (int32_t)(due - REG(TIMER_NOW)) < (int32_t)TOO_LATE; next_tick())
        miss(); /* the processor was kept from its interrupts for so long */
    REG(TIMER_ALARM(ALARM)) = due;
    asked = 1;
    ask(STATUS_REG, 1);
    ask(OUTX_L_G, VALUES);
}

static void take(void)
{
    uint32_t status = REG(I2C1 + I2C_DATA_CMD);
    uint8_t values[VALUES];
    int16_t sample[SS_CHANNELS];
    for (uint32_t i = 0; i < VALUES; i++)
        values[i] = (uint8_t)REG(I2C1 + I2C_DATA_CMD);
    if ((status & ss_part.ready) != ss_part.ready) {
        miss();
        return;
    }
    for (uint32_t i = 0; i < SS_CHANNELS; i++)
        sample[i] = (int16_t)(values[ss_part.places[i]] | values[ss_part.places[i] + 1u] << 8);
    ss_ring_put(ring, sample);
    quiet = 0;
    begun = 1;
}

void ss_transducer_isr(void)
{
    uint32_t raised = REG(I2C1 + I2C_INTR_STAT);
    if (raised & I2C_TX_ABRT) {
        restart_controller();
        miss();
    } else if (raised & I2C_RX_FULL)
        take();
    else
        return; /* it was given up a moment ago */
    asked = 0;
}
