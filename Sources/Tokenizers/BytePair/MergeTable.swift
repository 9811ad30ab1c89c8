/// Which two neighbouring tokens merge into which third, and how early.
///
/// An open-addressing hash table from the packed pair (left token, right token) to the packed outcome (rank, merged
/// token).
struct MergeTable: Sendable {
    /// What a pair merges into: the lower the rank, the earlier.
    struct Merge {
        var rank: Int32
        var token: Int32
    }

    private static let empty = UInt64.max

    private var keys: [UInt64]
    private var values: [UInt64]
    private(set) var count = 0

    /// - Parameter capacity: how many pairs are expected; more only cost a rehash.
    init(capacity: Int) {
        var size = 64
        while size * 3 < capacity * 4 { size *= 2 }
        keys = [UInt64](repeating: Self.empty, count: size)
        values = [UInt64](repeating: 0, count: size)
    }

    /// Records a merge; a pair that is already there takes the new rank and token.
    mutating func insert(left: Int32, right: Int32, rank: Int32, token: Int32) {
        if count * 4 >= keys.count * 3 { grow() }
        let key = Self.pack(left, right)
        let slot = slot(for: key)
        if keys[slot] == Self.empty { count += 1 }
        keys[slot] = key
        values[slot] = Self.pack(rank, token)
    }

    /// What `left` followed by `right` merges into, or nil.
    func merge(left: Int32, right: Int32) -> Merge? {
        let slot = slot(for: Self.pack(left, right))
        guard keys[slot] != Self.empty else { return nil }
        return Merge(
            rank: Int32(truncatingIfNeeded: values[slot] >> 32), token: Int32(truncatingIfNeeded: values[slot]))
    }

    private func slot(for key: UInt64) -> Int {
        let mask = keys.count - 1
        let product = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
        var slot = Int(truncatingIfNeeded: product ^ product >> 32) & mask
        while keys[slot] != key && keys[slot] != Self.empty { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        var larger = MergeTable(capacity: keys.count * 2)
        for slot in keys.indices where keys[slot] != Self.empty {
            let target = larger.slot(for: keys[slot])
            larger.keys[target] = keys[slot]
            larger.values[target] = values[slot]
        }
        larger.count = count
        self = larger
    }

    private static func pack(_ high: Int32, _ low: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: high)) << 32 | UInt64(UInt32(bitPattern: low))
    }
}
