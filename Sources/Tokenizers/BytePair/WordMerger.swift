/// Applies a merge table to one word: the pair of lowest rank first, the leftmost of equals, until none is left.
///
/// The word is a doubly linked list of tokens and the candidate merges a binary heap, so that a word of n bytes takes
/// O(n log n), however long it is. The buffers are kept from word to word.
struct WordMerger {
    /// A merge that was possible when it was found.
    private struct Candidate {
        /// Rank in the high half, position of the left token in the low half: their order is the order of merging.
        var order: UInt64
        var token: Int32
    }

    private static let removed: Int32 = -1

    private var tokens: [Int32] = []
    private var previous: [Int32] = []
    private var next: [Int32] = []
    private var heap: [Candidate] = []

    /// Merges `word`, in place, into the tokens that byte-pair encoding gives.
    mutating func merge(_ word: inout [Int32], with merges: MergeTable) {
        guard word.count > 1 else { return }
        swap(&tokens, &word)
        let count = Int32(tokens.count)
        previous.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        for position in 0..<count {
            previous.append(position - 1)
            next.append(position + 1 < count ? position + 1 : Self.removed)
        }
        for position in 0..<(count - 1) { pushCandidate(at: position, merges) }

        while let candidate = popCandidate() {
            let position = Int(truncatingIfNeeded: candidate.order & 0xFFFF_FFFF)
            // A candidate is stale once one of its two tokens has gone into another merge.
            guard tokens[position] != Self.removed, next[position] != Self.removed else { continue }
            let neighbour = Int(next[position])
            guard merges.merge(left: tokens[position], right: tokens[neighbour])?.token == candidate.token else {
                continue
            }
            tokens[position] = candidate.token
            tokens[neighbour] = Self.removed
            next[position] = next[neighbour]
            if next[position] != Self.removed {
                previous[Int(next[position])] = Int32(position)
                pushCandidate(at: Int32(position), merges)
            }
            if previous[position] >= 0 { pushCandidate(at: previous[position], merges) }
        }

        word.removeAll(keepingCapacity: true)
        for token in tokens where token != Self.removed { word.append(token) }
    }

    private mutating func pushCandidate(at position: Int32, _ merges: MergeTable) {
        let left = tokens[Int(position)]
        let right = tokens[Int(next[Int(position)])]
        guard let merge = merges.merge(left: left, right: right) else { return }
        let order = UInt64(UInt32(bitPattern: merge.rank)) << 32 | UInt64(UInt32(bitPattern: position))
        heap.append(Candidate(order: order, token: merge.token))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].order < heap[parent].order else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func popCandidate() -> Candidate? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2) where child < heap.count {
                if heap[child].order < heap[least].order { least = child }
            }
            guard least != parent else { return first }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
