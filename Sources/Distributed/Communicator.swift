import Tensors

/// The processes that train together, each on its share of every step's rows.
///
/// Every operation is collective: all ranks call it in the same order.
public protocol Communicator: Sendable {
    /// This process's number, from 0.
    var rank: Int { get }
    /// How many processes take part.
    var rankCount: Int { get }

    /// Replaces each tensor, in place, by its sum over all ranks, added in the order of the ranks.
    func sum(_ tensors: [Tensor])

    /// The sums over all ranks of some counts or losses.
    func sum(_ values: [Double]) -> [Double]
}

/// A run of one process.
public struct SingleProcess: Communicator {
    public let rank = 0
    public let rankCount = 1

    public init() {}

    public func sum(_ tensors: [Tensor]) {}

    public func sum(_ values: [Double]) -> [Double] { values }
}
