"""Draws docs/images/show.svg: what `backtrail show latest` really prints of a failing program.

    python tools/draw_show.py

The program is examples/booking.py, recorded in a folder of its own, so that no path of the machine
is in the picture.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "show.svg"
PROGRAM = "booking.py"
COMMANDS = ("backtrail run -- python booking.py", "backtrail show latest")
COLUMNS = 92
CHAR_PX, LINE_PX, PAD_PX = 7.83, 18, 18
STYLES = {
    "1": "font-weight:bold",
    "2": "fill:#8b949e",
    "31": "fill:#ff7b72",
    "32": "fill:#7ee787",
    "33": "fill:#e3b341",
    "36": "fill:#79c0ff",
}
STYLE = """<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',
monospace;fill:#e6edf3;white-space:pre}</style>"""
ANSI = re.compile(r"\x1b\[([0-9;]*)m")


def recorded_lines() -> list[str]:
    """Record the program in a fresh project, and return what a person sees in the terminal."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name) / "hotel"
        project.mkdir()
        shutil.copy(ROOT / "examples" / PROGRAM, project)
        lines = []
        for command in COMMANDS:
            lines.append(f"\x1b[32m$\x1b[0m \x1b[1m{command}\x1b[0m")
            printed = run(command, project).replace(f"{project}{os.sep}", "").splitlines()
            lines += printed if command.startswith("backtrail show") else ["...", printed[-1]]
        return [line.replace(str(project), "hotel") for line in lines]


def run(command: str, project: Path) -> str:
    """Run a command as at a prompt; return what it printed, errors included."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        command.split(),
        cwd=project,
        env={
            "PATH": path,
            "FORCE_COLOR": "1",
            "COLUMNS": str(COLUMNS),
            "TZ": "UTC",
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def svg(lines: list[str]) -> str:
    """Draw lines of a terminal."""
    width = round(COLUMNS * CHAR_PX + 2 * PAD_PX)
    height = round(len(lines) * LINE_PX + 2 * PAD_PX)
    rows = [
        f'<text x="{PAD_PX}" y="{PAD_PX + (number + 0.75) * LINE_PX:g}">{spans(line)}</text>'
        for number, line in enumerate(lines)
        if line.strip()
    ]
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} xml:space="preserve">',
            STYLE,
            f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
            *rows,
            "</svg>\n",
        ]
    )


def spans(line: str) -> str:
    """Turn the colours of one line into spans."""
    parts, on = [], set()
    for index, piece in enumerate(ANSI.split(line)):
        if index % 2:
            codes = piece.split(";")
            on = set() if "0" in codes else on.union(codes)
        elif piece:
            style = ";".join(STYLES[code] for code in sorted(on) if code in STYLES)
            text = escape(piece[: COLUMNS + 20])
            parts.append(f'<tspan style="{style}">{text}</tspan>' if style else text)
    return "".join(parts)


if __name__ == "__main__":
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(svg(recorded_lines()))
