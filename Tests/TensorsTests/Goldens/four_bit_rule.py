"""The 4-bit rule of QLoRA in plain NumPy float32, as bitsandbytes stores it on a GPU.

The golden scripts of several test targets import this module; `make_four_bit.py` checks it against bitsandbytes.

A tensor is flattened row-major and cut into blocks; the last block may be short. Every block keeps
absmax = max |x| and the codes of y = x * (1 / absmax), all in float32:

* NF4: the code is the number of midpoints of the table strictly below y.
* FP4: bit 3 is set where y < 0; the magnitude is the number of midpoints of the magnitudes strictly below |y|.

A tie thus takes the lower code (NF4) or the smaller magnitude (FP4). An all-zero block has y = 0 and absmax 0.
Two codes share a byte, the first in the high nibble; an odd count is filled up with the code of zero.
A value comes back as table[code] * absmax in float32, rounded to nearest even in the output type.
"""
import numpy as np

f32 = np.float32

NF4_TABLE = np.array([
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634,
    0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0], f32)
FP4_MAGNITUDES = np.array([0, 0.0625, 8, 12, 4, 6, 2, 3], f32) / f32(12)
FP4_TABLE = np.concatenate([FP4_MAGNITUDES, -FP4_MAGNITUDES])
TABLES = {"nf4": NF4_TABLE, "fp4": FP4_TABLE}
FP4_ORDER = np.argsort(FP4_MAGNITUDES)
ZERO_CODE = {"nf4": 7, "fp4": 0}


def midpoints(sorted_values):
    """The float32 midpoints of neighbours."""
    return (sorted_values[1:] + sorted_values[:-1]) * f32(0.5)


NF4_MIDPOINTS = midpoints(NF4_TABLE)
FP4_MIDPOINTS = midpoints(FP4_MAGNITUDES[FP4_ORDER])


def count_below(bounds, y):
    """How many of the ascending bounds lie strictly below each y."""
    return np.searchsorted(bounds, y, side="left")


def scaled_blocks(x, block_size):
    """(y, absmax) of the flattened x: y = x * (1 / absmax of its block) in float32."""
    x = np.ascontiguousarray(x, f32).reshape(-1)
    starts = np.arange(0, x.size, block_size)
    absmax = np.maximum.reduceat(np.abs(x), starts)
    inverse = np.divide(f32(1), absmax, out=np.zeros_like(absmax), where=absmax > 0)
    return x * np.repeat(inverse, np.diff(np.append(starts, x.size))), absmax


def quantize(x, quant_type, block_size):
    """(packed bytes, codes, absmax) of x."""
    y, absmax = scaled_blocks(x, block_size)
    if quant_type == "nf4":
        codes = count_below(NF4_MIDPOINTS, y)
    else:
        codes = FP4_ORDER[count_below(FP4_MIDPOINTS, np.abs(y))] + 8 * (y < 0)
    codes = codes.astype(np.uint8)
    even = codes if codes.size % 2 == 0 else np.append(codes, np.uint8(ZERO_CODE[quant_type]))
    return (even[0::2] << 4) | even[1::2], codes, absmax


def dequantize(codes, absmax, quant_type, block_size):
    """float32 values of the codes, one per code."""
    return TABLES[quant_type][codes] * np.repeat(absmax, block_size)[:codes.size]


def round_trip(x, quant_type="nf4", block_size=64):
    """x as it comes back from 4 bits, in x's shape."""
    _, codes, absmax = quantize(x, quant_type, block_size)
    return dequantize(codes, absmax, quant_type, block_size).reshape(np.shape(x))


def linspace(first, last, count):
    """float32 linspace as PyTorch computes it: from both ends towards the middle."""
    step = (f32(last) - f32(first)) / f32(count - 1)
    i = np.arange(count)
    # PyTorch's kernel multiplies and adds with one rounding; float64 holds the product exactly.
    up = (np.float64(step) * i + f32(first)).astype(f32)
    down = (f32(last) - np.float64(step) * (count - 1 - i)).astype(f32)
    return np.where(i < count // 2, up, down)


def dynamic_map():
    """The 256 ascending values of the signed dynamic 8-bit type that holds doubly quantized absmax."""
    values = [f32(0), f32(1)]
    for i in range(7):
        points = linspace(0.1, 1, 2**i + 1)
        means = f32(10.0 ** (i - 6)) * ((points[:-1] + points[1:]) / f32(2))
        values += [*means, *-means]
    return np.sort(np.array(values, f32))


def quantize_absmax(absmax):
    """(codes, absmax2, offset): offset = mean(absmax); absmax - offset to 8 bits in blocks of 256, nearest value."""
    offset = f32(np.mean(absmax, dtype=np.float64))
    y, absmax2 = scaled_blocks(absmax - offset, 256)
    return count_below(midpoints(dynamic_map()), y).astype(np.uint8), absmax2, offset


def dequantize_absmax(codes, absmax2, offset):
    """absmax as it comes back: map[code] * absmax2 + offset, each operation rounded to float32."""
    return dynamic_map()[codes] * np.repeat(absmax2, 256)[:codes.size] + offset
