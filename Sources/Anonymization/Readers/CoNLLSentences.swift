import Diagnostics
import Files

/// Reads CoNLL-style files: a token and a tag a line, with tabs or blanks between columns and sentences between empty
/// lines.
///
/// The token is the first column and the tag the last: `O`, or a type behind `B-` and `I-`, `E-` and `S-` (IOBES), `L-` and
/// `U-` (BILOU). The text of a sentence is its tokens with blanks between them. Sentences under one `-DOCSTART-` have one
/// profile. Lines that begin with `#` and do not end in a tag are comments.
struct CoNLLSentences {
    private let path: String
    private var text = ""
    private var length = 0
    private var spans: [EntitySpan] = []
    /// The type of the span that the next token may belong to.
    private var openType: String?
    private var firstLine = 1
    private var document = 0

    private init(path: String) {
        self.path = path
    }

    static func read(_ path: String, into collection: inout SourceCollection) throws(InputError) {
        var sentences = CoNLLSentences(path: path)
        try LineReader(path: path, kind: "a CoNLL file").forEachLine { line, number throws(InputError) in
            let text = try String(line: line, number: number, of: path)
            try sentences.take(text, number, &collection)
        }
        sentences.finish(&collection)
    }

    private mutating func take(_ line: String, _ number: Int, _ collection: inout SourceCollection) throws(InputError) {
        guard line.contains(where: { !$0.isWhitespace }) else { return finish(&collection) }
        let columns =
            line.contains("\t")
            ? line.split(separator: "\t", omittingEmptySubsequences: false) : line.split(whereSeparator: \.isWhitespace)
        let token = String(columns[0]).trimming(while: \.isWhitespace)
        guard token != "-DOCSTART-" else {
            finish(&collection)
            document += 1
            return
        }
        let written = String(columns[columns.count - 1]).trimming(while: \.isWhitespace)
        guard columns.count > 1, let tag = Tag(written) else {
            if line.hasPrefix("#") { return }
            throw InputError(
                .data, at: "\(path):\(number)",
                "expected a token and a tag such as O, B-person or I-person, found \(columns.count) "
                    + (columns.count == 1 ? "field" : "fields without a tag in the last"))
        }
        let place = "\(path):\(number)"
        guard !token.isEmpty else { return collection.report.note("token dropped: it is empty", at: place) }
        if text.isEmpty { firstLine = number }
        add(token, tag, place, &collection.report)
    }

    private mutating func add(_ token: String, _ tag: Tag, _ place: String, _ report: inout ReadingReport) {
        if !text.isEmpty {
            text += " "
            length += 1
        }
        let range = length..<length + token.unicodeScalars.count
        text += token
        length = range.upperBound
        guard let type = tag.type else {
            openType = nil
            return
        }
        if tag.continues, openType == type {
            spans[spans.count - 1].range = spans[spans.count - 1].range.lowerBound..<range.upperBound
        } else {
            if tag.continues { report.note("tag in the middle of a span taken as its beginning", at: place) }
            spans.append(EntitySpan(type: type, range: range))
        }
        openType = tag.ends ? nil : type
    }

    private mutating func finish(_ collection: inout SourceCollection) {
        defer { (text, length, spans, openType) = ("", 0, [], nil) }
        guard !text.isEmpty else { return }
        let id = "\(collection.nextNumber)"
        collection.add(
            SourceText(id: id, profile: document == 0 ? id : "document \(document)", text: text, spans: spans),
            at: "\(path):\(firstLine)")
    }

    private struct Tag {
        /// Nil outside of all spans.
        let type: String?
        /// Whether the token belongs to the span of the one before it.
        let continues: Bool
        let ends: Bool

        init?(_ text: String) {
            if text == "O" {
                (type, continues, ends) = (nil, false, false)
                return
            }
            guard let first = text.first, "BIESLU".contains(first), text.dropFirst().hasPrefix("-"), text.count > 2
            else { return nil }
            type = String(text.dropFirst(2))
            continues = "IEL".contains(first)
            ends = "ESLU".contains(first)
        }
    }
}
