import Signet

/// Operations that only go over memory, at sizes no cache holds. Bytes are those that have to be read and written, each
/// once.
enum MemoryBoundCases {
    private static let tokens = 8192
    private static let hidden = 4096
    private static let intermediate = 14336
    private static let parameters = 1 << 26

    static var all: [BenchmarkCase] { [norm, rope, swiGLU, residual, update] }

    private static var norm: BenchmarkCase {
        BenchmarkCase(name: "memory/RMSNorm") { context in
            let x = RandomBits.tensor([tokens, hidden], .float32).trackingGradient
            let weight = Tensor.ones([hidden])
            let upstream = RandomBits.tensor([tokens, hidden], .bfloat16)
            let forward = Timing.of(context.repeats) {
                _ = rmsNorm(x, weight: weight, epsilon: 1e-5, output: .bfloat16)
            }
            let backward = Timing.of(
                context.repeats, prepare: { rmsNorm(x, weight: weight, epsilon: 1e-5, output: .bfloat16) },
                body: { _ = $0.gradients(of: [x], upstream: upstream) })
            let count = tokens * hidden
            return [
                figure("RMSNorm float32 to bfloat16 forward", forward, bytes: count * 6),
                figure("RMSNorm backward", backward, bytes: count * 10),
            ]
        }
    }

    private static var rope: BenchmarkCase {
        BenchmarkCase(name: "memory/RoPE") { context in
            let x = RandomBits.tensor([tokens, hidden], .bfloat16)
            let table = RotaryEmbedding(headDimension: 128, theta: 500_000).table(for: SegmentPlan(lengths: [tokens]))
            let positions = SegmentPlan(lengths: [tokens]).positions
            let timing = Timing.of(context.repeats) {
                _ = rotaryEmbedding(x, heads: hidden / 128, table: table, positions: positions)
            }
            return [figure("RoPE bfloat16", timing, bytes: tokens * hidden * 4)]
        }
    }

    private static var swiGLU: BenchmarkCase {
        BenchmarkCase(name: "memory/SwiGLU") { context in
            let gate = RandomBits.tensor([tokens, intermediate], .bfloat16).trackingGradient
            let up = RandomBits.tensor([tokens, intermediate], .bfloat16).trackingGradient
            let upstream = RandomBits.tensor([tokens, intermediate], .bfloat16)
            let forward = Timing.of(context.repeats) { _ = Signet.swiGLU(gate: gate, up: up) }
            let backward = Timing.of(
                context.repeats, prepare: { Signet.swiGLU(gate: gate, up: up) },
                body: { _ = $0.gradients(of: [gate, up], upstream: upstream) })
            let count = tokens * intermediate
            return [
                figure("SwiGLU bfloat16 forward", forward, bytes: count * 6),
                figure("SwiGLU bfloat16 backward", backward, bytes: count * 10),
            ]
        }
    }

    private static var residual: BenchmarkCase {
        BenchmarkCase(name: "memory/residual") { context in
            let stream = RandomBits.tensor([tokens, hidden], .float32)
            let addend = RandomBits.tensor([tokens, hidden], .bfloat16)
            let timing = Timing.of(context.repeats) { _ = residualAdd(stream, addend) }
            return [figure("residual add float32 + bfloat16", timing, bytes: tokens * hidden * 10)]
        }
    }

    private static var update: BenchmarkCase {
        BenchmarkCase(name: "memory/AdamW") { context in
            let parameter = RandomBits.tensor([parameters], .float32).trackingGradient
            let gradient = RandomBits.tensor([parameters], .float32)
            var optimizer = AdamW(parameters: [parameter])
            let timing = Timing.of(context.repeats) { optimizer.step(gradients: [gradient], learningRate: 1e-4) }
            return [figure("AdamW", timing, bytes: parameters * 28)]
        }
    }

    private static func figure(_ name: String, _ timing: Timing, bytes: Int) -> Measurement {
        Measurement("memory/\(name)", timing, .bytes(bytes), limit: .memoryRead)
    }
}
