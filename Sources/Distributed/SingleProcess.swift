import Diagnostics
import Foundation
import Tensors

/// A run of one process.
public struct SingleProcess: Communicator {
    public let rank = 0
    public let rankCount = 1
    public let hosts = Hosts([Hosts.identity])

    public init() {}

    public func sum(_ values: [Double]) -> [Double] { values }

    public func gather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }

    public func broadcast(_ memory: UnsafeMutableRawBufferPointer) {}

    public func share(_ vector: Tensor, counts: [Int]) {}

    public func collect(_ part: Tensor, counts: [Int]) -> Tensor? { part }

    public func exchange(
        _ sent: [[UnsafeRawBufferPointer]], _ received: [[UnsafeMutableRawBufferPointer]], tag: Int
    ) -> any PendingExchange { NothingPending() }

    public func finish(exitCode: Int32) {}

    public func working<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result { try body() }

    public func note(_ progress: String) {}

    public func leave(exitCode: Int32, message: String) -> Never {
        ConsoleOutput.writeError(message)
        exit(exitCode)
    }
}

/// What a process exchanges with itself.
private final class NothingPending: PendingExchange {
    func progress() {}
    func wait() {}
}
