import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Thirty steps as PyTorch and PEFT take them")
struct GoldenCurveTests {
    static let names = ["plain", "rslora", "nf4"]

    /// How rows come into streams, which has to make no difference.
    enum Streams: CaseIterable {
        case alone, packed, packedAndShared, shared

        func set(_ configuration: inout TrainConfiguration) {
            configuration.data.packing = self == .packed || self == .packedAndShared
            switch self {
            case .alone, .packed: configuration.data.prefixSharing = .off
            case .packedAndShared: configuration.data.prefixSharing = .automatic
            case .shared: configuration.data.prefixSharing = .on
            }
        }
    }

    @Test(
        "in float32 every loss, gradient norm and rate agrees, and the adapter at the end", arguments: names,
        Streams.allCases)
    func float32(name: String, streams: Streams) throws {
        let golden = GoldenCase(name: name)
        let curve = try golden.curve()
        #expect(curve.count == 30)
        try withFolder { folder in
            let output = try train(golden.configuration(output: folder, streams.set))
            #expect(output.steps.count == curve.count)
            for (found, expected) in zip(output.steps, curve) {
                func difference(_ key: String) -> Double {
                    relativeDifference(found[key] as! Double, expected[key] as! Double)
                }
                let step = found["step"] as! Int
                #expect(step == expected["step"] as? Int)
                #expect(difference("loss") <= 1e-5, "step \(step)")
                #expect(difference("grad_norm") <= 1e-5, "step \(step)")
                #expect(difference("learning_rate") <= 1e-12, "step \(step)")
                #expect(found["num_loss_tokens"] as? Int == expected["num_loss_tokens"] as? Int)
            }
            let expected = try tensors(of: golden.adapter("final").appendingPathComponent("adapter_model.safetensors"))
            let found = try tensors(of: folder.appendingPathComponent("adapter/adapter_model.safetensors"))
            #expect(found.keys.sorted() == expected.keys.sorted())
            for (name, tensor) in expected {
                #expect(relativeDifference(try #require(found[name]).floats, tensor.floats) <= 1e-5, "\(name)")
            }
            let evaluation = try #require(output.metrics.last?["eval_loss"] as? Double)
            #expect(relativeDifference(evaluation, try golden.evaluationLoss()) <= 1e-5)
        }
    }

    @Test("with bfloat16 products the losses stay within 2 percent", arguments: names)
    func bfloat16(name: String) throws {
        let golden = GoldenCase(name: name)
        try withFolder { folder in
            let output = try train(golden.configuration(output: folder) { $0.model.computeDtype = .bfloat16 })
            for (found, expected) in zip(output.values("loss"), try golden.curve()) {
                #expect(relativeDifference(found, expected["loss"] as! Double) <= 0.02)
            }
            #expect(output.steps.count == 30)
        }
    }
}
