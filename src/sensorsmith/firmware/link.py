"""The linker script of an image."""

from __future__ import annotations

STACK = 4096
"""Bytes kept free for the stack, which grows down from the end of RAM."""

_SCRIPT = """\
ENTRY(ss_reset)

/* The lengths are those of the address space; whether the image fits is checked afterwards, to say by how much not. */
MEMORY
{{
  FLASH (rx) : ORIGIN = 0x{flash:08X}, LENGTH = 0x10000000
  RAM (rwx) : ORIGIN = 0x{ram:08X}, LENGTH = 0x10000000
}}

SECTIONS
{{
{first}  .vectors : {{ KEEP(*(.vectors)) KEEP(*(.interrupts)) }} > FLASH
  .text : {{ *(.text .text.*) . = ALIGN(4); }} > FLASH
  .rodata : {{ *(.rodata .rodata.*) . = ALIGN(4); }} > FLASH
  .data : {{ ss_data_start = .; *(.data .data.*) . = ALIGN(4); ss_data_end = .; }} > RAM AT > FLASH
  ss_data_load = LOADADDR(.data);
  .bss (NOLOAD) : {{ ss_bss_start = .; *(.bss .bss.* COMMON) . = ALIGN(4); ss_bss_end = .; }} > RAM
  ss_stack_top = 0x{stack:08X};
  /DISCARD/ : {{ *(.ARM.exidx* .ARM.extab* .eh_frame* .note*) }}
}}
"""


def linker_script(flash: int, ram: int, stack_top: int, first: str = "") -> str:
    """GNU linker script: code and constants from `flash`, statics from `ram`, the stack down from `stack_top`.

    Args:
        first: sections that come before the vectors.
    """
    return _SCRIPT.format(flash=flash, ram=ram, stack=stack_top, first=first)
