import Diagnostics
import Files
import Foundation

/// Reads texts with marked spans: a JSON list of objects, or one object a line.
///
/// ```
/// {"full_text", "spans": [{"entity_type", "entity_value", "start_position", "end_position"}, …]}
/// ```
///
/// Offsets count Unicode scalars. The text may also be called `text` or `source_text`, the spans `privacy_mask`, their type
/// `label`, their value `value`, their offsets `start` and `end`. The author may stand under `profile`, what is true of the
/// author under `truth`. A text one of whose spans is not where it says is dropped
/// as a whole: with what is left, a right mask would be counted as wrong.
enum SpanFields {
    /// Where the text may stand, in this order.
    static let textKeys = ["full_text", "text", "source_text"]

    static func read(_ path: String, into collection: inout SourceCollection) throws(InputError) {
        guard try isList(path) else {
            return try LineReader(path: path, kind: "a file of texts with spans").forEachJSON {
                json, number throws(InputError) in
                try take(json, at: "\(path):\(number)", &collection)
            }
        }
        let json = try JSONValue(
            parsing: PosixFile.contents(of: URL(fileURLWithPath: path)), file: path, exitCode: .data)
        for value in json.array ?? [] {
            try take(value, at: "\(path):\(value.line ?? 1)", &collection)
        }
    }

    /// Whether the first byte that says something opens a list.
    private static func isList(_ path: String) throws(InputError) -> Bool {
        var first: UInt8?
        try LineReader(path: path, kind: "a file of texts with spans").forEachLine { line, number throws(InputError) in
            guard first == nil else { return }
            first = try String(line: line, number: number, of: path).utf8.first { $0 != 0x20 && $0 != 0x09 }
        }
        return first == UInt8(ascii: "[")
    }

    private static func take(
        _ json: JSONValue, at place: String, _ collection: inout SourceCollection
    ) throws(InputError) {
        guard let members = json.members else {
            throw InputError(.data, at: place, "expected a text with spans, found \(json.summary)")
        }
        guard let text = textKeys.lazy.compactMap({ json[$0] }).first?.string else {
            throw InputError(
                .data, at: place,
                "expected a string under \(textKeys.joined(separator: ", ")), found the keys "
                    + members.map(\.key).joined(separator: ", "))
        }
        guard let values = (json["spans"] ?? json["privacy_mask"])?.array else {
            throw InputError(.data, at: place, "expected a list under spans or privacy_mask, found none")
        }
        let scalars = Array(text.unicodeScalars)
        var spans: [EntitySpan] = []
        for value in values {
            guard let span = span(value, in: scalars) else {
                return collection.drop("a span has no type, lies outside the text, or is not at its value", at: place)
            }
            if spans.contains(span) {
                collection.report.note("span dropped: it came before", at: place)
            } else {
                spans.append(span)
            }
        }
        let id = json["id"]?.scalarText ?? "\(collection.nextNumber)"
        var fields = TrajectoryFields(place: place, report: collection.report)
        let truth = fields.truth(json["truth"])
        collection.report = fields.report
        collection.add(
            SourceText(
                id: id, profile: json["profile"]?.scalarText ?? id, text: text, truth: truth, spans: spans.inOrder()),
            at: place)
    }

    private static func span(_ json: JSONValue, in text: [Unicode.Scalar]) -> EntitySpan? {
        guard let type = (json["entity_type"] ?? json["label"])?.string, !type.isEmpty,
            let start = (json["start_position"] ?? json["start"])?.integer,
            let end = (json["end_position"] ?? json["end"])?.integer, start >= 0, start < end, end <= text.count
        else { return nil }
        if let value = (json["entity_value"] ?? json["value"])?.string,
            !value.unicodeScalars.elementsEqual(text[start..<end])
        {
            return nil
        }
        return EntitySpan(type: type, range: start..<end)
    }
}
