/// A chat format: how a conversation is written as one text.
///
/// A model brings its format as a Jinja template. ``recognise(_:)`` tells which of these it is.
public enum ChatTemplate: String, CaseIterable, Sendable {
    /// `<|im_start|>role⏎content<|im_end|>⏎` for each turn, and no system turn of its own.
    case chatML
    /// ChatML that begins with SmolLM2's own system turn where the conversation does not begin with one.
    case smolLM2
    /// Llama-3: the begin token, then `<|start_header_id|>role<|end_header_id|>⏎⏎content<|eot_id|>` for each turn, the
    /// content without white space at its ends.
    case llama3
    /// Llama-3.1, 3.2 and 3.3: Llama-3 that always begins with a system turn, which opens with two lines of dates.
    ///
    /// The second date is the template's own fixed one, 26 Jul 2024. Llama-3.2's template takes the current day where
    /// its renderer tells it; the same row would then give other tokens on another day, so here it is never told.
    case llama31

    /// The name by which errors list it.
    public var name: String {
        switch self {
        case .chatML: "ChatML"
        case .smolLM2: "SmolLM2"
        case .llama3: "Llama-3"
        case .llama31: "Llama-3.1"
        }
    }

    /// The special tokens with which a turn of the model can end.
    var endOfTurnMarkers: Set<String> {
        switch self {
        case .chatML, .smolLM2: ["<|im_end|>"]
        case .llama3, .llama31: ["<|eot_id|>", "<|eom_id|>"]
        }
    }

    /// The roles whose turns all formats write in the same way as text; others stand for tools.
    static let roles = ["system", "user", "assistant"]
}

/// A part of a rendered conversation, before the contents are known.
enum ChatPart: Equatable {
    case literal(String)
    /// The content of a message, by its number.
    case content(Int)
    /// The content of a message without white space at its ends.
    case trimmedContent(Int)
    /// The text of the begin token.
    case beginToken
    /// The text of the end token.
    case endToken
}

extension ChatTemplate {
    /// How a conversation with these roles is written; what is written depends on nothing else.
    func parts(roles: [String], addingGenerationPrompt: Bool) -> [ChatPart] {
        var parts: [ChatPart] = []
        switch self {
        case .chatML, .smolLM2:
            if self == .smolLM2 && roles.first != "system" {
                parts.append(
                    .literal(
                        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, "
                            + "trained by Hugging Face<|im_end|>\n"))
            }
            for (index, role) in roles.enumerated() {
                parts += [.literal("<|im_start|>\(role)\n"), .content(index), .literal("<|im_end|>\n")]
            }
            if addingGenerationPrompt { parts.append(.literal("<|im_start|>assistant\n")) }
        case .llama3, .llama31:
            func header(_ role: String) -> String { "<|start_header_id|>\(role)<|end_header_id|>\n\n" }
            parts.append(.beginToken)
            var turns = Array(roles.enumerated())
            if self == .llama31 {
                parts.append(
                    .literal(header("system") + "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"))
                if roles.first == "system" {
                    parts.append(.trimmedContent(0))
                    turns.removeFirst()
                }
                parts.append(.literal("<|eot_id|>"))
            }
            for (index, role) in turns {
                parts += [.literal(header(role)), .trimmedContent(index), .literal("<|eot_id|>")]
            }
            if addingGenerationPrompt { parts.append(.literal(header("assistant"))) }
        }
        return parts
    }
}
