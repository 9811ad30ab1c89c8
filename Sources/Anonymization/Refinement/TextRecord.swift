import Diagnostics
import Files
import Foundation

/// A text to be anonymized and what stands beside it in its file.
public struct TextRecord: Sendable {
    /// Names the text: its own id, or its place in the file from 1 on.
    public let id: String
    public let text: String
    /// The fields of its object; none where the file is plain text.
    package let fields: [JSONValue.Member]

    /// Fields that a refined text brings itself.
    static let reservedKeys: Set<String> = ["text", "rounds", "protect", "needs_review"]

    /// A text by itself.
    public init(id: String, text: String) {
        self.init(id: id, text: text, fields: [])
    }

    package init(id: String, text: String, fields: [JSONValue.Member]) {
        self.id = id
        self.text = text
        self.fields = fields
    }

    /// The texts of a file: of every line's `text` in a `.jsonl` file, and the whole of any other as one text.
    ///
    /// - Throws: `InputError` with `.missingFile`, or with `.data` for what is no UTF-8, for a line that is no object with
    ///   a `text`, and for a file without texts.
    public static func all(in path: String) throws(InputError) -> [TextRecord] {
        let records = path.lowercased().hasSuffix(".jsonl") ? try lines(of: path) : [try whole(of: path)]
        guard !records.isEmpty else { throw InputError(.data, at: path, "expected at least one text, found none") }
        return records
    }

    private static func lines(of path: String) throws(InputError) -> [TextRecord] {
        var records: [TextRecord] = []
        try LineReader(path: path, kind: "a JSONL file of texts").forEachJSON { json, number throws(InputError) in
            guard let fields = json.members, let text = json["text"]?.string else {
                throw InputError(
                    .data, at: "\(path):\(number)",
                    "expected an object with a text, found \(json.members == nil ? json.summary : "none")")
            }
            records.append(
                TextRecord(id: json["id"]?.scalarText ?? "\(records.count + 1)", text: text, fields: fields))
        }
        return records
    }

    private static func whole(of path: String) throws(InputError) -> TextRecord {
        guard let text = String(validating: try PosixFile.contents(of: URL(fileURLWithPath: path)), as: UTF8.self)
        else { throw InputError(.data, at: path, "expected a text in UTF-8, found other bytes") }
        return TextRecord(id: "1", text: text)
    }
}
