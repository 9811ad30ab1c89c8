"""Makes the goldens of the tokenizer tests.

Needs tokenizers 0.23.3, tiktoken 0.14.0, jinja2 3.1.6 and, for the real vocabularies, gguf 0.19.0:
    python make_goldens.py [SmolLM2-135M-Instruct.Q4_1.gguf tokenizer.model]
The tiny vocabulary is trained on the sentences below; nothing of anybody else's is stored, only ids.
"""

import base64
import json
import random
import sys
from pathlib import Path

import tiktoken
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, trainers

HERE = Path(__file__).parent
GPT2_PRE = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DIGITS_PRE = {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, GPT2_PRE]}
LLAMA3_PRE = {
    "type": "Sequence",
    "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": LLAMA3}, "behavior": "Isolated", "invert": False},
        {**GPT2_PRE, "use_regex": False},
    ],
}
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|begin_of_text|>", "<|eot_id|>"]

SENTENCES = """
The nurse moved from Lyon to a small town by the sea and works 12 hours a day, 3 days in 7.
I'm sure they'll say it's theirs; we've asked, you'd know, he's 42 and doesn't care. SHE'S HERE, WE'LL SEE.
In 2019 the price was 1,234.56 euros, in 2024 it was 9,876,543 and now nobody counts any more!!!
def total(values):\n    return sum(value for value in values if value > 0)\n\n\nprint(total([1, 2, 3]))
Über die Straße ging ein müder Mann; él niño comió piñas en el jardín; ça va très bien, merci.
Привет, как дела? Сегодня хорошая погода, и мы идём гулять в старый парк у реки.
今日は天気がいいので、公園を散歩しました。明日は雨が降るそうです。 我们一起去吃饭吧。
السلام عليكم، كيف حالك اليوم؟ الطقس جميل والشمس مشرقة فوق المدينة.
नमस्ते दुनिया, आप कैसे हैं? आज मौसम अच्छा है और हम बाज़ार जा रहे हैं।
안녕하세요 여러분, 오늘은 날씨가 좋아서 산책을 했습니다.
🙂 😀 👍🏽 👩‍👩‍👧‍👦 ❤️ emojis   and    spaces\t\ttabs\r\nlines\n\n\nend
""".strip().split("\n")


def fuzz_texts(count: int) -> list[str]:
    rng = random.Random(20240726)
    spaces = [" ", "  ", "   ", "\t", "\n", "\n\n", "\r", "\r\n", "\v", "\f", "\x85", "\xa0", "\u1680", "\u2003"]
    spaces += ["\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\u180e", "\u200b", "\ufeff", "\x1c", "\x1f", " " * 20]
    words = [w for s in SENTENCES for w in s.split()]
    endings = ["'s", "'S", "'t", "'T", "'re", "'RE", "'vE", "'m", "'ll", "'LL", "'d", "'x", "’s", "'\u017f", "'\u212a"]
    digits = ["0", "7", "42", "1234567", "\u0663\u0664", "\u096a\u096b\u096c\u096d", "\u00b2", "\u00bd", "\u2167", "\uff11"]
    digits += ["\U0001d7ce", "\u4e09", "\U00011f50", "\U00011de3", "\U00016ff5", "\u3007", "\u2460"]
    marks = ["e\u0301", "\u0301", "n\u0303", "\u1112\u1161\u11ab", "\u0915\u093c", "\ufe0f", "\u200d", "\u0e33", "\u212b"]
    symbols = ["!", "?!", "...", "—", "<|", "|>", "<", "_", "__init__", "\"", "''", "#", "$", "€", "\x00", "\ufffd", "\x7f"]
    emoji = ["🙂", "👍🏽", "👩‍👩‍👧‍👦", "🇫🇷", "1️⃣", "🏴‍☠️"]
    pools = [spaces, spaces, words, words, endings, digits, marks, symbols, emoji, SPECIALS]
    pools += [["<mask>", "word", "keyword", "wordy"], ["NFC\u0301x", "nfc", "\u01f9fc"]]

    def anything() -> str:
        planes = [(0, 0x2FF), (0x300, 0xFFF), (0x1000, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x1FFFF), (0x20000, 0x10FFFF)]
        return chr(rng.randint(*rng.choice(planes)))

    texts = ["", " ", "\n", "\r", "a", "  a", "a  ", "a  1", "\n\n3", "x" * 70 + " " * 9 + "y", " 1 22 333 4444 55555"]
    # Each of these ranges is new in Unicode 15, 16 or 17.
    texts += ["a\U00010d4a b\ua7cb 1\U00010d40\U00011bf3 \U000323af\U00031350 \U00016d40x \U0001e4f0 \U00011de0\U00016ff4a"]
    while len(texts) < count:
        parts = [anything() if rng.random() < 0.12 else rng.choice(rng.choice(pools)) for _ in range(rng.randint(1, 14))]
        texts.append("".join(parts))
    return texts


