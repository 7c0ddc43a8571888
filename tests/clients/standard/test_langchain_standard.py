"""LangChain's own standard tests of chat models, by three ways to the same server: once with a script
that says what the tests ask for, once with the embedded model.

Flags that are off, and why; the tests then skip themselves:

- images, audio, PDF and video: the models read text only.
"""

import os

import pytest
from langchain_deepseek import ChatDeepSeek
from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests

URL = f"{os.environ['PONDER_URL']}/v1"
MODEL = "tests/caller"


# As the suite has it for the tests that are overridden below.
BOTH_VERSIONS = pytest.mark.parametrize("model", [{}, {"output_version": "v1"}], indirect=True)


class Standard(ChatModelIntegrationTests):
    """What the three have in common."""

    @property
    def chat_model_params(self):
        return {"model": MODEL, "api_key": "any", "max_retries": 0, "timeout": 60}

    @property
    def has_tool_choice(self):
        return True

    @property
    def model_override_value(self):
        return "tests/thinker"

    @property
    def supports_json_mode(self):
        return True

    @property
    def supports_anthropic_inputs(self):
        return False


class TestChatOpenAI(Standard):
    """Chat completions."""

    @property
    def chat_model_class(self):
        return ChatOpenAI

    @property
    def chat_model_params(self):
        # With another address than OpenAI's own the package does not ask for the usage by itself.
        return {**super().chat_model_params, "base_url": URL, "stream_usage": True}


class TestChatOpenAIResponses(Standard):
    """Responses."""

    @property
    def chat_model_class(self):
        return ChatOpenAI

    @property
    def chat_model_params(self):
        return {**super().chat_model_params, "base_url": URL, "use_responses_api": True}


class TestChatDeepSeek(Standard):
    """Chat completions with the thinking."""

    @property
    def chat_model_class(self):
        return ChatDeepSeek

    @property
    def chat_model_params(self):
        return {**super().chat_model_params, "api_base": URL, "stream_usage": True}

    # With `output_version="v1"` the package merges streamed thinking and the first call, for it gives
    # both the index 0; without thinking, or without that option, the same call passes.
    @pytest.mark.xfail(reason="langchain-core merges thinking and the first call")
    @BOTH_VERSIONS
    def test_tool_calling(self, model):
        super().test_tool_calling(model)

    @pytest.mark.xfail(reason="as test_tool_calling")
    @BOTH_VERSIONS
    async def test_tool_calling_async(self, model):
        await super().test_tool_calling_async(model)


hosted = pytest.mark.skipif(
    not os.environ.get("PONDER_HOSTED"), reason="this ponder was built without the engine"
)


class Hosted:
    """The same with a real model, which has to choose functions and arguments and to read results."""

    @property
    def chat_model_params(self):
        # The likeliest words, so that a test does not depend on chance.
        return {**super().chat_model_params, "model": "ponder-embedded", "temperature": 0}


@hosted
class TestHostedChatOpenAI(Hosted, TestChatOpenAI):
    """Chat completions."""


@hosted
class TestHostedChatOpenAIResponses(Hosted, TestChatOpenAIResponses):
    """Responses."""


@hosted
class TestHostedChatDeepSeek(Hosted, TestChatDeepSeek):
    """Chat completions with the thinking."""
