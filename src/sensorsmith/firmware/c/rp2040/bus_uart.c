/* bus_uart.c: UART0 at 115200 baud, 8 bits, no parity. What comes while an answer is being sent waits in the FIFO. */
#include "buses.h"
#include "rp2040.h"
#include "ss_uart.h"

static struct ss_uart uart;
static uint8_t reply[SS_UART_FRAME];
static uint8_t size, sent; /* bytes of `reply`, and how many of them are on their way */

void ss_uart_start(struct ss_registers *r)
{
    ss_uart_open(&uart, r);
    REG(UART0_IBRD) = 67; /* 125 MHz / (16 * (67 + 52/64)) is 115207 baud */
    REG(UART0_FBRD) = 52;
    REG(UART0_LCR_H) = 3u << 5 | 1u << 4;        /* 8 bits, FIFOs */
    REG(UART0_CR) = 1u << 9 | 1u << 8 | 1u << 0; /* receive, send, on */
    REG(UART0_IMSC) = UART_RX | UART_RX_TIMEOUT;
    pin_function(PIN_UART_TX, FUNCTION_UART);
    pin_function(PIN_UART_RX, FUNCTION_UART);
    REG(GPIO_PAD(PIN_UART_RX)) = PAD_PULLED_UP;
    REG(NVIC_ISER) = 1u << IRQ_UART0;
}

static void send(void)
{
    while (sent < size && !(REG(UART0_FR) & UART_TX_FULL))
        REG(UART0_DR) = reply[sent++];
}

void ss_uart_isr(void)
{
    REG(UART0_ICR) = UART_RX | UART_RX_TIMEOUT | UART_TX;
    send();
    while (sent == size && !(REG(UART0_FR) & UART_RX_EMPTY)) {
        sent = 0;
        size = ss_uart_receive(&uart, (uint8_t)REG(UART0_DR), reply);
        send();
    }
    REG(UART0_IMSC) = sent < size ? UART_TX : UART_RX | UART_RX_TIMEOUT;
    ss_hal_show();
}
