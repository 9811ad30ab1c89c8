import Foundation
import Tensors
import TestSupport
import Testing

extension TensorTests {
    @Suite struct MemoryTests {
        /// The most bytes of tensors beyond those live at the start, while `body` runs.
        private func peak(_ body: () -> Void) -> Int {
            let before = TensorMemory.liveBytes
            TensorMemory.resetPeak()
            body()
            return TensorMemory.peakBytes - before
        }

        /// Bytes of this process's own memory, which threads keep for kernels included.
        private func processBytes() throws -> Int {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmData:") })
            return try #require(Int(line.filter(\.isNumber))) << 10
        }

        /// A vocabulary of which 64 MiB hold 16 rows of logits, and 48 rows: three chunks.
        private let rows = Tensor((0..<48).map { Int32($0) })
        private let targets = Tensor((0..<48).map { Int32($0 * 20_011) })
        private let states = Tensor.random([48, 2], 401)
        private let weight = Tensor.random([1 << 20, 2], 402)

        @Test("The head's loss never holds its logits whole, and chunks change nothing")
        func chunkedHead() {
            let whole = 48 << 22
            let leaf = states.trackingGradient
            var losses = Tensor(0.0 as Float)
            var gradient = losses
            let bytes = peak {
                losses = linearCrossEntropy(hiddenStates: leaf, weight: .dense(weight), rows: rows, targets: targets)
                gradient = losses.sum().gradients(of: [leaf])[0]
            }
            // A chunk's logits and their gradients.
            #expect(bytes < (2 * 16 << 22) + 1 << 20 && bytes < whole * 3 / 4, "\(bytes) of \(whole)")
            for row in [0, 15, 16, 47] {
                let alone = linearCrossEntropy(
                    hiddenStates: states, weight: .dense(weight), rows: rows[row..<row + 1],
                    targets: targets[row..<row + 1])
                #expect(alone.bytes == losses[row..<row + 1].bytes)
            }
            #expect(gradient.floats.allSatisfy { $0 != 0 && $0.isFinite })
        }

