"""What servers refuse, in the words in which they say it."""

import json

import pytest

from zatsudan.base.errors import StatusError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.wire.errorbodies import read_error
from zatsudan.wire.refusals import (
    BARE,
    DROP,
    RENAME,
    ROLE,
    SHRINK,
    SYSTEM,
    Repair,
    mended,
    prompt_size,
    understand,
)

SYSTEM_MESSAGE: JsonObject = {"role": "system", "content": "Be kind."}
HI: JsonObject = {"role": "user", "content": "Hi."}

#: A request in which every field that is refused below stands.
BODY: JsonObject = {
    "model": "m",
    "messages": [SYSTEM_MESSAGE, HI],
    "stream": True,
    "stream_options": {"include_usage": True},
    "temperature": 0.2,
    "top_p": 0.9,
    "top_k": 5,
    "presence_penalty": 1,
    "seed": 7,
    "stop": ["x"],
    "n": 2,
    "logprobs": True,
    "top_logprobs": 5,
    "max_tokens": 100,
}


def refusal(status: int, body: Json) -> StatusError:
    text = body if isinstance(body, str) else json.dumps(body)
    message, code, param = read_error(text.encode())
    return StatusError(status, message, code=code, param=param)


def openai(message: str, param: str | None = None, code: str | None = None) -> Json:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}  # fmt: skip


