"""Writes malformed/: small files each of which is wrong in the one way its name says."""

import json
import pathlib
import shutil
import struct

FOLDER = pathlib.Path(__file__).parent / "malformed"


def save(name, content):
    (FOLDER / name).write_bytes(content)


# --- safetensors -----------------------------------------------------------------------------------------------------

GOOD = {"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
        "b": {"dtype": "BF16", "shape": [3], "data_offsets": [16, 22]}}
DATA = bytes(range(22))


def safetensors(name, header, data=DATA, length=None):
    text = header if isinstance(header, bytes) else (header if isinstance(header, str) else json.dumps(header)).encode()
    save(f"{name}.safetensors", struct.pack("<Q", len(text) if length is None else length) + text + data)


def changed(tensor="a", **fields):
    return {**GOOD, tensor: {**GOOD[tensor], **fields}}


def safetensors_corpus():
    good = json.dumps(GOOD)
    save("empty.safetensors", b"")
    save("length-cut.safetensors", b"\x10\0\0\0\0\0\0")
    save("length-only.safetensors", struct.pack("<Q", 2))
    safetensors("length-zero", "", length=0)
    safetensors("length-beyond-end", GOOD, length=10_000)
    safetensors("length-above-limit", GOOD, length=100_000_001)
    safetensors("length-top-bit", GOOD, length=2**63 + 8)
    safetensors("length-all-ones", GOOD, length=2**64 - 1)
    safetensors("length-one-short", GOOD, length=len(good) - 1)
    safetensors("length-into-data", GOOD, length=len(good) + 3)
    safetensors("leading-blank", " " + good)
    safetensors("trailing-newline", good + "\n")
    safetensors("trailing-object", good + "{}")
    safetensors("not-an-object", "[1]")
    safetensors("entry-not-an-object", '{"a":3}', b"")
    safetensors("bad-utf8", good.encode().replace(b'"b"', b'"\xff"'))
    safetensors("overlong-utf8", good.encode().replace(b'"b"', b'"\xc0\xaf"'))
    safetensors("control-character", good.replace('"b"', '"b\x01"'))
    safetensors("bad-escape", good.replace('"b"', '"\\x"'))
    safetensors("half-surrogate", good.replace('"b"', '"\\ud800"'))
    safetensors("swapped-surrogates", good.replace('"b"', '"\\udc00\\ud800"'))
    safetensors("surrogate-and-letter", good.replace('"b"', '"\\ud800\\u0041"'))
    safetensors("unclosed-string", '{"a')
    safetensors("unclosed-object", good[:-1])
    safetensors("trailing-comma", good[:-1] + ",}")
    safetensors("missing-colon", good.replace('"a":', '"a"', 1))
    safetensors("duplicate-tensor", good[:-1] + ', "a": ' + json.dumps(GOOD["a"]) + "}")
    safetensors("duplicate-tensor-by-escape", good[:-1] + ', "\\u0061": ' + json.dumps(GOOD["a"]) + "}")
    safetensors("duplicate-field", good.replace('"dtype"', '"dtype": "F32", "dtype"', 1))
    safetensors("duplicate-metadata", '{"__metadata__":{"x":"1","x":"2"},' + good[1:])
    safetensors("duplicate-metadata-object", '{"__metadata__":{},"__metadata__":{},' + good[1:])
    safetensors("metadata-number", {"__metadata__": {"x": 1}, **GOOD})
    safetensors("metadata-nested", {"__metadata__": {"x": {"y": "z"}}, **GOOD})
    safetensors("name-too-long", {"n" * 1025: GOOD["a"]}, DATA[:16])
    safetensors("unknown-dtype", changed(dtype="F99"))
    safetensors("lower-case-dtype", changed(dtype="f32"))
    safetensors("dtype-number", changed(dtype=32))
    safetensors("unknown-field", changed(strides=[1, 2]))
    for field in ("dtype", "shape", "data_offsets"):
        lacking = {k: v for k, v in GOOD["a"].items() if k != field}
        safetensors(f"no-{field}", {**GOOD, "a": lacking})
    safetensors("shape-negative", changed(shape=[-2, -2]))
    safetensors("shape-fraction", changed(shape=[2.0, 2]))
    safetensors("shape-exponent", good.replace("[2, 2]", "[2e0, 2]"))
    safetensors("shape-leading-zero", good.replace("[2, 2]", "[02, 2]"))
    safetensors("shape-plus-sign", good.replace("[2, 2]", "[+2, 2]"))
    safetensors("shape-string", changed(shape=["2", 2]))
    safetensors("shape-null", changed(shape=None))
    safetensors("shape-above-2-53", changed(shape=[2**53 + 1, 0]))
    safetensors("shape-huge-number", good.replace("[2, 2]", "[" + "9" * 400 + "]"))
    safetensors("shape-product-overflow", changed(shape=[2**32, 2**32, 2**32]))
    safetensors("shape-product-wraps-to-size", changed(shape=[2**31 + 1, 2**31 - 1, 2**31 + 2, 2**31 - 2]))
    safetensors("shape-overflow-hidden-by-zero", changed("b", shape=[2**50, 2**50, 0], data_offsets=[16, 16]), DATA[:16])
    safetensors("shape-rank-9", changed(shape=[1] * 8 + [4]))
    safetensors("shape-size-lie", changed(shape=[2, 3]))
    safetensors("half-byte", {"a": {"dtype": "F4", "shape": [3], "data_offsets": [0, 1]}}, b"\0")
    safetensors("offsets-descending", changed(data_offsets=[16, 0]))
    safetensors("offsets-one", changed(data_offsets=[0]))
    safetensors("offsets-three", changed(data_offsets=[0, 16, 22]))
    safetensors("offsets-negative", changed(data_offsets=[-16, 0]))
    safetensors("offsets-beyond-end", changed("b", data_offsets=[2**53 - 6, 2**53]))
    safetensors("offsets-overlap", changed("b", data_offsets=[14, 20]))
    safetensors("offsets-same-range", {"a": GOOD["a"], "c": GOOD["a"]}, DATA[:16])
    safetensors("offsets-hole", changed("b", data_offsets=[18, 24]), DATA + b"xx")
    safetensors("offsets-hole-at-start", {"b": GOOD["b"]})
    safetensors("data-cut", GOOD, DATA[:-1])
    safetensors("data-missing", GOOD, b"")
    safetensors("data-trailing", GOOD, DATA + b"\0")
    safetensors("deep-nesting", '{"a":' + "[" * 5000 + "]" * 5000 + "}", b"")
    safetensors("deep-shape", good.replace("[2, 2]", "[[2, 2]]"))


