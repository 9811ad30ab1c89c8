import Diagnostics

/// What a rank knows of the others' lives, and what it does when one is lost or leaves.
///
/// A rank that computes, waits or reads is alive: its messages come from a thread of their own. One that is killed, stopped
/// or cut off falls silent; one whose work stands still notices that itself. Whoever notices tells all others, so that
/// everyone leaves and one of them says why.
struct RankWatch: Sendable {
    /// What the process has to do now.
    enum Action: Equatable {
        case none
        case say(String)
        case exit(Int32)
    }

    /// Why this rank leaves.
    struct Departure: Equatable {
        let exitCode: Int32
        let message: String
        fileprivate var age = 0.0
        fileprivate var isSaid = false
        /// Whether the others know.
        var isDelivered = false
    }

    /// Seconds a rank waits, before it says why it leaves, for a lower one that leaves too.
    static let turn = 1.0
    /// Seconds that whoever leaves gives the others to hear of it.
    static let farewell = 3.0
    /// Seconds after which a rank follows another that has left: the one that says why has to come first.
    static let following = 2.0
    /// Seconds that a watch counts at a time at most: while the process itself was stopped, nobody fell silent.
    static let longestTick = 1.0

    let rank: Int
    /// Every rank's host.
    let hosts: [String]
    /// Seconds of silence after which a rank counts as lost.
    let limit: Double
    /// How far the run is and how to go on, for whoever reads that a rank is lost.
    var progress = ""
    /// Whether this rank does what all ranks do at the same time and without a pause.
    var isWorking = false
    private(set) var departure: Departure?
    private var silence: [Int: Double]
    private var notice: (exitCode: Int32, age: Double)?
    private var work: (done: UInt64, age: Double)?

    /// - Parameter sources: the ranks that this one hears; itself too, whose messages move only while MPI answers.
    init(rank: Int, hosts: [String], sources: [Int], limit: Double) {
        self.rank = rank
        self.hosts = hosts
        self.limit = limit
        silence = Dictionary(uniqueKeysWithValues: sources.map { ($0, 0) })
    }

    /// A sign of life.
    mutating func heard(_ source: Int) { silence[source] = 0 }

    /// Nothing more is expected of a rank.
    mutating func released(_ source: Int) { silence[source] = nil }

    /// Another rank leaves.
    mutating func told(exitCode: Int32, by other: Int) {
        let hasSpoken = departure.map { $0.isSaid || other > rank } ?? false
        if notice == nil, !hasSpoken { notice = (exitCode, 0) }
    }

    /// This rank cannot go on.
    mutating func leave(exitCode: Int32, message: String) {
        if departure == nil { departure = Departure(exitCode: exitCode, message: message) }
    }

    /// The others know that this rank leaves.
    mutating func delivered() { departure?.isDelivered = true }

    /// The ranks that have been silent for too long, and those that are about to be.
    var lost: [Int] {
        guard silence.values.contains(where: { $0 >= limit }) else { return [] }
        return silence.filter { $0.value >= 0.8 * limit }.keys.sorted()
    }

    /// - Parameters:
    ///   - elapsed: seconds since the last call.
    ///   - done: a count of what this rank has computed; nil while it waits for others.
    mutating func tick(_ elapsed: Double, done: UInt64? = nil) -> Action {
        let elapsed = min(elapsed, Self.longestTick)
        for source in silence.keys { silence[source]! += elapsed }
        work = isWorking ? done.map { ($0, $0 == work?.done ? work!.age + elapsed : 0) } : nil
        if departure == nil, notice == nil, let work, work.age >= limit {
            leave(
                exitCode: ExitCode.tryAgain.rawValue,
                message: "\(name(rank)): has computed nothing for \(limitText) s, where all ranks compute\(ending)")
        }
        if departure == nil, notice == nil, !lost.isEmpty {
            leave(exitCode: ExitCode.tryAgain.rawValue, message: lossMessage(lost))
        }
        if let (exitCode, age) = notice {
            notice!.age = age + elapsed
            return age + elapsed >= Self.following ? .exit(exitCode) : .none
        }
        guard let departure else { return .none }
        self.departure!.age += elapsed
        if !departure.isSaid {
            guard rank == 0 || departure.age + elapsed >= Self.turn else { return .none }
            self.departure!.isSaid = true
            return .say(departure.message)
        }
        let isDone = departure.isDelivered || departure.age + elapsed >= Self.farewell
        return isDone ? .exit(departure.exitCode) : .none
    }

    private func lossMessage(_ lost: [Int]) -> String {
        if lost.contains(rank) { return "\(name(rank)): MPI has moved no message for \(limitText) s\(ending)" }
        let verb = lost.count == 1 ? "has" : "have"
        return "\(names(lost)) \(verb) been silent for \(limitText) s: stopped, dead or cut off\(ending)"
    }

    private var limitText: String { "\((limit * 10).rounded() / 10)".replacing(".0", with: "") }
    private var ending: String { progress.isEmpty ? "" : "; \(progress)" }

    /// A rank and its host.
    func name(_ rank: Int) -> String { names([rank]) }

    private func names(_ ranks: [Int]) -> String {
        let groups = Dictionary(grouping: ranks) { hosts[$0] }.sorted { $0.value[0] < $1.value[0] }
        return groups.map { host, ranks in
            "rank\(ranks.count == 1 ? "" : "s") \(ranks.map(String.init).joined(separator: ", ")) on \(host)"
        }.joined(separator: "; ")
    }
}
