import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

/// A case of the goldens of preference training: a loss and its settings.
struct PreferenceCase: Sendable, CustomTestStringConvertible {
    let name: String

    static let all = [
        "sigmoid", "smoothed", "hinge", "ipo", "robust", "sigmoid_norm", "sigmoid_sft",
    ].map(PreferenceCase.init)

    var testDescription: String { name }

    private func value<Value>(_ file: String) throws -> Value {
        let values: [String: Any] = try GoldenCase.json(Fixtures.golden("dpo/\(file)", target: "TrainingTests"))
        return try #require(values[name] as? Value)
    }

    /// The expected steps.
    func curve() throws -> [[String: Double]] { try value("curves.json") }

    /// What the held-out pairs give at the end.
    func evaluation() throws -> [String: Double] { try value("eval.json") }

    func configuration(
        output: URL, _ change: (inout TrainConfiguration) throws -> Void = { _ in }
    ) throws -> TrainConfiguration {
        let settings: [String: Any] = try value("cases.json")
        return try GoldenCase(name: "dpo").configuration(output: output) {
            $0.dpo.beta = settings["beta"] as! Double
            $0.dpo.lossType = (settings["loss_type"] as! [String]).map { .init(rawValue: $0)! }
            $0.dpo.lossWeights = settings["loss_weights"] as? [Double]
            $0.dpo.labelSmoothing = settings["label_smoothing"] as? Double ?? 0
            try change(&$0)
        }
    }
}

@Suite("Steps of preference training as TRL takes them")
struct DPOGoldenTests {
    /// The difference of two values, relative to those above 1.
    private func difference(_ found: Any?, _ expected: Double) throws -> Double {
        abs(try #require(found as? Double) - expected) / max(1, abs(expected))
    }

    @Test(
        "losses, gradient norms and all metrics agree to 1e-5 in float32, on the way and on held-out pairs",
        arguments: PreferenceCase.all, GoldenCurveTests.Streams.allCases)
    func float32(golden: PreferenceCase, streams: GoldenCurveTests.Streams) throws {
        let curve = try golden.curve()
        #expect(curve.count == 9)
        try withFolder { folder in
            let output = try train(golden.configuration(output: folder, streams.set))
            #expect(output.steps.count == curve.count)
            for (found, expected) in zip(output.steps, curve) {
                for (key, value) in expected {
                    #expect(try difference(found[key], value) <= 1e-5, "\(key) of step \(expected["step"]!)")
                }
            }
            let last = try #require(output.metrics.last)
            for (key, value) in try golden.evaluation() {
                #expect(try difference(last["eval_\(key)"], value) <= 1e-5, "eval_\(key)")
            }
        }
    }

    @Test("with bfloat16 products the losses stay within 0.03 nats", arguments: PreferenceCase.all)
    func bfloat16(golden: PreferenceCase) throws {
        try withFolder { folder in
            let output = try train(golden.configuration(output: folder) { $0.model.computeDtype = .bfloat16 })
            for (found, expected) in zip(output.values("loss"), try golden.curve()) {
                #expect(abs(found - expected["loss"]!) <= 0.03)
            }
        }
    }

    @Test("the tokens of the pairs, and where their loss begins, are TRL's")
    func tokens() throws {
        let expected: [[[Any]]] = try GoldenCase.json(Fixtures.golden("dpo/ids.json", target: "TrainingTests"))
        let rows = try GoldenCase(name: "dpo").setup().trainingRows.rows
        for (pair, sides) in expected.enumerated() {
            for (side, row) in sides.enumerated() {
                #expect(rows[2 * pair + side].tokens.map(Int.init) == row[0] as? [Int])
                #expect(rows[2 * pair + side].lossStart == row[1] as? Int)
            }
        }
    }
}
