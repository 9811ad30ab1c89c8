// Self-refinement from code: a model rewrites a text, infers what it still gives away, judges it, and goes on.
// Usage: swift run -c release refinement [MODEL [ADAPTER]] < TEXT
import Foundation
import Signet

let paths = CommandLine.arguments.dropFirst().map { URL(fileURLWithPath: $0) }
let base = paths.first ?? URL(fileURLWithPath: "Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
let adapter = paths.dropFirst().first
var text = ""
while let line = readLine(strippingNewline: false) { text += line }

let model = try LocalChatModel(contentsOf: base, adapter: adapter, quantization: QuantizationSettings())
let settings = RefinementSettings(rounds: 3, protected: [.age, .location, .occupation], maxTokens: 256)
let refined = try await SelfRefinement(model, settings: settings).refine(text)
for round in refined.rounds {
    print("utility \(round.state.judgement.utility)  inferred \(round.state.inferences.map(\.attribute))")
}
print(WordDifference(from: refined.original, to: refined.text).text(.brackets))
for reason in refined.reviewReasons { print("needs review: \(reason)") }
