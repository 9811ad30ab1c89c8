import Diagnostics
import Files

/// The texts of a file as they are read.
struct SourceCollection {
    let path: String
    var report = ReadingReport()
    private var texts: [SourceText] = []
    /// For each text, what its row says beside it.
    private var fields: [[JSONValue.Member]?] = []
    /// Rows that were read, with or without a text.
    private var rowCount = 0
    private var ids: Set<String> = []

    init(path: String) {
        self.path = path
    }

    /// The number of the row that is read next, from 1. Rows that are dropped count, so that all who read a file number its
    /// texts alike.
    var nextNumber: Int { rowCount + 1 }

    /// Notes that a row has no text for anybody.
    mutating func drop(_ what: String, at place: String) {
        rowCount += 1
        report.note("text dropped: \(what)", at: place)
    }

    /// Takes a text, unless there is nothing in it. An id that was there before is made another.
    ///
    /// - Parameter fields: what its row says beside the text, as it stands there; nil where the file has no rows.
    mutating func add(_ text: SourceText, fields: [JSONValue.Member]? = nil, at place: String) {
        guard text.text.contains(where: { !$0.isWhitespace }) else { return drop("it is empty", at: place) }
        rowCount += 1
        var text = text
        if ids.contains(text.id) {
            report.note("id that came before numbered", at: place)
            var number = 2
            while ids.contains("\(text.id)#\(number)") { number += 1 }
            text.id += "#\(number)"
        }
        ids.insert(text.id)
        texts.append(text)
        self.fields.append(fields)
    }

    /// - Throws: `InputError(.data)` where nothing is left.
    func finished() throws(InputError) -> (texts: [SourceText], report: ReadingReport) {
        guard !texts.isEmpty else {
            let reasons = report.counts.isEmpty ? "an empty file" : report.lines.joined(separator: "; ")
            throw InputError(.data, at: path, "expected texts, found none: \(reasons)")
        }
        return (texts, report)
    }

    /// The texts with what stands beside them in their rows.
    ///
    /// - Throws: as `finished()`.
    func records() throws(InputError) -> (records: [TextRecord], report: ReadingReport) {
        let (texts, report) = try finished()
        let records = zip(texts, fields).map { text, fields in
            TextRecord(id: text.id, text: text.text, fields: fields ?? text.knownFields)
        }
        return (records, report)
    }
}

extension String {
    /// A line of a file without its line end and, in the first, without a byte order mark.
    ///
    /// - Throws: `InputError(.data)` where it is not UTF-8.
    init(line: [UInt8], number: Int, of path: String) throws(InputError) {
        guard var text = String(validating: line, as: UTF8.self) else {
            throw InputError(.data, at: "\(path):\(number)", "expected UTF-8, found other bytes")
        }
        if number == 1, text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        if text.unicodeScalars.last == "\r" { text.unicodeScalars.removeLast() }
        self = text
    }
}
