"""Makes four_bit.safetensors: NF4, FP4 and doubly quantized absmax, value by value.

Usage: python make_four_bit.py   (needs numpy, torch, safetensors, bitsandbytes)

Names: `input.<case>` is what goes in; `<type>.<case>.<what>` comes out, where <case> is `b<block size>[.<variant>]` and
<what> is `packed`, `codes` (one byte each, unpacked), `absmax`, `float32`, `bfloat16`, `float16` (dequantized).
`double.<case>.<what>`: `absmax` (in), `codes`, `absmax2`, `offset`, `restored`. `double.map` is the dynamic 8-bit map.

The rule is four_bit_rule.py. bitsandbytes on the CPU follows it but for these cases, each of which is checked below:
* a short last block is divided by absmax instead of multiplied by 1 / absmax (codes may differ by one next to a
  midpoint), and its absmax is at least 1e-38;
* FP4: a negative tie takes the larger magnitude, and what rounds to zero gets the opposite sign bit;
* absmax is quantized to 8 bits through a 65,536-entry table: a few codes in a thousand are one off.
"""
import pathlib

import bitsandbytes
import numpy as np
import torch
from bitsandbytes import functional
from safetensors.torch import save_file

import four_bit_rule as rule

f32 = np.float32
HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(11)


def gaussian(count):
    return (random.standard_normal(count) * 0.05).astype(f32)


def tie_values(quant_type):
    """Every midpoint, both signs, and the float32 neighbours on both sides of it."""
    points = rule.NF4_MIDPOINTS if quant_type == "nf4" else np.r_[-rule.FP4_MIDPOINTS, rule.FP4_MIDPOINTS]
    around = [points, np.nextafter(points, f32(-2)), np.nextafter(points, f32(2))]
    return np.stack(around, 1).reshape(-1)


def tie_blocks(quant_type, block_size):
    """Whole blocks of ties; the first value of each block fixes absmax to a power of two, so that y is exact."""
    values, blocks = tie_values(quant_type), []
    for k, start in enumerate(range(0, values.size, block_size - 1)):
        part = values[start:start + block_size - 1]
        block = np.zeros(block_size, f32)
        block[0], block[1:1 + part.size] = 1, part
        blocks.append(block * f32(2.0 ** (-3 * k)))
    return blocks


