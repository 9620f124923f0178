"""Chromium, in the client's network: pages that remember which requests failed in them.

Knows nothing of skyports or of the apps.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def program() -> str:
    named = os.environ.get("SKYPORTS_CHROMIUM", "")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if not found:
        raise FileNotFoundError("Chromium is missing: install it, or name it in SKYPORTS_CHROMIUM")
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page in a profile of its own, and what went wrong in it."""

    page: Page
    failed: list[str] = field(default_factory=list)
    # WebSockets that were opened and were not refused.
    sockets: int = 0

    def failed_but(self, *harmless: str) -> list[str]:
        """The requests that failed, without those that are known to."""
        return [f for f in self.failed if not any(re.search(pattern, f) for pattern in harmless)]


@contextmanager
def watched(browser: Browser, seconds: float = 10) -> Iterator[Watched]:
    context: BrowserContext = browser.new_context()
    context.set_default_timeout(seconds * 1000)
    seen = Watched(context.new_page())

    def answered(response: Response) -> None:
        if response.status >= 400:
            seen.failed.append(f"{response.status} {response.request.resource_type} {response.url}")

    def broken(request: Request) -> None:
        # What a page gives up by itself, e.g. when it is left, is no failure of the route.
        if request.failure != "net::ERR_ABORTED":
            seen.failed.append(f"{request.failure} {request.resource_type} {request.url}")

    context.on("response", answered)
    context.on("requestfailed", broken)
    try:
        yield seen
    finally:
        context.close()
