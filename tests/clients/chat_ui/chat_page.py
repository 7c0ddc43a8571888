"""Open WebUI's page, used as a person uses it: everything is clicked or typed."""

import re
import time

from playwright.sync_api import Locator, Page, expect

THINKS = "Thinking"
THOUGHT = re.compile(r"^\s*Thought for")


class Answer:
    """One answer in a chat."""

    def __init__(self, message: Locator):
        content = message.locator("#response-content-container")
        # The block that folds the thinking; its body is there only while it is unfolded.
        self.header = content.locator("button[aria-expanded]")
        self.thinking = content.locator("[slot=content]")
        # What stands outside of that block.
        self.text = content.locator("> div > .markdown-prose")
        self.message = message

    def now(self) -> tuple[str, str]:
        """The header of the thinking and the answer's text, as they stand at one moment."""
        return self.message.evaluate(
            """message => {
                const content = message.querySelector("#response-content-container");
                const header = content?.querySelector("button[aria-expanded]");
                const texts = content?.querySelectorAll(":scope > div > .markdown-prose") ?? [];
                const text = [...texts].map(element => element.innerText).join("\\n");
                return [header?.innerText.trim() ?? "", text.trim()];
            }"""
        )

    def watch(self, last_word: str, patience: float = 60) -> list[tuple[str, str]]:
        """Everything a person sees one after the other until the answer ends with this word."""
        seen = [self.now()]
        deadline = time.monotonic() + patience
        while not seen[-1][1].endswith(last_word):
            assert time.monotonic() < deadline, f"after {patience} seconds only {seen[-1]}"
            self.message.page.wait_for_timeout(50)
            now = self.now()
            if now != seen[-1]:
                seen.append(now)
        return seen

    def unfold(self) -> str:
        """Clicks on the folded thinking and reads it."""
        expect(self.header).to_have_attribute("aria-expanded", "false")
        expect(self.thinking).to_have_count(0)
        self.header.click()
        expect(self.header).to_have_attribute("aria-expanded", "true")
        expect(self.thinking).to_be_visible()
        return self.thinking.inner_text().strip()


class ChatPage:
    """The page of a new chat."""

    def __init__(self, page: Page, url: str):
        self.page = page
        self.selector = page.get_by_role("button", name="Selected model")
        self.stop = page.get_by_role("button", name="Stop", exact=True)
        # News of the version cover the page, once for a new user and a moment after it is there.
        welcome = page.get_by_role("button", name="Okay, Let's Go!")
        page.add_locator_handler(welcome, lambda button: button.click())
        page.goto(url)

    def models(self) -> list[str]:
        """The models it offers."""
        self.selector.click()
        options = self.page.get_by_role("option")
        expect(options).not_to_have_count(0)
        names = [name.strip() for name in options.all_inner_texts()]
        self.page.keyboard.press("Escape")
        return names

    def choose(self, model: str) -> None:
        self.selector.click()
        self.page.locator(f'[role="option"][data-value="{model}"]').click()
        expect(self.selector).to_have_accessible_name(f"Selected model: {model}")

    def send_no_functions(self) -> None:
        """Leaves out the 36 functions that it offers with every message, as one does for small models."""
        self.page.get_by_role("button", name="Controls", exact=True).click()
        switch = self.page.get_by_label("Function Calling")
        for setting in ("Native", "Legacy"):
            switch.click()
            expect(switch).to_have_text(setting)

    def ask(self, question: str) -> Answer:
        """Types a message and clicks on the button that sends it."""
        answers = self.page.locator(".chat-assistant")
        before = answers.count()
        self.page.locator("#chat-input").click()
        self.page.keyboard.type(question)
        self.page.get_by_role("button", name="Send message").click()
        expect(answers).to_have_count(before + 1)
        return Answer(answers.nth(before))
