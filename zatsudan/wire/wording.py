"""How servers word what they refuse: patterns of their sentences."""

# Texts, which `re` compiles when they are first used (and keeps): most talks need none of them.
REFUSED = (
    r"(?i)unsupported|not supported|(?:does|do) ?(?:n[o']t|not) (?:support|accept|allow)|unrecogni[sz]ed|unknown"
    r"|unexpected|extra (?:inputs?|fields?)|not permitted|not allowed|only the default|no longer supported"
    r"|not available|not enabled|cannot be used|deprecated|only 1 is allowed"
)
RANGE = r"(?i)(?:above|below)_(?:max|min)|greater than|less than|out of range"
#: `n` is refused as a value where only one reply can be had (Groq).
ONE_ONLY = r"['\"`]n['\"`].{0,30}\b(?:at most|must be|only) 1(?![\d.])"
#: What Google says that takes neither penalty.
PENALTIES = r"(?i)^penalty is not enabled"
#: How long to wait: Google's RetryInfo; Google, OpenAI and Groq in words.
DELAY = (
    r'(?i)(?:"retryDelay"\s*:\s*"|(?:retry|try again) in )'
    r"(?:(\d{1,4})h)?(?:(\d{1,4})m(?!s))?(?:([\d.]{1,16})(ms|s))?"
)

LENGTH = (
    r"maximum (?:context|prompt) length (?:is|of) (\d{1,9})",  # OpenAI, vLLM, OpenRouter, xAI
    r"(?<!\d)(\d{1,9}) maximum context length",  # Mistral
    r"\bn_ctx\D{1,5}(\d{1,9})",  # llama.cpp, LM Studio, beside n_keep
    r"context (?:size|length|window)(?:(?!\bby\b)[^0-9]){0,40}\(?(\d{1,9})",  # llama.cpp, LM Studio
    r"max_seq_len\D{1,5}(\d{1,9})",  # TabbyAPI
    r"maximum (?:model|input) length (?:is|of) (\d{1,9})",  # vLLM
    r"max size:? (\d{1,9}) tokens",  # GitHub Models
    r"input length should be \[\d+, ?(\d{1,9})\]",  # Alibaba
    r"token limit: ?(\d{1,9})",  # Moonshot
    r"cannot exceed (\d{1,9}) tokens",  # Cohere
    r"exceed context limit:[^>]{1,40}> (\d{1,9})",  # Anthropic's through gateways
    r"exceeds? (?:the )?max(?:imum)? (?:input )?(?:length|tokens) (\d{1,9})",  # Volcano Engine, Tencent
    r"while limit is (\d{1,9})",  # Cerebras
    r"sequence length is (?:just )?(\d{1,9})",  # SambaNova
    r"must have less than (\d{1,9}) tokens",  # text-generation-inference
    r"cannot truncate to (\d{1,9})",  # AI Studio
    r"(?<!\d)(\d{1,9})[ -]token(?:s)? (?:context|limit)",
    r"maximum number of tokens allowed \((\d{1,9})\)",  # Google
    r"> (\d{1,9}) maximum",  # Anthropic
    r"tokens` must be <= (\d{1,9})",  # text-generation-inference
)
TOO_LONG = (
    r"(?i)context_length_exceeded|exceed_context_size|maximum (?:context|prompt) length"
    r"|exceeds? the (?:available )?context|context (?:size|window|length) (?:of|exceeded)"
    r"|greater than the context length|prompt is too long|too many tokens"
    r"|input token count .{0,30}exceeds|max_new_tokens` must be <="
    r"|exceed(?:s|ed|ing)? (?:the |this |its |your )?(?:\w{1,20} ){0,2}(?:context|token limit)"
    r"|context (?:limit|window|length|size) (?:is |was )?(?:exceed|too|reached|overflow)"
    r"|too_many_(?:prompt_)?tokens|tokens_limit_reached|prompt_too_long|context_too_long"
    r"|(?:prompt|input|messages?|conversation) (?:is |are |was )?(?:too long|too large)"
    r"|length of (?:all |the )?messages (?:is |are )?too long|longer than the (?:model|maximum)"
    r"|exceeds? (?:the )?max(?:imum)? (?:input |prompt )?(?:length|tokens)|input length should be"
    r"|greater than max_seq_len|max size:? \d{1,9} tokens|request body too large"
    r"|total number of tokens in the prompt|cannot truncate|must be less than max_seq_len"
    r"|maximum supported sequence length|inputs` must have less than"
    r"|超长|过长|(?:长度|上下文).{0,20}超[过出]|超[过出].{0,30}(?:长度|上下文)"
)
SIZE = (
    r"(?i)(?:resulted in|requested|request \(|request has|request contains|prompt contains"
    r"|too long:|token count \(|n_prompt_tokens|current length is|input length|n_keep:?|prompt_tokens)"
    r" ?(?:about )?\(?(\d{2,9})"
)
NO_SYSTEM = (
    r"(?i)system (?:role|message|prompt)s? (?:is |are )?not supported|does not support 'system'"
    r"|roles must alternate|only user,? (?:and )?assistant|developer instruction is not enabled"
)
#: What templates say that take a system message at the beginning alone (Qwen, Mistral, vLLM).
LEADING_SYSTEM = (
    r"(?i)system (?:role|message|prompt)s? (?:must|should|can only|may only|has to|is only allowed)"
    r"[a-z ]{0,30}(?:at the (?:beginning|start)|first)|conversation roles must be.{0,60}system"
)

#: What servers say of models that read text only (DeepSeek, FastAPI, OpenAI, llama.cpp).
TEXT_ONLY = (
    r"(?i)image_url|image input|input_audio|(?:image|audio|file|vision|multimodal).{0,40}"
    r"(?:not supported|unsupported|not support|not enabled|not allowed|cannot|can't|no mmproj)"
    r"|(?:support|accept|take)s? (?:no|text only|only text)|should be a valid string|must be a string"
    r"|expected (?:a )?string"
)
#: What servers say who do not know the `developer` role (DeepSeek, Mistral, Alibaba, templates).
NO_ROLE = (
    r"(?i)unknown variant|not one of|does not match any|unexpected (?:message )?role"
    r"|in(?:valid|correct) role|role:? input should be"
    r"|(?:role|developer).{0,60}(?:invalid|not supported|unsupported|not allowed|must be|should be|unknown)"
    r"|(?:invalid|unsupported|unknown).{0,40}(?:role|developer)"
)
#: A length that is too much, in words that no pattern above knows; it is looked for last.
PERHAPS_TOO_LONG = (
    r"(?i)\b(?:context|tokens?|prompt|input|messages?|conversation|history)\b.{0,80}"
    r"\b(?:exceed\w*|too (?:long|large|many|big)|longer|over(?:flow\w*)?|reduce|shorten|limit)\b"
    r"|\b(?:exceed\w*|too (?:long|large|many|big)|longer|reduce|shorten)\b.{0,80}"
    r"\b(?:context|tokens?|prompt|input|messages?|conversation|history)\b"
)
