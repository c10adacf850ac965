/* hm01b0.c: a Himax HM01B0 camera: settings over I2C1, pixels over two pins, asked for a picture at each tick.
 *
 * The camera takes one picture when it is told to, and sleeps until it is told again: the clock that counts is the crystal
 * of this board. Two by two of its pixels make one of 160 x 120; the middle of that is the sample's rows. A pixel comes bit
 * by bit, the highest first, at each rise of PCLKO, which moves with pixels alone: clock and data are all the pins that are
 * needed. A state machine of PIO gathers bytes, DMA puts them into one row, and an interrupt per row carries what is wanted
 * of it into the ring. Registers and values: the part's data sheet, and settings that public drivers agree on.
 */
#include "hm01b0.h"

#include "part_bus.h"
#include "rp2040.h"
#include "transducer.h"

#define ADDRESS 0x24u
#define MODEL_ID 0x0000u /* 2 bytes */
#define MODEL_ID_IS 0x01B0u
#define MODE_SELECT 0x0100u
#define MODE_STANDBY 0u
#define MODE_PICTURES 3u /* so many as PICTURE_COUNT says */
#define SOFTWARE_RESET 0x0103u

#define COLUMNS 160u
#define ROWS 120u
#define LEFT ((COLUMNS - SS_CHANNELS) / 2u)
#define TOP ((ROWS - SS_WINDOW) / 2u)
_Static_assert(SS_CHANNELS <= COLUMNS && SS_WINDOW <= ROWS, "the camera has the pixels that are asked for");

#define RESETTING 10000u /* us */
#define SETTLING 100000u /* us from standby to the first picture */
#define QUIET 3u         /* ticks without a picture after which it is silent */

/* Each picture is told exposure and gain by the one before, which the camera works out itself (AE_CTRL). */
static const struct {
    uint16_t address;
    uint8_t value;
} settings[] = {
    {0x3044u, 0x0Au}, {0x3045u, 0x00u}, {0x3047u, 0x0Au}, {0x3050u, 0xC0u}, {0x3051u, 0x42u}, {0x3052u, 0x50u},
    {0x3053u, 0x00u}, {0x3054u, 0x03u}, {0x3055u, 0xF7u}, {0x3056u, 0xF8u}, {0x3057u, 0x29u}, {0x3058u, 0x1Fu},
    {0x3064u, 0x00u}, {0x3065u, 0x04u},                   /* analogue parts, as the maker recommends */
    {0x1000u, 0x43u}, {0x1003u, 0x08u}, {0x1006u, 0x01u}, /* black level: corrected, to 8 */
    {0x1007u, 0x08u}, {0x1012u, 0x01u},                   /* VSYNC and HSYNC in step with the pixels */
    {0x2100u, 0x01u},                                     /* AE_CTRL: automatic exposure */
    {0x0383u, 0x03u}, {0x0387u, 0x03u}, {0x0390u, 0x03u}, /* two by two pixels make one */
    {0x3010u, 0x01u},                                     /* the middle 320 x 240 pixels */
    {0x0340u, 0x00u}, {0x0341u, 0x84u},                   /* 132 lines in a picture */
    {0x0342u, 0x01u}, {0x0343u, 0x78u},                   /* 376 pixels in a line, with its pause */
    {0x3059u, 0x22u},                                     /* BIT_CONTROL: one bit at a time */
    {0x3060u, 0x30u},                                     /* OSC_CLK_DIV: slowest; highest bit first; PCLKO with pixels alone */
    {0x3020u, 0x01u},                                     /* one picture at a time */
    {0x0104u, 0x01u},                                     /* all of this is in force */
};

static struct ss_ring *ring;
static struct ss_ticks ticks;
static uint8_t row[COLUMNS];
static volatile uint32_t come;  /* rows of the picture that have come */
static volatile uint32_t given; /* rows of it that went to the ring, or found no room there */
static volatile uint32_t quiet; /* ticks since the last whole picture */
static volatile uint8_t begun;  /* rows have come since the start, so that some can be missed */
static uint8_t sampling;

static void forget_row(void)
{
    for (uint32_t i = 0; i < COLUMNS; i++)
        ((volatile uint8_t *)row)[i] = 0;
}

