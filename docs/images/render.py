"""Renders the README's picture of the datasheet from the demo's PDF, and notes the hash of that PDF beside it.

    sh scripts/demo && python docs/images/render.py

Needs pdftoppm (Debian package poppler-utils).
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from sensorsmith.base.files import write_json
from sensorsmith.base.hashing import hash_file

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RESOLUTION = 90


def render(pdf: Path, png: Path) -> None:
    """The first page of a PDF as a PNG file."""
    command = ["pdftoppm", "-r", str(RESOLUTION), "-png", "-singlefile", str(pdf), str(png.with_suffix(""))]
    subprocess.run(command, check=True)


def main() -> None:
    pdf = ROOT / "examples" / "motion-exercise" / "build" / "datasheet.pdf"
    png = HERE / "datasheet.png"
    render(pdf, png)
    write_json(
        png.with_suffix(".json"), {"pdf_sha256": hash_file(pdf), "png_sha256": hash_file(png), "ppi": RESOLUTION}
    )


if __name__ == "__main__":
    main()
