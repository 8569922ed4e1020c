"""Count the words of one scan."""

import sys
from pathlib import Path

words = len(Path(sys.argv[1]).read_text(encoding="utf-8").split())
if not words:
    print("nothing could be read", file=sys.stderr)
    sys.exit(4)
print(words)
