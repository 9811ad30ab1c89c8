import Layers
import Tensors
import Testing

@Suite("Rotary embedding")
struct RotaryEmbeddingTests {
    @Test("a table reaches the last position of the longest path of a tree, however short its segments are")
    func tree() {
        // A chain of ten segments of 20 tokens, and one beside it.
        let chain = (0..<10).map { index in
            SegmentPlan.Segment(
                queryStart: 20 * index, queryCount: 20, keyStart: 20 * index, keyCount: 20,
                parent: index == 0 ? nil : index - 1)
        }
        let plan = SegmentPlan(chain + [.init(queryStart: 200, queryCount: 90, keyStart: 200, keyCount: 90)])
        #expect(plan.positionCount == 200)
        let rotary = RotaryEmbedding(headDimension: 8, theta: 10_000)
        #expect(rotary.table(for: SegmentPlan(lengths: [3, 5])).positionCount < 200)
        #expect(rotary.table(for: plan).positionCount >= 200)
        #expect(SegmentPlan([]).positionCount == 0)
    }
}
