import Tensors
import Testing

extension TensorTests {
    @Suite struct PoolTests {
        @Test("Threads may be added at any time: no job waits for one that was never counted", .timeLimit(.minutes(1)))
        func growing() {
            let before = Machine.threadCount
            defer { Machine.threadCount = before }
            let x = Tensor.random([200_000], 501)
            // Several at once: the first ones run before the job they were started for.
            for count in [2, 9, 2, 12] {
                Machine.threadCount = count
                for _ in 0..<20 { #expect((x * 2).count == x.count) }
            }
        }
    }
}
