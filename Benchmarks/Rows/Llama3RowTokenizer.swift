import Signet

/// Llama-3.1's vocabulary with its chat format, from a `tokenizer.model` by itself, which brings no format.
struct Llama3RowTokenizer: RowTokenizer {
    private let tokenizer: Tokenizer

    init(_ tokenizer: Tokenizer) {
        self.tokenizer = tokenizer
    }

    var beginToken: Int32? { tokenizer.beginToken }
    var endToken: Int32? { tokenizer.endToken }
    var addsBeginToken: Bool { tokenizer.addsBeginToken }

    func encode(_ text: String, recognisingSpecialTokens: Bool) -> [Int32] {
        tokenizer.encode(text, recognisingSpecialTokens: recognisingSpecialTokens)
    }

    func encodeTrainingChat(_ messages: [ChatMessage]) throws -> (tokens: [Int32], lossStart: Int) {
        func turn(_ message: ChatMessage) -> String { "\(header(message.role))\(message.content)<|eot_id|>" }
        func header(_ role: String) -> String { "<|start_header_id|>\(role)<|end_header_id|>\n\n" }
        let prompt = encode(
            "<|begin_of_text|>" + messages.dropLast().map(turn).joined() + header("assistant"),
            recognisingSpecialTokens: true)
        let answer = encode((messages.last?.content ?? "") + "<|eot_id|>", recognisingSpecialTokens: true)
        return (prompt + answer, prompt.count)
    }
}
