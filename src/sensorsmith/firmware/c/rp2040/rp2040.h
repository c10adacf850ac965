/* rp2040.h: the registers of an RP2040 that this firmware uses, by the names of its data sheet (chapters 2 to 4). */
#ifndef SS_RP2040_H
#define SS_RP2040_H

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
/* Writing to these sets or clears the given bits of a register in one go. Not of SIO and of the processor's own. */
#define REG_SET(address) REG((address) + 0x2000u)
#define REG_CLEAR(address) REG((address) + 0x3000u)

/* Numbers of the interrupts. */
#define IRQ_TIMER_0 0u
#define IRQ_TIMER_1 1u
#define IRQ_DMA_0 11u
#define IRQ_UART0 20u
#define IRQ_I2C0 23u
#define IRQ_I2C1 24u
#define NVIC_ISER 0xE000E100u
#define NVIC_ICER 0xE000E180u
#define NVIC_ICPR 0xE000E280u
#define VTOR 0xE000ED08u

/* 2.13, 2.15, 2.16, 2.18: resets, clocks, oscillator, PLL */
#define RESETS_RESET 0x4000C000u
#define RESETS_DONE 0x4000C008u
#define RESET_DMA (1u << 2)
#define RESET_I2C0 (1u << 3)
#define RESET_I2C1 (1u << 4)
#define RESET_IO_BANK0 (1u << 5)
#define RESET_PADS_BANK0 (1u << 8)
#define RESET_PIO0 (1u << 10)
#define RESET_PLL_SYS (1u << 12)
#define RESET_TIMER (1u << 21)
#define RESET_UART0 (1u << 22)
#define PSM_WDSEL 0x40010008u
#define CLK_REF_CTRL 0x40008030u
#define CLK_REF_SELECTED 0x40008038u
#define CLK_SYS_CTRL 0x4000803Cu
#define CLK_SYS_SELECTED 0x40008044u
#define CLK_PERI_CTRL 0x40008048u
#define XOSC_CTRL 0x40024000u
#define XOSC_STATUS 0x40024004u
#define XOSC_STARTUP 0x4002400Cu
#define XOSC_STABLE (1u << 31)
#define PLL_SYS_CS 0x40028000u
#define PLL_SYS_PWR 0x40028004u
#define PLL_SYS_FBDIV 0x40028008u
#define PLL_SYS_PRIM 0x4002800Cu
#define PLL_LOCK (1u << 31)

/* 2.19, 2.3.1: pins */
#define GPIO_CTRL(pin) (0x40014004u + 8u * (pin))
#define GPIO_PAD(pin) (0x4001C004u + 4u * (pin))
#define PAD_PULLED_UP 0x5Au /* input enabled, Schmitt trigger, 4 mA, pulled up */
#define PAD_INPUT 0x42u     /* input enabled, Schmitt trigger */
#define FUNCTION_UART 2u
#define FUNCTION_I2C 3u
#define FUNCTION_SIO 5u
#define SIO_IN 0xD0000004u
#define SIO_OUT_SET 0xD0000014u
#define SIO_OUT_CLEAR 0xD0000018u
#define SIO_OE_SET 0xD0000024u
#define SIO_OE_CLEAR 0xD0000028u

/* 4.2: UART0, a PL011 */
#define UART0_DR 0x40034000u
#define UART0_FR 0x40034018u
#define UART0_IBRD 0x40034024u
#define UART0_FBRD 0x40034028u
#define UART0_LCR_H 0x4003402Cu
#define UART0_CR 0x40034030u
#define UART0_IMSC 0x40034038u
#define UART0_ICR 0x40034044u
#define UART_RX_EMPTY (1u << 4)
#define UART_TX_FULL (1u << 5)
#define UART_RX (1u << 4)
#define UART_TX (1u << 5)
#define UART_RX_TIMEOUT (1u << 6)

/* 4.3: I2C0 and I2C1, each a DW_apb_i2c */
#define I2C0 0x40044000u
#define I2C1 0x40048000u
#define I2C_CON 0x00u
#define I2C_TAR 0x04u
#define I2C_SAR 0x08u
#define I2C_DATA_CMD 0x10u
#define I2C_FS_SCL_HCNT 0x1Cu
#define I2C_FS_SCL_LCNT 0x20u
#define I2C_INTR_STAT 0x2Cu
#define I2C_INTR_MASK 0x30u
#define I2C_RAW_INTR_STAT 0x34u
#define I2C_RX_TL 0x38u
#define I2C_CLR_INTR 0x40u
#define I2C_CLR_RD_REQ 0x50u
#define I2C_CLR_TX_ABRT 0x54u
#define I2C_CLR_STOP_DET 0x60u
#define I2C_ENABLE 0x6Cu
#define I2C_STATUS 0x70u
#define I2C_SDA_HOLD 0x7Cu
#define I2C_FS_SPKLEN 0xA0u
#define I2C_CLR_RESTART_DET 0xA8u
#define I2C_CON_CONTROLLER (1u << 0 | 2u << 1 | 1u << 5 | 1u << 6) /* 400 kbit/s, repeated starts, no target */
#define I2C_CON_TARGET (2u << 1 | 1u << 5 | 1u << 7 | 1u << 9)     /* STOP_DET when addressed; stretch when full */
#define I2C_READ (1u << 8)
#define I2C_STOP (1u << 9)
#define I2C_RESTART (1u << 10)
#define I2C_FIRST_BYTE (1u << 11)
#define I2C_RX_FULL (1u << 2)
#define I2C_RD_REQ (1u << 5)
#define I2C_TX_ABRT (1u << 6)
#define I2C_STOP_DET (1u << 9)
#define I2C_RESTART_DET (1u << 12)
#define I2C_RX_NOT_EMPTY (1u << 3)
#define I2C_TARGET_ACTIVE (1u << 6)

