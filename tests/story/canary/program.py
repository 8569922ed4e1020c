"""Puts secrets wherever a program can, and fails."""

from __future__ import annotations

import sys

import calls
import effects
import errors
import locked
import states
import unseen
import values
from places import secret

import backtrail

if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "flight":
        backtrail.start(mode="flight", session=f"token={secret('session of a program')}")
    values.everything()
    calls.everything()
    effects.everything()
    states.everything()
    locked.everything()
    unseen.everything()
    errors.everything()
    password = secret("last words")
    errors.connect("ann", password)
