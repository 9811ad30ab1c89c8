import CKernels
import Diagnostics

/// How sequences lie in a flat stream of tokens: where each starts, how long it is, and the position of each token in its
/// own sequence. Attention, positions and losses read it, so there is no padding and no token sees another sequence.
public struct SegmentPlan: Sendable, Equatable {
    /// One sequence: queries [queryStart, queryStart + queryCount) see keys [keyStart, keyStart + keyCount) causally, the
    /// last query seeing the last key. Queries and keys are the same rows but for generation, where keys come from a cache.
    public struct Segment: Sendable, Equatable {
        public var queryStart: Int
        public var queryCount: Int
        public var keyStart: Int
        public var keyCount: Int

        public init(queryStart: Int, queryCount: Int, keyStart: Int, keyCount: Int) {
            require(
                queryCount > 0 && keyCount >= queryCount,
                "SegmentPlan: \(queryCount) queries and \(keyCount) keys in a segment")
            self.queryStart = queryStart
            self.queryCount = queryCount
            self.keyStart = keyStart
            self.keyCount = keyCount
        }
    }

    public let segments: [Segment]

    public init(_ segments: [Segment]) { self.segments = segments }

    /// Sequences of the given lengths, end to end.
    public init(lengths: [Int]) {
        var start = 0
        segments = lengths.map { length in
            defer { start += length }
            return Segment(queryStart: start, queryCount: length, keyStart: start, keyCount: length)
        }
    }

    /// Tokens in the stream of queries.
    public var queryCount: Int { segments.reduce(0) { $0 + $1.queryCount } }

    /// Rows of keys that the plan reads at most.
    public var keyCount: Int { segments.map { $0.keyStart + $0.keyCount }.max() ?? 0 }

    /// The position of every query in its own sequence, int32 [queries].
    public var positions: Tensor {
        let positions = Tensor(uninitialized: [queryCount], dtype: .int32)
        for segment in segments {
            for i in 0..<segment.queryCount {
                positions.int32[segment.queryStart + i] = Int32(segment.keyCount - segment.queryCount + i)
            }
        }
        return positions
    }

    var kernelSegments: [ck_segment] {
        segments.map {
            ck_segment(
                query_start: Int64($0.queryStart), query_count: Int64($0.queryCount),
                key_start: Int64($0.keyStart), key_count: Int64($0.keyCount))
        }
    }
}
