import Synchronization
import TestSupport
import Testing

@testable import Tensors

extension TensorTests {
    @Suite("Quantizing piece by piece")
    struct PiecewiseQuantizationTests {
        private struct Unreadable: Error {}

        private func parts(_ matrix: QuantizedMatrix) -> [[UInt8]] {
            switch matrix.scales {
            case .plain(let absmax): [matrix.codes.bytes, absmax.bytes]
            case .nested(let codes, let map, let nested, let offset, _):
                [matrix.codes.bytes, codes.bytes, map.bytes, nested.bytes, Tensor([offset]).bytes]
            }
        }

        @Test(
            "gives the bits of the whole matrix, whatever its shape and blocks, and asks for each row once",
            arguments: [[1, 1], [3, 11], [1, 70_001], [257, 64], [1000, 129], [5, 4096], [40, 4097]], [32, 64, 4096])
        func agreement(shape: [Int], blockSize: Int) throws {
            let values = Tensor.random(shape, 511)
            for type in QuantizationType.allCases {
                for doubleQuantized in [false, true] {
                    let rows = Mutex<[Int]>([])
                    let matrix = try QuantizedMatrix(
                        quantizing: shape, type: type, blockSize: blockSize, doubleQuantized: doubleQuantized
                    ) { run, out in
                        rows.withLock { $0 += Array(run) }
                        let piece = values.floats[run.lowerBound * shape[1]..<run.upperBound * shape[1]]
                        _ = out.initialize(from: piece)
                    }
                    let whole = QuantizedMatrix(
                        quantizing: values, type: type, blockSize: blockSize, doubleQuantized: doubleQuantized)
                    #expect(parts(matrix) == parts(whole))
                    #expect(rows.withLock { $0.sorted() } == Array(0..<shape[0]))
                }
            }
        }

        @Test("an error while reading is thrown")
        func failure() {
            #expect(throws: Unreadable.self) {
                _ = try QuantizedMatrix(quantizing: [1000, 64]) { rows, out in
                    if rows.contains(700) { throw Unreadable() }
                    out.initialize(repeating: 1)
                }
            }
        }
    }
}
