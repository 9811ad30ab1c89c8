import Diagnostics
import Tokenizers

/// Makes what an endpoint says safe to show: some repeat the key or the whole request in their errors.
struct ServerMessage {
    /// As many characters in a row as two texts share only where one repeats the other.
    private static let telltale = 16

    private let key: APIKey?
    private let messages: [ChatMessage]

    init(key: APIKey?, messages: [ChatMessage]) {
        self.key = key
        self.messages = messages
    }

    /// The message in quotes and cut, without the key; nothing of it where it repeats the request.
    func shown(_ message: String) -> String {
        let message = key?.removed(from: message) ?? message
        return repeatsRequest(message) ? "(a message that repeats the request)" : quoted(message)
    }

    private func repeatsRequest(_ message: String) -> Bool {
        let shown = Array(message.unicodeScalars.prefix(400))
        guard shown.count >= Self.telltale else { return false }
        return (0...shown.count - Self.telltale).contains { start in
            var piece = String.UnicodeScalarView()
            piece.append(contentsOf: shown[start..<start + Self.telltale])
            let text = String(piece)
            return messages.contains { $0.content.contains(text) }
        }
    }
}