def train() -> dict:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=760, special_tokens=SPECIALS, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(SENTENCES * 3, trainer)
    return json.loads(tokenizer.to_str())


def added(content: str, id: int, **flags) -> dict:
    base = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": id, "content": content, **base, **flags}


def template(bos: str) -> dict:
    bos_piece = {"SpecialToken": {"id": bos, "type_id": 0}}
    text = {"Sequence": {"id": "A", "type_id": 0}}
    return {
        "type": "TemplateProcessing",
        "single": [bos_piece, text],
        "pair": [bos_piece, text, bos_piece, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {bos: {"id": bos, "ids": [SPECIALS.index(bos)], "tokens": [bos]}},
    }


def tiny_variants(base: dict) -> list[dict]:
    size = len(base["model"]["vocab"])
    specials = base["added_tokens"]
    flagged = specials + [
        added("<mask>", size, lstrip=True, rstrip=True),
        added("word", size + 1, single_word=True, special=False),
        added("nfc", size + 2, normalized=True, special=False),
        added("\u01f9fc", size + 3, normalized=True, special=False),
    ]
    missing = ["Ġ", "ð", "Ć", "Ã"]
    return [
        {"name": "gpt2", "top": {}},
        {"name": "prefix space", "top": {"pre_tokenizer": {**GPT2_PRE, "add_prefix_space": True}}},
        {"name": "single digits", "top": {"pre_tokenizer": DIGITS_PRE}},
        {
            "name": "llama3",
            "top": {"pre_tokenizer": LLAMA3_PRE, "post_processor": template("<|begin_of_text|>")},
            "model": {"ignore_merges": True},
        },
        {"name": "nfc", "top": {"normalizer": {"type": "NFC"}, "added_tokens": flagged}},
        {"name": "flagged added tokens", "top": {"added_tokens": flagged}},
        {"name": "missing bytes", "top": {}, "without": missing},
        {"name": "unknown token", "top": {}, "without": missing, "model": {"unk_token": "<|endoftext|>"}},
        {
            "name": "fused unknown token",
            "top": {},
            "without": missing,
            "model": {"unk_token": "<|endoftext|>", "fuse_unk": True},
        },
    ]


def build(base: dict, variant: dict) -> Tokenizer:
    file = json.loads(json.dumps(base))
    file.update(variant["top"])
    model = file["model"]
    model.update(variant.get("model", {}))
    gone = variant.get("without", [])
    if gone:
        model["vocab"] = {t: i for t, i in model["vocab"].items() if t in SPECIALS or not any(c in t for c in gone)}
        model["merges"] = [m for m in model["merges"] if not any(c in t for c in gone for t in m)]
    return Tokenizer.from_str(json.dumps(file))


def write(name: str, value) -> None:
    (HERE / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


def tokens_goldens() -> None:
    texts = fuzz_texts(260)
    base = train()
    base["model"]["merges"] = [list(m) for m in base["model"]["merges"]]
    write("tiny_tokenizer.json", base)
    variants = []
    for variant in tiny_variants(base):
        tokenizer = build(base, variant)
        variant["ids"] = [tokenizer.encode(t, add_special_tokens=False).ids for t in texts]
        tokenizer.encode_special_tokens = True
        variant["plainIDs"] = [tokenizer.encode(t, add_special_tokens=False).ids for t in texts[:120]]
        variants.append(variant)
    write("tiny_ids.json", {"texts": texts, "variants": variants})

    decode = {c: b for b, c in enumerate_alphabet()}
    tokens = [bytes([b]) for b in range(256)]
    tokens += [bytes(decode[c] for c in "".join(m)) for m in base["model"]["merges"]]
    ranks = {t: i for i, t in enumerate(dict.fromkeys(tokens))}
    lines = [f"{base64.b64encode(t).decode()} {i}" for t, i in ranks.items()]
    (HERE / "tiny.tiktoken").write_text("\n".join(lines) + "\n")
    encoding = tiktoken_encoding(ranks)
    write(
        "tiny_tiktoken_ids.json",
        {
            "ids": [encoding.encode(t, allowed_special="all") for t in texts],
            "plainIDs": [encoding.encode(t, disallowed_special=()) for t in texts[:120]],
        },
    )
    decode_goldens(build(base, {"top": {}}))
    if len(sys.argv) == 3:
        texts = fuzz_texts(700)
        smollm2 = smollm2_tokenizer(sys.argv[1])
        llama3 = tiktoken_encoding(
            {base64.b64decode(l.split()[0]): int(l.split()[1]) for l in open(sys.argv[2]) if l.strip()}
        )
        write(
            "real_ids.json",
            {
                "texts": texts,
                "smollm2": [smollm2.encode(t, add_special_tokens=False).ids for t in texts],
                "llama3": [llama3.encode(t, allowed_special="all") for t in texts],
            },
        )


def enumerate_alphabet():
    """GPT-2's table of bytes and characters."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [b for b in range(256) if b not in shown]
    return [(b, chr(b)) for b in shown] + [(b, chr(0x100 + i)) for i, b in enumerate(hidden)]


def tiktoken_encoding(ranks: dict) -> tiktoken.Encoding:
    names = ["begin_of_text", "end_of_text", "reserved_special_token_0", "reserved_special_token_1"]
    names += ["finetune_right_pad_id", "step_id", "start_header_id", "end_header_id", "eom_id", "eot_id", "python_tag"]
    names += ["image"]
    names += [f"reserved_special_token_{i + 2}" for i in range(256 - len(names))]
    specials = {f"<|{n}|>": len(ranks) + i for i, n in enumerate(names)}
    return tiktoken.Encoding(name="llama3", pat_str=LLAMA3, mergeable_ranks=ranks, special_tokens=specials)


def smollm2_tokenizer(path: str) -> Tokenizer:
    """SmolLM2's vocabulary from a GGUF file under the splitting rule it was trained with."""
    from gguf import GGUFReader

    fields = GGUFReader(path).fields
    get = lambda key: fields[f"tokenizer.ggml.{key}"].contents()
    tokens, types = get("tokens"), get("token_type")
    merges = [tuple(m.split(" ")) for m in get("merges")]
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.add_special_tokens([AddedToken(t, normalized=False) for t, k in zip(tokens, types) if k == 3])
    return tokenizer


def decode_goldens(tokenizer: Tokenizer) -> None:
    rng = random.Random(5)
    from tokenizers import decoders

    tokenizer.decoder = decoders.ByteLevel()
    size = tokenizer.get_vocab_size()
    rows = []
    for _ in range(60):
        ids = [rng.choice([rng.randrange(size), rng.randrange(5, 261)]) for _ in range(rng.randint(0, 20))]
        rows.append(
            {
                "ids": ids,
                "text": tokenizer.decode(ids, skip_special_tokens=False),
                "skipping": tokenizer.decode(ids, skip_special_tokens=True),
            }
        )
    write("decode.json", rows)


# --- Chat templates: our own spellings of the known formats, and formats that only look like them.

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
SMOL_TURN = "<|im_start|>system\\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\\n"
SMOLLM2 = "{% if messages[0].role != 'system' %}{{ '" + SMOL_TURN + "' }}{% endif %}" + CHATML
LLAMA3_TURN = "'<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' + m['content'] | trim + '<|eot_id|>'"
LLAMA3_PROMPT = "'<|start_header_id|>assistant<|end_header_id|>\\n\\n'"
LLAMA3_CHAT = (
    "{{ bos_token }}{% for m in messages %}{{ " + LLAMA3_TURN + " }}{% endfor %}"
    "{% if add_generation_prompt %}{{ " + LLAMA3_PROMPT + " }}{% endif %}"
)
LLAMA31_CHAT = """{#- Whoever renders may name the day; without one the format has a fixed day. -#}
{%- if not date_string is defined -%}
  {%- set date_string = strftime_now("%d %b %Y") if strftime_now is defined else "26 Jul 2024" -%}
{%- endif -%}
{%- set opens = messages[0].role == "system" -%}
{{- bos_token ~ "<|start_header_id|>system<|end_header_id|>\\n\\n" -}}
{{- "Cutting Knowledge Date: December 2023\\nToday Date: " ~ date_string ~ "\\n\\n" -}}
{%- if tools is not none -%}{{- tools | tojson(indent=2) -}}{%- endif -%}
{{- (messages[0].content | trim if opens else "") ~ "<|eot_id|>" -}}
{%- for turn in messages[1 if opens else 0:] -%}
  {%- if "tool_calls" in turn -%}
    {%- if turn.tool_calls | length > 1 -%}{{- raise_exception("Only one call is understood.") -}}{%- endif -%}
    {%- for key, value in turn.tool_calls[0].function.arguments | items -%}{{- key ~ ": " ~ value -}}{%- endfor -%}
  {%- elif turn.role not in ["tool", "ipython"] -%}
    {{- "<|start_header_id|>" ~ turn.role ~ "<|end_header_id|>\\n\\n" ~ (turn.content | trim) ~ "<|eot_id|>" -}}
  {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- "<|start_header_id|>assistant<|end_header_id|>\\n\\n" -}}{%- endif -%}
"""
KNOWN = {"chatML": CHATML, "smolLM2": SMOLLM2, "llama3": LLAMA3_CHAT, "llama31": LLAMA31_CHAT}

LOOKALIKES = [
    # ChatML in other spellings.
    "{%- for m in messages %}\n    {{- '<|im_start|>' ~ m['role'] ~ '\n' ~ m['content'] ~ '<|im_end|>' ~ \"\\n\" -}}\n"
    "{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- \"<|im_start|>assistant\\n\" }}\n{%- endif %}\n",
    "{% for m in messages %}\n<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n\n{% endfor %}\n",
    "{# turns #}\n{% for m in messages %}\n<|im_start|>{{ m.role + '\\n' }}{{ m.content }}<|im_end|>\n{% endfor %}\n"
    "{% if add_generation_prompt %}\n<|im_start|>assistant\n{{ '' }}{% endif %}\n",
    "{% for m in messages %}{% if m.role in ['system', 'user', 'assistant'] %}{{ '<|im_start|>' + m.role + '\\n' }}"
    "{% if m.content is string %}{{ m.content }}{% endif %}{{ '<|im_end|>\\n' }}{% endif %}"
    "{% if loop.last and add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}{% endfor %}",
    # Formats with ChatML's markers that are not ChatML.
    CHATML.replace("<|im_end|>\\n", "<|im_end|>"),
    CHATML.replace("m.content", "m.content | trim"),
    CHATML.replace("m.content", "(m.content | trim)"),
    "{{ bos_token }}" + CHATML,
    CHATML + "\n\n",
    CHATML + "\n",
    CHATML.replace("{% if add_generation_prompt %}", "{% if true %}"),
    CHATML.replace("assistant\\n", "assistant"),
    CHATML.replace("+ m.content +", "+ m.content.split('</think>')[-1] +"),
    "{% if messages|length > 2 %}{{ ' ' }}{% endif %}" + CHATML,
    "{% if messages[0].role != 'system' %}{{ '<|im_start|>system\\nYou are helpful.<|im_end|>\\n' }}{% endif %}" + CHATML,
    "{% if messages[0].role == 'assistant' %}{{ raise_exception('no') }}{% endif %}" + CHATML,
    "{% for m in messages %}{% if m.content == 'x' %}{{ 'y' }}{% endif %}{% endfor %}" + CHATML,
    # SmolLM2 by way of the loop, and with another name.
    CHATML.replace(
        "{{ '<|im_start|>' + m.role",
        "{% if loop.first and messages[0]['role'] != 'system' %}{{ '" + SMOL_TURN + "' }}{% endif %}"
        "{{ '<|im_start|>' + m.role",
    ),
    SMOLLM2.replace("SmolLM,", "SmolLM3,"),
    SMOLLM2.replace("messages[0].role != 'system'", "messages[-1].role != 'system'"),
    # Llama-3 by way of variables; then without trimming, without the begin token, always with the prompt.
    "{% set turns = messages %}{% for m in turns %}{% set content = " + LLAMA3_TURN + " %}{% if loop.index0 == 0 %}"
    "{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ "
    + LLAMA3_PROMPT + " }}{% endif %}",
    LLAMA3_CHAT.replace(" | trim", ""),
    LLAMA3_CHAT.replace("{{ bos_token }}", ""),
    LLAMA3_CHAT.replace("{{ bos_token }}", "{{ eos_token }}"),
    LLAMA3_CHAT.replace("{% if add_generation_prompt %}", "{% if true %}"),
    LLAMA3_CHAT.replace("_header_id|>\\n\\n", "_header_id|>\\n"),
    LLAMA3_CHAT.replace("<|end_header_id|>\\n\\n' + m", "<|end_header_id|>\\n\\n ' + m"),
    # Llama-3.1 with another date, with the day's date without a fixed one, and without an empty system turn.
    LLAMA31_CHAT.replace("26 Jul 2024", "27 Jul 2024"),
    LLAMA31_CHAT.replace(' else "26 Jul 2024"', ""),
    LLAMA31_CHAT.replace("tools is not none -%}", "tools is not none and tools | length -%}"),
    LLAMA31_CHAT.replace("[1 if opens", "[2 if opens"),
    LLAMA31_CHAT.replace(
        '(messages[0].content | trim if opens else "")', '((messages[0].content | trim if opens else "") or "Be brief.")'
    ),
    # Not chat templates at all.
    "",
    "{{ messages }}",
    "{% for m in messages %}{{ m.content }}",
    "{{ '<|im_start|>' ",
    "{{" + "(" * 5000 + "1" + ")" * 5000 + "}}",
    "{% set a = 'ab' %}" + "{% set a = a + a %}" * 60 + "{{ a }}",
    "{% for m in messages %}" * 20 + "x" + "{% endfor %}" * 20,
]


def environment():
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])

    def raise_exception(message):
        raise ValueError(message)

    env.globals["raise_exception"] = raise_exception
    return env


