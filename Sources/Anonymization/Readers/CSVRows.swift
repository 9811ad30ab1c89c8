import Diagnostics
import Files
import SwiftCSV

/// Reads separated values under a line of names. Columns named like an attribute hold what is true of the author.
///
/// The separator is a comma, a semicolon or a tab, whichever the line of names has first. A field in quotation marks may hold
/// separators and line ends, and quotation marks twice each.
struct CSVRows {
    private let path: String
    private let columns: SourceColumns
    private let delimiter: CSVDelimiter
    private let names: [String]
    private let text: Int

    static func read(
        _ path: String, columns: SourceColumns, into collection: inout SourceCollection
    ) throws(InputError) {
        var rows: CSVRows?
        try forEachRecord(path) { record, number throws(InputError) in
            if let rows {
                try rows.take(record, at: "\(path):\(number)", &collection)
            } else {
                rows = try CSVRows(path, columns, header: record, at: "\(path):\(number)")
            }
        }
    }

    private init(_ path: String, _ columns: SourceColumns, header: String, at place: String) throws(InputError) {
        self.path = path
        self.columns = columns
        delimiter = CSVDelimiter.guessed(string: header)
        let names = try Self.fields(of: header, delimiter, at: place).map { $0.trimming(while: \.isWhitespace) }
        // Without a line of names this would be a text that nobody should see: errors tell of it by numbers alone.
        guard let text = names.firstIndex(of: columns.text) else {
            throw InputError(
                .data, at: place,
                "expected a line of names with a column \(quoted(columns.text)), found \(names.count) other "
                    + (names.count == 1 ? "field" : "fields"))
        }
        for (index, name) in names.enumerated() {
            guard let first = names.firstIndex(of: name), first < index else { continue }
            throw InputError(
                .data, at: place,
                "expected every column once, found the name of column \(first + 1) again for column \(index + 1)")
        }
        self.names = names
        self.text = text
    }

    private func take(_ record: String, at place: String, _ collection: inout SourceCollection) throws(InputError) {
        let fields = try Self.fields(of: record, delimiter, at: place)
        guard fields.count == names.count else {
            throw InputError(.data, at: place, "expected \(names.count) fields, found \(fields.count)")
        }
        func value(_ name: String) -> String? {
            guard let index = names.firstIndex(of: name), !fields[index].isEmpty else { return nil }
            return fields[index]
        }
        let id = value(columns.id) ?? "\(collection.nextNumber)"
        let author = columns.profiles.first { value($0) != nil }
        var source = SourceText(id: id, profile: author.flatMap(value) ?? id, text: fields[text])
        var others: [JSONValue.Member] = []
        for (index, name) in names.enumerated()
        where index != text && name != columns.id && name != author && !fields[index].isEmpty {
            if let attribute = Attribute(named: name) {
                source.truth[attribute] = fields[index]
            } else {
                others.append(.init(name, .string(fields[index])))
            }
        }
        let known = source.knownFields
        others.removeAll { other in known.contains { $0.key == other.key } }
        collection.add(source, fields: known + others, at: place)
    }

    /// Calls `body` with each record and the number of its first line. A record ends with a line after which no quotation
    /// mark is open.
    private static func forEachRecord(
        _ path: String, _ body: (String, Int) throws(InputError) -> Void
    ) throws(InputError) {
        var record = ""
        var quotes = 0
        var first = 0
        try LineReader(path: path, kind: "a CSV file").forEachLine { line, number throws(InputError) in
            let line = try String(line: line, number: number, of: path)
            if quotes % 2 == 0 { (record, first, quotes) = (line, number, 0) } else { record += "\n" + line }
            quotes += line.utf8.count { $0 == UInt8(ascii: "\"") }
            guard quotes % 2 == 0, record.contains(where: { !$0.isWhitespace }) else { return }
            try body(record, first)
        }
        guard quotes % 2 == 0 else {
            throw InputError(
                .data, at: "\(path):\(first)",
                "expected a quotation mark that ends the field, found the end of the file")
        }
    }

    private static func fields(
        of record: String, _ delimiter: CSVDelimiter, at place: String
    ) throws(InputError) -> [String] {
        do {
            // With the line end the parser keeps an empty last field.
            return try EnumeratedCSV(string: record + "\n", delimiter: delimiter, loadColumns: false).header
        } catch {
            throw InputError(
                .data, at: place,
                "expected quotation marks around a whole field and twice within it, found one elsewhere")
        }
    }
}
