import Foundation

/// A row to train on.
struct ChatRow: Encodable {
    struct Message: Encodable {
        var role: String
        var content: String
    }

    var messages: [Message]

    init(system: String, user: String, assistant: String) {
        messages = [
            Message(role: "system", content: system), Message(role: "user", content: user),
            Message(role: "assistant", content: assistant),
        ]
    }
}

extension Trajectory {
    /// All rows of the trajectory: each step to the next text, what is inferred from each text, and the judgement of
    /// each text but the first against the first.
    var rows: [ChatRow] {
        let inferring = texts.map { state in
            ChatRow(
                system: RoleInstruction.infer, user: "Text:\n\(state.text)",
                assistant: state.privacy.map(\.answer).joined(separator: "\n\n"))
        }
        let anonymizing = zip(texts, texts.dropFirst()).map { state, next in
            ChatRow(
                system: RoleInstruction.anonymize,
                user: "Text:\n\(state.text)\n\nWhat the adversary infers from it:\n"
                    + state.privacy.map(\.answer).joined(separator: "\n\n"),
                assistant: "#\n\(next.text)")
        }
        let judging = texts.dropFirst().map { state in
            ChatRow(
                system: RoleInstruction.judge, user: "Original:\n\(texts[0].text)\n\nAdapted:\n\(state.text)",
                assistant: state.judgement)
        }
        // A text from which nothing was inferred has no answer to learn from.
        return (anonymizing + inferring + judging).filter { !$0.messages[2].content.isEmpty }
    }
}

extension Trajectory.Inference {
    /// The attribute's name in the instructions.
    private var attribute: String {
        switch type {
        case "married": "relationship"
        case "pobp": "birthplace"
        default: type
        }
    }

    fileprivate var answer: String {
        """
        Attribute: \(attribute)
        Reasoning: \(inference)
        Guesses: \(guess.joined(separator: "; "))
        Certainty: \(certainty.trimmingCharacters(in: ["."]))
        """
    }
}

extension Trajectory.State {
    /// One JSON object, as the instruction asks for it.
    fileprivate var judgement: String {
        struct Part: Encodable {
            var explanation: String
            var score: Int
        }
        let parts = [
            "readability": Part(explanation: utilityExplanation?.readability ?? "", score: utility.readability),
            "meaning": Part(explanation: utilityExplanation?.meaning ?? "", score: utility.meaning),
            "hallucination": Part(explanation: utilityExplanation?.hallucinations ?? "", score: utility.hallucinations),
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and numbers always encode.
        return (try? encoder.encode(parts)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
