/// What was read from a file of dirty data, and what was mended or dropped for which reason.
public struct ReadingReport: Sendable, Equatable {
    /// How often something was counted.
    public struct Count: Sendable, Equatable {
        /// What was done and why, such as "inference dropped: certainty is not a number from 1 to 5".
        public var what: String
        public var count: Int
        /// Where it happened first, as `file:line`.
        public var firstPlace: String
    }

    /// In the order in which each was first seen.
    public private(set) var counts: [Count] = []

    public init() {}

    /// Counts one more of `what`.
    public mutating func note(_ what: String, at place: String) {
        if let index = counts.firstIndex(where: { $0.what == what }) {
            counts[index].count += 1
        } else {
            counts.append(Count(what: what, count: 1, firstPlace: place))
        }
    }

    /// Counts what another file's report has counted.
    public mutating func add(_ report: ReadingReport) {
        for other in report.counts {
            if let index = counts.firstIndex(where: { $0.what == other.what }) {
                counts[index].count += other.count
            } else {
                counts.append(other)
            }
        }
    }

    /// How often `what` was counted.
    public subscript(what: String) -> Int { counts.first { $0.what == what }?.count ?? 0 }

    /// A line for each count: `3 × certainty read from "3.", first at trajectories.jsonl:12`.
    public var lines: [String] { counts.map { "\($0.count) × \($0.what), first at \($0.firstPlace)" } }
}