        @Test("A trainable head never holds its logits whole, and has the gradients of a frozen one")
        func chunkedTrainableHead() {
            let (leaf, head) = (states.trackingGradient, weight.trackingGradient)
            var gradients: [Tensor] = []
            let bytes = peak {
                let losses = linearCrossEntropy(hiddenStates: leaf, weight: head, rows: rows, targets: targets)
                gradients = losses.sum().gradients(of: [leaf, head])
            }
            // A chunk's logits and the weight's gradient.
            #expect(bytes < (16 << 22) + (2 << 22) + 1 << 20, "\(bytes)")
            let frozen = linearCrossEntropy(hiddenStates: leaf, weight: .dense(weight), rows: rows, targets: targets)
            let expected = frozen.sum().gradients(of: [leaf])[0]
            for (a, b) in zip(gradients[0].doubles, expected.doubles) { #expect(abs(a - b) < 1e-5) }
            // Calls of 16 rows have one chunk each.
            var sum = Tensor.zeros(weight.shape)
            for first in stride(from: 0, to: 48, by: 16) {
                let part = linearCrossEntropy(
                    hiddenStates: states, weight: head, rows: rows[first..<first + 16],
                    targets: targets[first..<first + 16])
                sum = sum + part.sum().gradients(of: [head])[0]
            }
            #expect(relativeDifference(gradients[1].floats, sum.floats) < 1e-5)
            #expect(sum.floats.contains { abs($0) > 0.1 })
        }

        @Test("Attention never holds the scores of all queries and keys, forward or backward")
        func attentionMemory() throws {
            let tokens = 4096
            let inputs = (0..<3).map { Tensor.random([tokens, 32], UInt64(403 + $0)).trackingGradient }
            // The pool's threads start here.
            _ = Tensor.random([1 << 20], 400) * 2
            let held = try processBytes()
            let bytes = peak {
                let output = attention(
                    queries: inputs[0], keys: inputs[1], values: inputs[2], plan: SegmentPlan(lengths: [tokens]),
                    heads: 1, keyValueHeads: 1)
                _ = output.sum().gradients(of: inputs)
            }
            // Scores would take 64 MiB; an input takes 512 KiB.
            #expect(bytes < 14 * tokens * 32 * 4, "\(bytes)")
            let grown = try processBytes() - held
            #expect(grown < 16 << 20, "\(grown)")
        }

        @Test("Memory that a tensor gives back serves the next one of its size, without fresh pages")
        func reuse() throws {
            // Field 10 of the thread's line: pages it had to be given.
            func faults() throws -> Int {
                let line = try String(contentsOfFile: "/proc/thread-self/stat", encoding: .utf8)
                let fields = line.split(separator: ")").last!.split(separator: " ")
                return try #require(Int(fields[7]))
            }
            func fill() { _ = Tensor.zeros([8 << 18]) }
            let threads = Machine.threadCount
            Machine.threadCount = 1
            defer { Machine.threadCount = threads }
            fill()
            let before = try faults()
            for _ in 0..<8 { fill() }
            // Eight times 8 MiB are 16,384 pages.
            #expect(try faults() - before < 4096)
        }

        @Test("Reshaping and slicing rows share memory; other views copy")
        func sharing() {
            let x = Tensor.random([64, 64], 406)
            let shared = peak {
                _ = x.reshaped(8, -1)
                _ = x[3..<9]
                _ = x[5, 2...]
                _ = x.expanded(at: 0).squeezed()
                _ = x.split(into: 4).map(\.shape)
            }
            #expect(shared == 0)
            #expect(peak { _ = x[0..., 1...] } == 64 * 63 * 4)
        }

        @Test("A linear layer without an adapter keeps nothing for the backward pass")
        func frozenLinearKeepsNothing() {
            let weight = FrozenWeight.dense(Tensor.random([32, 64], 407))
            let before = TensorMemory.liveBytes
            let y = linear(Tensor.random([100, 64], 408).trackingGradient * 2, weight: weight)
            #expect(y.requiresGradient)
            #expect(TensorMemory.liveBytes - before == 100 * 32 * 4)
        }
    }

    @Suite struct DropoutTests {
        @Test("The wanted part of the elements is zero and the rest is scaled, the same for the same key only")
        func statistics() {
            let key = RandomKey(seed: 9)
            let ones = Tensor.ones([100_000])
            let values = dropout(ones, Dropout(probability: 0.3, key: key)).floats
            let zeros = values.filter { $0 == 0 }.count
            // Six standard deviations of a binomial with n = 100 000 and p = 0.3.
            #expect(abs(zeros - 30_000) < 870)
            #expect(values.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-6 })
            #expect(dropout(ones, Dropout(probability: 0.3, key: key)).floats == values)
            #expect(dropout(ones, Dropout(probability: 0.3, key: key.folding(1))).floats != values)
            #expect(dropout(ones, Dropout(probability: 0, key: key)).floats == ones.floats)
        }

        @Test("What a part of the rows loses depends on its name alone, not on where it lies")
        func parts() {
            func dropped(_ parts: [(name: Int, count: Int)]) -> [[Float]] {
                var (start, all): (Int, [Dropout.Part]) = (0, [])
                for part in parts {
                    all.append(Dropout.Part(rows: start..<start + part.count, name: part.name))
                    start += part.count
                }
                let layer = Dropout(probability: 0.5, key: RandomKey(seed: 3), parts: all)
                let values = dropout(Tensor.ones([start, 700]), layer).floats
                return all.map { Array(values[$0.rows.lowerBound * 700..<$0.rows.upperBound * 700]) }
            }
            let (one, other) = (dropped([(7, 30), (4, 1), (9, 50)]), dropped([(9, 50), (7, 30)]))
            #expect(one[0] == other[1] && one[2] == other[0])
            #expect(Array(one[0][..<700]) != one[1] && Array(one[2].prefix(30 * 700)) != one[0])
        }
    }
}
