"""Kinds of servers, one row each: all that is known beforehand of a server is here.

Discovery, /connect, the names on the wire, prefill, tokenizers and /probe read
`KINDS`; what a row does not say is found out by asking, or learned from refusals.

Under which name a server takes a parameter stands here and not in the parameter's
row: it is told by the server's documentation, a new server brings its names along
in its one row, and parameters lie below servers, of which they know nothing. A
parameter without a name here is sent under its own.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from zatsudan.base.addresses import is_loopback
from zatsudan.base.jsonvalues import NOTHING, Json, JsonObject
from zatsudan.base.language import later
from zatsudan.config.settings import EMBEDDED

if TYPE_CHECKING:
    from zatsudan.wire.refusals import Repair


class Tokenizer(NamedTuple):
    """How /tokenize is asked: the fields that hold the text and the model, and what is sent besides.

    The text of tokens comes back from /detokenize under the same name.
    """

    text: str
    model: str = ""
    besides: Mapping[str, Json] = NOTHING

    def body(self, model: str, text: str) -> JsonObject:
        """Return the question for the tokens of a text."""
        named: JsonObject = {self.model: model} if self.model else {}
        return {**named, self.text: text, **self.besides}


class Defaults(NamedTuple):
    """Where a server tells its own values of parameters: a path beside /v1, and the keys down to them.

    `names` are those that differ from ours, `foreign` those that are no parameters of
    a request, `unset` a value that stands for none, and what is sent to mean that.
    """

    path: str
    within: tuple[str, ...]
    names: Mapping[str, str] = NOTHING
    foreign: frozenset[str] = frozenset()
    unset: Mapping[str, tuple[Json, Json]] = NOTHING


class Echo(NamedTuple):
    """How a server says which settings it used: what is sent for it, and the keys down to them.

    `extras` are fields without a row in the table of parameters, each with a value
    unlike the server's default, to be seen there again.
    """

    ask: Mapping[str, Json]
    within: tuple[str, ...]
    extras: Mapping[str, Json] = NOTHING


class ServerKind(NamedTuple):
    """One row.

    `label`: what people call it.
    `url`: where it is usually found. With one it is offered by /connect, and looked for
    if that is on this machine; of several that run, the first row is taken.
    `hosts`: domains at which it answers, besides that of `url`.
    `also`: further names of servers that are of this kind.
    `key`: the variable that usually holds its key; `` if it wants none.
    `names`: what it calls a parameter, by our name; the fields of a request.
    `prefill`: the form in which it goes on from a given text (`prefill.FORMS`),
    `none`, or `` where that depends on the model and is found out.
    `takes`: the rows beyond OpenAI's that it takes (`Parameter.local`); None: it is not known.
    `ignores`: rows that do nothing here, each with a word why; `` where there is no more to say.
    `unsent`: what it takes a parameter for that is not sent, where that is not the model's business.
    `way`: how to have what it does not take all the same, a constant that is said.
    `wide`: it knows no upper bound where OpenAI has one (`Parameter.wide`).
    `order`: the steps of its chain of samplers, by llama.cpp's names, in which it runs them.
    `tokenizer`, `defaults`, `echo`: what it is asked beside the talk; None: it cannot be.
    """

    name: str = ""
    label: str = ""
    url: str = ""
    hosts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    key: str = ""
    names: Mapping[str, str] = NOTHING
    prefill: str = ""
    takes: frozenset[str] | None = None
    ignores: Mapping[str, str] = NOTHING
    unsent: Mapping[str, Json] = NOTHING
    way: str = ""
    wide: bool = False
    order: tuple[str, ...] = ()
    tokenizer: Tokenizer | None = None
    defaults: Defaults | None = None
    echo: Echo | None = None

    @property
    def host(self) -> str:
        """The host of the usual address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port at which it is usually found on this machine; 0 for a server elsewhere."""
        return urlsplit(self.url).port or 0 if is_loopback(self.host) else 0

    @property
    def hosted(self) -> bool:
        """Is it run by its makers, at addresses of theirs?"""
        return bool(self.hosts or (self.url and not self.port))

    def is_at(self, host: str) -> bool:
        """Tell whether a host is one of its makers'."""
        domains = (*self.hosts, self.host) if self.hosted else ()
        return any(host == domain or host.endswith(f".{domain}") for domain in domains if domain)


OPENAI = ServerKind(
    # openapi.json 2.3.0 (2026-08-21). A given text is taken for a turn that is over.
    "openai",
    "OpenAI",
    "https://api.openai.com/v1",
    key="OPENAI_API_KEY",
    prefill="none",
    takes=frozenset(),
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
)

DEEPSEEK = ServerKind(
    # api-docs.deepseek.com/api/create-chat-completion
    "deepseek",
    "DeepSeek",
    hosts=("deepseek.com",),
    key="DEEPSEEK_API_KEY",
    names={"max_completion_tokens": "max_tokens"},
    takes=frozenset(),
)