void ss_transducer_start(struct ss_ring *samples)
{
    ring = samples;
    ss_part_bus_start(ADDRESS);
    REG(GPIO_PAD(PIN_PART_DATA)) = PAD_INPUT;
    REG(GPIO_PAD(PIN_PART_CLOCK)) = PAD_INPUT;
    REG(PIO0_MEMORY(0)) = PIO_WAIT_PIN(1u, PIN_PART_CLOCK);
    REG(PIO0_MEMORY(1)) = PIO_IN_PINS(1u);
    REG(PIO0_MEMORY(2)) = PIO_WAIT_PIN(0u, PIN_PART_CLOCK);
    REG(PIO0_SM0_CLKDIV) = 1u << 16;
    REG(PIO0_SM0_EXECCTRL) = 2u << 12;                        /* from 2 back to 0 */
    REG(PIO0_SM0_SHIFTCTRL) = 1u << 31 | 8u << 20 | 1u << 16; /* 8 bytes deep; a byte after 8 bits; leftwards */
    REG(PIO0_SM0_PINCTRL) = PIN_PART_DATA << 15;
    REG(DMA_READ_ADDR) = PIO0_RXF0;
    REG(DMA_TRANS_COUNT) = COLUMNS;
    REG(DMA_CTRL) = DMA_WHEN_PIO0_RX0 | DMA_INCREMENT_WRITE | DMA_ENABLE;
    REG(DMA_INTE0) = 1u << 0;
}

/* Await a row. It begins with a whole pixel, whatever disturbed the one before. */
static void await_row(void)
{
    REG(PIO0_CTRL) = PIO_ENABLE_SM0 | PIO_RESTART_SM0;
    REG(PIO0_SM0_INSTR) = PIO_JUMP(0u);
    REG(DMA_WRITE_ADDR_TRIG) = (uint32_t)(uintptr_t)row;
}

static void await_nothing(void)
{
    REG(PIO0_CTRL) = 0;
    REG(DMA_ABORT) = 1u << 0;
    while (REG(DMA_ABORT) & 1u)
        ;
    while (!(REG(PIO0_FSTAT) & PIO_RX0_EMPTY))
        (void)REG(PIO0_RXF0);
    REG(DMA_INTS0) = 1u << 0;
    REG(NVIC_ICPR) = 1u << IRQ_DMA_0;
}

static void send(uint32_t address, uint32_t value)
{
    REG(I2C1 + I2C_DATA_CMD) = address >> 8;
    REG(I2C1 + I2C_DATA_CMD) = address & 0xFFu;
    REG(I2C1 + I2C_DATA_CMD) = value | I2C_STOP;
}

static uint8_t write_register(uint32_t address, uint32_t value)
{
    send(address, value);
    return ss_part_bus_done();
}

static uint8_t is_there(void)
{
    REG(I2C1 + I2C_DATA_CMD) = MODEL_ID >> 8;
    REG(I2C1 + I2C_DATA_CMD) = MODEL_ID & 0xFFu;
    REG(I2C1 + I2C_DATA_CMD) = I2C_READ | I2C_RESTART;
    REG(I2C1 + I2C_DATA_CMD) = I2C_READ | I2C_STOP;
    if (!ss_part_bus_done())
        return 0;
    uint32_t high = REG(I2C1 + I2C_DATA_CMD) & 0xFFu, low = REG(I2C1 + I2C_DATA_CMD) & 0xFFu;
    return (high << 8 | low) == MODEL_ID_IS;
}

static uint8_t set_up(void)
{
    if (!is_there() || !write_register(SOFTWARE_RESET, 1u))
        return 0;
    ss_pause_us(RESETTING);
    for (uint32_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (!write_register(settings[i].address, settings[i].value))
            return 0;
    return 1;
}

static void stop(void)
{
    ss_ticks_stop();
    REG(NVIC_ICER) = 1u << IRQ_DMA_0;
    await_nothing();
    ss_part_bus_restart();
    (void)write_register(MODE_SELECT, MODE_STANDBY); /* if it hears */
    forget_row();
}

static void start(void)
{
    begun = 0;
    come = ROWS;
    given = SS_WINDOW;
    quiet = set_up() ? 0 : QUIET;
    REG(NVIC_ISER) = 1u << IRQ_DMA_0;
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

/* `rows` of a picture will not come. */
static void miss(uint32_t rows)
{
    quiet = quiet + (quiet < QUIET);
    ring->lost += begun ? rows : 0;
}

void ss_transducer_tick_isr(void)
{
    uint32_t late = ss_ticks_next(&ticks, ss_camera.period);
    if (come < ROWS)
        miss(SS_WINDOW - given);
    for (; late > 0; late--)
        miss(SS_WINDOW);
    await_nothing();
    come = 0;
    given = 0;
    await_row();
    ss_part_bus_restart();
    send(MODE_SELECT, MODE_PICTURES);
}

static void give(void)
{
    given = given + 1;
    begun = 1;
    if (ss_ring_room(ring) == 0) {
        ring->lost++;
        return;
    }
    ss_sample *slot = ss_ring_slot(ring);
    for (uint32_t i = 0; i < SS_CHANNELS; i++)
        slot[i] = row[LEFT + i];
    ss_ring_put(ring);
}

void ss_transducer_isr(void)
{
    REG(DMA_INTS0) = 1u << 0;
    if (come >= TOP && come < TOP + SS_WINDOW)
        give();
    come = come + 1;
    if (come < ROWS) {
        await_row();
        return;
    }
    quiet = 0;
    forget_row();
}
