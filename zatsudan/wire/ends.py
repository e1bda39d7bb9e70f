"""What a finish_reason means, in whichever vendor's word."""

#: The API's own words, each with those that others say for it.
STOP, LENGTH, FILTER, CALLS, FUNCTION = (
    *("stop", "length", "content_filter", "tool_calls", "function_call"),
)
_MEANING = {
    STOP: ("end_turn", "eos", "eos_token", "stop_sequence", "complete", "completed", "end"),
    LENGTH: (
        *("max_tokens", "max_output_tokens", "max_new_tokens", "max_length", "token_limit"),
        *("model_length", "model_context_window_exceeded", "context_window_exceeded"),
    ),
    FILTER: (
        *("safety", "sensitive", "recitation", "blocklist", "prohibited_content", "spii"),
        *("content_filtered", "guardrail_intervened", "refusal", "error_toxic"),
    ),
    CALLS: ("tool_call", "tool_use"),
    FUNCTION: (),
}
_WORDS = {word: meaning for meaning, words in _MEANING.items() for word in (meaning, *words)}


def meaning_of(finish_reason: str | None) -> str:
    """Return the API's word for the end of a choice; `` for one that nobody else knows, and for none."""
    word = (finish_reason or "").strip().lower().replace("-", "_")
    # Google names the kind of filter behind it.
    return _WORDS.get(word.partition(":")[0], "")


#: Words with which a choice ends that the server could not go on with; all that begin with `error` too.
_BROKEN = frozenset(
    (
        *("failed", "failure", "server_error", "internal_error", "engine_error", "timeout"),
        *("network_error", "insufficient_system_resource", "abort", "aborted"),
    )
)


def is_broken(finish_reason: str | None) -> bool:
    """Tell whether a choice ended because something went wrong (Cohere: `ERROR_LIMIT`)."""
    word = (finish_reason or "").strip().lower()
    return word in _BROKEN or (word.startswith("error") and meaning_of(word) != FILTER)
