"""Says that the kettle boils, and goes on until its input ends."""

import logging
import sys

logging.basicConfig(level=logging.INFO)
logging.getLogger("kitchen").info("the kettle boils")
sys.stdin.read()
