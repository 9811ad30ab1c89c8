import Diagnostics

/// The texts of a file as they are read.
struct SourceCollection {
    let path: String
    var report = ReadingReport()
    private var texts: [SourceText] = []
    private var ids: Set<String> = []

    init(path: String) {
        self.path = path
    }

    /// The number of the text that is added next, from 1.
    var nextNumber: Int { texts.count + 1 }

    /// Takes a text, unless there is nothing in it. An id that was there before is made another.
    mutating func add(_ text: SourceText, at place: String) {
        guard text.text.contains(where: { !$0.isWhitespace }) else {
            return report.note("text dropped: it is empty", at: place)
        }
        var text = text
        if ids.contains(text.id) {
            report.note("id that came before numbered", at: place)
            var number = 2
            while ids.contains("\(text.id)#\(number)") { number += 1 }
            text.id += "#\(number)"
        }
        ids.insert(text.id)
        texts.append(text)
    }

    /// - Throws: `InputError(.data)` where nothing is left.
    func finished() throws(InputError) -> (texts: [SourceText], report: ReadingReport) {
        guard !texts.isEmpty else {
            let reasons = report.counts.isEmpty ? "an empty file" : report.lines.joined(separator: "; ")
            throw InputError(.data, at: path, "expected texts, found none: \(reasons)")
        }
        return (texts, report)
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
