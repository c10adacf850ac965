// As much of Arduino.h as the driver uses.
#pragma once
#include <stddef.h>
#include <stdint.h>

void delay(unsigned long ms);