def vllm(message: str) -> Json:
    return {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": 400}  # fmt: skip


def mistral(field: str) -> Json:
    detail: Json = [{"type": "extra_forbidden", "loc": ["body", field], "msg": "Extra inputs are not permitted", "input": 1}]  # fmt: skip
    return {"object": "error", "message": {"detail": detail}, "type": "invalid_request_error", "param": None, "code": None}  # fmt: skip


def google(message: str) -> Json:
    return [{"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}]


FIELDS: list[tuple[str, int, Json, Repair]] = [
    ("OpenAI, o-series", 400, openai("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter"), Repair(RENAME, "max_tokens", "max_completion_tokens")),
    ("OpenAI, o-series", 400, openai("Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.", "temperature", "unsupported_value"), Repair(DROP, "temperature")),
    ("OpenAI, o-series", 400, openai("Unsupported parameter: 'top_p' is not supported with this model.", "top_p", "unsupported_parameter"), Repair(DROP, "top_p")),
    ("OpenAI, GPT-5", 400, openai("Unsupported parameter: 'stop' is not supported with this model.", "stop", "unsupported_parameter"), Repair(DROP, "stop")),
    ("OpenAI, o-series", 400, openai("Unsupported value: 'n' does not support 2 with this model. Only the default (1) value is supported.", "n", "unsupported_value"), Repair(DROP, "n")),
    ("OpenAI, reasoning models", 403, openai("You are not allowed to request logprobs from this model"), Repair(DROP, "logprobs")),
    ("OpenAI", 400, openai("Unknown parameter: 'top_k'.", "top_k", "unknown_parameter"), Repair(DROP, "top_k")),
    ("Azure, older versions", 400, openai("Unrecognized request argument supplied: stream_options"), Repair(DROP, "stream_options")),
    ("Azure", 400, openai("Unrecognized request arguments supplied: logprobs, top_logprobs"), Repair(DROP, "top_logprobs")),
    ("Mistral", 422, mistral("stream_options"), Repair(DROP, "stream_options")),
    ("Mistral", 422, mistral("top_k"), Repair(DROP, "top_k")),
    ("Mistral, wanting the older name", 422, mistral("max_tokens"), Repair(RENAME, "max_tokens", "max_completion_tokens")),
    ("Mistral, 2024: JSON in a string", 422, {"object": "error", "message": '{"detail":[{"type":"extra_forbidden","loc":["body","presence_penalty"],"msg":"Extra inputs are not permitted"}]}', "type": "internal_error_proxy", "param": None, "code": "1000"}, Repair(DROP, "presence_penalty")),
    ("FastAPI", 422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}, Repair(DROP, "seed")),
    ("vLLM", 400, vllm("[{'type': 'extra_forbidden', 'loc': ('body', 'top_k'), 'msg': 'Extra inputs are not permitted', 'input': 5}]"), Repair(DROP, "top_k")),
    ("Google", 400, google('Invalid JSON payload received. Unknown name "seed": Cannot find field.'), Repair(DROP, "seed")),
    ("Google; mscraftsman/generative-ai 135", 400, google("Logprobs is not enabled for models/gemini-2.5-pro"), Repair(DROP, "logprobs")),
    ("Google, without a name; google-gemini/cookbook 1290, vercel/ai 8943", 400, google("Penalty is not enabled for models/gemini-2.5-flash"), Repair(DROP, "presence_penalty")),
    ("FastAPI; lobehub/lobehub 17831", 400, {"detail": "Unsupported parameter: temperature"}, Repair(DROP, "temperature")),
    ("Google", 400, google("Penalty is not enabled for this model: presence_penalty"), Repair(DROP, "presence_penalty")),
    ("xAI: names as in JavaScript", 400, {"code": "Client specified an invalid argument", "error": "Model grok-4 does not support parameter presencePenalty."}, Repair(DROP, "presence_penalty")),
    ("Groq", 400, openai("'n' : number must be at most 1 with this model"), Repair(DROP, "n")),
    ("Groq", 400, openai("`logprobs` is not supported with this model"), Repair(DROP, "logprobs")),
    ("Moonshot; Bike4Mind/bike4mind 1089", 400, openai("invalid temperature: only 1 is allowed for this model"), Repair(DROP, "temperature")),
    ("DeepSeek, thinking", 400, openai("This model does not support the parameter logprobs"), Repair(DROP, "logprobs")),
]  # fmt: skip

SYSTEMS: list[tuple[str, int, Json]] = [
    ("Mixtral in LoRAX", 424, {"error": "Request failed during generation: Server error: Conversation roles must alternate user/assistant/user/assistant/...", "error_type": "generation"}),
    ("Gemma in vLLM; vllm-project/vllm PR 2964", 400, vllm("System role not supported")),
    ("Gemma in llama.cpp", 500, {"error": {"code": 500, "message": "System role not supported at row 1, column 58", "type": "server_error"}}),
    ("Gemma at Google", 400, google("Developer instruction is not enabled for models/gemma-3-27b-it")),
    ("Mistral 7B's template in vLLM", 400, vllm("Conversation roles must alternate user/assistant/user/assistant/...")),
    ("Mistral 7B's template in llama.cpp", 500, {"error": {"code": 500, "message": "Only user and assistant roles are supported!", "type": "server_error"}}),
    ("OpenAI, o1-preview", 400, openai("Unsupported value: 'messages[0].role' does not support 'system' with this model.", "messages[0].role", "unsupported_value")),
]  # fmt: skip

LENGTHS: list[tuple[str, int, Json, int, int | None]] = [
    ("OpenAI", 400, openai("This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.", "messages", "context_length_exceeded"), 8192, 9000),
    ("OpenAI, vLLM, DeepSeek", 400, vllm("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion."), 4096, 5000),
    ("vLLM, 2025", 400, vllm("This model's maximum context length is 2048 tokens. However, your request has 5000 input tokens. Please reduce the length of the input messages."), 2048, 5000),
    ("OpenRouter", 400, {"error": {"message": "This endpoint's maximum context length is 32768 tokens. However, you requested about 40000 tokens (39000 of text input, 1000 in the output).", "code": 400}}, 32768, 40000),
    ("llama.cpp; ggml-org/llama.cpp PR 15780", 500, {"error": {"code": 500, "message": "the request exceeds the available context size. try increasing the context size or enable context shift", "type": "exceed_context_size_error", "n_prompt_tokens": 1407, "n_ctx": 256}}, 256, 1407),
    ("llama.cpp, later", 400, {"error": {"code": 400, "message": "request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it", "type": "exceed_context_size_error", "n_prompt_tokens": 5000, "n_ctx": 4096}}, 4096, 5000),
    ("llama-cpp-python", 400, openai("This model's maximum context length is 512 tokens, however you requested 516 tokens (260 in your prompt; 256 for the completion). Please reduce your prompt; or completion length.", "messages", "context_length_exceeded"), 512, 516),
    ("LM Studio", 400, {"error": "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input"}, 4096, None),
    ("LM Studio", 400, {"error": "The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length, or provide a shorter input"}, 0, None),
    ("LM Studio; Gitlawb/openclaude 353", 400, {"error": "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 13055>= n_ctx: 4096). Try to load the model with a larger context length, or provide a shorter input."}, 4096, 13055),
    ("LM Studio; anomalyco/opencode 11141", 400, {"error": "Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)"}, 7424, 15028),
    ("Volcano Engine; langgenius/dify 32221", 400, openai("Input length 203743 exceeds the maximum length 202752"), 202752, 203743),
    ("Tencent", 400, openai("total tokens exceeds max input tokens 28000"), 28000, None),
    ("Cerebras", 400, {"message": "Please reduce the length of the messages or completion. Current length is 9010 while limit is 8192", "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded"}, 8192, 9010),
    ("SambaNova", 400, openai("The provided prompt is 9000 tokens long, so generating 1 tokens requires a sequence length of 9001, but the maximum supported sequence length is just 8192!"), 8192, None),
    ("SiliconFlow", 400, {"code": 20015, "message": "length of prompt_tokens (40000) must be less than max_seq_len (32768).", "data": None}, 32768, 40000),
    ("text-generation-inference", 422, {"error": "Input validation error: `inputs` must have less than 1024 tokens. Given: 1030", "error_type": "validation"}, 1024, None),
    ("AI Studio; iBUHub/AIStudioToAPI 268", 400, google("[original: beyond::dependency::INVALID_ARGUMENT] Cannot truncate to 89998, required 355220: text:355351"), 89998, None),
    ("a gateway around SGLang; fuergaosi233/claude-code-proxy 60", 400, {"detail": "Error code: 400 - {'object': 'error', 'message': \"The input (233781 tokens) is longer than the model's context length (202752 tokens).\", 'code': 400}"}, 202752, None),
    ("Databricks; aaif-goose/goose 3635", 400, {"error_code": "BAD_REQUEST", "message": '{"external_model_provider":"anthropic","external_model_error":{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 196758 + 8192 > 200000, decrease input length or `max_tokens` and try again"}}}'}, 200000, None),
    ("gateways that answer in Chinese", 400, openai("输入长度超过模型上下文限制", None, "1261"), 0, None),
    ("Zhipu", 400, openai("Prompt 超长", None, "1261"), 0, None),
    ("Mistral", 400, {"object": "error", "message": "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length", "type": "invalid_request_prompt", "param": None, "code": "3051"}, 32768, 40000),
    ("Google", 400, google("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."), 1048576, 1200000),
    ("Anthropic", 400, openai("prompt is too long: 210000 tokens > 200000 maximum"), 200000, 210000),
    ("xAI", 400, {"code": "x", "error": "This model's maximum prompt length is 131072 but the request contains 150000 tokens."}, 131072, 150000),
    ("text-generation-inference, Together", 422, {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: 5000 `inputs` tokens and 512 `max_new_tokens`", "error_type": "validation"}, 4097, None),
    ("Groq", 400, openai("Please reduce the length of the messages or completion.", "messages", "context_length_exceeded"), 0, None),
    ("Ollama Cloud: the number is how much it is over", 400, openai("prompt too long; exceeded max context length by 1119 tokens (ref: x)"), 0, None),
    ("Perplexity", 400, {"error": {"message": "The total length of all messages is too long.", "type": "too_many_prompt_tokens", "code": 400}}, 0, None),
    ("SGLang", 400, vllm("The input (5000 tokens) is longer than the model's context length (4096 tokens)."), 4096, None),
    ("TabbyAPI", 400, {"detail": "Prompt length 5000 is greater than max_seq_len 4096"}, 4096, None),
    ("vLLM, older", 400, vllm("The decoder prompt (length 5000) is longer than the maximum model length of 4096. Make sure that it is no smaller."), 4096, None),
    ("Moonshot", 400, openai("Invalid request: Your request exceeded model token limit: 8192"), 8192, None),
    ("Alibaba", 400, openai("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]"), 30720, None),
    ("GitHub Models", 413, openai("Request body too large for gpt-4o model. Max size: 8000 tokens.", None, "tokens_limit_reached"), 8000, None),
    ("Bedrock behind a gateway", 400, openai("ValidationException: Input is too long for requested model."), 0, None),
    ("MiniMax", 400, openai("invalid params, context window exceeds limit"), 0, None),
    ("Zhipu", 400, openai("Prompt exceeds max length", None, "1261"), 0, None),
    ("Cohere", 400, {"message": "too many tokens: total number of tokens in the prompt cannot exceed 4081 tokens"}, 4081, None),
    ("Fireworks", 400, openai("The prompt is too long: 140000, model maximum context length: 131071"), 131071, 140000),
    ("Cloudflare", 400, {"errors": [{"message": "AiError: The estimated number of input and maximum output tokens (4200) exceeded this model context window limit (4096).", "code": 5021}], "success": False}, 4096, None),
    ("LiteLLM around Anthropic", 400, openai("litellm.ContextWindowExceededError: input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000"), 200000, None),
    ("OpenRouter: the reason of whom it asked", 400, {"error": {"code": 400, "message": "Provider returned error", "metadata": {"provider_name": "X", "raw": '{"error":{"message":"This model\'s maximum context length is 4096 tokens."}}'}}}, 4096, None),
]  # fmt: skip

#: Refusals that no repair of ours would mend.
NOT_OURS: list[tuple[str, int, Json]] = [
    ("a value out of range", 400, openai("Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 5 instead.", "temperature", "decimal_above_max_value")),
    ("a value out of range in vLLM", 400, vllm("temperature must be non-negative, got -1.0.")),
    ("too many to write", 400, openai("max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.", "max_tokens", "invalid_value")),
    ("two that exclude each other", 400, openai("`temperature` and `top_p` cannot both be specified for this model. Please use only one.")),
    ("a wrong model", 404, openai("The model `m` does not exist or you do not have access to it.", "model", "model_not_found")),
    ("a model that is none for chat", 404, openai("This is not a chat model and thus not supported in the v1/chat/completions endpoint.", "model")),
    ("a field that was not sent", 400, openai("Unsupported parameter: 'verbosity' is not supported with this model.", "verbosity", "unsupported_parameter")),
    ("a field of a message", 422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "messages", 1, "assistant", "reasoning_content"], "msg": "Extra inputs are not permitted"}]}),
    ("a key", 401, openai("Incorrect API key provided", None, "invalid_api_key")),
    ("a country", 403, openai("Country, region, or territory not supported", None, "unsupported_country_region_territory")),
    ("tokens a minute", 413, openai("Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 9000", None, "rate_limit_exceeded")),
    ("one letter that is no name", 400, openai("This model does not support more than n of them.")),
    ("nothing at all", 400, ""),
    ("a page", 400, "<html><title>Bad Request</title>unsupported temperature</html>"),
]  # fmt: skip