OLLAMA = ServerKind(
    # openai/openai.go of github.com/ollama/ollama: what its request has no field for is dropped
    # without a word, and temperature and top_p become 1.0 where they are not sent.
    "ollama",
    "Ollama",
    "http://127.0.0.1:11434/v1",
    names={"max_completion_tokens": "max_tokens"},
    takes=frozenset(("reasoning",)),
    ignores={
        **dict.fromkeys(("n", "logit_bias", "user", "tool_choice", "parallel_tool_calls"), ""),
        **dict.fromkeys(("service_tier", "store", "metadata", "prediction", "verbosity"), ""),
    },
    unsent={"temperature": 1.0, "top_p": 1.0},
    way=later(
        'A Modelfile sets it (PARAMETER), or dialect = "ollama" in the profile; /set! sends it all the same.'
    ),
    wide=True,
)

LM_STUDIO = ServerKind(
    # lmstudio.ai/docs/app/api/endpoints/openai
    "lmstudio",
    "LM Studio",
    "http://127.0.0.1:1234/v1",
    names={"repetition_penalty": "repeat_penalty", "max_completion_tokens": "max_tokens"},
    takes=frozenset(("top_k", "repeat_penalty")),
    ignores={"logprobs": later("its /v1/chat/completions gives none"), "top_logprobs": "", "n": ""},
    way=later("LM Studio sets it for the model, in its own window; /set! sends it all the same."),
    wide=True,
)

LLAMA_CPP = ServerKind(
    # tools/server/README.md of github.com/ggml-org/llama.cpp; the embedded engine is its server.
    "llama.cpp",
    "llama.cpp",
    "http://127.0.0.1:8080/v1",
    also=(EMBEDDED,),
    names={"repetition_penalty": "repeat_penalty"},
    takes=frozenset(
        (
            *("dynatemp_range", "dynatemp_exponent", "top_k", "min_p", "top_n_sigma", "typical_p"),
            *("xtc_probability", "xtc_threshold", "adaptive_target", "adaptive_decay"),
            *("mirostat", "mirostat_tau", "mirostat_eta", "min_keep", "samplers"),
            *("repeat_penalty", "repeat_last_n", "dry_multiplier", "dry_base"),
            *("dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers"),
            *("ignore_eos", "t_max_predict_ms", "json_schema", "grammar", "chat_template_kwargs"),
        )
    ),
    wide=True,
    order=(
        *("penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc"),
        *("temperature", "adaptive_p"),
    ),
    tokenizer=Tokenizer("content", besides={"add_special": False}),
    defaults=Defaults(
        "/props",
        ("default_generation_settings", "params"),
        names={"n_predict": "max_tokens"},
        foreign=frozenset(
            (
                *("chat_format", "generation_prompt", "reasoning_in_content", "lora"),
                *("speculative.types", "stream", "max_tokens", "backend_sampling", "n_discard"),
            )
        ),
        # It draws a seed of its own where it holds this.
        unset={"seed": (0xFFFFFFFF, -1)},
    ),
    echo=Echo(
        {"verbose": True},
        ("__verbose", "generation_settings"),
        {"n_keep": 3, "timings_per_token": True},
    ),
)

VLLM = ServerKind(
    # vllm/entrypoints/openai/protocol.py of github.com/vllm-project/vllm
    "vllm",
    "vLLM",
    "http://127.0.0.1:8000/v1",
    names={"repeat_penalty": "repetition_penalty", "banned_strings": "bad_words"},
    takes=frozenset(
        (
            *("top_k", "min_p", "repetition_penalty", "min_tokens", "ignore_eos"),
            *("stop_token_ids", "banned_strings", "structured_outputs", "thinking_token_budget"),
            "chat_template_kwargs",
        )
    ),
    wide=True,
    order=("penalties", "temperature", "min_p", "top_k", "top_p"),
    tokenizer=Tokenizer("prompt", "model", {"add_special_tokens": False}),
)

KOBOLDCPP = ServerKind(
    # koboldcpp.py of github.com/LostRuins/koboldcpp: its /v1 hands the native fields through.
    "koboldcpp",
    "KoboldCpp",
    "http://127.0.0.1:5001/v1",
    names={
        "repeat_penalty": "rep_pen",
        "repetition_penalty": "rep_pen",
        "repeat_last_n": "rep_pen_range",
        "seed": "sampler_seed",
        "typical_p": "typical",
        "top_n_sigma": "nsigma",
        "banned_strings": "banned_tokens",
        "max_completion_tokens": "max_tokens",
    },
    takes=frozenset(
        (
            *("dynatemp_range", "dynatemp_exponent", "smoothing_factor", "smoothing_curve"),
            *("top_k", "min_p", "top_n_sigma", "top_a", "typical_p", "tfs"),
            *("xtc_probability", "xtc_threshold", "adaptive_target", "adaptive_decay"),
            *("mirostat", "mirostat_tau", "mirostat_eta", "banned_strings"),
            *("repeat_penalty", "repeat_last_n", "dry_multiplier", "dry_base"),
            *("dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers"),
            *("grammar", "chat_template_kwargs"),
        )
    ),
    ignores={"top_logprobs": later("it gives five whatever their number"), "n": ""},
    wide=True,
    order=("penalties", "dry", "top_k", "top_a", "top_p", "min_p", "tfs", "typ_p", "temperature"),
)