/* 4.6, 4.7: timer in microseconds, watchdog */
#define TIMER_NOW 0x40054028u
#define TIMER_ALARM(n) (0x40054010u + 4u * (n))
#define TIMER_ARMED 0x40054020u
#define TIMER_INTR 0x40054034u
#define TIMER_INTE 0x40054038u
#define WATCHDOG_CTRL 0x40058000u
#define WATCHDOG_LOAD 0x40058004u
#define WATCHDOG_REASON 0x40058008u
#define WATCHDOG_TICK 0x4005802Cu
#define WATCHDOG_ENABLE (1u << 30)
#define WATCHDOG_TRIGGER (1u << 31)
#define WATCHDOG_BY_TIMER (1u << 0)
#define WATCHDOG_BY_FORCE (1u << 1)

/* 4.10: the interface to the flash chip */
#define SSI_CTRLR0 0x18000000u
#define SSI_CTRLR1 0x18000004u
#define SSI_SSIENR 0x18000008u
#define SSI_BAUDR 0x18000014u
#define SSI_SPI_CTRLR0 0x180000F4u

/* Pins of this board. The event line and the bus are on pads side by side. */
#define PIN_UART_TX 0u
#define PIN_UART_RX 1u
#define PIN_BUS_SDA 4u
#define PIN_BUS_SCL 5u
#define PIN_PART_SDA 6u
#define PIN_PART_SCL 7u
#define PIN_EVENT 8u
#define PIN_PART_DATA 12u
#define PIN_PART_CLOCK 14u
#define PIN_LIGHT 25u

/* 2.5: channel 0 of the DMA controller */
#define DMA_READ_ADDR 0x50000000u
#define DMA_TRANS_COUNT 0x50000008u
#define DMA_CTRL_TRIG 0x5000000Cu
#define DMA_CTRL 0x50000010u             /* the same without starting */
#define DMA_WRITE_ADDR_TRIG 0x5000002Cu /* starts as many transfers as the last time */
#define DMA_INTE0 0x50000404u
#define DMA_INTS0 0x5000040Cu
#define DMA_ABORT 0x50000444u
#define DMA_ENABLE (1u << 0)
#define DMA_INCREMENT_WRITE (1u << 5)
#define DMA_WHEN_PIO0_RX0 (4u << 15) /* a byte whenever there is one; no channel follows this one */

/* 3.7: PIO0 and its first state machine */
#define PIO0_CTRL 0x50200000u
#define PIO0_FSTAT 0x50200004u
#define PIO0_RXF0 0x50200020u
#define PIO0_MEMORY(place) (0x50200048u + 4u * (place))
#define PIO0_SM0_CLKDIV 0x502000C8u
#define PIO0_SM0_EXECCTRL 0x502000CCu
#define PIO0_SM0_SHIFTCTRL 0x502000D0u
#define PIO0_SM0_INSTR 0x502000D8u
#define PIO0_SM0_PINCTRL 0x502000DCu
#define PIO_ENABLE_SM0 (1u << 0)
#define PIO_RESTART_SM0 (1u << 4)
#define PIO_RX0_EMPTY (1u << 8)
#define PIO_WAIT_PIN(level, pin) (0x2000u | (level) << 7 | (pin))
#define PIO_IN_PINS(count) (0x4000u | (count))
#define PIO_JUMP(place) (place)

/* Both I2C: 125 MHz / (187 + 125) is 400 kbit/s; spikes under 88 ns are none; SDA is held for 300 ns. */
static inline void i2c_speed(uint32_t i2c)
{
    REG(i2c + I2C_FS_SCL_LCNT) = 187;
    REG(i2c + I2C_FS_SCL_HCNT) = 125;
    REG(i2c + I2C_FS_SPKLEN) = 11;
    REG(i2c + I2C_SDA_HOLD) = 38;
}

static inline void pin_function(uint32_t pin, uint32_t function)
{
    REG(GPIO_CTRL(pin)) = function;
}

#endif
