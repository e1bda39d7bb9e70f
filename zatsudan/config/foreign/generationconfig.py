"""generation_config.json, which lies beside a model: what its makers advise.

The fields are those of `GenerationConfig` of the transformers library.
"""

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later
from zatsudan.config.foreign.content import Content
from zatsudan.config.foreign.fieldrules import TOKENIZER, TRANSFORMERS, Rule, Rules
from zatsudan.config.foreign.fieldvalues import number, texts, whole
from zatsudan.config.foreign.presetfields import Reading, greedy


def _in_units(value: Json) -> Json:
    """Read a share, which TextGen and ourselves count in 1e-4."""
    found = number(value)
    return round(found * 1e4, 6) if isinstance(found, int | float) else found


RULES: Rules = {
    "temperature": Rule("temperature", read=number),
    "top_k": Rule("top_k", read=whole),
    "top_p": Rule("top_p", read=number),
    "min_p": Rule("min_p", read=number),
    "top_h": Rule(why=TRANSFORMERS),
    "typical_p": Rule("typical_p", read=number),
    "epsilon_cutoff": Rule("epsilon_cutoff", read=_in_units),
    "eta_cutoff": Rule("eta_cutoff", read=_in_units),
    "repetition_penalty": Rule("repetition_penalty", read=number),
    "encoder_repetition_penalty": Rule("encoder_repetition_penalty", read=number),
    "no_repeat_ngram_size": Rule("no_repeat_ngram_size", read=whole),
    "max_new_tokens": Rule("max_tokens", read=whole),
    "min_new_tokens": Rule("min_tokens", read=whole),
    "max_length": Rule(why=later("it counts the prompt too")),
    "min_length": Rule(why=later("it counts the prompt too")),
    "stop_strings": Rule("stop", read=texts),
    "transformers_version": Rule(why=later("it says nothing of a request")),
    "_from_model_config": Rule(why=later("it says nothing of a request")),
    **{
        name: Rule(why=TOKENIZER)
        for name in ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_bos_token_id", "forced_eos_token_id")
    },
    **{
        name: Rule(why=TRANSFORMERS)
        for name in (
            *("num_beams", "num_beam_groups", "diversity_penalty", "length_penalty"),
            *("early_stopping", "penalty_alpha", "guidance_scale", "use_cache"),
            *("cache_implementation", "num_return_sequences", "renormalize_logits", "trust_remote_code"),
        )
    },
}  # fmt: skip
_OWN = ("transformers_version", "_from_model_config", "do_sample", "bos_token_id", "eos_token_id", "pad_token_id")  # fmt: skip


def fits(content: Content) -> bool:
    """Tell the file by what every one of them holds."""
    return (
        content.is_json
        and content.has_one(*_OWN)
        and not content.has_one("architectures", "model_type")
    )


def read(content: Content) -> Reading:
    """Read what the makers advise."""
    reading = Reading()
    reading.apply(RULES, greedy(reading, content.fields))
    return reading
