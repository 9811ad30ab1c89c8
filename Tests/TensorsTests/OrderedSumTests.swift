import Testing

@testable import Tensors

@Suite("Sums in a given order")
struct OrderedSumTests {
    private func values(_ count: Int, _ seed: UInt64) -> Tensor {
        .normal([count], standardDeviation: 100, key: RandomKey(seed: seed))
    }

    @Test(
        "addends are added one after the other, wherever the one that becomes the sum stands",
        arguments: [1, 3, 17, 16_385, 40_000], [DType.float32, .bfloat16])
    func order(count: Int, type: DType) {
        for addends in [1, 2, 3, 5] {
            for place in 0..<addends {
                let all = (0..<addends).map { values(count, UInt64($0)) }
                let others = all.indices.filter { $0 != place }.map { all[$0].converted(to: type) }
                let own = all[place].copied()
                let read = others.map { $0.converted(to: .float32).floats }
                let ordered = Array(read[..<place]) + [own.floats] + Array(read[place...])
                addInOrder(others.map { UnsafeRawPointer($0.pointer) }, type, to: own, at: place)
                let expected = (0..<count).map { i in ordered.dropFirst().reduce(ordered[0][i]) { $0 + $1[i] } }
                #expect(own.floats == expected, "\(addends) addends, place \(place)")
            }
        }
    }

    @Test("elements of a tensor share its memory")
    func elements() {
        let tensor = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        tensor.elements(2..<5).assign(Tensor([7, 8, 9] as [Float]))
        #expect(tensor.floats == [1, 2, 7, 8, 9, 6])
        #expect(tensor.elements(6..<6).floats.isEmpty)
    }
}
