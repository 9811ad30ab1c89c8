import Diagnostics
import Files

/// A text that is to be anonymized, and what is known about it.
public struct SourceText: Sendable, Equatable {
    /// Names the text; no other has the same.
    public var id: String
    /// Names the author.
    public var profile: String
    public var text: String
    /// What is true of the author, where it is known.
    public var truth: [Attribute: String]

    public init(id: String, profile: String, text: String, truth: [Attribute: String] = [:]) {
        self.id = id
        self.profile = profile
        self.text = text
        self.truth = truth
    }
}

/// Reads texts from a JSONL file: `{"text", "id", "author", "truth": {attribute: value}}` a line.
///
/// Only `text` has to be there. Without an id a text is named by its line, without an author it is a profile by itself; a
/// line may also be one that `signet distill` has set aside.
public struct SourceTextReader: Sendable {
    private let lines: LineReader

    /// - Parameter path: a JSONL file.
    public init(path: String) {
        lines = LineReader(path: path, kind: "a JSONL file of texts")
    }

    /// - Throws: `InputError`: `.missingFile`; `.data` at `file:line` for a line without a text, with an attribute that is
    ///   none, or with the id of an earlier one, and for a file without any.
    public func texts() throws(InputError) -> [SourceText] {
        var texts: [SourceText] = []
        var lineOfID: [String: Int] = [:]
        try lines.forEachJSON { json, number throws(InputError) in
            let place = "\(lines.path):\(number)"
            let text = try sourceText(json, number: number, place: place)
            if let line = lineOfID.updateValue(number, forKey: text.id) {
                throw InputError(
                    .data, at: "\(place): id", "expected an id of its own, found \(quoted(text.id)) of line \(line)")
            }
            texts.append(text)
        }
        guard !texts.isEmpty else { throw InputError(.data, at: lines.path, "expected texts, found none") }
        return texts
    }

    private func sourceText(_ json: JSONValue, number: Int, place: String) throws(InputError) -> SourceText {
        guard json.members != nil else { throw InputError(.data, at: place, "expected an object, found \(json.summary)") }
        guard let text = json["text"]?.string, text.contains(where: { !$0.isWhitespace }) else {
            let found = json["text"].map { $0.string == nil ? $0.summary : "an empty one" } ?? "nothing"
            throw InputError(.data, at: "\(place): text", "expected a text, found \(found)")
        }
        let id = json["id"]?.scalarText ?? "\(number)"
        let profile = json["author"]?.scalarText ?? json["profile"]?.scalarText ?? json["username"]?.scalarText
        var truth: [Attribute: String] = [:]
        for member in json["truth"]?.members ?? [] where !member.value.isNull {
            guard let attribute = Attribute(named: member.key), let value = member.value.scalarText else {
                throw InputError(
                    .data, at: "\(place): truth", "expected values of attributes, found \(quoted(member.key))")
            }
            truth[attribute] = value
        }
        return SourceText(id: id, profile: profile ?? id, text: text, truth: truth)
    }
}