DEVELOPER: JsonObject = {"role": "developer", "content": "Be kind."}

ROLES: list[tuple[str, int, Json]] = [
    ("DeepSeek", 422, openai("Failed to deserialize the JSON body into the target type: messages[0].role: unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool` at line 1 column 44")),
    ("Alibaba", 400, openai("developer is not one of ['system', 'assistant', 'user', 'tool', 'function'] - 'messages.[0].role'", None, "invalid_parameter_error")),
    ("FastAPI", 422, {"detail": [{"type": "enum", "loc": ["body", "messages", 0, "role"], "msg": "Input should be 'system', 'user', 'assistant' or 'tool'", "input": "developer"}]}),
    ("a template", 400, openai("chat template rejected the request: Unexpected message role.")),
    ("Zhipu", 400, openai("Incorrect role information", None, "1214")),
    ("a gateway", 400, openai("invalid parameter 'messages[0].role': invalid role 'developer', must be one of: system, user, assistant, tool")),
    ("Mistral", 422, {"detail": [{"type": "union_tag_invalid", "loc": ["body", "messages", 0], "msg": "Input tag 'developer' found using 'role' does not match any of the expected tags: 'system', 'user'"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("server", "status", "body"), ROLES)
def test_the_developers_role_is_refused(server: str, status: int, body: Json) -> None:
    sent: JsonObject = {**BODY, "messages": [DEVELOPER, HI]}
    repair = understand(refusal(status, body), sent)

    assert repair == Repair(ROLE, "developer", "system"), server
    assert mended(sent, [repair])["messages"] == [SYSTEM_MESSAGE, HI]
    assert understand(refusal(status, body), BODY) != repair  # there is none in it


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"detail": [{"type": "extra_forbidden", "loc": ["body", "messages", 1, "assistant", "reasoning_content"], "msg": "Extra inputs are not permitted"}]}, "reasoning_content"),
        (openai("'messages.1' : for 'role:assistant' the following must be satisfied[('messages.1' : property 'reasoning_content' is unsupported)]"), "reasoning_content"),
        (openai("Unrecognized request argument supplied: name"), "name"),
    ],
)  # fmt: skip
def test_a_field_of_messages_is_refused(body: Json, name: str) -> None:
    reply: JsonObject = {"role": "assistant", "content": "a", name: "x"}
    sent: JsonObject = {"model": "m", "messages": [HI, reply, HI]}
    repair = understand(refusal(400, body), sent)

    assert repair == Repair(BARE, name)
    assert mended(sent, [repair])["messages"] == [HI, {"role": "assistant", "content": "a"}, HI]


