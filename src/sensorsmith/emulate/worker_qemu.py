"""QEMU in the care of a process of its own: when the parent is gone, QEMU is ended, and what it used is removed.

This file stands alone: it imports the standard library. Its arguments are the folder that goes too, and the command.
Nothing comes from stdin but its end, which is that of the parent. It ends with QEMU.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading


def main() -> None:
    folder, *command = sys.argv[1:]
    qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    gone = threading.Event()

    def follow() -> None:
        os.read(0, 1)
        gone.set()
        qemu.kill()

    threading.Thread(target=follow, daemon=True).start()
    qemu.wait()
    if gone.is_set():
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
