"""The review page as a person uses it: what is pressed, what is read, and what the browser complained about."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from simulator.demo.stage import Auth, Stage, StageOptions, Storage

PATIENCE_MILLISECONDS = 60_000
"""A search or an execution of the small company on a slow machine."""

# What the browser itself writes about answers that the page handles: a refused selection, a key, an app that is away.
_OF_ANSWERS = re.compile(r"Failed to load resource|net::ERR_")


def staged(*, people: int = 40, groups: int = 8, auth: Auth = Auth.KEY, port: int = 0) -> Stage:
    """A company with the app before it."""
    return Stage(
        StageOptions(
            people=people,
            groups=groups,
            seed=1,
            storage=Storage.FOLDER,
            auth=auth,
            port=port,
            state=None,
            trouble=None,
        )
    )


@dataclass(slots=True)
class Review:
    """One reader with the page open."""

    page: Page
    stage: Stage
    complaints: list[str] = field(default_factory=list)
    """Errors on the console, exceptions, and reports of the content security policy."""

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self._console(message))  # noqa: PLW0108  # Playwright marks what it is given
        self.page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        self.page.set_default_timeout(15_000)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _OF_ANSWERS.search(message.text):
            self.complaints.append(f"{message.type}: {message.text}")

    def open(self, view: str = "#/") -> None:
        """Open a view; with a key where the app asks for one."""
        self.page.goto(f"{self.stage.page_url}{view}")
        asks = "x-functions-key" in self.stage.client.headers
        if asks and self.page.evaluate("sessionStorage.getItem('function-key')") is None:
            self.page.get_by_label("Function key").fill(self.stage.host.key)
            self.page.get_by_role("button", name="Open").click()
        expect(self.page.locator("main")).to_have_attribute("aria-busy", "false", timeout=PATIENCE_MILLISECONDS)

    def sign_in(self, word: str) -> None:
        """Sign in as ``admin`` or ``reader``."""
        self.page.goto(self.stage.page_url)
        self.page.locator(f'a[href*="as={word}"]').click()
        self.settled()

    def settled(self) -> None:
        """Return when the view is there."""
        expect(self.page.locator("main")).to_have_attribute("aria-busy", "false", timeout=PATIENCE_MILLISECONDS)

    def search(self) -> None:
        """Search, and return when the plan is shown whole."""
        self.open("#/")
        self.page.get_by_role("button", name="Search", exact=True).click()
        self.plan_is_shown()

    def plan_is_shown(self) -> None:
        """Return when all rows of a plan are loaded."""
        expect(self.heading("Plan")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
        expect(self.page.locator(".told")).to_contain_text("shown", timeout=PATIENCE_MILLISECONDS)

    def heading(self, name: str) -> Locator:
        """The heading of a view."""
        return self.page.get_by_role("heading", name=name, level=1, exact=True)

    def show(self, chip: str) -> None:
        """Press the chip that begins with these words."""
        self.page.locator(".chip", has_text=re.compile(f"^{chip} ")).click()

    def boxes(self) -> Locator:
        """The tick boxes of single changes and chains that are drawn now."""
        return self.page.locator(".row-item input[type=checkbox]")

    def chosen(self) -> tuple[int, int]:
        """How many changes are ticked, of how many."""
        text = self.page.locator(".chosen").inner_text().replace(",", "")
        ticked, of = re.findall(r"\d+", text)
        return int(ticked), int(of)

    def confirm(self) -> None:
        """Execute the selection, approving the guard where it asks, and return when the run has ended."""
        self.page.get_by_role("button", name=re.compile("^(Execute|Confirm)")).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name=re.compile("^Execute")).click()
        expect(dialog.get_by_text("The guard stops this").or_(self.heading("Execution"))).to_be_visible(
            timeout=PATIENCE_MILLISECONDS
        )
        if dialog.is_visible():
            dialog.get_by_role("checkbox").check()
            dialog.get_by_role("button", name="Approve and execute").click()
        expect(self.page.get_by_role("heading", name="Results")).to_be_visible(timeout=PATIENCE_MILLISECONDS)

    def count_of(self, chip: str) -> int:
        """The number on the chip that begins with these words; 0 where there is none."""
        found = self.page.locator(".chip", has_text=re.compile(f"^{chip} "))
        return int(found.locator("strong").inner_text().replace(",", "")) if found.count() else 0


ReviewMaker = Callable[..., Review]
