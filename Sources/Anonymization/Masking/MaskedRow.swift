import Diagnostics
import Files

/// A line of what masking writes: the masked text, and where in its original the masks lie.
struct MaskedRow {
    let id: String?
    let text: String
    /// Offsets count Unicode scalars of the original.
    let spans: [EntitySpan]

    /// Nil for a line that masking did not write.
    init?(_ json: JSONValue) {
        guard json["mask"]?.array != nil, let text = json["text"]?.string, let values = json["spans"]?.array else {
            return nil
        }
        var spans: [EntitySpan] = []
        for value in values {
            guard let type = value["entity_type"]?.string, let start = value["start_position"]?.integer,
                let end = value["end_position"]?.integer, 0 <= start, start < end
            else { return nil }
            spans.append(EntitySpan(type: type, range: start..<end))
        }
        id = json["id"]?.scalarText
        self.text = text
        self.spans = spans
    }

    /// Whether it is this text with its masks.
    func fits(_ original: String) -> Bool {
        let length = original.unicodeScalars.count
        return spans.allSatisfy { $0.range.upperBound <= length } && MaskedText.mask(original, spans) == text
    }

    /// All lines of a file.
    ///
    /// - Throws: `InputError` with `.missingFile`, or `.data` for a line that masking did not write.
    static func all(in path: String) throws(InputError) -> [MaskedRow] {
        var rows: [MaskedRow] = []
        try LineReader(path: path, kind: "a file of masked texts").forEachJSON { json, number throws(InputError) in
            guard let row = MaskedRow(json) else {
                throw InputError(
                    .data, at: "\(path):\(number)",
                    "expected a masked text with mask, spans and text, found \(json.summary) without them")
            }
            rows.append(row)
        }
        return rows
    }
}

extension MaskingResult {
    /// The masked text as one object: the record's own fields but for those that hold its text, then `mask` (the types that
    /// were asked for), `spans` in Presidio's layout without the values that were masked, `text` and `needs_review`.
    package func json(of record: TextRecord, types: [String]) -> JSONValue {
        let own = record.fields.filter { !Self.ownKeys.contains($0.key) }
        let spans = spans.map { span in
            JSONValue.object([
                .init("entity_type", .string(span.type)), .init("start_position", .number(span.range.lowerBound)),
                .init("end_position", .number(span.range.upperBound)),
            ])
        }
        return .object(
            [.init("id", .string(record.id))] + own + [
                .init("mask", .strings(types)), .init("spans", .array(spans)), .init("text", .string(text)),
                .init("needs_review", .strings(reviewReasons.map(\.description))),
            ])
    }

    /// Fields that a masked text brings itself, and those by which other results are known.
    private static let ownKeys: Set<String> = ["id", "text", "mask", "spans", "needs_review", "rounds", "texts"]
}
