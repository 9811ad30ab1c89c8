import CKernels
import Foundation
import Testing

@Suite("Accuracy of elementary functions and conversions")
struct AccuracyTests {
    /// The largest error in units of the last place over every `stride`-th f32, and the numbers whose result is not
    /// infinite, NaN or zero exactly where it must be.
    private func worst(
        _ kernel: (Int64, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void, _ function: (Double) -> Double
    ) -> (ulps: Double, wrong: [Float]) {
        var ulps = 0.0
        var wrong: [Float] = []
        let x = stride(from: UInt32.min, to: UInt32.max - 40_009, by: 40_009).map { Float(bitPattern: $0) }
        var out = x
        kernel(Int64(x.count), x, &out)
        for (x, found) in zip(x, out) {
            let wanted = function(Double(x))
            let rounded = Float(wanted)
            if rounded.isNaN || rounded.isInfinite {
                if !(rounded.isNaN ? found.isNaN : found == rounded) { wrong.append(x) }
            } else {
                ulps = max(ulps, abs(Double(found) - wanted) / Double(rounded.ulp))
            }
        }
        return (ulps, wrong)
    }

    @Test("exp errs by less than 1.5 units of the last place over all f32, log by 2, tanh by 3")
    func ulps() {
        for (set, kernels) in instructionSets {
            let exponential = worst({ kernels.ck_exp_f32($0, $1, $2) }, exp)
            #expect(exponential.ulps < 1.5 && exponential.wrong.isEmpty, "\(set)")
            let logarithm = worst({ kernels.ck_log_f32($0, $1, $2) }, log)
            #expect(logarithm.ulps < 2 && logarithm.wrong.isEmpty, "\(set)")
            let tangent = worst({ kernels.ck_tanh_f32($0, $1, $2) }, tanh)
            #expect(tangent.ulps < 3 && tangent.wrong.isEmpty, "\(set)")
        }
    }

    @Test("exp is 0 at -infinity, infinite at infinity and NaN at NaN; log is -infinity at 0 and NaN below")
    func specials() {
        let x: [Float] = [-.infinity, .infinity, .nan, 0, -0.0, -1, 1, .leastNonzeroMagnitude]
        for (set, kernels) in instructionSets {
            var out = x
            kernels.ck_exp_f32(Int64(x.count), x, &out)
            #expect(out[0] == 0 && out[1] == .infinity && out[2].isNaN && out[3] == 1 && out[4] == 1, "\(set)")
            kernels.ck_log_f32(Int64(x.count), x, &out)
            #expect(out[0].isNaN && out[1] == .infinity && out[2].isNaN && out[3] == -.infinity, "\(set)")
            #expect(out[4] == -.infinity && out[5].isNaN && out[6] == 0 && abs(out[7] + 103.27893) < 1e-5, "\(set)")
        }
    }

    @Test("Every bf16 and f16 comes back unchanged from f32, signalling NaN as quiet NaN")
    func roundTrips() {
        let words = Array(UInt16.min...UInt16.max)
        var wide = [Float](repeating: 0, count: words.count)
        var back = words
        for (set, kernels) in instructionSets {
            kernels.ck_convert_bf16_f32(Int64(words.count), words, &wide)
            kernels.ck_convert_f32_bf16(Int64(words.count), wide, &back)
            #expect(back == words.map { $0 & 0x7fff > 0x7f80 ? $0 | 0x40 : $0 }, "\(set)")
            kernels.ck_convert_f16_f32(Int64(words.count), words, &wide)
            kernels.ck_convert_f32_f16(Int64(words.count), wide, &back)
            #expect(back == words.map { $0 & 0x7fff > 0x7c00 ? $0 | 0x200 : $0 }, "\(set)")
        }
    }

    @Test("A row of -infinity has log-sum-exp -infinity; a row with infinity has infinity; huge logits do not overflow")
    func logSumExpExtremes() {
        for (set, kernels) in instructionSets {
            for columns in [1, 5, 64, 100] {
                var row = [Float](repeating: -.infinity, count: columns)
                var out: Float = 0
                kernels.ck_log_sum_exp_f32(1, Int64(columns), row, &out)
                #expect(out == -.infinity, "\(set)")
                row[columns - 1] = .infinity
                kernels.ck_log_sum_exp_f32(1, Int64(columns), row, &out)
                #expect(out == .infinity, "\(set)")
                row = .init(repeating: 3e38, count: columns)
                kernels.ck_log_sum_exp_f32(1, Int64(columns), row, &out)
                #expect(out == 3e38, "\(set)")
                row[0] = .nan
                kernels.ck_log_sum_exp_f32(1, Int64(columns), row, &out)
                #expect(out.isNaN, "\(set)")
            }
        }
    }
}

@Suite("Ends of the powers in sums and sigmoids")
struct BoundedPowerTests {
    @Test("Softmax gives exactly 0 to -infinity and to what lies 88 below the largest, and NaN to a row with NaN")
    func softmaxEnds() {
        for (set, kernels) in instructionSets {
            for columns in [3, 17, 64, 600] {
                var row = [Float](repeating: -88, count: columns)
                row[columns / 2] = 0
                row[columns - 1] = -.infinity
                var out = row
                kernels.ck_softmax_f32(1, Int64(columns), row, &out)
                #expect(out.indices.allSatisfy { out[$0] == ($0 == columns / 2 ? 1 : 0) }, "\(set) \(columns)")
                row[0] = .nan
                kernels.ck_softmax_f32(1, Int64(columns), row, &out)
                #expect(out.allSatisfy { $0.isNaN }, "\(set) \(columns)")
            }
        }
    }

