import Foundation
import Tensors

/// The processes that train together, each on its share of every step's rows.
///
/// Every operation is collective: all ranks call it in the same order, from the thread that started them.
public protocol Communicator: Sendable {
    /// This process's number, from 0.
    var rank: Int { get }
    /// How many processes take part.
    var rankCount: Int { get }
    /// Where they run.
    var hosts: Hosts { get }

    /// The sums over all ranks of some counts or losses, added in the order of the ranks: the same bits on every rank.
    func sum(_ values: [Double]) -> [Double]

    /// What every rank gives, in the order of the ranks.
    func gather(_ bytes: [UInt8]) -> [[UInt8]]

    /// Replaces memory, of equal size on every rank, by what it holds on rank 0.
    func broadcast(_ memory: UnsafeMutableRawBufferPointer)

    /// Completes a float32 vector of which every rank has a part: those of the ranks lie one after the other.
    ///
    /// - Parameter counts: the elements of each rank's part.
    func share(_ vector: Tensor, counts: [Int])

    /// The parts of a float32 vector, one after the other.
    ///
    /// - Parameter counts: the elements of each rank's part.
    /// - Returns: all of it on rank 0, nil on the others.
    func collect(_ part: Tensor, counts: [Int]) -> Tensor?

    /// Begins to send each rank stretches of memory, and to receive as many, equally long, from each.
    ///
    /// The memory belongs to the exchange until it is done. Between two ranks, stretches of one tag arrive in their order.
    ///
    /// - Parameters:
    ///   - sent: for each rank what it gets; nothing for this one.
    ///   - received: for each rank where its stretches go; nothing for this one.
    ///   - tag: names the exchange where several are under way.
    func exchange(
        _ sent: [[UnsafeRawBufferPointer]], _ received: [[UnsafeMutableRawBufferPointer]], tag: Int
    ) -> any PendingExchange

    /// Does what all ranks do at the same time and without a pause, such as a step's passes. A rank that computes nothing
    /// for long meanwhile, and does not wait for the others, is lost.
    func working<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result

    /// Sets what is said when a rank is lost: how far the run is, and how to go on.
    func note(_ progress: String)

    /// Ends this process's part: nothing may be called after it. All ranks have to come here.
    ///
    /// - Parameter exitCode: what the process is going to end with, should the launcher's library not let go of it.
    func finish(exitCode: Int32)

    /// Ends all processes because this one cannot go on. Of several ranks that leave at the same time the lowest says why.
    func leave(exitCode: Int32, message: String) -> Never
}

extension Communicator {
    /// Every rank's value, in the order of the ranks.
    package func gather<Value: Codable>(values value: Value) throws -> [Value] {
        try gather(Array(JSONEncoder().encode(value))).map { try JSONDecoder().decode(Value.self, from: Data($0)) }
    }

    /// Ends this process's part, which has gone well.
    public func finish() { finish(exitCode: 0) }
}

/// Messages under way.
public protocol PendingExchange: AnyObject {
    /// Gives the messages a chance to move on, without waiting for any.
    func progress()
    /// Waits until all have been sent and received.
    func wait()
}
