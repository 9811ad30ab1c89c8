// A loss of one's own on a model with LoRA: unlikelihood training (Welleck et al., arXiv 1908.04319). The model learns the
// anonymized answer and, in the same step, to give the revealing words of the original less probability:
//     loss = mean over the answer of −log p(token) + mean over the revealing words of −log(1 − p(token))
// Usage: swift run unlikelihood [MODEL] [STEPS]
import Foundation
import Signet

let arguments = CommandLine.arguments.dropFirst()
let path = arguments.first ?? "Checkpoints/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
let steps = arguments.dropFirst().first.flatMap { Int($0) } ?? 10

let location = try ModelLocation.open(URL(fileURLWithPath: path))
let tokenizer = try Tokenizer(of: location)
let model = try LlamaModel(location, quantization: QuantizationSettings())
try model.attachAdapters(LoRAConfiguration(rank: 8, alpha: 16, targets: .allLinear), key: RandomKey(seed: 1))
var optimizer = AdamW(parameters: model.parameters)

/// A chat as tokens, and the places of its answer's tokens.
func encode(_ question: String, _ answer: String) throws -> (tokens: [Int32], answer: Range<Int>) {
    let chat = try tokenizer.encodeTrainingChat([
        ChatMessage(role: "user", content: question), ChatMessage(role: "assistant", content: answer),
    ])
    return (chat.tokens, chat.lossStart..<chat.tokens.count)
}

let question = "Anonymize: I run the ferry office in Mossvik and my wife Ingeborg bakes for the crew."
let wanted = try encode(question, "I work at a transport office and my partner bakes for the staff.")
let revealing = try encode(question, "I run the ferry office in Mossvik and my wife Ingeborg bakes for the crew.")
let tokens = wanted.tokens + revealing.tokens
let plan = SegmentPlan(lengths: [wanted.tokens.count, revealing.tokens.count])
let places = Array(wanted.answer) + revealing.answer.map { $0 + wanted.tokens.count }

for step in 1...steps {
    let losses = model.tokenLosses(
        tokens: tokens, plan: plan, rows: places.map { Int32($0 - 1) }, targets: places.map { tokens[$0] })
    let likely = losses[0..<wanted.answer.count]
    let unlikely = losses[wanted.answer.count...]
    // A probability that rounds to one would have an infinite loss.
    let loss = likely.mean() - log(1 - exp(-maximum(unlikely, Tensor(1e-4)))).mean()
    let gradients = loss.gradients(of: model.parameters)
    let norm = globalNorm(gradients)
    optimizer.step(
        gradients: gradients, learningRate: 1e-3, gradientScale: clippingScale(norm: norm, maximum: 1))
    print(
        "step \(step)  loss \(loss.item)  wanted \(likely.detached.mean().item)  revealing \(unlikely.detached.mean().item)"
    )
}
