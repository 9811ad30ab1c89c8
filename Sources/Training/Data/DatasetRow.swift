import Diagnostics
import Files
import Tokenizers

/// A part of a row: plain text, or the turns of a chat.
public enum RowText: Sendable, Equatable {
    /// Plain text.
    case text(String)
    /// The turns of a chat.
    case messages([ChatMessage])
}

/// One row of a data file, in one of the forms that TRL and others know.
public enum DatasetRow: Sendable, Equatable {
    /// `{"messages": [{"role", "content"}, …]}`, the last one the assistant's.
    case messages([ChatMessage])
    /// `{"prompt": …, "completion": …}`, both strings or both lists of messages.
    case promptCompletion(prompt: RowText, completion: RowText)
    /// `{"text": …}`
    case text(String)
    /// `{"prompt": …, "chosen": …, "rejected": …}`, all strings or all lists of messages.
    case preference(prompt: RowText, chosen: RowText, rejected: RowText)
}

extension DatasetRow {
    /// Reads a row.
    ///
    /// Keys that belong to no form are passed over. Where keys of several forms are there, the first of preference,
    /// messages, prompt and completion, text holds.
    ///
    /// - Parameters:
    ///   - json: the row.
    ///   - place: what errors call the row, such as `train.jsonl:3`.
    /// - Throws: `InputError(.data)` naming the key, what was expected and what was found.
    package init(_ json: JSONValue, place: String) throws(InputError) {
        guard let members = json.members else { throw mismatch(place, "an object", json.summary) }
        let row = RowFields(json: json, place: place)
        if row.has("prompt"), row.has("chosen"), row.has("rejected") {
            let prompt = try row.text("prompt")
            self = .preference(
                prompt: prompt, chosen: try row.completion("chosen", after: prompt),
                rejected: try row.completion("rejected", after: prompt))
        } else if let messages = json["messages"] {
            self = .messages(try row.messages(messages, "messages", endingInAnswer: true))
        } else if row.has("prompt"), row.has("completion") {
            let prompt = try row.text("prompt")
            self = .promptCompletion(prompt: prompt, completion: try row.completion("completion", after: prompt))
        } else if let text = json["text"] {
            guard let string = text.string else { throw mismatch("\(place): text", "a string", text.summary) }
            self = .text(string)
        } else {
            let keys = members.map { JSONValue.string($0.key).summary }.joined(separator: ", ")
            throw mismatch(
                place, "messages, prompt and completion, text, or prompt, chosen and rejected",
                keys.isEmpty ? "no keys" : "the keys \(keys)")
        }
    }
}

private func mismatch(_ place: String, _ expected: String, _ found: String) -> InputError {
    InputError(.data, at: place, "expected \(expected), found \(found)")
}

/// The fields of one row, read with errors that name them.
private struct RowFields {
    static let roles = ["system", "user", "assistant"]

    let json: JSONValue
    let place: String

    func has(_ key: String) -> Bool { json[key] != nil }

    func text(_ key: String) throws(InputError) -> RowText {
        let value = json[key] ?? .null
        if let string = value.string { return .text(string) }
        guard value.array != nil else {
            throw mismatch("\(place): \(key)", "a string or a list of messages", value.summary)
        }
        return .messages(try messages(value, key, endingInAnswer: false))
    }

    /// What the model is to answer to `prompt`: of the same kind, not empty, and the assistant's.
    func completion(_ key: String, after prompt: RowText) throws(InputError) -> RowText {
        let value = json[key] ?? .null
        switch prompt {
        case .text:
            guard let string = value.string, !string.isEmpty else {
                throw mismatch("\(place): \(key)", "a non-empty string, as the prompt is one", value.summary)
            }
            return .text(string)
        case .messages:
            guard value.array != nil else {
                throw mismatch("\(place): \(key)", "a list of messages, as the prompt is one", value.summary)
            }
            return .messages(try messages(value, key, endingInAnswer: true))
        }
    }

    func messages(_ value: JSONValue, _ key: String, endingInAnswer: Bool) throws(InputError) -> [ChatMessage] {
        guard let values = value.array, !values.isEmpty else {
            throw mismatch("\(place): \(key)", "a list of messages", value.summary)
        }
        var messages: [ChatMessage] = []
        for (index, value) in values.enumerated() {
            messages.append(try message(value, place: "\(place): \(key)[\(index)]"))
        }
        guard endingInAnswer, let last = messages.last else { return messages }
        let lastPlace = "\(place): \(key)[\(messages.count - 1)]"
        guard last.role == "assistant" else {
            throw mismatch("\(lastPlace).role", "\"assistant\" in the last message", "\"\(last.role)\"")
        }
        guard !last.content.isEmpty else {
            throw mismatch("\(lastPlace).content", "a non-empty answer", "\"\"")
        }
        return messages
    }

    private func message(_ value: JSONValue, place: String) throws(InputError) -> ChatMessage {
        guard let members = value.members else {
            throw mismatch(place, "an object with role and content", value.summary)
        }
        for key in ["role", "content"] where value[key] == nil {
            throw mismatch(place, "an object with role and content", "no \(key)")
        }
        guard let role = value["role"]?.string, Self.roles.contains(role) else {
            let expected = alternatives(Self.roles.map { "\"\($0)\"" })
            throw mismatch("\(place).role", expected, value["role"]?.summary ?? "nothing")
        }
        guard let content = value["content"]?.string else {
            throw mismatch("\(place).content", "a string", value["content"]?.summary ?? "nothing")
        }
        // Tool calls, weights and the like change what a turn means, so they cannot be passed over as a row's own
        // bookkeeping can.
        if let extra = members.first(where: { !["role", "content"].contains($0.key) && !$0.value.isNull }) {
            throw mismatch(place, "only role and content", "the key \(JSONValue.string(extra.key).summary)")
        }
        return ChatMessage(role: role, content: content)
    }
}
