import Testing

@testable import Models

@Suite("Rows of the cache") struct RowAllocatorTests {
    @Test("taken rows never overlap, and rows given back are taken again before the matrix grows")
    func rows() {
        var rows = RowAllocator()
        let parts = [3, 5, 2, 7].map { rows.take($0) }
        #expect(parts == [0..<3, 3..<8, 8..<10, 10..<17] && rows.count == 17)
        rows.release(parts[1])
        rows.release(parts[2])
        #expect(rows.take(6) == 3..<9)
        #expect(rows.take(1) == 9..<10)
        #expect(rows.count == 17)
    }

    @Test("growth begins with the free rows at the end")
    func growth() {
        var rows = RowAllocator()
        let (first, last) = (rows.take(4), rows.take(4))
        rows.release(last)
        #expect(rows.take(6) == 4..<10 && rows.count == 10)
        rows.release(4..<10)
        rows.release(first)
        #expect(rows.take(10) == 0..<10 && rows.count == 10)
    }

    @Test("any order of taking and giving back keeps rows apart", arguments: 0..<5)
    func disorder(seed: Int) {
        var rows = RowAllocator()
        var held: [Range<Int>] = []
        var state = UInt64(seed + 1)
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<400 {
            if held.count > 8 || (!held.isEmpty && next(3) == 0) {
                rows.release(held.remove(at: next(held.count)))
            } else {
                let taken = rows.take(1 + next(20))
                #expect(held.allSatisfy { !$0.overlaps(taken) } && taken.upperBound <= rows.count)
                held.append(taken)
            }
        }
        for part in held { rows.release(part) }
        #expect(rows.take(rows.count).lowerBound == 0)
        // Nine parts of up to twenty rows, and what lies unused between them.
        #expect(rows.count < 400)
    }
}
