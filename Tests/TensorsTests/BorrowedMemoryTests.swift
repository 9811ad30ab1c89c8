import TestSupport
import Testing

@testable import Tensors

extension TensorTests {
    @Suite("Tensors over memory of others")
    struct BorrowedMemoryTests {
        /// The same elements in memory whose end may not be passed.
        private func guarded(_ tensor: Tensor) -> Tensor {
            let memory = GuardedMemory(capacity: tensor.byteCount)
            let bytes = memory.hold(tensor.bytes)
            return Tensor(borrowing: bytes, owner: memory, shape: tensor.shape, dtype: tensor.dtype)
        }

        private func guarded(_ matrix: QuantizedMatrix) -> QuantizedMatrix {
            let scales: BlockScales =
                switch matrix.scales {
                case .plain(let absmax): .plain(guarded(absmax))
                case .nested(let codes, let map, let nested, let offset, let size):
                    .nested(
                        codes: guarded(codes), map: guarded(map), nested: guarded(nested), offset: offset,
                        nestedBlockSize: size)
                }
            return QuantizedMatrix(
                shape: matrix.shape, type: matrix.type, blockSize: matrix.blockSize, codes: guarded(matrix.codes),
                scales: scales)
        }

        @Test(
            "Products read nothing behind a weight and give the bits of a weight in own memory",
            arguments: [[1, 32], [7, 45], [33, 64], [130, 200]], [1, 2, 17, 70])
        func products(shape: [Int], rows: Int) {
            let values = Tensor.random(shape, 501)
            var weights: [(FrozenWeight, FrozenWeight)] = [DType.float32, .bfloat16, .float16].map {
                let weight = values.converted(to: $0)
                return (.dense(weight), .dense(guarded(weight)))
            }
            for doubleQuantized in [false, true] {
                let matrix = QuantizedMatrix(quantizing: values, blockSize: 32, doubleQuantized: doubleQuantized)
                weights.append((.quantized(matrix), .quantized(guarded(matrix))))
            }
            for (own, borrowed) in weights {
                for type in [DType.float32, .bfloat16] {
                    let x = Tensor.random([rows, shape[1]], 502).converted(to: type).trackingGradient
                    let (y, z) = (linear(x, weight: own), linear(x, weight: borrowed))
                    #expect(y.bytes == z.bytes)
                    let (few, borrowedFew) = generating { (linear(x, weight: own), linear(x, weight: borrowed)) }
                    #expect(few.bytes == borrowedFew.bytes)
                    let seed = Tensor.random(y.shape, 503).converted(to: type)
                    func gradient(_ y: Tensor) -> [UInt8] { (y * seed).sum().gradients(of: [x])[0].bytes }
                    #expect(gradient(y) == gradient(z))
                }
            }
        }

        @Test("Rows of a table are gathered from where it lies, up to its last byte")
        func gathering() {
            for type in [DType.float32, .bfloat16, .float16] {
                let table = Tensor.random([9, 37], 504).converted(to: type)
                let tokens: [Int32] = [8, 0, 8, 3]
                #expect(
                    embeddingRows(guarded(table), tokens: tokens).bytes == embeddingRows(table, tokens: tokens).bytes)
            }
        }

        @Test("Adding to a tensor over memory of others gives it memory of its own")
        func accumulation() {
            let values = Tensor([1, 2, 3] as [Float])
            let borrowed = guarded(values)
            var sum = borrowed
            sum.accumulate(values)
            var alone = guarded(values)
            alone.accumulate(values)
            #expect(sum.floats == [2, 4, 6] && alone.floats == [2, 4, 6])
            #expect(borrowed.floats == [1, 2, 3])
        }
    }
}