# --- GGUF ------------------------------------------------------------------------------------------------------------

U8, U32, I32, F32, BOOL, STRING, ARRAY, U64 = 0, 4, 5, 6, 7, 8, 9, 10


def string(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(raw)) + raw


def pair(key, kind, content):
    return string(key) + struct.pack("<I", kind) + content


def tensor(name, extents, kind=0, offset=0, rank=None):
    packed = b"".join(struct.pack("<Q", e) for e in extents)
    return string(name) + struct.pack("<I", len(extents) if rank is None else rank) + packed + struct.pack("<IQ", kind, offset)


def head(tensor_count, pair_count, version=3, magic=b"GGUF"):
    return magic + struct.pack("<IQQ", version, tensor_count, pair_count)


def gguf(name, pairs=(), tensors=(), data=b"", tensor_count=None, pair_count=None, alignment=32, **options):
    content = head(len(tensors) if tensor_count is None else tensor_count,
                   len(pairs) if pair_count is None else pair_count, **options)
    content += b"".join(pairs) + b"".join(tensors)
    content += b"\0" * (-len(content) % alignment)
    save(f"{name}.gguf", content + data)


def gguf_corpus():
    one = pair("key", U32, struct.pack("<I", 7))
    row = bytes(range(32))  # 8 f32
    a, b = tensor("a", [8]), tensor("b", [8], offset=32)
    save("empty.gguf", b"")
    save("magic-cut.gguf", b"GGU")
    save("magic-only.gguf", b"GGUF")
    save("version-cut.gguf", b"GGUF\x03\0")
    save("counts-cut.gguf", head(0, 0)[:-1])
    gguf("magic-wrong", [one], [a], row, magic=b"GGML")
    gguf("magic-big-endian", [one], [a], row, magic=b"FUGG")
    gguf("version-0", [one], [a], row, version=0)
    gguf("version-1", [one], [a], row, version=1)
    gguf("version-4", [one], [a], row, version=4)
    gguf("version-big-endian", [one], [a], row, version=0x03000000)
    gguf("tensor-count-lie", [one], [a], row, tensor_count=2)
    gguf("tensor-count-huge", [one], [a], row, tensor_count=2**64 - 1)
    gguf("tensor-count-times-size-wraps", [one], [a], row, tensor_count=2**59)
    gguf("pair-count-lie", [one], [a], row, pair_count=2)
    gguf("pair-count-huge", [one], [a], row, pair_count=2**63)
    gguf("key-length-huge", [struct.pack("<Q", 2**64 - 8) + one[8:]], [a], row)
    gguf("key-length-beyond-end", [struct.pack("<Q", 5000) + one[8:]], [a], row)
    gguf("key-bad-utf8", [pair(b"\xff\xfe", U32, struct.pack("<I", 7))], [a], row)
    gguf("key-duplicate", [one, one], [a], row)
    gguf("value-type-13", [pair("key", 13, b"\0" * 8)], [a], row)
    gguf("value-type-all-ones", [pair("key", 2**32 - 1, b"\0" * 8)], [a], row)
    gguf("value-bool-2", [pair("key", BOOL, b"\2")], [a], row)
    gguf("value-string-length-huge", [pair("key", STRING, struct.pack("<Q", 2**62) + b"x")], [a], row)
    gguf("value-string-bad-utf8", [pair("key", STRING, string(b"\xc3\x28"))], [a], row)
    save("value-cut.gguf", head(0, 1) + one[:-1])
    for name, kind, count in [("u8", U8, 2**40), ("u64", U64, 2**61), ("f32", F32, 2**62 + 1), ("string", STRING, 2**61),
                              ("array", ARRAY, 2**60), ("bool", BOOL, 2**63)]:
        gguf(f"array-{name}-count-huge", [pair("key", ARRAY, struct.pack("<IQ", kind, count))], [a], row)
    gguf("array-type-99", [pair("key", ARRAY, struct.pack("<IQ", 99, 1) + b"\0" * 8)], [a], row)
    nested = struct.pack("<IQ", ARRAY, 1) * 400 + struct.pack("<IQ", U8, 0)
    gguf("array-nested-deep", [pair("key", ARRAY, nested)], [a], row)
    for value in (0, 3, 48, 2**32 - 1):
        gguf(f"alignment-{value}", [pair("general.alignment", U32, struct.pack("<I", value))], [a], row)
    gguf("alignment-string", [pair("general.alignment", STRING, string("32"))], [a], row)
    gguf("alignment-beyond-end", [pair("general.alignment", U32, struct.pack("<I", 2**31))], [a], row)
    gguf("tensor-name-length-huge", [one], [struct.pack("<Q", 2**64 - 1) + a[8:]], row)
    gguf("tensor-name-bad-utf8", [one], [tensor(b"\x80", [8])], row)
    gguf("tensor-duplicate", [one], [a, tensor("a", [8], offset=32)], row * 2)
    gguf("tensor-rank-0", [one], [tensor("a", [])], row)
    gguf("tensor-rank-5", [one], [tensor("a", [2, 2, 2, 1, 1])], row)
    gguf("tensor-rank-huge", [one], [tensor("a", [8], rank=2**32 - 1)], row)
    gguf("tensor-extent-0", [one], [tensor("a", [8, 0])], row)
    gguf("tensor-extent-top-bit", [one], [tensor("a", [2**63])], row)
    gguf("tensor-product-overflow", [one], [tensor("a", [2**32, 2**32])], row)
    gguf("tensor-product-wraps-to-size", [one], [tensor("a", [2**62 + 2, 4])], row)
    gguf("tensor-bytes-overflow", [one], [tensor("a", [2**62])], row)
    gguf("tensor-type-4", [one], [tensor("a", [32], kind=4)], row)
    gguf("tensor-type-10", [one], [tensor("a", [256], kind=10)], bytes(84))
    gguf("tensor-type-all-ones", [one], [tensor("a", [8], kind=2**32 - 1)], row)
    gguf("tensor-row-not-whole-blocks", [one], [tensor("a", [33], kind=2)], bytes(64))
    gguf("tensor-columns-not-whole-blocks", [one], [tensor("a", [16, 2], kind=2)], bytes(64))
    gguf("tensor-offset-unaligned", [one], [a, tensor("b", [8], offset=36)], row * 3)
    gguf("tensor-offset-huge", [one], [tensor("a", [8], offset=2**64 - 32)], row)
    gguf("tensor-offset-plus-size-wraps", [one], [tensor("a", [8], offset=2**63 - 32)], row)
    gguf("tensor-offset-beyond-end", [one], [a, tensor("b", [8], offset=64)], row * 2)
    gguf("tensor-overlap", [one], [tensor("a", [16]), b], row * 2)
    gguf("tensor-overlap-same", [one], [a, tensor("b", [8])], row)
    gguf("data-cut", [one], [a, b], row * 2 + b"")
    content = (FOLDER / "data-cut.gguf").read_bytes()
    save("data-cut.gguf", content[:-1])
    save("data-missing.gguf", head(1, 0) + a)
    save("info-cut.gguf", head(1, 0) + a[:-1])


shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir()
safetensors_corpus()
gguf_corpus()
