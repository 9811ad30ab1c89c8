/// The random choices of one part of a synthesis: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), the same on every
/// machine.
struct SynthesisRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The choices of a part of this one's work, such as a profile or a text, whatever was drawn before.
    ///
    /// - Parameter parts: which part, and which part of that.
    init(seed: UInt64, _ parts: Int...) {
        state = seed
        for part in parts {
            state = next() &+ UInt64(bitPattern: Int64(part)) &* 0xD134_2543_DE82_EF95
        }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number of the range, each equally likely.
    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next().multipliedFullWidth(by: UInt64(range.count)).high)
    }

    /// True in `percent` of 100 cases.
    mutating func chance(_ percent: Int) -> Bool { number(in: 1...100) <= percent }

    /// One of the elements, of which there must be some.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(in: 0...elements.count - 1)] }

    /// So many of the elements, in random order; all where there are fewer.
    mutating func sample<Element>(_ elements: [Element], _ count: Int) -> [Element] {
        var rest = elements
        var drawn: [Element] = []
        while drawn.count < count, !rest.isEmpty { drawn.append(rest.remove(at: number(in: 0...rest.count - 1))) }
        return drawn
    }
}
