"""The unmodified `openai` package. Letters such as S5 name rows of the compatibility list."""

import openai
import pytest
from conftest import CHAIN, CHINESE, MODEL, QUESTION


def ask(client: openai.OpenAI, question: str, model: str = MODEL, **parameters):
    messages = [{"role": "user", "content": question}]
    return client.chat.completions.create(model=model, messages=messages, **parameters)


def test_whole_reply_with_thinking_and_usage(client):
    """E1, T1: the answer, the thinking under both names, the usage."""
    reply = ask(client, QUESTION)
    [choice] = reply.choices
    assert choice.message.role == "assistant"
    assert choice.message.content == "The answer is \\boxed{42}."
    assert choice.message.reasoning_content == "12 apples and 30 apples make 42 apples."
    assert choice.message.reasoning == choice.message.reasoning_content
    assert choice.finish_reason == "stop"
    assert reply.model == MODEL
    usage = reply.usage
    assert usage.completion_tokens_details.reasoning_tokens == 8
    assert usage.completion_tokens == 12
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_stream_has_one_role_one_finish_and_no_usage_unasked(client):
    """S1 to S6: thinking before content, one role, one finish chunk."""
    chunks = list(ask(client, QUESTION, stream=True))
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert [delta.role for delta in deltas if delta.role] == ["assistant"]
    thinking = [getattr(delta, "reasoning_content", None) for delta in deltas]
    content = [delta.content for delta in deltas]
    assert "".join(filter(None, thinking)) == "12 apples and 30 apples make 42 apples."
    assert "".join(filter(None, content)) == "The answer is \\boxed{42}."
    last_thought = max(index for index, text in enumerate(thinking) if text)
    first_word = min(index for index, text in enumerate(content) if text)
    assert last_thought < first_word
    finishes = [chunk.choices[0].finish_reason for chunk in chunks]
    assert [finish for finish in finishes if finish] == ["stop"]
    assert len({chunk.id for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)


def test_stream_counts_tokens_when_asked(client):
    """S5: one more chunk, without choices."""
    chunks = list(ask(client, QUESTION, stream=True, stream_options={"include_usage": True}))
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens_details.reasoning_tokens == 8


def test_the_packages_own_accumulator_takes_the_stream(client):
    """S1, S4: `.stream()` is stricter than reading chunks."""
    messages = [{"role": "user", "content": QUESTION}]
    with client.chat.completions.stream(model=MODEL, messages=messages) as stream:
        reply = stream.get_final_completion()
    message = reply.choices[0].message
    assert (message.role, message.content) == ("assistant", "The answer is \\boxed{42}.")
    assert message.reasoning_content == "12 apples and 30 apples make 42 apples."


def test_a_chain_is_called_like_a_model(client):
    """The Chinese question is put into English, and its answer back into Chinese."""
    reply = ask(client, CHINESE, model=CHAIN, extra_body={"ponder": {"events": True}})
    assert "\\boxed{42}" in reply.choices[0].message.content
    assert "答案" in reply.choices[0].message.content
    assert reply.ponder["kind"] == "math"
    assert reply.ponder["run_id"].startswith("run_")
    assert {step["id"] for step in reply.ponder["steps"]} >= {"language", "kind", "question"}


def test_history_and_developer_messages_are_taken(client):
    """R2 to R4: roles, parts, and thinking that comes back as history."""
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "My name is Ada."}]},
        {"role": "assistant", "content": "Hello Ada.", "reasoning_content": "A name."},
        {"role": "user", "content": "Who am I?"},
    ]
    reply = client.chat.completions.create(model=MODEL, messages=messages, user="u", store=False)
    assert reply.choices[0].message.content == "You are Ada."


def test_stop_and_limit_end_an_answer(client):
    """R1, R8."""
    stopped = ask(client, "Say it.", stop=["STOP"]).choices[0]
    assert (stopped.message.content.strip(), stopped.finish_reason) == ("one two three", "stop")
    limited = ask(client, "Say it.", max_completion_tokens=6).choices[0]
    assert (limited.message.content.strip(), limited.finish_reason) == ("one two", "length")


def test_thinking_can_be_turned_off(client):
    """R11."""
    message = ask(client, QUESTION, reasoning_effort="none").choices[0].message
    assert message.content == "The answer is \\boxed{42}."
    assert getattr(message, "reasoning_content", None) is None


def test_models_are_listed_and_found_by_names_with_slashes(client):
    """E14, E15: the hosted model comes first among those that are no chains."""
    names = [model.id for model in client.models.list()]
    assert names[0] == MODEL and CHAIN in names
    # The package sends the slash as %2F.
    for name in (MODEL, CHAIN):
        assert client.models.retrieve(name).id == name


def test_an_unknown_model_is_not_found(client):
    """E3."""
    with pytest.raises(openai.NotFoundError) as caught:
        ask(client, "x", model="no-such-model")
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("no-such-model")


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"temperature": 3}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"n": 0}, "n"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"functions": [{"name": "f"}]}, "functions"),
    ],
)
def test_a_bad_parameter_is_named(client, parameters, field):
    """E2, R15: known parameters are honoured or refused by name, streamed or not."""
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError) as caught:
            ask(client, "x", stream=stream, **parameters)
        assert caught.value.param == field
        assert caught.value.type == "invalid_request_error"


def test_an_overloaded_server_says_so(client):
    """E5: before the first byte, also of a stream."""
    for stream in (False, True):
        with pytest.raises(openai.RateLimitError):
            ask(client, "too many", stream=stream)


def test_a_failure_in_the_middle_of_a_stream_is_an_error(client):
    """S11: what came before it arrived."""
    received = []
    with pytest.raises(openai.APIError):
        for chunk in ask(client, "break in the middle", stream=True):
            received.append(chunk.choices[0].delta.content or "")
    assert "".join(received).strip() == "one two"


def test_the_stop_button_frees_the_slot(client, metric, eventually):
    """S16: closing a stream cancels the work at once."""
    cancelled = metric("ponder_requests_cancelled_total")
    stream = ask(client, "count slowly", stream=True)
    for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    assert metric("vllm:num_requests_running") == 1
    stream.close()
    eventually(lambda: metric("vllm:num_requests_running") == 0, "the slot is free")
    assert metric("ponder_requests_cancelled_total") == cancelled + 1


def test_leaving_a_whole_reply_frees_the_slot(client, metric, eventually):
    """S16: also when nothing is streamed."""
    cancelled = metric("ponder_requests_cancelled_total")
    with pytest.raises(openai.APITimeoutError):
        ask(client.with_options(timeout=1), "count slowly")
    eventually(lambda: metric("vllm:num_requests_running") == 0, "the slot is free")
    assert metric("ponder_requests_cancelled_total") == cancelled + 1
