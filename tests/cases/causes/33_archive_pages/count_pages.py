"""Count the pages of one scan, for machines without the scanner's own tool."""

import sys
from pathlib import Path

print(Path(sys.argv[-1]).read_text(encoding="utf-8").count("\f") + 1)
