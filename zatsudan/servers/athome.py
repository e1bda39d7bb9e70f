"""Rows: servers that a person runs, near or on this machine."""

from zatsudan.base.language import later
from zatsudan.config.settings import EMBEDDED
from zatsudan.servers.kind import Defaults, Echo, ServerKind, Sign, Templated, Tokenizer
from zatsudan.servers.thinkforms import Thinking

OLLAMA = ServerKind(
    # openai/openai.go of github.com/ollama/ollama: what its request has no field for is dropped
    # without a word, and temperature and top_p become 1.0 where they are not sent. The owner of
    # a model is the namespace of its name, `library` for those of the makers.
    "ollama",
    "Ollama",
    "http://127.0.0.1:11434/v1",
    owners=frozenset(("library",)),
    signs=(Sign("/api/version", ("version",)),),
    names={"max_completion_tokens": "max_tokens"},
    takes=frozenset(("reasoning",)),
    ignores={
        **dict.fromkeys(("n", "logit_bias", "user", "tool_choice", "parallel_tool_calls"), ""),
        **dict.fromkeys(("service_tier", "store", "metadata", "prediction", "verbosity"), ""),
    },
    unsent={"temperature": 1.0, "top_p": 1.0},
    shows="/api/show",
    thinking=Thinking(("effort",), level="effort"),
    way=later(
        'A Modelfile sets it (PARAMETER), or dialect = "ollama" in the profile; /set! sends it all the same.'
    ),
    wide=True,
)

OLLAMA_NATIVE = ServerKind(
    # docs/api.md and docs/modelfile.mdx of github.com/ollama/ollama: /api/chat takes all options.
    "ollama-api",
    "Ollama (/api/chat)",
    names={"max_completion_tokens": "max_tokens", "repetition_penalty": "repeat_penalty"},
    takes=frozenset(
        (
            *("top_k", "min_p", "typical_p", "tfs", "repeat_penalty", "repeat_last_n"),
            *("mirostat", "mirostat_tau", "mirostat_eta", "json_schema", "reasoning"),
            *("num_ctx", "keep_alive"),
        )
    ),
    ignores=dict.fromkeys(
        (
            *("n", "logit_bias", "user", "tool_choice", "parallel_tool_calls", "service_tier"),
            *("store", "metadata", "prediction", "verbosity"),
        ),
        "",
    ),
    wide=True,
    order=("penalties", "top_k", "typ_p", "top_p", "min_p", "temperature"),
    dialect="ollama",
    shows="/api/show",
    thinking=Thinking(("effort",), level="effort"),
)

LM_STUDIO = ServerKind(
    # lmstudio.ai/docs/app/api/endpoints/openai; the owner as its lists are recorded everywhere.
    "lmstudio",
    "LM Studio",
    "http://127.0.0.1:1234/v1",
    owners=frozenset(("organization_owner",)),
    names={"repetition_penalty": "repeat_penalty", "max_completion_tokens": "max_tokens"},
    takes=frozenset(("top_k", "repeat_penalty")),
    ignores={"logprobs": later("its /v1/chat/completions gives none"), "top_logprobs": "", "n": ""},
    way=later("LM Studio sets it for the model, in its own window; /set! sends it all the same."),
    wide=True,
)

LLAMA_CPP = ServerKind(
    # tools/server/README.md of github.com/ggml-org/llama.cpp; the embedded engine is its server.
    # Its port goes from 8080 to 9931: pull request 26508 there.
    "llama.cpp",
    "llama.cpp",
    "http://127.0.0.1:8080/v1",
    ports=(9931,),
    owners=frozenset(("llamacpp",)),
    signs=(Sign("/props", ("build_info",)),),
    also=(EMBEDDED,),
    names={
        "repetition_penalty": "repeat_penalty",
        "thinking_token_budget": "thinking_budget_tokens",
    },
    takes=frozenset(
        (
            *("dynatemp_range", "dynatemp_exponent", "top_k", "min_p", "top_n_sigma", "typical_p"),
            *("xtc_probability", "xtc_threshold", "adaptive_target", "adaptive_decay"),
            *("mirostat", "mirostat_tau", "mirostat_eta", "min_keep", "samplers"),
            *("repeat_penalty", "repeat_last_n", "dry_multiplier", "dry_base"),
            *("dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers"),
            *("ignore_eos", "t_max_predict_ms", "json_schema", "grammar", "chat_template_kwargs"),
            "thinking_token_budget",
        )
    ),
    wide=True,
    order=(
        *("penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc"),
        *("temperature", "adaptive_p"),
    ),
    thinking=Thinking(("template", "effort"), level="effort", budget="budget", control=True),
    # Two more events where the prompt is short, one for each batch of a long one; the prompt
    # itself comes back with the last where `verbose` asks for the stop text.
    raw=True,
    without_cache={"cache_prompt": False},
    tells={"return_progress": True},
    tells_stop={"verbose": True},
    tokenizer=Tokenizer("content", besides={"add_special": False}),
    template=Templated(
        "/apply-template",
        ("prompt",),
        ("messages", "tools", "tool_choice", "chat_template_kwargs", "reasoning_effort"),
    ),
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
        # common/common.h
        usual={
            "temperature": 0.8,
            "top_k": 40,
            "top_p": 0.95,
            "min_p": 0.05,
            "xtc_probability": 0.0,
            "xtc_threshold": 0.1,
            "repeat_last_n": 64,
            "repeat_penalty": 1.0,
            "mirostat": 0,
            "mirostat_tau": 5.0,
            "mirostat_eta": 0.1,
        },
    ),
    echo=Echo(
        {"verbose": True},
        ("__verbose", "generation_settings"),
        {"n_keep": 3, "timings_per_token": True},
    ),
)

