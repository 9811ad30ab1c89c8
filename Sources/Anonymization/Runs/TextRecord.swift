import Diagnostics
import Files
import Foundation

/// A text to be anonymized and what stands beside it in its file.
public struct TextRecord: Sendable {
    /// Names the text: its own id, or the number of its row in the file from 1 on.
    public let id: String
    public let text: String
    /// The fields of its object or row but for the text's own; none where the file is plain text.
    package let fields: [JSONValue.Member]

    /// A text by itself.
    public init(id: String, text: String) {
        self.init(id: id, text: text, fields: [])
    }

    package init(id: String, text: String, fields: [JSONValue.Member]) {
        self.id = id
        self.text = text
        self.fields = fields
    }

    /// The texts of a file: of every line's `text` in a `.jsonl` file, of every row in a `.csv` or `.tsv` file, of any
    /// other that `SourceReader` knows by its name, and the whole of one it does not know as one text.
    ///
    /// - Returns: the texts, and what reading them mended and dropped.
    /// - Throws: `InputError` with `.missingFile`, or with `.data` for what is no UTF-8, for a line or row without a text,
    ///   and for a file without texts.
    public static func all(in path: String) throws(InputError) -> (records: [TextRecord], report: ReadingReport) {
        let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
        let reader = try SourceReader(path: path, format: SourceFormat.isEnding(ending) ? nil : .text)
        // Marked spans that are wrong are no reason to leave out a text that is to be anonymized.
        let rows = try textKey(reader).map { key throws(InputError) in
            try SourceReader(path: path, format: .jsonl, columns: SourceColumns(text: key))
        }
        return try (rows ?? reader).collection().records()
    }

    /// The key of the texts where lines are objects, whose other fields are kept; nil in other formats.
    private static func textKey(_ reader: SourceReader) throws(InputError) -> String? {
        switch reader.format {
        case .jsonl, .synthpai, .masked: return "text"
        case .spans where URL(fileURLWithPath: reader.path).pathExtension.lowercased() != "json":
            let first = try JSONRows.firstObject(of: reader.path)
            return (["text"] + SpanFields.textKeys).first { first?[$0] != nil }
        default: return nil
        }
    }
}

extension SourceText {
    /// What is known about the text, as fields of its row.
    var knownFields: [JSONValue.Member] {
        var fields: [JSONValue.Member] = []
        if profile != id { fields.append(.init("profile", .string(profile))) }
        if !truth.isEmpty { fields.append(.init("truth", .truth(truth))) }
        return fields
    }
}
