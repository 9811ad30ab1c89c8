import Distributed
import Foundation
import ModelFiles
import Models
import Tensors

/// The weights that the ranks of a host hold together, if they do.
struct HostWeights {
    /// Nil where each rank has its own.
    let weights: SharedWeights?
    /// Bytes of weights that this rank holds for itself, as each other rank of its host does.
    let ownByteCount: Int
    /// Why not, where memory cannot be shared: by what is lost, and for whom.
    let warnings: [String]

    /// Finds memory for the weights that have to be converted; all ranks together.
    ///
    /// - Throws: `CommonFailure` where a weight is missing or has another shape.
    init(
        _ location: ModelLocation, computeType: DType, quantization: QuantizationSettings?,
        _ communicator: any Communicator
    ) throws {
        let hosts = communicator.hosts
        let plan = try communicator.together {
            try ConversionPlan(location, computeType: computeType, quantization: quantization)
        }
        guard hosts.groups.contains(where: { $0.count > 1 }), plan.byteCount > 0 else {
            (weights, ownByteCount, warnings) = (nil, plan.byteCount, [])
            return
        }
        let neighbours = hosts.neighbours(of: communicator.rank)
        let isMaker = communicator.rank == neighbours[0] && neighbours.count > 1
        var outcome = Outcome()
        var memory: SharedMemory?
        if neighbours.count > 1, ProcessInfo.processInfo.environment["SIGNET_SHARED_MEMORY"] == "0" {
            outcome.failure = "SIGNET_SHARED_MEMORY is 0"
        } else if isMaker {
            memory = outcome.attempt { () throws(SharedMemory.Failure) in try SharedMemory(byteCount: plan.byteCount) }
        }
        outcome.handle = memory?.handle
        let offers = try communicator.gather(values: outcome)
        if !isMaker, neighbours.count > 1, let handle = offers[neighbours[0]].handle {
            memory = outcome.attempt { () throws(SharedMemory.Failure) in try SharedMemory(handle) }
        }
        // The makers keep their files open until here, where all have them.
        let outcomes = try communicator.gather(values: outcome)
        let isShared = neighbours.allSatisfy { outcomes[$0].failure == nil }
        weights = isShared ? memory.map { SharedWeights(plan, in: $0) } : nil
        ownByteCount = weights == nil ? plan.byteCount : 0
        warnings = hosts.groups.compactMap { group in
            group.lazy.compactMap { outcomes[$0].failure }.first.map {
                "each of the \(group.count) ranks on \(hosts.names[group[0]]) holds \(ByteCount(plan.byteCount)) of "
                    + "converted weights for itself: \($0)"
            }
        }
    }

    /// What a rank tells the others of its memory.
    private struct Outcome: Codable {
        var handle: SharedMemory.Handle?
        var failure: String?

        mutating func attempt(_ body: () throws(SharedMemory.Failure) -> SharedMemory) -> SharedMemory? {
            do throws(SharedMemory.Failure) {
                return try body()
            } catch {
                failure = error.description
                return nil
            }
        }
    }

    /// Converts this rank's share of what its host holds together, and waits for the others; all ranks together.
    ///
    /// - Throws: `CommonFailure` where a weight cannot be read or there is no memory for it.
    func convert(_ location: ModelLocation, _ communicator: any Communicator) throws {
        let neighbours = communicator.hosts.neighbours(of: communicator.rank)
        try communicator.together {
            try weights?.convert(
                location, share: neighbours.firstIndex(of: communicator.rank)!, of: neighbours.count)
        }
        weights?.protect()
    }
}
