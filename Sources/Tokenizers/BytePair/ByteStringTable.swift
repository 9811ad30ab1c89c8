import Foundation

/// Byte strings numbered from 0 in the order they were added, found again by their content.
///
/// All bytes lie one after another in a single array, and the index is an open-addressing hash table of numbers, so
/// that a vocabulary of 128,000 tokens is a handful of allocations.
struct ByteStringTable: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var isFindable: [Bool] = []
    private var slots: [Int32]
    private var findableCount = 0

    /// - Parameter capacity: how many strings are expected; more only cost a rehash.
    init(capacity: Int = 0) {
        slots = Self.emptySlots(for: capacity)
        ends.reserveCapacity(capacity)
        bytes.reserveCapacity(capacity * 8)
    }

    /// How many strings were added, findable or not.
    var count: Int { ends.count }

    /// Adds a string and returns its number.
    ///
    /// - Parameter findable: whether ``index(of:)`` may return it; the caller makes sure that no two findable strings
    ///   are equal and none is empty.
    @discardableResult
    mutating func append(_ string: UnsafeBufferPointer<UInt8>, findable: Bool = true) -> Int {
        let index = ends.count
        bytes.append(contentsOf: string)
        ends.append(bytes.count)
        isFindable.append(findable)
        if findable {
            findableCount += 1
            if findableCount * 2 > slots.count { rehash() } else { insert(index, hash: Self.hash(string)) }
        }
        return index
    }

    /// The number of the findable string with these bytes, or nil.
    func index(of string: UnsafeBufferPointer<UInt8>) -> Int? {
        guard !string.isEmpty else { return nil }
        let wanted = string.baseAddress!
        let length = string.count
        let mask = slots.count - 1
        var slot = Self.hash(string) & mask
        // Loading a vocabulary looks up millions of strings: plain pointers keep it fast in an unoptimised build too.
        return slots.withUnsafeBufferPointer { slots in
            ends.withUnsafeBufferPointer { ends in
                bytes.withUnsafeBufferPointer { bytes in
                    let slots = slots.baseAddress!
                    while slots[slot] >= 0 {
                        let index = Int(slots[slot])
                        let start = index == 0 ? 0 : ends.baseAddress![index - 1]
                        if ends.baseAddress![index] - start == length,
                            memcmp(bytes.baseAddress! + start, wanted, length) == 0
                        {
                            return index
                        }
                        slot = (slot + 1) & mask
                    }
                    return nil
                }
            }
        }
    }

    /// The bytes of string `index`.
    subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }

    /// Forgets every string but keeps the memory.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        isFindable.removeAll(keepingCapacity: true)
        findableCount = 0
        for slot in slots.indices { slots[slot] = -1 }
    }

    private mutating func insert(_ index: Int, hash: Int) {
        let mask = slots.count - 1
        var slot = hash & mask
        while slots[slot] >= 0 { slot = (slot + 1) & mask }
        slots[slot] = Int32(index)
    }

    private mutating func rehash() {
        slots = Self.emptySlots(for: findableCount)
        for index in ends.indices where isFindable[index] {
            let hash = self[index].withUnsafeBufferPointer { Self.hash($0) }
            insert(index, hash: hash)
        }
    }

    private static func emptySlots(for capacity: Int) -> [Int32] {
        var size = 64
        while size < capacity * 3 { size *= 2 }
        return [Int32](repeating: -1, count: size)
    }

    /// FNV-1a, with its high bits, which depend on every byte, folded into the low ones.
    private static func hash(_ string: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        if let bytes = string.baseAddress {
            var offset = 0
            while offset < string.count {
                hash = (hash ^ UInt64(bytes[offset])) &* 0x100_0000_01B3
                offset += 1
            }
        }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