VLLM = ServerKind(
    # vllm/entrypoints/openai/protocol.py of github.com/vllm-project/vllm. /version, which it
    # answers as well, is no sign: LocalAI and others answer it in the same form.
    "vllm",
    "vLLM",
    "http://127.0.0.1:8000/v1",
    owners=frozenset(("vllm",)),
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
    raw=True,
    thinking=Thinking(("template", "template-thinking"), level="effort", budget="budget"),
    tokenizer=Tokenizer("prompt", "model", {"add_special_tokens": False}),
    template=Templated(
        "/v1/chat/completions",
        ("prompt_text",),
        besides={"return_prompt_text": True, "max_tokens": 1, "stream": False},
    ),
)

KOBOLDCPP = ServerKind(
    # koboldcpp.py of github.com/LostRuins/koboldcpp: its /v1 hands the native fields through.
    # It answers as Ollama and llama.cpp would, too, so its own sign goes before theirs.
    "koboldcpp",
    "KoboldCpp",
    "http://127.0.0.1:5001/v1",
    owners=frozenset(("koboldcpp",)),
    signs=(Sign("/api/extra/version", ("result",), "KoboldCpp"),),
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
    thinking=Thinking(("template", "template-thinking"), level="effort"),
    order=("penalties", "dry", "top_k", "top_a", "top_p", "min_p", "tfs", "typ_p", "temperature"),
)

TEXTGEN = ServerKind(
    # modules/api/typing.py, models.py and script.py of github.com/oobabooga/text-generation-webui
    "textgen",
    "TextGen",
    "http://127.0.0.1:5000/v1",
    signs=(Sign("/v1/internal/model/info", ("loader",)),),
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
    thinking=Thinking(("enable", "template"), level="effort"),
)

TABBY = ServerKind(
    # common/sampling.py and endpoints/core/types/model.py of github.com/theroyallab/tabbyAPI
    "tabbyapi",
    "TabbyAPI",
    "http://127.0.0.1:5000/v1",
    owners=frozenset(("tabbyAPI",)),
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
    thinking=Thinking(("template", "template-thinking")),
)

JAN = ServerKind(
    # jan.ai/docs/api-server, src-tauri/src/core/server of github.com/janhq/jan: llama.cpp behind
    # a proxy of its own.
    "jan",
    "Jan",
    "http://127.0.0.1:1337/v1",
    signs=(Sign("/openapi.json", ("info", "title"), "Jan API"),),
    names=LLAMA_CPP.names,
    takes=LLAMA_CPP.takes,
    wide=True,
    order=LLAMA_CPP.order,
    raw=True,
    thinking=LLAMA_CPP.thinking._replace(control=False),
)

SGLANG = ServerKind(
    # srt/entrypoints/openai/protocol.py and http_server.py of github.com/sgl-project/sglang
    "sglang",
    "SGLang",
    "http://127.0.0.1:30000/v1",
    owners=frozenset(("sglang",)),
    signs=(Sign("/get_model_info", ("model_path",)),),
    names={"repeat_penalty": "repetition_penalty", "grammar": "ebnf"},
    takes=frozenset(
        (
            *("top_k", "min_p", "repetition_penalty", "min_tokens", "ignore_eos"),
            *("stop_token_ids", "grammar", "chat_template_kwargs"),
        )
    ),
    wide=True,
)

LOCALAI = ServerKind(
    # localai.io/docs/reference/system-info, core/schema of github.com/mudler/LocalAI
    "localai",
    "LocalAI",
    "http://127.0.0.1:8080/v1",
    signs=(Sign("/system", ("backends",)),),
    wide=True,
)

MLX = ServerKind(
    # mlx_lm/server.py of github.com/ml-explore/mlx-lm, and mlx-omni-server at 10240. The list
    # names no owner, and nothing else tells: it is what is left at these ports.
    "mlx",
    "MLX",
    "http://127.0.0.1:8080/v1",
    ports=(10240,),
    names={"repeat_penalty": "repetition_penalty", "repeat_last_n": "repetition_context_size"},
    takes=frozenset(
        (
            *("top_k", "min_p", "xtc_probability", "xtc_threshold", "repetition_penalty"),
            *("repeat_last_n", "chat_template_kwargs"),
        )
    ),
    ignores=dict.fromkeys(("n", "response_format", "user", "metadata", "store"), ""),
    wide=True,
)

GPT4ALL = ServerKind(
    # gpt4all-chat/src/server.cpp of github.com/nomic-ai/gpt4all
    "gpt4all",
    "GPT4All",
    "http://127.0.0.1:4891/v1",
    owners=frozenset(("humanity",)),
)

#: In this order they are looked for; of several that run, the first is taken.
AT_HOME = (
    *(OLLAMA, LM_STUDIO, LLAMA_CPP, VLLM, SGLANG, KOBOLDCPP, TEXTGEN, TABBY, JAN, LOCALAI),
    *(MLX, GPT4ALL, OLLAMA_NATIVE),
)
