"""Look for the music fonts; the exit status is the number of those that are missing."""

import sys

INSTALLED = {"Bravura", "Leland"}
missing = [name for name in sys.argv[1:] if name not in INSTALLED]
for name in missing:
    print(f"check_fonts: {name} is not installed", file=sys.stderr)
sys.exit(len(missing))
