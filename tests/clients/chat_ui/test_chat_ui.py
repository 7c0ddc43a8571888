"""Open WebUI, a chat UI that nobody here wrote, in a real browser; `run.sh` starts ponder.

Its answers are prepared (script.yaml); with the engine, the embedded model is asked too.
"""

import json
import os
import re
import time
import urllib.request

import pytest
from chat_page import THINKS, THOUGHT, ChatPage
from open_webui_server import open_webui
from playwright.sync_api import expect, sync_playwright

PONDER = os.environ["PONDER_URL"]
CHAT = "tests/chat"
CHINESE = "小明有12个苹果,又买了30个,现在一共有多少个苹果?"
expect.set_options(timeout=60_000)  # Also a busy machine must get there.


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    with open_webui(tmp_path_factory.mktemp("open-webui"), PONDER) as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"])
        yield chromium
        chromium.close()


@pytest.fixture
def chat(address, browser):
    page = browser.new_page(locale="en-US")
    page.set_default_timeout(60_000)
    yield ChatPage(page, address)
    page.close()


def metric(name: str) -> int:
    """One of ponder's own metrics for the prepared replies."""
    with urllib.request.urlopen(f"{PONDER}/metrics", timeout=10) as response:
        text = response.read().decode()
    return int(re.search(rf'^{name}{{model_name="{CHAT}"}} (\d+)$', text, re.MULTILINE)[1])


def eventually(holds, what: str) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, f"after 30 seconds still not: {what}"
        time.sleep(0.05)


def test_it_offers_every_model(chat):
    with urllib.request.urlopen(f"{PONDER}/v1/models", timeout=10) as response:
        served = [model["id"] for model in json.load(response)["data"]]
    assert sorted(chat.models()) == sorted(served)


def test_an_answer_grows_and_its_thinking_is_folded(chat):
    chat.choose(CHAT)
    answer = chat.ask("Count to thirty.")
    expect(chat.stop).to_be_visible()
    seen = answer.watch("30")
    headers = [header for header, _ in seen]
    assert any(header.startswith(THINKS) for header in headers), headers
    texts = list(dict.fromkeys(text for _, text in seen if text))
    assert len(texts) >= 5, texts
    assert all(later.startswith(earlier) for earlier, later in zip(texts, texts[1:])), texts
    numbers = " ".join(str(number) for number in range(1, 31))
    assert texts[-1] == numbers
    expect(answer.header).to_have_text(THOUGHT)
    thinking = "The person wants every number, so I say them in order and leave none of them out."
    assert answer.unfold() == thinking
    expect(answer.text).to_have_text(numbers)


def test_stopping_it_stops_the_model(chat):
    cancelled = metric("ponder_requests_cancelled_total")
    chat.choose(CHAT)
    answer = chat.ask("Count without end.")
    expect(answer.text).to_contain_text("1 2")
    assert metric("vllm:num_requests_running") >= 1
    chat.stop.click()
    # Left alone, it would go on for three quarters of a minute.
    eventually(lambda: metric("vllm:num_requests_running") == 0, "the model has stopped")
    assert metric("ponder_requests_cancelled_total") == cancelled + 1
    expect(chat.stop).to_have_count(0)
    _, text = answer.now()
    assert text.startswith("1 2") and not text.endswith("94")
    # The chat goes on from there.
    expect(chat.ask("How many pears are 5 pears and 6 pears?").text).to_have_text("There are 11 pears.")
    assert answer.now()[1] == text


def test_titles_and_suggestions_do_not_hold_up_the_chat(chat):
    """E20."""
    chat.choose(CHAT)
    first = chat.ask("How many apples are 12 apples and 30 apples?")
    expect(first.text).to_have_text("There are 42 apples.")
    second = chat.ask("How many pears are 5 pears and 6 pears?")
    expect(second.text).to_have_text("There are 11 pears.")
    # Asked for with the first message, the title is still being made, and comes after all.
    assert "Counted fruit" not in chat.page.title()
    expect(chat.page).to_have_title(re.compile("^Counted fruit"), timeout=180_000)
    suggested = chat.page.get_by_text("How many pears are five boxes of them?")
    expect(suggested).not_to_have_count(0, timeout=180_000)


def test_a_chain_is_chatted_with_in_chinese(chat):
    chat.choose("chain/solve")
    answer = chat.ask(CHINESE)
    expect(answer.text).to_contain_text("42")
    expect(answer.text).to_contain_text("答案")
    expect(answer.header).to_have_text(THOUGHT)
    thinking = answer.unfold()
    assert "12 apples and 30 apples make 42 apples." in thinking
    assert "make 42 apples" not in answer.now()[1]


@pytest.mark.skipif(
    not os.environ.get("PONDER_HOSTED"), reason="this ponder was built without the engine"
)
def test_the_embedded_model_is_chatted_with(chat):
    chat.choose("ponder-embedded")
    chat.send_no_functions()
    for question, result in (("What is 12 + 30?", "42"), ("What is 7 * 8?", "56")):
        answer = chat.ask(question)
        expect(answer.header).to_have_text(THOUGHT)
        expect(answer.text).to_contain_text(f"\\boxed{{{result}}}")
        assert result in answer.unfold()
    # What it says to the wish for a title is none; the question stands in for it.
    expect(chat.page).to_have_title(re.compile(r"^What is 12 \+ 30\?"))
