"""What servers send that call themselves compatible: one row a quirk.

The bytes are in `tests/data/quirks/`, as the server sends them; `@` in a file
stands for what is too long to store. `source` says who does so, and where that
is written down. `tests/wire/test_quirks.py` reads each whole, cut and over the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import places

DATA = places.DATA / "quirks"

_TYPES = {
    ".sse": "text/event-stream",
    ".json": "application/json",
    ".ndjson": "application/x-ndjson",
    ".html": "text/html",
    ".txt": "text/plain",
}


@dataclass(frozen=True)
class Quirk:
    """A body, and what is made of it.

    `error` is a part of the sentence that the person reads, or empty;
    `complete` whether the reply counts as whole; `others` the contents of
    further choices; `beside` the names of what stands beside the text; `ids` those of its
    calls; `cached` the tokens that the server had; `tokens` the log probabilities as token, logprob and how
    many alternatives.
    """

    file: str
    source: str
    content: str = "Hello"
    reasoning: str = ""
    finish: str | None = "stop"
    usage: tuple[int, int] | None = None
    complete: bool = True
    error: str = ""
    others: Mapping[int, str] = field(default_factory=dict)
    calls: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    cached: int = 0
    tokens: tuple[tuple[str, float, int], ...] = ()
    status: int = 200
    fill: bytes = b""

    @property
    def body(self) -> bytes:
        data = (DATA / self.file).read_bytes()
        return data.replace(b"@", self.fill) if self.fill else data

    @property
    def content_type(self) -> str:
        return _TYPES[Path(self.file).suffix]


def _refused(file: str, source: str, error: str) -> Quirk:
    status = int(file.split("-")[1])
    return Quirk(file, source, "", finish=None, complete=False, error=error, status=status)


def _none(file: str, source: str, error: str) -> Quirk:
    return Quirk(file, source, "", finish=None, complete=False, error=error)


def _broken(file: str, source: str, error: str, **more: bytes) -> Quirk:
    return Quirk(file, source, "Hel", finish=None, complete=False, error=error, **more)  # type: ignore[arg-type]


OVERLOADED = "The engine is overloaded"

QUIRKS = (
    # Where things stand in a chunk.
    Quirk("usage-chunk-without-choices.sse", "OpenAI, vLLM, llama.cpp with include_usage; ggml-org/llama.cpp PR 15444", usage=(9, 2)),
    Quirk("azure-filter-first.sse", "Azure: filter results without choices, then without delta; microsoft/semantic-kernel 3650, microsoft/autogen 6465"),
    Quirk("azure-filter-cuts.sse", "Azure: the content filter ends a reply", "Hel", finish="content_filter"),
    Quirk("role-in-every-chunk.sse", "Ollama, older vLLM"),
    Quirk("content-null.sse", "llama.cpp's first chunk, DeepSeek's last"),
    Quirk("content-missing.sse", "OpenAI: a delta that is empty; Azure: null"),
    Quirk("content-parts.sse", "Mistral: content as a list of parts"),
    Quirk("thinking-parts.sse", "Mistral's Magistral: reasoning as parts; BerriAI/litellm 16272", reasoning="Let me see.", usage=(9, 2)),
    Quirk("index-missing.sse", "gateways that know one choice only"),
    Quirk("numbers-as-strings.sse", "gateways written in languages without types", usage=(9, 2)),
    Quirk("completions-form.sse", "servers that answer as /v1/completions does"),
    Quirk("choices-interleaved.sse", "OpenAI, vLLM with n=2; DESIGN 6", others={1: "Good"}),
    Quirk("refusal.sse", "OpenAI: delta.refusal beside content null", "I can't help with that."),
    Quirk("tool-calls.sse", "OpenAI, llama.cpp: a call in pieces that nobody asked for", "", finish="tool_calls", calls={"tool_calls": '{"city":"Kyoto"}'}),
    Quirk("function-call.sse", "OpenAI's older form of a call", "", finish="function_call", calls={"function_call": "{}"}),
    # Reasoning.
    Quirk("reasoning-content.sse", "DeepSeek, llama.cpp: delta.reasoning_content", reasoning="Let me see.", usage=(9, 2)),
    Quirk("reasoning.sse", "vLLM, Ollama, OpenRouter: delta.reasoning", reasoning="Let me see."),
    Quirk("reasoning-twice.sse", "OpenRouter: the same under three names", reasoning="Let me see."),
    Quirk("json-with-reasoning.json", "DeepSeek without a stream", reasoning="Let me see.", usage=(9, 2)),
    # How it ends.
    Quirk("mark-of-the-end.sse", "MLX, LM Studio, oMLX: the mark of the model's end stays in the text; logancyang/obsidian-copilot 2284, akaszubski/anyclaude-local 45"),
    Quirk("no-done.sse", "Google's compatible endpoint, many gateways"),
    Quirk("no-blank-line-at-the-end.sse", "servers that close too early", usage=(9, 2)),
    Quirk("finish-missing.sse", "older llama-cpp-python and gateways: [DONE] alone", finish=None),
    Quirk("finish-unknown.sse", "text-generation-inference: eos_token", finish="eos_token"),
    Quirk("finish-empty.sse", "gateways that send an empty text instead of null"),
    Quirk("text-after-finish.sse", "a finish_reason in several chunks; DESIGN 6", usage=(9, 2)),
    Quirk("after-done.sse", "gateways that add their own end: usage counts, a late error does not", usage=(9, 2)),
    Quirk("end-as-an-event.sse", "gateways that name the end in an event; Azure/fetch-event-source 85", finish=None),
    Quirk("length.sse", "every server at max_tokens", finish="length"),
    Quirk("cut-in-the-middle.sse", "a gateway's time limit: neither finish_reason nor [DONE]", finish=None, complete=False, error="did not say that the reply was done"),
    # Usage.
    Quirk("usage-in-every-chunk.sse", "vLLM with continuous_usage_stats: the last counts, no sum", usage=(9, 2)),
    Quirk("usage-none.sse", "servers that do not know stream_options"),
    Quirk("usage-in-the-choice.sse", "Moonshot; northes/go-moonshot 17", usage=(9, 2)),
    Quirk("usage-in-x-groq.sse", "Groq without stream_options", usage=(9, 2)),
    # Log probabilities.
    Quirk("logprobs-llamacpp-probs.sse", "llama.cpp before 12/2024: completion_probabilities with probs; its server's README", tokens=(("Hel", -0.6931, 2), ("lo", -9999.0, 2))),
    Quirk("logprobs-llamacpp-post-sampling.sse", "llama.cpp with post_sampling_probs: prob, top_probs", tokens=(("Hel", -0.6931, 2),)),
    Quirk("logprobs-columns.sse", "llama-cpp-python: the columns of /v1/completions", tokens=(("Hel", -0.5, 2), ("lo", -9999.0, 0))),
    # Lines and events.
    Quirk("keep-alive-comments.sse", "OpenRouter, llama.cpp, sse-starlette: comments"),
    Quirk("keep-alive-events.sse", "Anthropic's and other gateways: ping events, ids, empty data"),
    Quirk("crlf-and-no-blank.sse", "servers on .NET; the blank behind the colon may be missing (WHATWG HTML)"),
    Quirk("byte-order-mark.sse", "servers on .NET; WHATWG HTML"),
    Quirk("line-separators-in-text.sse", "any server: U+2028, U+2029, U+0085 are no line ends here", "a\u2028b\u2029c\x85d"),
    Quirk("line-of-a-megabyte.sse", "gateways that buffer the whole reply", "a" * 1_000_000, fill=b"a" * 1_000_000),
    # Characters and numbers.
    Quirk("halves-of-a-pair.sse", "servers that cut by UTF-16 units: one character in two escapes", "a😀b"),
    Quirk("lone-surrogates.sse", "models that write half a character", "a\ufffdb\ufffdc\ufffd"),
    Quirk("invalid-utf8.sse", "servers that cut by bytes", "a\ufffd\ufffd\ufffdb"),
    Quirk("control-characters-in-a-text.sse", "servers that escape by hand; mem0ai/mem0 4420, langchain-ai/langchainjs 5160", "a\tb\x0b"),
    Quirk("integer-without-end.sse", "hostile: 5,000 digits", fill=b"9" * 5000, usage=(0, 2)),
    _broken("nested-too-deep.sse", "hostile: 10,000 lists in one another", "no JSON", fill=b"[" * 10_000 + b"]" * 10_000),
    # No stream at all.
    Quirk("json-instead-of-a-stream.json", "servers and gateways that ignore `stream`", usage=(9, 2)),
    Quirk("json-and-done-behind-it.json", "gateways that end every reply as a stream"),
    Quirk("json-with-a-mark-in-a-list.json", "gateways on .NET", usage=(9, 2)),
    _none("error-object.json", "LiteLLM and others: an error with status 200", OVERLOADED),
    _none("error-string.json", "Ollama", OVERLOADED),
    _none("error-list.json", "Google's compatible endpoint", OVERLOADED),
    _none("error-true.json", "gateways: error is a flag, the reason stands beside it", OVERLOADED),
    _none("error-page.html", "a hotel's network", "Sign in to the network (a web page"),
    _none("error-text.txt", "Envoy", "upstream connect error"),
    _none("error-nothing.sse", "a worker that died", "was empty"),
    _none("error-only-comments.sse", "a worker that died behind a gateway that pings", "was empty"),
    Quirk("objects-without-anything-between.sse", "gateways that lose line ends", "He}{llo"),
    Quirk("objects-without-anything-between.json", "the same without events"),
    # Other APIs at this address.
    Quirk("native-lines.ndjson", "Ollama's own /api/chat"),
    Quirk("api-of-ollama-generate.ndjson", "Ollama's own /api/generate", usage=(9, 2)),
    Quirk("api-of-ollama.json", "Ollama's own /api/chat without a stream", usage=(9, 2)),
    Quirk("api-of-anthropic.sse", "Anthropic's messages, events passed on by a gateway", finish="end_turn", usage=(9, 2)),
    Quirk("api-of-anthropic.json", "the same without a stream", finish="end_turn", usage=(9, 2)),
    Quirk("api-of-anthropic-thinking-and-a-call.sse", "the same: blocks of thinking and of a call", "", reasoning="Let me see.", finish="tool_use", usage=(9, 2), cached=4, calls={"tool_calls": '{"city":"Kyoto"}'}, ids=("a",)),
    Quirk("api-of-responses.sse", "OpenAI's /v1/responses: the whole is told again at the end", usage=(9, 2)),
    Quirk("api-of-responses.json", "the same without a stream", usage=(9, 2)),
    Quirk("api-of-responses-told-at-the-end.sse", "the same without deltas; pipecat-ai/pipecat 5309", reasoning="Let me see.", finish="max_output_tokens", usage=(9, 2)),
    Quirk("api-of-responses-bare.sse", "the same, parts of it; mnfst/llm-gateway 2064, CherryHQ/cherry-studio 15128", reasoning="Let me\n\nsee.", usage=(9, 2)),
    _broken("api-of-responses-failed.sse", "the same: response.failed", OVERLOADED),
    Quirk("api-of-google.sse", "Google's generateContent", finish="STOP", usage=(9, 2)),
    Quirk("api-of-google.json", "the same as a list of chunks", finish="STOP", usage=(9, 2)),
    Quirk("api-of-google-thinking.sse", "the same: parts of thoughts, a call", reasoning="Let me see.", finish="MAX_TOKENS", usage=(9, 2), calls={"tool_calls": '{"city": "Kyoto"}'}),
    _none("api-of-google-blocked.json", "the same: nothing but why", "blocked: SAFETY"),
    Quirk("api-of-bedrock.json", "Bedrock's Converse", finish="end_turn", usage=(9, 2)),
    Quirk("api-of-bedrock-cites-and-calls.json", "the same: texts beside their sources, a call", finish="tool_use", usage=(9, 2), calls={"tool_calls": '{"city": "Kyoto"}'}, ids=("a",)),
    Quirk("api-of-bedrock-events.sse", "Bedrock's ConverseStream", finish="end_turn", usage=(9, 2)),
    Quirk("api-of-cohere.sse", "Cohere's second version", finish="COMPLETE", usage=(9, 2)),
    Quirk("api-of-cohere.json", "the same without a stream", finish="COMPLETE", usage=(9, 2)),
    Quirk("api-of-cohere-before.ndjson", "Cohere's first version", finish="COMPLETE"),
    Quirk("api-of-cloudflare.sse", "Cloudflare's Workers AI", finish=None, usage=(9, 2)),
    Quirk("api-of-cloudflare.json", "the same without a stream", finish=None, usage=(9, 2)),
    Quirk("api-of-tgi.sse", "text-generation-inference's /generate_stream", finish="eos_token"),
    Quirk("api-of-tgi.json", "Hugging Face's endpoints"),
    Quirk("api-of-llamacpp.sse", "llama.cpp's own /completion", usage=(9, 2)),
    Quirk("api-of-llamacpp.json", "the same without a stream", usage=(9, 2)),
    Quirk("api-of-koboldcpp.json", "KoboldCpp's /api/v1/generate", finish=None),
    Quirk("api-of-dashscope.sse", "Alibaba's own: each message is all so far", usage=(9, 2)),
    Quirk("api-of-dashscope.json", "the same, as a text", usage=(9, 2)),
    Quirk("api-of-baidu.sse", "Baidu's own", usage=(9, 2)),
    Quirk("api-of-dify.sse", "Dify", usage=(9, 2)),
    Quirk("api-of-vercel.sse", "Vercel's AI SDK: what it sends to pages"),
    Quirk("api-of-nobody.json", "gateways of one's own", finish=None),
    _none("error-events-of-nobody.sse", "gateways of one's own", 'not a reply: {"kind": "note", "words": "Hel"}'),
    # Errors in the middle.
    _broken("error-in-the-middle.sse", "vLLM, OpenAI", OVERLOADED),
    _broken("error-event.sse", "Anthropic's form; gateways", OVERLOADED),
    _broken("error-field.sse", "llama.cpp: a field `error`, and [DONE] all the same", OVERLOADED),
    Quirk("error-beside-a-choice.sse", "OpenRouter: finish_reason error", "Hel", finish=None, complete=False, error=OVERLOADED),
    _broken("error-string-in-the-middle.sse", "Ollama", OVERLOADED),
    _broken("not-json-in-the-middle.sse", "gateways that pass a page on", "no JSON: Internal Server Error"),
    # Statuses.
    _refused("status-307-redirect.html", "gateways that moved: the key does not follow", "points to another address (307)"),
    _refused("status-400-object.json", "OpenAI", "Invalid value for 'model'."),
    _refused("status-401-object.json", "OpenAI", "does not accept the API key (401): Incorrect API key"),
    _refused("status-403-page.html", "nginx", "403 Forbidden (a web page"),
    _refused("status-404-string.json", "Ollama", 'model "m" not found, try pulling it first'),
    _refused("status-404-detail.json", "FastAPI: the base URL is wrong", "Not Found"),
    _refused("status-422-detail-list.json", "Mistral, FastAPI: a list with places", "top_k: Extra inputs are not permitted; min_p: Extra"),
    _refused("status-422-detail-in-message.json", "Mistral; editor-code-assistant/eca 231", "top_k: Extra inputs"),
    _refused("status-422-json-in-a-string.json", "Mistral; mistralai/platform-docs-public 7", "top_k: Extra inputs"),
    _refused("status-500-list.json", "Google's compatible endpoint", "An internal error has occurred."),
    _refused("status-501-nothing.txt", "a gateway", "has a fault (501)."),
    _refused("status-501-text.txt", "a gateway", "has a fault (501): Not Implemented"),
    # A message beside the delta, or in its place.
    Quirk("message-beside-an-empty-delta.sse", "ModelScope; CherryHQ/cherry-studio 8065"),
    Quirk("json-message-beside-an-empty-delta.json", "Perplexity without a stream", usage=(9, 2)),
    Quirk("message-told-again.sse", "Perplexity: each chunk tells all again, sources too", usage=(9, 2), beside=("citations", "search_results")),
    Quirk("message-as-the-last-chunk.sse", "MiniMax: the last chunk is the whole reply once more", usage=(9, 2)),
    Quirk("fields-with-nothing-in-them.json", "Snowflake: every field is there, most are empty", finish=None, usage=(9, 2)),
    # Reasoning, in more forms.
    Quirk("reasoning-details-alone.sse", "OpenRouter: reasoning_details without reasoning, a part of it encrypted", reasoning="Let me see."),
    Quirk("reasoning-details-whole-each-time.sse", "MiniMax as it is documented; MiniMax-AI/MiniMax-M2 95", reasoning="Let me see."),
    Quirk("reasoning-in-tags-as-well.sse", "MiniMax: the same in tags and in a field; can1357/oh-my-pi 2434", reasoning="Let me see."),
    Quirk("reasoning-in-tags-of-google.sse", "Google's compatible endpoint: <thought>", reasoning="Let me see."),
    Quirk("reasoning-whose-end-alone-has-a-tag.sse", "DeepSeek-R1, QwQ: the template opens the thought; open-webui/open-webui 9808, mudler/LocalAI 4761", reasoning="Let me see."),
    Quirk("reasoning-of-harmony.sse", "gpt-oss where nobody reads its channels; ggml-org/llama.cpp 15181, scouzi1966/maclocal-api 121", reasoning="Let me see."),
    Quirk("reasoning-of-harmony-without-tokens.sse", "the same without special tokens; llama-farm/llamafarm 753", reasoning="analysisLet me see."),
    Quirk("reasoning-of-harmony-glued.sse", "the same without its beginning; llama-farm/llamafarm 753", reasoning="Let me see."),
    Quirk("word-of-harmony-beside-reasoning.sse", "any model whose server tells reasoning apart", "It is.assistantfinalHello", reasoning="Let me see."),
    Quirk("reasoning-of-gemma.sse", "Gemma 4; Technologicat/raven 9", reasoning="Let me see."),
    Quirk("reasoning-of-magistral.sse", "Magistral in its raw form", reasoning="Let me see."),
    Quirk("tag-that-is-spoken-of.sse", "any model", 'R1 ends with `</think>`, or "</think>" in quotes.'),
    Quirk("reasoning-as-a-thought.sse", "CLIProxyAPI; nhatbien/copilot-helper 7", reasoning="Let me see."),
    Quirk("answer-in-tags.sse", "Hunyuan, ERNIE: the answer in tags too; sgl-project/sglang 7678, lmstudio-ai/lmstudio-bug-tracker 993", reasoning="Let me see."),
    Quirk("token-that-ends-a-turn.sse", "a template that does not fit; ggml-org/llama.cpp 6859"),
    Quirk("reasoning-parts.sse", "Databricks; tidyverse/ellmer 822", reasoning="Let me see."),
    Quirk("json-with-reasoning-parts.json", "Databricks without a stream", reasoning="Let me see.", usage=(9, 2)),
    # What stands beside the text.
    Quirk("references.sse", "Mistral: parts that refer to documents; vercel/ai 4747", beside=("references",)),
    Quirk("annotations-and-images.sse", "OpenRouter, OpenAI's search models", usage=(9, 2), beside=("annotations", "images")),
    Quirk("images-alone.sse", "OpenRouter: models that answer with a picture", "", beside=("images",)),
    Quirk("executed-tools.sse", "Groq's compound models", reasoning="Let me see.", usage=(9, 2), beside=("executed_tools",)),
    Quirk("web-search-of-zhipu.sse", "Zhipu: web_search beside the choices", usage=(9, 2), beside=("web_search",), cached=4),
    Quirk("context-of-azure.sse", "Azure with data of one's own", beside=("context",)),
    Quirk("citations-in-the-last-chunk.sse", "xAI: sources come with the usage", reasoning="Let me see.", usage=(9, 2), beside=("citations",)),
    Quirk("audio-with-a-transcript.sse", "OpenAI: what is spoken is the text", beside=("audio",)),
    # Calls.
    Quirk("id-empty-later.sse", "Alibaba: the id is there once, then empty", "", finish="tool_calls", calls={"tool_calls": '{"city":"Kyoto"}'}, ids=("call_1",)),
    Quirk("calls-counted-from-one.sse", "gateways around Anthropic, whose blocks count text too", "", finish="tool_calls", calls={"tool_calls": '{"city":"Kyoto"}'}, ids=("a",)),
    Quirk("calls-without-index.sse", "Google's compatible endpoint", "", finish="tool_calls", calls={"tool_calls": '{"city":"Kyoto"}'}, ids=("a", "b")),
    Quirk("custom-call.json", "OpenAI: a tool with free input", "", finish="tool_calls", calls={"tool_calls": "print(1)"}, ids=("c",)),
    # What is no end.
    Quirk("keep-alive-in-data.sse", "gateways that write a comment, null or a number as data"),
    Quirk("events-of-a-gateway.sse", "Portkey: hook_results"),
    Quirk("data-in-data.sse", "proxies that wrap events in events"),
    Quirk("finish-early.sse", "su-kaka/gcli2api 403: a finish_reason with the first chunk", reasoning="Let me see."),
    Quirk("text-after-done.sse", "gateways that add their own text behind the end", usage=(9, 2)),
    Quirk("blanks-alone.sse", "models that say nothing", " \n"),
    Quirk("finish-in-capitals.sse", "Vertex behind gateways", finish="MAX_TOKENS"),
    # Usage under other names.
    Quirk("usage-of-mistral.sse", "Mistral: num_cached_tokens", usage=(9, 2), cached=4),
    Quirk("usage-of-moonshot.sse", "Moonshot: cached_tokens at the top", usage=(9, 2), cached=4),
    Quirk("usage-of-deepseek.sse", "DeepSeek: hits and misses", usage=(9, 2), cached=4),
    Quirk("usage-of-anthropic.sse", "gateways around Anthropic: read and written", usage=(9, 2), cached=4),
    Quirk("usage-under-other-names.sse", "gateways that pass on input_tokens and output_tokens", usage=(9, 2)),
    # Errors in more places and forms.
    _broken("error-beside-a-live-choice.sse", "OpenRouter: finish_reason null", OVERLOADED),
    _broken("error-behind-its-text.sse", "OpenRouter: with the last piece of text", OVERLOADED),
    _broken("error-in-the-choice.sse", "OpenRouter: an error of one choice", OVERLOADED),
    _broken("error-in-x-groq.sse", "Groq", OVERLOADED),
    _broken("error-finish-network.sse", "Zhipu: network_error", "network_error"),
    _broken("error-finish-no-resource.sse", "DeepSeek: insufficient_system_resource", "insufficient_system_resource"),
    _broken("error-finish-abort.sse", "vLLM, SGLang: abort", "abort"),
    _none("error-type-and-message.sse", "DeepInfra; NousResearch/hermes-agent 65643", OVERLOADED),
    _none("error-finish-alone.json", "KoboldCpp; LostRuins/koboldcpp 2481", "it gave no reason"),
    _none("error-with-success-false.json", "Cloudflare", OVERLOADED),
    _none("error-with-code-and-msg.json", "gateways on Spring", OVERLOADED),
    _none("error-with-error-code.sse", "Baidu", OVERLOADED),
    _none("error-in-base-resp.json", "MiniMax", OVERLOADED),
    _none("error-in-metadata-raw.sse", "OpenRouter: the reason of whom it asked", OVERLOADED),
    _refused("status-400-metadata-raw.json", "OpenRouter", OVERLOADED),
    _refused("status-429-message-alone.json", "gateways on Bedrock", "Too many requests, slow down."),
)  # fmt: skip
