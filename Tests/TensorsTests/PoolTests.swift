import Foundation
import Tensors
import Testing

extension TensorTests {
    @Suite struct PoolTests {
        @Test("Threads may be added at any time: no job waits for one that was never counted")
        func growing() async {
            // In a process of its own, which a job that waits for ever does not outlive.
            await #expect(processExitsWith: .success) {
                alarm(300)
                let x = Tensor.random([200_000], 501)
                // Several at once: the first ones run before the job they were started for.
                for count in [2, 9, 2, 12] {
                    Machine.threadCount = count
                    for _ in 0..<20 { #expect((x * 2).count == x.count) }
                }
            }
        }
    }
}
