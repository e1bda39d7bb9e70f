"""Rows: which tokens are chosen, by their probability.

Names, ranges and neutral values of what local servers take: tools/server/README.md and
common/arg.cpp of github.com/ggml-org/llama.cpp, modules/presets.py of
github.com/oobabooga/text-generation-webui, koboldcpp.py of github.com/LostRuins/koboldcpp.
"""

from zatsudan.base.language import later
from zatsudan.parameters.jsonkinds import bias
from zatsudan.parameters.row import Parameter, Recipe, Remark
from zatsudan.parameters.values import A_LIST, integer, names, number, texts

CHOOSING: tuple[Parameter, ...] = (
    Parameter(
        "temperature", number(0, 2), later("How freely tokens are chosen."),
        later("Low (0 to 0.3) for facts and code, higher (0.8 to 1.2) for ideas and prose; above 1.5 it falls apart."),
        "sampling", neutral=1, probe=Recipe("temperature", told=0.7, usual=True), keyword=True, everyday=True,
        aliases=("temp",), sampler="temperature", wide=number(0),
        wide_advice=later("Low (0 to 0.3) for facts and code, higher (0.8 to 1.2) for ideas and prose. This server has no upper bound: with min_p or top_n_sigma, which cut the tail, 1.5 to 4 stays readable; without them it falls apart above 1.5."),
    ),
    Parameter(
        "dynatemp_range", number(0), later("Let the temperature follow the model's doubt by this much."),
        later("Needs llama.cpp or KoboldCpp. 0.5 around temperature 1 goes from 0.5 where the model is sure to 1.5 where it is not."),
        "sampling", neutral=0, probe=Recipe("dice", 5.0, told=0.3), local=True, aliases=("dynatemp",), sampler="temperature",
    ),
    Parameter(
        "dynatemp_exponent", number(0), later("How steeply the temperature follows the doubt."),
        later("1 is straight; higher keeps it low until the model is quite unsure."), "sampling",
        neutral=1, probe=Recipe("dice", 10.0, told=1.5, beside={"dynatemp_range": 0.9}), local=True, under="dynatemp_range", sampler="temperature",
    ),
    Parameter(
        "smoothing_factor", number(0), later("Even out likely tokens, press down unlikely (quadratic)."),
        later("In place of temperature: 0.2 to 0.3 makes it livelier, 1 and more stricter. 0 is off."), "sampling",
        neutral=0, probe=Recipe("narrowing", 1000.0, told=0.2), local=True, sampler="smoothing",
    ),
    Parameter(
        "smoothing_curve", number(1), later("How fast smoothing presses down the unlikely."),
        later("1 is the plain curve; 2 to 4 cuts the tail harder."), "sampling",
        neutral=1, probe=Recipe("dice", 10.0, told=2.0, beside={"smoothing_factor": 0.3}), local=True, under="smoothing_factor", sampler="smoothing",
    ),
    Parameter(
        "top_k", integer(-1, values=("1", "20", "40", "100")), later("Choose among this many likeliest tokens."),
        later("20 to 100 keeps the tail out whatever the model's doubt; 1 always takes the likeliest; 0 or -1 is off. min_p follows the doubt, which is mostly better."),
        "sampling", neutral=0, off=lambda count: count < 1, probe=Recipe("narrowing", 1, told=7, usual=True), local=True, sampler="top_k",
    ),
    Parameter(
        "top_p", number(0, 1), later("Keep the likeliest tokens up to this share."),
        later("0.9 cuts the unlikely tail; change this or temperature, not both."), "sampling",
        neutral=1, probe=Recipe("narrowing", 0.0001, told=0.6, usual=True), keyword=True, sampler="top_p",
        clashes=(Remark("temperature", later("temperature and top_p are both set: better change one of them only."), hosted=True),),
    ),
    Parameter(
        "min_p", number(0, 1), later("Drop tokens less likely than this share of the likeliest."),
        later("0.05 to 0.1 suits most local models and lets the temperature go above 1; set this or top_p, and leave the other at 1."),
        "sampling", neutral=0, probe=Recipe("narrowing", 1.0, told=0.15, usual=True), local=True, sampler="min_p",
    ),
    Parameter(
        "top_n_sigma", number(-1), later("Keep tokens within this many deviations of the best logit."),
        later("1 to 2 keeps sense at any temperature, since it looks at the logits before the temperature; -1 is off (0 at TextGen)."),
        "sampling", neutral=-1, off=lambda width: width <= 0, probe=Recipe("narrowing", 0.001, told=2.0), local=True,
        aliases=("nsigma", "top_nsigma"), sampler="top_n_sigma",
    ),
    Parameter(
        "top_a", number(0, 1), later("Drop tokens below this times the square of the best share."),
        later("0.2 to 0.5: strict where the model is sure, loose where it is not. min_p does the same more simply."),
        "sampling", neutral=0, probe=Recipe("dice", 1.0, told=0.5), local=True, sampler="top_a",
    ),
    Parameter(
        "typical_p", number(0, 1), later("Prefer tokens of typical surprise."),
        later("0.9 to 0.95 takes out what is too likely as well as what is too unlikely; 1 is off."), "sampling",
        neutral=1, probe=Recipe("narrowing", 0.0001, told=0.8), local=True, aliases=("typ_p", "typical"), sampler="typ_p",
    ),
    Parameter(
        "tfs", number(0, 1), later("Cut the tail where the likelihoods flatten out (tail free)."),
        later("0.9 to 0.97 cuts; 1 is off. llama.cpp has taken it out, min_p does its work."), "sampling",
        neutral=1, probe=Recipe("narrowing", 0.0001, told=0.9), local=True, aliases=("tfs_z",), sampler="tfs",
    ),
    Parameter(
        "epsilon_cutoff", number(0, 9), later("Drop tokens below this share, in units of 1e-4."),
        later("3 to 9 takes out the rarest only; 0 is off."), "sampling",
        neutral=0, probe=Recipe("dice", 9.0, told=3.0), local=True, sampler="epsilon_cutoff",
    ),
    Parameter(
        "eta_cutoff", number(0, 20), later("Drop tokens below a share that follows the doubt (1e-4)."),
        later("3 to 20: like epsilon_cutoff, but stricter where the model is sure; 0 is off."), "sampling",
        neutral=0, probe=Recipe("dice", 20.0, told=3.0), local=True, sampler="eta_cutoff",
    ),
    Parameter(
        "xtc_probability", number(0, 1), later("How often the likeliest choices are left out (XTC)."),
        later("0.5 with xtc_threshold 0.1 makes prose less expected; /xtc sets both. Not for facts and code."), "sampling",
        neutral=0, probe=Recipe("dice", 1.0, told=0.2, beside={"xtc_threshold": 0.02}), local=True, aliases=("xtc",), sampler="xtc",
    ),
    Parameter(
        "xtc_threshold", number(0, 1), later("From which share XTC takes a token for a likely one."),
        later("0.1 as a rule: all tokens above it but the least likely of them are left out. Above 0.5 it does nothing."), "sampling",
        neutral=0.1, probe=Recipe("dice", 0.02, told=0.2, beside={"xtc_probability": 1.0}), local=True, under="xtc_probability", sampler="xtc",
    ),
    Parameter(
        "adaptive_target", number(-1, 1), later("Aim at tokens of about this share (adaptive-p)."),
        later("0.3 to 0.6 for prose, with min_p before it; below 0 it is off. It stands last and takes the temperature's place."), "sampling",
        neutral=-1, off=lambda share: share < 0, probe=Recipe("dice", 0.05, told=0.5, beside={"samplers": ["min_p", "adaptive_p"]}), local=True, aliases=("adaptive_p",), sampler="adaptive_p",
    ),
    Parameter(
        "adaptive_decay", number(0, 0.99), later("How long adaptive-p remembers what it chose."),
        later("0.9 looks back about 10 tokens, 0.99 about 100."), "sampling",
        neutral=0.9, probe=Recipe("dice", 0.0, told=0.8, beside={"samplers": ["min_p", "adaptive_p"], "adaptive_target": 0.3}), local=True, under="adaptive_target", sampler="adaptive_p",
    ),
    Parameter(
        "mirostat", integer(0, 2, values=("0", "1", "2")), later("Steer the surprise of the text to a fixed level."),
        later("2 is the better form, with mirostat_tau 5; it takes the place of top_k, top_p, min_p and the rest, so leave these alone."), "sampling",
        neutral=0, probe=Recipe("dice", 2, told=1), local=True, aliases=("mirostat_mode",), sampler="mirostat", takes_over=True,
    ),
    Parameter(
        "mirostat_tau", number(0, 10), later("The surprise that mirostat aims at, in bits or so."),
        later("3 is careful, 5 usual, 8 wild."), "sampling",
        neutral=5, probe=Recipe("dice", 0.5, told=4.0, beside={"mirostat": 2}), local=True, under="mirostat", sampler="mirostat",
    ),
    Parameter(
        "mirostat_eta", number(0, 1), later("How fast mirostat corrects itself."),
        later("0.1 is usual; higher swings."), "sampling",
        neutral=0.1, probe=Recipe("dice", 1.0, told=0.2, beside={"mirostat": 2}), local=True, under="mirostat", sampler="mirostat",
    ),
    Parameter(
        "min_keep", integer(0), later("How many tokens the cutting samplers leave at least."),
        later("0 lets them leave one; 2 or more keeps a choice everywhere."), "sampling",
        neutral=0, probe=Recipe("dice", 20, told=2, beside={"min_p": 1.0}), local=True,
    ),
    Parameter(
        "samplers", names(A_LIST), later("Which samplers run, in this order."),
        later("/samplers shows the order and sets it. What is not named does not run."), "sampling",
        probe=Recipe("dice", ["temperature"], told=["top_k", "temperature"], beside={"top_k": 1}), local=True, own_command=False,
    ),
    Parameter(
        "seed", integer(-1, values=("auto", "random", "1", "42")), later("Fix the dice, to repeat a reply."),
        later("The same seed, settings and server often give the same reply; no server promises it. `auto` draws one for each request and records it."), "sampling",
        neutral=-1, probe=Recipe("seed", told=4711, usual=True), keyword=True,
    ),
    Parameter(
        "logit_bias", bias, later("Favour or forbid single tokens."),
        later("-100 forbids, +100 forces, -1 to 1 nudges."), "sampling",
        neutral={}, probe=Recipe("bias", usual=True), keyword=True,
    ),
    Parameter(
        "banned_strings", texts(A_LIST), later("Texts that the reply must not hold."),
        later('Quote blanks: /banned_strings "a testament to" "shivers down". Where one begins the reply goes back and takes another way, by the server or by prefill. /unban takes them back.'), "sampling",
        probe=Recipe("banned"), local=True, everywhere=True, aliases=("bad_words",),
    ),
)  # fmt: skip