LONG: JsonObject = {
    **BODY,
    "messages": [SYSTEM_MESSAGE, HI, {"role": "assistant", "content": "a"}, HI],
}


@pytest.mark.parametrize(
    "words",
    ["The conversation is longer than we like.", "Please shorten your prompt.", "Token overflow!"],
)
def test_a_length_in_words_that_nobody_knows(words: str) -> None:
    assert understand(refusal(400, openai(words)), LONG) == Repair(SHRINK, value=0)
    assert understand(refusal(400, openai(words)), BODY) is None  # one turn cannot be shorter


@pytest.mark.parametrize(
    ("case", "status", "body"), [row for row in NOT_OURS if row[0] != "tokens a minute"]
)
def test_other_refusals_of_a_long_talk_are_no_length(case: str, status: int, body: Json) -> None:
    assert understand(refusal(status, body), LONG) is None, case


@pytest.mark.parametrize(("server", "status", "body", "repair"), FIELDS)
def test_a_field_is_refused(server: str, status: int, body: Json, repair: Repair) -> None:
    assert understand(refusal(status, body), BODY) == repair, server


def test_the_newer_limit_where_the_older_is_wanted() -> None:
    body: JsonObject = {"model": "m", "messages": [HI], "max_completion_tokens": 9}
    error = refusal(422, mistral("max_completion_tokens"))

    assert understand(error, body) == Repair(RENAME, "max_completion_tokens", "max_tokens")


