import CKernels
import Diagnostics

/// How sequences lie in a flat stream of tokens: where each starts, how long it is, which earlier part it continues, and
/// the position of each token in its own sequence. Attention, positions and losses read it, so there is no padding, no
/// token sees another sequence, and sequences that begin alike hold their common beginning once.
public struct SegmentPlan: Sendable, Equatable {
    /// A run of queries and a run of keys, behind the keys of the segments it continues.
    ///
    /// Queries [queryStart, queryStart + queryCount) see every key of `parent` and of its ancestors, and keys
    /// [keyStart, keyStart + keyCount) causally, the last query seeing the last key. Queries and keys are the same rows
    /// but for generation, where keys come from a cache.
    public struct Segment: Sendable, Equatable {
        public var queryStart: Int
        /// 0 where the segment only has keys that others continue.
        public var queryCount: Int
        public var keyStart: Int
        public var keyCount: Int
        /// The index in the plan of the earlier segment whose last token comes before this one's first key.
        public var parent: Int?

        public init(queryStart: Int, queryCount: Int, keyStart: Int, keyCount: Int, parent: Int? = nil) {
            require(
                queryStart >= 0 && keyStart >= 0 && queryCount >= 0 && keyCount > 0 && keyCount >= queryCount,
                "SegmentPlan: \(queryCount) queries from \(queryStart) on and \(keyCount) keys from \(keyStart) on in a segment"
            )
            self.queryStart = queryStart
            self.queryCount = queryCount
            self.keyStart = keyStart
            self.keyCount = keyCount
            self.parent = parent
        }

        var queries: Range<Int> { queryStart..<queryStart + queryCount }
        var keys: Range<Int> { keyStart..<keyStart + keyCount }
    }

    public let segments: [Segment]

    /// - Parameter segments: parents before their children; each query of the stream in one segment and each row of keys
    ///   in one at most.
    public init(_ segments: [Segment]) {
        for (index, segment) in segments.enumerated() {
            if let parent = segment.parent {
                require(
                    (0..<index).contains(parent),
                    "SegmentPlan: segment \(index) continues segment \(parent), not an earlier one")
            }
        }
        var end = 0
        for queries in segments.map(\.queries).filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            require(queries.lowerBound == end, "SegmentPlan: queries \(queries) where \(end) has to come next")
            end = queries.upperBound
        }
        end = 0
        for keys in segments.map(\.keys).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            require(keys.lowerBound >= end, "SegmentPlan: keys \(keys) overlap another segment's, which end at \(end)")
            end = keys.upperBound
        }
        self.segments = segments
    }

    /// Sequences of the given lengths, end to end.
    public init(lengths: [Int]) {
        var start = 0
        self.init(
            lengths.map { length in
                defer { start += length }
                return Segment(queryStart: start, queryCount: length, keyStart: start, keyCount: length)
            })
    }

    /// Tokens in the stream of queries.
    public var queryCount: Int { segments.reduce(0) { $0 + $1.queryCount } }

    /// Rows of keys that the plan reads at most.
    public var keyCount: Int { segments.map(\.keys.upperBound).max() ?? 0 }

    /// The keys that the last query of each segment sees: its own and its ancestors'.
    private var visibleKeyCounts: [Int] {
        var counts: [Int] = []
        for segment in segments { counts.append((segment.parent.map { counts[$0] } ?? 0) + segment.keyCount) }
        return counts
    }

    /// How many positions the longest sequence has.
    public var positionCount: Int { visibleKeyCounts.max() ?? 0 }

    /// The position of every query in its own sequence, int32 [queries]: the keys before it, its ancestors' included.
    public var positions: Tensor {
        let positions = Tensor(uninitialized: [queryCount], dtype: .int32)
        for (segment, end) in zip(segments, visibleKeyCounts) {
            for i in 0..<segment.queryCount {
                positions.int32[segment.queryStart + i] = Int32(end - segment.queryCount + i)
            }
        }
        return positions
    }

    var kernelSegments: [ck_segment] {
        segments.map {
            ck_segment(
                query_start: Int64($0.queryStart), query_count: Int64($0.queryCount),
                key_start: Int64($0.keyStart), key_count: Int64($0.keyCount), parent: Int64($0.parent ?? -1))
        }
    }
}
