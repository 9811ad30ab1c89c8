import Distributed
import Tensors
import Testing

@Suite("Sums of gradients")
struct GradientReductionTests {
    @Test("a process by itself adds up what it is given")
    func single() {
        let reduction = GradientReduction(ParameterShards(counts: [2, 3], rankCount: 1), SingleProcess())
        reduction.add(Tensor([4, 5, 6] as [Float]), to: 1, isComplete: false)
        reduction.add(Tensor([1, 2] as [Float]), to: 0, isComplete: false)
        reduction.add(Tensor([1, 1, 1] as [Float]), to: 1, isComplete: true)
        reduction.add(Tensor([0.5, 0.25] as [Float]), to: 0, isComplete: true)
        #expect(reduction.finish().map(\.floats) == [[1.5, 2.25], [5, 6, 7]])
    }
}
