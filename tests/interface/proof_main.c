/* The interface with any content of the map, in any state of a transaction, and any byte from the host; and the sensor's
 * side with any result. What is not free is an invariant that every step restores: see the assertions. */
#include "__fc_builtin.h"

#include "ss_registers.c"
#include "ss_uart.c"

#define SS_CLASSES 7u
/*@ requires condition == 0 || condition == 1;
    assigns \result \from condition, a, b;
    ensures \result == a || \result == b; */
static inline uint32_t ss_choose(uint32_t condition, uint32_t a, uint32_t b);
#include "ss_post.h"

static struct ss_registers registers;
static struct ss_uart uart;
static struct ss_post post;
static uint8_t build_id[SS_BUILD_SIZE];
static uint8_t reply[SS_UART_FRAME];
static int8_t scores[SS_CLASSES];

static uint8_t any(void)
{
    return Frama_C_unsigned_char_interval(0, 255);
}

static void any_transaction(struct ss_bus *bus)
{
    Frama_C_make_unknown((char *)bus->latched, sizeof bus->latched);
    bus->latched_from = any();
    bus->latched_size = any();
    bus->pointer = any();
    bus->awaits_pointer = any();
}

static void any_post(void)
{
    Frama_C_make_unknown((char *)post.mean, sizeof post.mean);
    post.begun = Frama_C_unsigned_char_interval(0, 1);
    post.candidate = any();
    post.run = any();
    post.reported = any();
    post.place = Frama_C_unsigned_char_interval(0, SS_CLASSES - 1u);
}

int main(void)
{
    struct ss_result result = {any(), any(), any(), Frama_C_unsigned_int_interval(0, 0xFFFFFFFFu)};
    struct ss_post_settings set = {any(), any(), Frama_C_unsigned_char_interval(0, 6)};
    ss_registers_start(&registers, build_id, any());
    ss_uart_open(&uart, &registers);
    Frama_C_make_unknown((char *)registers.map, sizeof registers.map);
    Frama_C_make_unknown((char *)registers.settings, sizeof registers.settings);
    registers.command = any();
    registers.attention = any();
    registers.seen = Frama_C_unsigned_int_interval(0, 0xFFFFFFFFu);
    any_transaction(&uart.bus);

    switch (any()) {
    case 0:
        ss_bus_start_write(&uart.bus);
        break;
    case 1:
        ss_bus_write(&uart.bus, any());
        break;
    case 2:
        ss_bus_start_read(&uart.bus);
        break;
    case 3:
        (void)ss_bus_read(&uart.bus);
        break;
    case 4:
        ss_bus_end(&uart.bus);
        break;
    case 5:
        Frama_C_make_unknown((char *)uart.frame, sizeof uart.frame);
        uart.size = Frama_C_unsigned_char_interval(0, SS_UART_FRAME - 1u);
        (void)ss_uart_receive(&uart, any(), reply);
        //@ assert uart.size < SS_UART_FRAME;
        break;
    case 6:
        ss_publish(&registers, &result);
        break;
    case 7:
        ss_withdraw(&registers, any());
        break;
    case 8:
        ss_report(&registers, any());
        break;
    case 9:
        ss_end_command(&registers, any());
        break;
    case 10:
        ss_clear(&registers);
        break;
    case 11:
        ss_self_tested(&registers, any());
        break;
    case 12:
        (void)ss_setting_u16(&registers, SS_RATE);
        (void)ss_setting_u16(&registers, SS_SLEEP_S);
        break;
    default:
        any_post();
        Frama_C_make_unknown((char *)scores, sizeof scores);
        ss_post_scores(&post, scores, set);
        (void)ss_post_confidence(&post);
        //@ assert post.place < SS_CLASSES;
    }
    return 0;
}
