import Diagnostics
import Files

/// Reads rows of JSON objects that hold a text under one key and, where they know it, the truth about its author under
/// `truth`.
struct JSONRows {
    let columns: SourceColumns

    func read(_ path: String, into collection: inout SourceCollection) throws(InputError) {
        try LineReader(path: path, kind: "a JSONL file").forEachJSON { json, number throws(InputError) in
            try take(json, at: "\(path):\(number)", &collection)
        }
    }

    private func take(_ json: JSONValue, at place: String, _ collection: inout SourceCollection) throws(InputError) {
        guard let members = json.members else {
            throw InputError(.data, at: place, "expected an object, found \(json.summary)")
        }
        guard let value = json[columns.text] else {
            throw InputError(
                .data, at: place,
                "expected a text under \(quoted(columns.text)), found the keys "
                    + members.map(\.key).joined(separator: ", "))
        }
        if value.isNull { return collection.drop("it is null", at: place) }
        guard let text = value.string else {
            throw InputError(
                .data, at: place, "expected a string under \(quoted(columns.text)), found \(value.summary)")
        }
        let id = json[columns.id]?.scalarText ?? "\(collection.nextNumber)"
        let profile = columns.profiles.lazy.compactMap { json[$0]?.scalarText }.first
        var fields = TrajectoryFields(place: place, report: collection.report)
        let truth = fields.truth(json["truth"])
        collection.report = fields.report
        collection.add(
            SourceText(id: id, profile: profile ?? id, text: text, truth: truth),
            fields: members.filter { $0.key != columns.text }, at: place)
    }

    /// The object in the first line that is not blank; nil where there is none.
    static func firstObject(of path: String) throws(InputError) -> JSONValue? {
        var first: JSONValue?
        try LineReader(path: path, kind: "a JSONL file").forEachLine { line, number throws(InputError) in
            guard first == nil, line.contains(where: { $0 > 0x20 }) else { return }
            first = try JSONValue(parsing: line, file: path, firstLine: number, exitCode: .data)
        }
        return first
    }
}
