"""Knows how to wait for a condition: bounded, and with words when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class TimedOut(Exception):
    """What was waited for did not come in time."""


def wait_for(
    what: str,
    probe: Callable[[], T],
    seconds: float = 10,
    every: float = 0.05,
    detail: Callable[[], str] = lambda: "",
) -> T:
    """Calls `probe` until it returns something true, and returns that.

    An `AssertionError` of the probe counts as "not yet", and is what the
    failure says at the end; any other error ends the wait at once.
    """
    began = time.monotonic()
    last = ""
    while True:
        try:
            result = probe()
            if result:
                return result
            last = f"last answer: {result!r}"
        except AssertionError as error:
            last = str(error)
        if time.monotonic() - began > seconds:
            parts = [f"waited {seconds:g} s for {what}", last, detail()]
            raise TimedOut("\n".join(part for part in parts if part))
        time.sleep(every)
