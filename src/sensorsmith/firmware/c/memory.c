/* memory.c: the functions that a compiler may call without being asked. They take the same time for any content. */
#include <stddef.h>
#include <stdint.h>

#if !defined(__clang__)
/* Keeps GCC from turning the loops below into calls of the very functions that they implement. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    return memmove(to, from, size);
}

void *memmove(void *to, const void *from, size_t size)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    if ((uintptr_t)d - (uintptr_t)s >= size) { /* also true when d is before s: the difference wraps around */
        if ((((uintptr_t)d | (uintptr_t)s) & 3u) == 0)
            for (; size >= 4; size -= 4, d += 4, s += 4)
                *(volatile uint32_t *)d = *(const volatile uint32_t *)s;
        for (; size > 0; size--)
            *d++ = *s++;
    } else {
        while (size-- > 0)
            d[size] = s[size];
    }
    return to;
}

void *memset(void *to, int value, size_t size)
{
    uint8_t *d = to;
    uint32_t word = (uint8_t)value * 0x01010101u;
    for (; size > 0 && ((uintptr_t)d & 3u) != 0; size--)
        *d++ = (uint8_t)value;
    for (; size >= 4; size -= 4, d += 4)
        *(volatile uint32_t *)(void *)d = word;
    for (; size > 0; size--)
        *d++ = (uint8_t)value;
    return to;
}