TEXTGEN = ServerKind(
    # modules/api/typing.py of github.com/oobabooga/text-generation-webui
    "textgen",
    "TextGen",
    "http://127.0.0.1:5000/v1",
    also=("oobabooga", "text-generation-webui"),
    names={
        "repeat_penalty": "repetition_penalty",
        "repeat_last_n": "repetition_penalty_range",
        "mirostat": "mirostat_mode",
        "samplers": "sampler_priority",
        "ignore_eos": "ban_eos_token",
        "grammar": "grammar_string",
        "max_completion_tokens": "max_tokens",
    },
    takes=frozenset(
        (
            *("dynatemp_exponent", "smoothing_factor", "smoothing_curve", "top_k", "min_p"),
            *("top_n_sigma", "top_a", "typical_p", "tfs", "epsilon_cutoff", "eta_cutoff"),
            *("xtc_probability", "xtc_threshold", "adaptive_target", "adaptive_decay"),
            *("mirostat", "mirostat_tau", "mirostat_eta", "samplers", "repetition_penalty"),
            *("repeat_last_n", "dry_multiplier", "dry_base", "dry_allowed_length"),
            *("dry_sequence_breakers", "no_repeat_ngram_size", "encoder_repetition_penalty"),
            *("ignore_eos", "grammar", "chat_template_kwargs"),
        )
    ),
    wide=True,
)

TABBY = ServerKind(
    # common/sampling.py of github.com/theroyallab/tabbyAPI, which is found at TextGen's port.
    "tabbyapi",
    "TabbyAPI",
    names={
        "repeat_penalty": "repetition_penalty",
        "repeat_last_n": "penalty_range",
        "ignore_eos": "ban_eos_token",
        "grammar": "grammar_string",
        "typical_p": "typical",
        "max_completion_tokens": "max_tokens",
    },
    takes=frozenset(
        (
            *("smoothing_factor", "top_k", "min_p", "top_a", "typical_p", "tfs"),
            *("xtc_probability", "xtc_threshold", "mirostat", "mirostat_tau", "mirostat_eta"),
            *("repetition_penalty", "repeat_last_n", "dry_multiplier", "dry_base"),
            *("dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers"),
            *("adaptive_target", "adaptive_decay", "min_tokens", "ignore_eos", "banned_strings"),
            *("json_schema", "grammar", "chat_template_kwargs"),
        )
    ),
    wide=True,
)

JAN = ServerKind(
    # jan.ai/docs/api-server: llama.cpp behind a proxy of its own.
    "jan",
    "Jan",
    "http://127.0.0.1:1337/v1",
    names=LLAMA_CPP.names,
    takes=LLAMA_CPP.takes,
    wide=True,
    order=LLAMA_CPP.order,
)

KINDS = (
    *(OPENAI, OPENROUTER, OLLAMA, LM_STUDIO, LLAMA_CPP, VLLM),
    *(KOBOLDCPP, TEXTGEN, TABBY, JAN, MISTRAL, DEEPSEEK),
)

#: A server of which nothing is known beforehand.
UNKNOWN = ServerKind()


#: What /connect offers, in its order.
OFFERED = tuple(kind for kind in KINDS if kind.url)

#: Where servers are usually found on this machine, by name.
LOCAL_SERVERS = {kind.name: kind.url for kind in KINDS if kind.port}


def kind_of(name: str, base_url: str, kinds: Iterable[ServerKind] = KINDS) -> ServerKind:
    """Return the kind of a server, by its address and the name that it has here; UNKNOWN if neither tells.

    An address of the makers' decides. Then the name that a person gave, but that what runs at
    the port of a local server is none of the hosted ones, though it may be called `mistral`
    for its model. The port tells last.
    """
    rows = tuple(kinds)
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    at_home = next((kind for kind in rows if kind.is_at(host)), None)
    named = next((kind for kind in rows if name in (kind.name, *kind.also)), None)
    port = parts.port if is_loopback(host) else None
    by_port = next((kind for kind in rows if port and kind.port == port), None)
    if named is not None and named.hosted and by_port is not None:
        named = by_port
    return at_home or named or by_port or UNKNOWN


def own_first(kind: ServerKind, kinds: Iterable[ServerKind] = KINDS) -> tuple[ServerKind, ...]:
    """Return all kinds, a server's own first: in this order one tries what it may understand."""
    return (kind, *(other for other in kinds if other.name != kind.name))


def inside(value: Json, keys: Iterable[str]) -> Json:
    """Return what lies within objects under these keys; None where one of them is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def renames(kind: ServerKind) -> "tuple[Repair, ...]":
    """Return the renames that a kind of server needs, in the form of what is learned."""
    from zatsudan.wire.refusals import RENAME, Repair  # read when something is sent

    return tuple(Repair(RENAME, name, other) for name, other in kind.names.items())
