"""Rows: servers that their makers run."""

from zatsudan.servers.kind import ServerKind
from zatsudan.servers.thinkforms import Thinking

OPENAI = ServerKind(
    # openapi.json 2.3.0 (2026-08-21). A given text is taken for a turn that is over.
    "openai",
    "OpenAI",
    "https://api.openai.com/v1",
    key="OPENAI_API_KEY",
    prefill="none",
    takes=frozenset(),
    thinking=Thinking(("effort",), level="effort"),
)

OPENROUTER = ServerKind(
    # openrouter.ai/docs/api-reference/parameters
    "openrouter",
    "OpenRouter",
    "https://openrouter.ai/api/v1",
    key="OPENROUTER_API_KEY",
    names={"repeat_penalty": "repetition_penalty"},
    takes=frozenset(
        ("top_k", "min_p", "top_a", "repetition_penalty", "reasoning", "structured_outputs")
    ),
    thinking=Thinking(("reasoning",), level="reasoning", budget="reasoning"),
)

MISTRAL = ServerKind(
    # The request classes of the Python SDK; docs.mistral.ai on `prefix`.
    "mistral",
    "Mistral",
    hosts=("mistral.ai",),
    key="MISTRAL_API_KEY",
    names={"seed": "random_seed", "max_completion_tokens": "max_tokens"},
    prefill="prefix",
    takes=frozenset(),
    ignores={"logprobs": "", "top_logprobs": "", "logit_bias": ""},
    thinking=Thinking(("effort",), level="effort"),
)

DEEPSEEK = ServerKind(
    # api-docs.deepseek.com/api/create-chat-completion
    "deepseek",
    "DeepSeek",
    hosts=("deepseek.com",),
    key="DEEPSEEK_API_KEY",
    names={"max_completion_tokens": "max_tokens"},
    takes=frozenset(),
    thinking=Thinking(("type",)),
)

HOSTED = (OPENAI, OPENROUTER, MISTRAL, DEEPSEEK)
