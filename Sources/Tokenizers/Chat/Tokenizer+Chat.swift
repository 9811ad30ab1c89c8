import Diagnostics

extension Tokenizer {
    /// Whether the model brings a chat template, of a kind known here or not.
    public var hasChatTemplate: Bool {
        if case .missing = chatTemplateProblem { false } else { true }
    }

    /// The text of a conversation in the model's chat format, as the model's own template writes it.
    ///
    /// - Parameters:
    ///   - messages: at least one turn, of the roles system, user and assistant.
    ///   - addingGenerationPrompt: whether the text ends with the beginning of the assistant's next turn.
    /// - Throws: ``InputError`` where the model has no chat template or an unknown one, or a role is none of the three.
    public func renderChat(_ messages: [ChatMessage], addingGenerationPrompt: Bool) throws -> String {
        guard let chatTemplate else { throw chatTemplateProblem?.error ?? Self.noMessages }
        guard !messages.isEmpty else { throw Self.noMessages }
        if let index = messages.firstIndex(where: { !ChatTemplate.roles.contains($0.role) }) {
            throw InputError(
                .data, at: "messages[\(index)].role",
                "expected \"system\", \"user\" or \"assistant\", found \(quoted(messages[index].role))")
        }
        let parts = chatTemplate.parts(roles: messages.map(\.role), addingGenerationPrompt: addingGenerationPrompt)
        return parts.map { part in
            switch part {
            case .literal(let text): text
            case .content(let index): messages[index].content
            case .trimmedContent(let index): trimmingWhiteSpace(messages[index].content)
            case .beginToken: beginToken.map { decode([$0]) } ?? ""
            case .endToken: endToken.map { decode([$0]) } ?? ""
            }
        }.joined()
    }

    /// The tokens of a conversation in the model's chat format.
    ///
    /// The format writes the begin token where it has one, so none is added, and special tokens in the contents are
    /// recognised, as Hugging Face's `apply_chat_template` has it.
    ///
    /// - Throws: as ``renderChat(_:addingGenerationPrompt:)``.
    public func encodeChat(_ messages: [ChatMessage], addingGenerationPrompt: Bool) throws -> [Int32] {
        encode(try renderChat(messages, addingGenerationPrompt: addingGenerationPrompt))
    }

    /// The tokens of a conversation to train on, and where the loss begins.
    ///
    /// The loss covers every token after the generation prompt of the last turn: the assistant's words, the token that
    /// ends the turn, and what the format writes after it.
    ///
    /// - Parameter messages: a conversation whose last turn is the assistant's and not the only one.
    /// - Returns: all tokens, and the number of those before the loss.
    /// - Throws: ``InputError`` as ``renderChat(_:addingGenerationPrompt:)``, where the last turn is not the assistant's,
    ///   or where the tokens of the prompt alone are not the first tokens of the whole.
    public func encodeTrainingChat(_ messages: [ChatMessage]) throws -> (tokens: [Int32], lossStart: Int) {
        guard messages.count > 1, let last = messages.last, last.role == "assistant" else {
            throw InputError(
                .data, at: "messages",
                "expected at least two messages, the last one the assistant's, found the roles "
                    + "[\(messages.map { quoted($0.role) }.joined(separator: ", "))]")
        }
        let prompt = try encodeChat(messages.dropLast(), addingGenerationPrompt: true)
        let tokens = try encodeChat(messages, addingGenerationPrompt: false)
        guard tokens.starts(with: prompt) else {
            throw InputError(
                .data, at: "messages[\(messages.count - 1)].content",
                "expected a text whose beginning does not change the tokens of the prompt before it, "
                    + "found \(quoted(last.content))")
        }
        return (tokens, prompt.count)
    }

    private static let noMessages = InputError(.data, at: "messages", "expected at least one message, found none")
}

/// `text` without white space at its ends, as Jinja's `trim` (Python's `str.strip`) has it.
func trimmingWhiteSpace(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !isPythonSpace($0) }),
        let last = scalars.lastIndex(where: { !isPythonSpace($0) })
    else { return "" }
    return String(scalars[first...last])
}

/// Python's `str.isspace`: Unicode's white space and the four separators U+001C to U+001F.
private func isPythonSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
}
