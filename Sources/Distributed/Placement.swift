import Diagnostics
import Foundation
import Tensors

/// The processors and threads of a rank.
public struct Placement: Sendable, Equatable, Codable {
    /// Who has seen to it that the rank has its processors for itself.
    public enum Binding: String, Sendable, Codable {
        case launcher
        case ownRanks
        /// Nobody: it is alone on its host, or its processors are in part others' too.
        case none
    }

    /// The processors it may use, such as `0-3,8`.
    public let processors: String
    public let threads: Int
    public let binding: Binding
    /// Processors that the ranks of its host may use together, and that the host has for them.
    public let processorsUsed: Int
    public let processorsOfHost: Int

    /// Gives every rank its processors: what the launcher bound it to, or its part of what it has together with others.
    ///
    /// Ranks of one host that may use the same processors divide them, whole cores in a row, those of a NUMA node together.
    /// All ranks call this, before the pool's threads have worked.
    ///
    /// - Parameters:
    ///   - threads: of this rank; nil for one on each core it may use, as far as the control group pays for them.
    ///   - ranksPerHost: how many ranks the launcher is to have placed on every host; nil where it is to decide.
    /// - Returns: every rank's placement.
    /// - Throws: `CommonFailure` with `.usage` where it has placed them otherwise.
    public static func arrange(
        _ communicator: any Communicator, threads: Int?, ranksPerHost: Int?
    ) throws -> [Placement] {
        let hosts = communicator.hosts
        if let ranksPerHost { try require(ranksPerHost, on: hosts) }
        let masks = communicator.gather(Array(Machine.processors.utf8)).map { String(decoding: $0, as: UTF8.self) }
        let neighbours = hosts.neighbours(of: communicator.rank)
        let part = Part(of: communicator.rank, among: neighbours, masks: masks)
        if isBindingAllowed, let list = part.list { _ = Machine.bind(to: list) }
        let processors = Machine.processors
        let paid = Machine.quota.map { Int($0 / Double(neighbours.count)) } ?? .max
        if let threads {
            Machine.threadCount = threads
        } else if neighbours.count > 1 {
            Machine.threadCount = max(1, min(Machine.coreCount(processors) / part.sharers(of: processors), paid))
        }
        let placement = Placement(
            processors: processors, threads: Machine.threadCount,
            binding: neighbours.count == 1 ? .none : part.binding(now: processors),
            processorsUsed: Machine.processorCount(neighbours.map { masks[$0] }.joined(separator: ",")),
            processorsOfHost: Machine.processorsOfHost)
        return try communicator.gather(values: placement)
    }

    /// `SIGNET_PIN_THREADS=0` leaves processors to the system in everything.
    private static var isBindingAllowed: Bool { ProcessInfo.processInfo.environment["SIGNET_PIN_THREADS"] != "0" }

    private static func require(_ count: Int, on hosts: Hosts) throws(CommonFailure) {
        guard let other = hosts.groups.first(where: { $0.count != count }) else { return }
        let found = hosts.groups.map { "\($0.count) on \(hosts.names[$0[0]])" }.prefix(8).joined(separator: ", ")
        throw CommonFailure(
            InputError(
                .usage, at: "--ranks-per-host",
                "expected \(count) ranks on every host, found \(found)"
                    + (other.count < count ? "; mpirun places them with --map-by ppr:\(count):node" : "")
                    + ", srun with --ntasks-per-node=\(count)"))
    }
}

/// What a rank has of processors that are its own or several ranks'.
private struct Part {
    private let mask: String
    /// The ranks that may use the very same processors, and those that may use any of them.
    private let equals: [Int]
    private let overlapping: [Int]
    private let rank: Int

    init(of rank: Int, among neighbours: [Int], masks: [String]) {
        self.rank = rank
        mask = masks[rank]
        let mask = mask
        equals = neighbours.filter { masks[$0] == mask }
        overlapping = neighbours.filter { Machine.overlap(masks[$0], mask) }
    }

    /// The processors to keep to; nil where they are this rank's alone or nobody can say whose.
    var list: String? {
        guard equals.count > 1, overlapping.count == equals.count else { return nil }
        return Machine.processors(mask, part: equals.firstIndex(of: rank)!, of: equals.count)
    }

    /// Ranks that compute on the processors that this one has come to have.
    func sharers(of processors: String) -> Int { processors == mask ? overlapping.count : 1 }

    func binding(now processors: String) -> Placement.Binding {
        if processors != mask { return .ownRanks }
        return overlapping.count == 1 ? .launcher : .none
    }
}
