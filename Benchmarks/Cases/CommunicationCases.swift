import CommandSupport
import Signet

/// What the network between two ranks does, started as `mpirun -n 2 benchmarks --filter communication`: α and β of the model
/// that `signet plan` uses, both ranks sending and receiving at once as they do in a step.
enum CommunicationCases {
    private static let largeBytes = 16 << 20

    static var all: [BenchmarkCase] {
        [
            BenchmarkCase(name: "communication/two ranks") { context in
                let communicator = try LaunchedProcesses.communicator()
                defer { communicator.finish() }
                guard communicator.rankCount == 2 else {
                    if communicator.rank == 0 {
                        try StandardOutput.writeLine("communication: takes two processes (mpirun -n 2)")
                    }
                    return []
                }
                let small = seconds(bytes: 8, exchanges: 1000, context.repeats, communicator)
                let large = seconds(bytes: largeBytes, exchanges: 5, context.repeats, communicator)
                guard communicator.rank == 0 else { return [] }
                let rates = large.map { Double(largeBytes) / 1e9 / max($0 - small.median, 1e-9) }
                return [
                    Measurement("communication/α: a message of 8 bytes", small.map { $0 * 1e6 }, unit: "µs"),
                    Measurement("communication/β: messages of 16 MiB", rates, unit: "GB/s"),
                ]
            }
        ]
    }

    /// Seconds of an exchange of as many bytes both ways. Both ranks make the same number of them.
    private static func seconds(
        bytes: Int, exchanges: Int, _ repeats: Int, _ communicator: any Communicator
    ) -> [Double] {
        let sent = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
        let received = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
        defer {
            sent.deallocate()
            received.deallocate()
        }
        sent.initializeMemory(as: UInt8.self, repeating: 1)
        received.initializeMemory(as: UInt8.self, repeating: 0)
        let other = 1 - communicator.rank
        var (outgoing, incoming): ([[UnsafeRawBufferPointer]], [[UnsafeMutableRawBufferPointer]]) = (
            [[], []], [[], []]
        )
        outgoing[other] = [UnsafeRawBufferPointer(sent)]
        incoming[other] = [received]
        // The first is a warm-up.
        return (0...repeats).map { _ in
            let began = ContinuousClock.now
            for _ in 0..<exchanges { communicator.exchange(outgoing, incoming, tag: 0).wait() }
            return (ContinuousClock.now - began) / .seconds(1) / Double(exchanges)
        }.dropFirst().map { $0 }
    }
}
