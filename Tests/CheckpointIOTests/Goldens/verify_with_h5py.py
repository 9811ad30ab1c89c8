"""Reads a checkpoint with h5py and xxhash, independently of the code that wrote it, and checks every byte it documents.

    python3 -m venv venv && venv/bin/pip install h5py numpy xxhash
    venv/bin/python verify_with_h5py.py checkpoint-schema-2.h5
"""

import struct
import sys

import h5py
import numpy as np
import xxhash

# What an identity has in each schema, in the order of the digest over everything.
PARTS = {1: ["model", "adapter", "data", "config"], 2: ["model", "adapter", "data", "config", "tokenizer"]}
COUNTERS = {"data/epoch": 2, "data/row": 2**63 - 1, "random/counter": -(2**63)}
METRICS = {"loss": 0x3FB999999999999A, "rewards/margins": 1 << 63, "strange": 0x7FF0000000000001}
TEXTS = {
    "config.json": '{"note": "Zürich, 東京, 👩\u200d🔬, e\u0301"}'.encode(),
    "empty": b"",
    "zero": b"a\0b\0",
}


def ramp(shape, slope):
    return (np.float32(slope) * np.arange(np.prod(shape), dtype=np.float32)).reshape(shape)


TENSORS = [
    ("optimizer/second_moment/model.layers.0.self_attn.q_proj.lora_A", ramp((2, 3), 0.125)),
    ("adapter/model.layers.0.self_attn.q_proj.lora_A", ramp((2, 3), 0.5)),
    ("adapter/model.layers.0.self_attn.q_proj.lora_B", ramp((3, 2), -0.25)),
    ("special", np.array([0x7FC12345, 0xFFA00001, 1 << 31, 1, 0xFF800000, 0x7F7FFFFF], "<u4").view("<f4")),
    ("scalar", np.array(7, "<f4")),
    ("nothing", np.zeros((0, 4), "<f4")),
]


def check_seal(path):
    data = open(path, "rb").read()
    magic, schema, length = struct.unpack("<8sQQ", data[:24])
    assert magic == b"SIGNETCK" and schema in PARTS and length == len(data)
    assert data[24:56].decode() == xxhash.xxh3_128_hexdigest(data[512:])
    assert data[56:480] == bytes(424)
    assert data[480:512].decode() == xxhash.xxh3_128_hexdigest(data[:480])
    return schema


def text_of(dataset):
    """The bytes of a fixed-length text without its final zero (numpy would strip more than that one)."""
    raw = np.empty((), f"V{dataset.dtype.itemsize}")
    dataset.id.read(h5py.h5s.ALL, h5py.h5s.ALL, raw, mtype=dataset.id.get_type())
    assert raw.tobytes()[-1:] == b"\0"
    return raw.tobytes()[:-1]


def content_digest(file):
    stream = xxhash.xxh3_128()
    number = lambda value: stream.update(struct.pack("<Q", int(value) % 2**64))

    def text(value):
        number(len(value))
        stream.update(value)

    number(file.attrs["schema"])
    number(file.attrs["step"])
    for name in PARTS[file.attrs["schema"]]:
        text(file["identity"].attrs[name])
    number(len(TENSORS))
    for name, values in TENSORS:
        text(name.encode())
        number(values.ndim)
        for extent in values.shape:
            number(extent)
        text(xxhash.xxh3_128_hexdigest(values.tobytes()).encode())
    for numbers in [COUNTERS, METRICS]:
        number(len(numbers))
        for name, value in sorted(numbers.items()):
            text(name.encode())
            number(value)
    number(len(TEXTS))
    for name, value in sorted(TEXTS.items()):
        text(name.encode())
        text(value)
    return stream.hexdigest().encode()


def main(path):
    schema = check_seal(path)
    with h5py.File(path, "r") as file:
        assert file.userblock_size == 512
        assert file.attrs["schema"] == schema and file.attrs["step"] == 12
        assert {name: value.decode() for name, value in file["identity"].attrs.items()} == {
            name: xxhash.xxh3_128_hexdigest(name.encode()) for name in PARTS[schema]
        }
        assert {name: int(value) for name, value in file["counters"].attrs.items()} == COUNTERS
        metrics = {name: int(np.float64(value).view("<u8")) for name, value in file["metrics"].attrs.items()}
        assert metrics == METRICS
        assert {name: text_of(dataset) for name, dataset in file["texts"].items()} == TEXTS
        for name, dataset in file["texts"].items():
            assert dataset.attrs["xxh3_128"].decode() == xxhash.xxh3_128_hexdigest(TEXTS[name])

        found = []
        file["tensors"].visititems(lambda name, node: found.append(name) if isinstance(node, h5py.Dataset) else None)
        assert sorted(found) == sorted(name for name, _ in TENSORS)
        for index, (name, values) in enumerate(TENSORS):
            dataset = file["tensors"][name]
            assert dataset.dtype == np.dtype("<f4") and dataset.shape == values.shape
            assert dataset[()].tobytes() == values.tobytes()
            assert dataset.fletcher32 == (values.size > 0 and values.ndim > 0)
            assert dataset.attrs["index"] == index
            assert dataset.attrs["xxh3_128"].decode() == xxhash.xxh3_128_hexdigest(values.tobytes())
        assert file.attrs["xxh3_128"] == content_digest(file)
    print(f"{path}: seal, names, values and digests are as documented (h5py {h5py.__version__})")


main(sys.argv[1])
