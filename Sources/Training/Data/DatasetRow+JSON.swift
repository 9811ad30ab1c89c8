import Files
import Tokenizers

extension DatasetRow {
    /// The row as `init(_:place:)` reads it.
    package var json: JSONValue {
        switch self {
        case .messages(let messages): .object([.init("messages", Self.json(messages))])
        case .promptCompletion(let prompt, let completion):
            .object([.init("prompt", prompt.json), .init("completion", completion.json)])
        case .text(let text): .object([.init("text", .string(text))])
        case .preference(let prompt, let chosen, let rejected):
            .object([.init("prompt", prompt.json), .init("chosen", chosen.json), .init("rejected", rejected.json)])
        }
    }

    fileprivate static func json(_ messages: [ChatMessage]) -> JSONValue {
        .array(
            messages.map { .object([.init("role", .string($0.role)), .init("content", .string($0.content))]) })
    }
}

extension RowText {
    fileprivate var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .messages(let messages): DatasetRow.json(messages)
        }
    }
}
