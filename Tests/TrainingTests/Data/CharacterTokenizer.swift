import Diagnostics
import Tokenizers
import Training

/// One token a Unicode scalar, with `^` and `$` as begin and end token and chats as `<role>content$`.
struct CharacterTokenizer: RowTokenizer {
    var beginToken: Int32? = 94
    var endToken: Int32? = 36
    var addsBeginToken = false
    var refusesChats = false

    func encode(_ text: String, recognisingSpecialTokens: Bool) -> [Int32] {
        text.unicodeScalars.map { Int32($0.value) }
    }

    func encodeTrainingChat(_ messages: [ChatMessage]) throws -> (tokens: [Int32], lossStart: Int) {
        guard !refusesChats else { throw InputError(.data, at: "model", "expected a chat template, found none") }
        let head = messages.dropLast().map { "<\($0.role)>\($0.content)$" }.joined()
        let prompt = encode(head + "<\(messages[messages.count - 1].role)>", recognisingSpecialTokens: true)
        let answer = encode(messages[messages.count - 1].content + "$", recognisingSpecialTokens: true)
        return (prompt + answer, prompt.count)
    }
}

/// The text that a row's tokens stand for, with a bar before the first token that carries loss.
func rendering(_ row: TokenizedRow) -> String {
    func text(_ tokens: ArraySlice<Int32>) -> String {
        String(String.UnicodeScalarView(tokens.map { Unicode.Scalar(UInt32($0))! }))
    }
    return text(row.tokens.prefix(row.lossStart)) + "|" + text(row.tokens.dropFirst(row.lossStart))
}