@pytest.mark.parametrize(("server", "status", "body"), SYSTEMS)
def test_a_system_message_is_refused(server: str, status: int, body: Json) -> None:
    error = refusal(status, body)

    assert understand(error, BODY) == Repair(SYSTEM), server
    assert understand(error, {**BODY, "messages": [HI]}) is None


@pytest.mark.parametrize(("server", "status", "body", "length", "size"), LENGTHS)
def test_the_talk_is_too_long(
    server: str, status: int, body: Json, length: int, size: int | None
) -> None:
    error = refusal(status, body)

    assert understand(error, BODY) == Repair(SHRINK, value=length), server
    assert prompt_size(error) == size


@pytest.mark.parametrize(("what", "status", "body"), NOT_OURS)
def test_what_is_for_the_person_to_mend(what: str, status: int, body: Json) -> None:
    assert understand(refusal(status, body), BODY) is None, what


def test_mending_a_request() -> None:
    repairs = [
        Repair(DROP, "temperature"),
        Repair(RENAME, "max_tokens", "max_completion_tokens"),
        Repair(SYSTEM),
        Repair(DROP, "logprobs"),
    ]
    body = mended(BODY, repairs)

    assert body["messages"] == [{"role": "user", "content": "Be kind.\n\nHi."}]
    assert body["max_completion_tokens"] == 100
    assert not {"temperature", "max_tokens", "logprobs", "top_logprobs"} & set(body)
    assert BODY["max_tokens"] == 100


@pytest.mark.parametrize(
    "repair",
    [Repair(DROP, "n"), Repair(RENAME, "a", "b"), Repair(SYSTEM), Repair(SHRINK, value=8192)],
)
def test_a_repair_is_remembered_as_it_was(repair: Repair) -> None:
    assert Repair.from_json(json.loads(json.dumps(repair.to_json()))) == repair
    assert repair.sentence("m").startswith("m ")


@pytest.mark.parametrize("name", ["f(x", "[", "a\\", "(a+)+$", "*"])
def test_a_field_of_any_name_is_a_name_and_no_pattern(name: str) -> None:
    error = refusal(400, openai(f"Unsupported parameter: '{name}'"))

    assert understand(error, {**BODY, name: 1}) == Repair(DROP, name)