    @Test("SwiGLU follows its gate to both ends: the gate itself above, 0 below, NaN for NaN")
    func swigluEnds() {
        for (set, kernels) in instructionSets {
            for count in [1, 40, 513, 1100] {
                for (gate, expected) in [(Float(1e4), Float(2e4)), (-1e4, 0), (89, 178), (-89, 0), (3e38, .infinity)] {
                    let gates = [Float](repeating: gate, count: count)
                    let ups = [Float](repeating: 2, count: count)
                    var out = gates
                    kernels.ck_swiglu_f32(Int64(count), gates, ups, &out)
                    #expect(out.allSatisfy { abs($0 - expected) < 1e-35 || $0 == expected }, "\(set) \(gate) \(count)")
                    var (gateGradient, upGradient) = (out, out)
                    kernels.ck_swiglu_backward_f32(Int64(count), gates, ups, ups, &gateGradient, &upGradient)
                    // The slope of silu is 1 above and 0 below.
                    #expect(gateGradient.allSatisfy { abs($0 - (gate > 0 ? 4 : 0)) < 1e-5 }, "\(set) \(gate)")
                    #expect(upGradient == out, "\(set) \(gate)")
                }
                let nothing = [Float](repeating: .nan, count: count)
                var out = nothing
                kernels.ck_swiglu_f32(Int64(count), nothing, [Float](repeating: 1, count: count), &out)
                #expect(out.allSatisfy { $0.isNaN }, "\(set)")
            }
        }
    }
}

@Suite("Random numbers")
struct RandomNumberTests {
    @Test("Philox4x32-10 gives Random123's published vectors")
    func knownAnswers() {
        let vectors: [(key: UInt64, stream: UInt64, block: UInt64, words: [UInt32])] = [
            (0, 0, 0, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            (.max, .max, .max, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                0x299f_31d0_a409_3822, 0x0370_7344_1319_8a2e, 0x85a3_08d3_243f_6a88,
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
            ),
        ]
        for (set, kernels) in instructionSets {
            for vector in vectors {
                var words = [UInt32](repeating: 0, count: 4)
                kernels.ck_philox_u32(vector.key, vector.stream, vector.block, 1, &words)
                #expect(words == vector.words, "\(set)")
            }
        }
    }

    @Test("Number i of a stream is the same however the stream is cut")
    func cuts() {
        for (set, kernels) in instructionSets {
            var whole = [Float](repeating: 0, count: 1000)
            var parts = whole
            kernels.ck_philox_uniform_f32(3, 4, 10, 1000, &whole)
            for (start, end) in [(0, 1), (1, 130), (130, 133), (133, 999), (999, 1000)] {
                parts.withUnsafeMutableBufferPointer {
                    kernels.ck_philox_uniform_f32(
                        3, 4, 10 + UInt64(start), Int64(end - start), $0.baseAddress! + start)
                }
            }
            #expect(parts == whole, "\(set)")
            #expect(whole.allSatisfy { $0 >= 0 && $0 < 1 })
            let mean = whole.reduce(0, +) / 1000
            // The mean of 1,000 uniform numbers deviates by 0.0091; five times that would be a broken generator.
            #expect(abs(mean - 0.5) < 0.046)
        }
    }
}
