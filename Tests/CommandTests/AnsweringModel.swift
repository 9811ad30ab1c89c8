import Foundation
import Signet
import TestSupport

/// A Llama whose weights are written by hand, so that it really reads conversations and really answers them.
///
/// Every feature, a text that a conversation may hold, is one token with a direction of its own, and every answer is one
/// token. Attention looks at all tokens alike, so that a hidden state says which features the conversation holds; the head
/// gives the answer whose features are all there the most, and behind an answer the end of the turn.
final class AnsweringModel {
    /// What is said where certain texts are in the conversation.
    struct Answer {
        let text: String
        /// How much each feature speaks for it.
        let weights: [String: Float]

        init(_ text: String, _ weights: [String: Float]) {
            self.text = text
            self.weights = weights
        }
    }

    let url: URL
    private static let firstAddedID = 384

    init(_ answers: [Answer]) throws {
        url = try Fixtures.temporaryFolder()
        let features = Set(answers.flatMap(\.weights.keys)).sorted()
        let size = 32
        precondition(features.count < size)
        let shape = LlamaConfiguration(
            vocabularySize: Self.firstAddedID + features.count + answers.count, hiddenSize: size, intermediateSize: 8,
            layerCount: 1, attentionHeadCount: 1, keyValueHeadCount: 1, headDimension: size,
            maxPositionEmbeddings: 8192, endOfSequenceTokens: [2])
        try Data(shape.huggingFaceJSON(dtype: .float32).utf8).write(to: url.appendingPathComponent("config.json"))
        try writeTokenizer(features + answers.map(\.text))
        var writer = try SafetensorsWriter(
            url.appendingPathComponent("model.safetensors"),
            entries: LlamaFolder.weights(shape).map { .init(name: $0.name, dtype: .float32, shape: $0.shape) })
        for (name, shape) in LlamaFolder.weights(shape) {
            let values = Self.values(of: name, shape, features, answers)
            try values.withUnsafeBytes { try writer.append($0, to: name) }
        }
        try writer.finish()
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The tokenizer of the training tests' goldens with more whole tokens.
    private func writeTokenizer(_ tokens: [String]) throws {
        let golden = Fixtures.golden("plain/model", target: "TrainingTests")
        for name in ["tokenizer_config.json", "chat_template.jinja"] {
            try FileManager.default.copyItem(
                at: golden.appendingPathComponent(name), to: url.appendingPathComponent(name))
        }
        let data = try Data(contentsOf: golden.appendingPathComponent("tokenizer.json"))
        guard var json = try JSONSerialization.jsonObject(with: data) as? [String: Any],
            let added = json["added_tokens"] as? [[String: Any]]
        else { throw CocoaError(.fileReadCorruptFile) }
        json["added_tokens"] =
            added
            + tokens.enumerated().map { index, content in
                [
                    "id": Self.firstAddedID + index, "content": content, "single_word": false, "lstrip": false,
                    "rstrip": false, "normalized": false, "special": false,
                ] as [String: Any]
            }
        try JSONSerialization.data(withJSONObject: json).write(to: url.appendingPathComponent("tokenizer.json"))
    }

    private static func values(
        of name: String, _ shape: [Int], _ features: [String], _ answers: [Answer]
    ) -> [Float] {
        if name.hasSuffix("norm.weight") { return [Float](repeating: 1, count: shape[0]) }
        var values = [Float](repeating: 0, count: shape[0] * shape[1])
        // Behind the features' directions comes one that says that there was an answer.
        let answered = features.count
        let firstAnswer = firstAddedID + features.count
        switch name {
        case "model.embed_tokens.weight":
            for index in features.indices { values[(firstAddedID + index) * shape[1] + index] = 1 }
            for index in answers.indices { values[(firstAnswer + index) * shape[1] + answered] = 1 }
        case "lm_head.weight":
            for (index, answer) in answers.enumerated() {
                for (feature, name) in features.enumerated() {
                    values[(firstAnswer + index) * shape[1] + feature] = answer.weights[name] ?? 0
                }
            }
            // Answers in the conversation weigh little beside the one that was just given.
            values[2 * shape[1] + answered] = 0.25
        case _ where name.hasSuffix("v_proj.weight") || name.hasSuffix("o_proj.weight"):
            for index in 0..<shape[0] { values[index * shape[1] + index] = 1 }
        default: break
        }
        return values
    }
}

extension AnsweringModel {
    /// What the adapted text reads like after a round, and after two.
    static let text = "I am 29 and live in Leeds."
    static let rewritten = ["I am an adult and live in Leeds.", "I am an adult and live in a northern city."]
    static let plainText = "It rains."

    /// A student of anonymization in all its roles, for the texts above.
    static func student() throws -> AnsweringModel {
        // The beginnings of the instructions tell the roles apart.
        func mark(_ messages: [ChatMessage]) -> String { String(messages[0].content.prefix(48)) }
        let infer = mark(RolePrompt.infer(""))
        let judge = mark(RolePrompt.judge(original: "", adapted: ""))
        let anonymize = mark(RolePrompt.anonymize("", inferences: []))
        let mask = mark(RolePrompt.mask("", types: ["AGE"]))
        let age = Inference(.age, reasoning: "It is said.", guesses: ["29", "28", "30"], certainty: 5)
        let place = Inference(.location, reasoning: "It is named.", guesses: ["Leeds, England"], certainty: 4)
        let judgement = UtilityJudgement(
            readability: .init(score: 10), meaning: .init(score: 9), hallucination: .init(score: 1))
        return try AnsweringModel([
            Answer(RoleReply.answer([age, place]), [infer: 1, text: 1]),
            Answer(RoleReply.answer([place]), [infer: 1, rewritten[0]: 1]),
            Answer("None", [infer: 1, rewritten[1]: 1, plainText: 1]),
            // The original is there too.
            Answer(RoleReply.answer(judgement), [judge: 3]),
            Answer(RoleReply.answer(rewritten[0]), [anonymize: 1, text: 1]),
            Answer(RoleReply.answer(rewritten[1]), [anonymize: 1, rewritten[0]: 1]),
            Answer(RoleReply.answer("I am <AGE> and live in <LOCATION>."), [mask: 1, text: 1]),
            Answer(RoleReply.answer(plainText), [mask: 1, plainText: 1]),
        ])
    }
}