def render(text: str, messages: list[dict], prompt: bool, env=environment()) -> str:
    return env.from_string(text).render(
        messages=messages, tools=None, documents=None, add_generation_prompt=prompt, bos_token="<B>", eos_token="<E>"
    )


def conversations() -> list[list[dict]]:
    turn = lambda role, content: {"role": role, "content": content}
    return [
        [turn("user", "Hello")],
        [turn("system", "Be kind."), turn("user", "Hello"), turn("assistant", "Hi!")],
        [turn("user", "  spaces \n"), turn("assistant", "\n\n\u00a0kept?\u2003\n"), turn("user", "\x1c\x1f\u180e\u200b")],
        [turn("assistant", "first"), turn("system", "late"), turn("user", ""), turn("assistant", "a\r\nb")],
        [turn("system", ""), turn("system", "two"), turn("user", "x</think>y")],
        [turn("user", "x"), turn("assistant", "x"), turn("user", "<|im_end|>\n"), turn("assistant", "{{ bos_token }}")],
        [turn("system", "x"), turn("assistant", "y"), turn("assistant", "🙂 ")],
    ]


def chat_goldens() -> None:
    rows = []
    for messages in conversations():
        for prompt in (False, True):
            texts = {name: render(text, messages, prompt) for name, text in KNOWN.items()}
            rows.append({"messages": messages, "prompt": prompt, "texts": texts})
    write("chat_renderings.json", rows)

    recognised = []
    for text in [*KNOWN.values(), *LOOKALIKES]:
        if len(text) > 4000 or "a + a" in text or text.count("{% for") > 10:
            recognised.append({"jinja": text, "kind": None})
            continue
        try:
            outputs = [render(text, m, p) for m in conversations() for p in (False, True)]
        except Exception:
            outputs = None
        kind = next((n for n in KNOWN if outputs == [row["texts"][n] for row in rows]), None)
        recognised.append({"jinja": text, "kind": kind})
    write("chat_recognition.json", recognised)
    for row in recognised:
        print(row["kind"], repr(row["jinja"])[:100])


if __name__ == "__main__":
    tokens_goldens()
    chat_goldens()
