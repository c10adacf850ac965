/* show.c: print every result of the sensor at MLS1_DEFAULT_ADDRESS.
 *
 *     cc -o show show.c mls1.c mls1_linux.c && ./show /dev/i2c-1
 */
#include <stdio.h>

#include "mls1_linux.h"

int main(int count, char **words)
{
    struct mls1_linux linux_bus;
    struct mls1_bus bus;
    struct mls1 sensor;
    const char *path = count > 1 ? words[1] : "/dev/i2c-1";
    if (mls1_linux_open(&linux_bus, path, MLS1_DEFAULT_ADDRESS, &bus)) {
        perror(path);
        return 2;
    }
    int error = mls1_open(&sensor, &bus);
    while (!error) {
        struct mls1_result result;
        char label[MLS1_TEXT_BUFFER] = "-";
        uint8_t fresh;
        error = mls1_next(&sensor, &result, &fresh);
        if (!error && fresh && result.class_index != MLS1_NONE)
            error = mls1_text(&sensor, result.class_index, label);
        if (!error && fresh)
            printf("%10.2f s  %-30s %3u %%\n", result.time_ms / 1000.0, label, result.confidence * 100u / 256u);
        if (!error)
            bus.wait(bus.context, result.period_ds * 50u);
    }
    fprintf(stderr, "%s: %s\n", path, mls1_words(error));
    return 1;
}