def edge_blocks(block_size):
    huge = np.linspace(-3.0e38, 3.2e38, block_size, dtype=np.float64).astype(f32)
    tiny = np.linspace(-1.0e-38, 1.1e-38, block_size, dtype=np.float64).astype(f32)  # absmax itself is subnormal
    mixed = gaussian(block_size)
    mixed[1::3] *= f32(1e-39)  # subnormal values beside normal ones
    signed_zeros = np.where(np.arange(block_size) % 2 == 0, f32(0), f32(-0.0))
    one = np.zeros(block_size, f32)
    one[block_size // 2] = -7
    return [np.zeros(block_size, f32), signed_zeros, huge, tiny, mixed, one]


def agrees(ours, theirs, y, quant_type, tail_start):
    """Whether the codes are bitsandbytes' apart from the differences listed at the top."""
    table = rule.TABLES[quant_type].astype(np.float64)
    off = np.flatnonzero(ours != theirs)
    halfway = np.abs(np.abs(table[ours[off]] - y[off]) - np.abs(table[theirs[off]] - y[off])) < 1e-6
    zero = (table[ours[off]] == 0) & (table[theirs[off]] == 0)
    allowed = halfway & (off >= tail_start)
    if quant_type == "fp4":
        allowed |= zero | (halfway & (y[off] < 0))
    return allowed.all()


def add_four_bit(tensors, case, x, block_size):
    tensors[f"input.{case}"] = torch.from_numpy(x)
    y, _ = rule.scaled_blocks(x, block_size)
    tail_start = x.size - x.size % block_size
    for quant_type in ("nf4", "fp4"):
        packed, codes, absmax = rule.quantize(x, quant_type, block_size)
        theirs, state = functional.quantize_4bit(torch.from_numpy(x), blocksize=block_size, quant_type=quant_type)
        their_bytes = theirs.reshape(-1).numpy()
        their_codes = np.stack([their_bytes >> 4, their_bytes & 15], 1).reshape(-1)[:x.size]
        assert agrees(codes, their_codes, y, quant_type, tail_start), (case, quant_type)
        assert np.array_equal(np.maximum(absmax, 1e-38) if absmax[-1] == 0 and tail_start < x.size else absmax,
                              state.absmax.numpy()), (case, quant_type)
        differing = int((codes != their_codes).sum())

        value = torch.from_numpy(rule.dequantize(codes, absmax, quant_type, block_size))
        state.absmax = torch.from_numpy(absmax)
        their_value = functional.dequantize_4bit(torch.from_numpy(packed)[:, None], state).reshape(-1)
        assert torch.equal(their_value, value), (case, quant_type)
        name = f"{quant_type}.{case}"
        tensors[f"{name}.packed"] = torch.from_numpy(packed)
        tensors[f"{name}.codes"] = torch.from_numpy(codes)
        tensors[f"{name}.absmax"] = torch.from_numpy(absmax)
        for dtype in (torch.float32, torch.bfloat16, torch.float16):
            tensors[f"{name}.{str(dtype)[6:]}"] = value.to(dtype)
        print(f"{name}: {x.size} values, {differing} codes differ from bitsandbytes' CPU build as expected")


def add_double(tensors, case, absmax):
    codes, absmax2, offset = rule.quantize_absmax(absmax)
    # Nearest, and not a tie that another search order could settle differently.
    y, _ = rule.scaled_blocks(absmax - offset, 256)
    distance = np.sort(np.abs(y[:, None].astype(np.float64) - rule.dynamic_map().astype(np.float64)), 1)
    assert np.array_equal(np.abs(y.astype(np.float64) - rule.dynamic_map()[codes]), distance[:, 0])
    assert (distance[:, 1] - distance[:, 0] > 1e-9).all()
    assert offset == torch.from_numpy(absmax).mean().item(), case
    theirs, state = functional.quantize_blockwise(torch.from_numpy(absmax) - torch.tensor(offset), blocksize=256)
    assert np.array_equal(state.absmax.numpy(), absmax2)
    off = codes.astype(int) - theirs.numpy().astype(int)
    off[np.repeat(absmax2, 256)[:off.size] == 0] = 0  # all equal: every code restores the mean
    assert np.abs(off).max() <= 1
    restored = rule.dequantize_absmax(codes, absmax2, offset)
    assert torch.equal(functional.dequantize_blockwise(torch.from_numpy(codes), state) + torch.tensor(offset),
                       torch.from_numpy(restored))
    for name, value in {"absmax": absmax, "codes": codes, "absmax2": absmax2, "offset": np.array([offset]),
                        "restored": restored}.items():
        tensors[f"double.{case}.{name}"] = torch.from_numpy(value)
    print(f"double.{case}: {absmax.size} values, {np.count_nonzero(off)} codes differ from bitsandbytes' CPU build")


def main():
    for quant_type in ("nf4", "fp4"):
        assert np.array_equal(rule.TABLES[quant_type], functional.get_4bit_type(quant_type, device="cpu").numpy())
    assert np.array_equal(rule.dynamic_map(), functional.create_dynamic_map().numpy())

    tensors = {"double.map": torch.from_numpy(rule.dynamic_map())}
    for block_size in (32, 64, 128):
        blocks = [gaussian(block_size)] + edge_blocks(block_size)
        blocks += tie_blocks("nf4", block_size) + tie_blocks("fp4", block_size)
        add_four_bit(tensors, f"b{block_size}", np.concatenate(blocks), block_size)
    add_four_bit(tensors, "b64.odd", gaussian(64 + 37), 64)
    add_four_bit(tensors, "b64.short", gaussian(10), 64)
    add_four_bit(tensors, "b32.one", np.array([-0.25], f32), 32)
    add_four_bit(tensors, "b64.zero_tail", np.r_[gaussian(64), np.zeros(6, f32)], 64)
    add_four_bit(tensors, "b4096", gaussian(4096 + 333), 4096)

    def absmax_like(count):
        """Maxima as weights have them, of which PyTorch's float32 mean equals the exactly rounded one."""
        while True:
            absmax = (np.abs(random.standard_normal((count, 64))).max(1) * 0.05).astype(f32)
            if rule.quantize_absmax(absmax)[2] == torch.from_numpy(absmax).mean().item():
                return absmax

    add_double(tensors, "n7", absmax_like(7))
    add_double(tensors, "n256", absmax_like(256))
    add_double(tensors, "n600", absmax_like(600))
    add_double(tensors, "constant", np.full(5, 0.5, f32))

    made = (f"make_four_bit.py, bitsandbytes {bitsandbytes.__version__}, torch {torch.__version__}, "
            f"numpy {np.__version__}")
    save_file(tensors, HERE / "four_bit.safetensors", metadata={"made_by": made})


main()
