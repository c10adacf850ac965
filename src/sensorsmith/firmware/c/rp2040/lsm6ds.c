/* lsm6ds.c: an LSM6DS3, LSM6DSL, LSM6DSO or one of their kin on I2C1, asked for a sample at each tick of the sampling clock.
 *
 * The part converts at its own clock, which is a few percent off, and at rates of its own: one is chosen of at least twice
 * the sampling rate, so that there is something new at each tick. The clock that counts is the crystal of this board.
 * A tick only queues the commands of two reads, of STATUS and of the values, 15 of the 16 that the controller holds; one
 * interrupt later their 13 bytes are there. No processor time is spent in between.
 */
#include "lsm6ds.h"

#include "part_bus.h"
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

#define SETTLING 100000u /* us from power down to the first good sample: the gyroscope takes up to 80 ms */
#define QUIET (SS_RATE_NUMERATOR / SS_RATE_DENOMINATOR / 2u + 4u) /* ticks without a sample after which it is silent */

static struct ss_ring *ring;
static struct ss_ticks ticks;
static volatile uint32_t quiet; /* ticks since the last sample */
static volatile uint8_t begun;  /* there has been a sample since the start, so that one can be missed */
static volatile uint8_t asked;  /* a sample is on its way */
static uint8_t sampling;

void ss_transducer_start(struct ss_ring *samples)
{
    ring = samples;
    ss_part_bus_start(ADDRESS);
    REG(I2C1 + I2C_RX_TL) = VALUES;
    REG(I2C1 + I2C_INTR_MASK) = I2C_RX_FULL | I2C_TX_ABRT;
}

static void ask(uint32_t address, uint32_t count)
{
    REG(I2C1 + I2C_DATA_CMD) = address;
    for (uint32_t i = 1; i <= count; i++)
        REG(I2C1 + I2C_DATA_CMD) = I2C_READ | (i == 1 ? I2C_RESTART : 0) | (i == count ? I2C_STOP : 0);
}

static uint8_t write_register(uint32_t address, uint32_t value)
{
    REG(I2C1 + I2C_DATA_CMD) = address;
    REG(I2C1 + I2C_DATA_CMD) = value | I2C_STOP;
    return ss_part_bus_done();
}

static uint8_t is_there(void)
{
    ask(WHO_AM_I, 1);
    return ss_part_bus_done() && REG(I2C1 + I2C_DATA_CMD) % 256u == ss_part.who_am_i;
}

static void stop(void)
{
    ss_ticks_stop();
    for (uint32_t begin = REG(TIMER_NOW); asked && REG(TIMER_NOW) - begin < SS_PART_PATIENCE;)
        ; /* a read that is cut off would leave the part in the middle of a byte */
    REG(NVIC_ICER) = 1u << IRQ_I2C1;
    asked = 0;
    ss_part_bus_restart();
    REG(NVIC_ICPR) = 1u << IRQ_I2C1;
    (void)(write_register(CTRL1_XL, 0) && write_register(CTRL2_G, 0)); /* power down, if it hears */
}

static void start(void)
{
    begun = 0;
    quiet = is_there() && write_register(CTRL3_C, CTRL3_C_SET) && write_register(CTRL1_XL, ss_part.ctrl1_xl) &&
                    write_register(CTRL2_G, ss_part.ctrl2_g)
                ? 0
                : QUIET;
    REG(NVIC_ISER) = 1u << IRQ_I2C1;
    ss_ticks_start(&ticks, SETTLING);
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

void ss_transducer_tick_isr(void)
{
    if (asked) { /* for a whole period: the bus hangs */
        ss_part_bus_restart();
        miss();
    }
    for (uint32_t late = ss_ticks_next(&ticks, ss_part.period); late > 0; late--)
        miss(); /* the processor was kept from its interrupts for so long */
    asked = 1;
    ask(STATUS_REG, 1);
    ask(OUTX_L_G, VALUES);
}

static void take(void)
{
    uint32_t status = REG(I2C1 + I2C_DATA_CMD);
    uint8_t values[VALUES];
    for (uint32_t i = 0; i < VALUES; i++)
        values[i] = (uint8_t)REG(I2C1 + I2C_DATA_CMD);
    if ((status & ss_part.ready) != ss_part.ready) {
        miss();
        return;
    }
    quiet = 0;
    begun = 1;
    if (ss_ring_room(ring) == 0) {
        ring->lost++;
        return;
    }
    ss_sample *slot = ss_ring_slot(ring);
    for (uint32_t i = 0; i < SS_CHANNELS; i++)
        slot[i] = (ss_sample)(values[ss_part.places[i]] | values[ss_part.places[i] + 1u] << 8);
    ss_ring_put(ring);
}

void ss_transducer_isr(void)
{
    uint32_t raised = REG(I2C1 + I2C_INTR_STAT);
    if (raised & I2C_TX_ABRT) {
        ss_part_bus_restart();
        miss();
    } else if (raised & I2C_RX_FULL)
        take();
    else
        return; /* it was given up a moment ago */
    asked = 0;
}
