import Diagnostics
import Files
import Foundation

/// How a file holds texts.
public enum SourceFormat: String, Sendable, CaseIterable {
    /// SynthPAI's comments: a JSON object a line with `author`, `profile`, `text`, `guesses` and `reviews`.
    case synthpai
    /// Trajectories; their originals are the texts.
    case trajectories
    /// Texts with marked spans, as Presidio's evaluation has them: a JSON list, or an object a line.
    case spans
    /// What masking writes: an object a line with `mask`, `text` and `spans` in the text as it was before.
    case masked
    /// A token and a BIO tag a line, sentences between empty lines.
    case conll
    /// A JSON object a line with a text under one key.
    case jsonl
    /// Comma-, semicolon- or tab-separated values under a line of names, with a text in one column.
    case csv
    /// A text a file; of a folder, every file that ends in `.txt`.
    case text
    /// A text a line.
    case lines
}

/// The names under which rows hold what they say.
public struct SourceColumns: Sendable, Equatable {
    /// The key or column of the text.
    public var text: String
    /// The key or column that names the text; rows without one are numbered.
    public var id: String
    /// The key or column that names the author; nil takes `profile`, `author` or `username`, whichever is there first, and
    /// otherwise every text has an author of its own.
    public var profile: String?

    public init(text: String = "text", id: String = "id", profile: String? = nil) {
        self.text = text
        self.id = id
        self.profile = profile
    }

    /// Where an author may be named.
    var profiles: [String] { profile.map { [$0] } ?? ["profile", "author", "username"] }
}

/// Reads texts from a file of any known format into one form.
///
/// What is dirty without harm to the meaning is mended or passed over and counted in the report: empty texts, ids that come
/// twice, tags that begin in the middle. What would change the meaning is an error with its file and line.
public struct SourceReader: Sendable {
    public let path: String
    public let format: SourceFormat
    let columns: SourceColumns

    /// - Parameters:
    ///   - path: a file, or a folder of text files.
    ///   - format: nil to recognise it: by the ending of the name, and for JSON by the keys of the first object.
    ///   - columns: where rows of JSONL and CSV files hold what they say.
    /// - Throws: `InputError` with `.missingFile`, or `.data` where the format is not given and cannot be recognised.
    public init(
        path: String, format: SourceFormat? = nil, columns: SourceColumns = SourceColumns()
    ) throws(InputError) {
        self.path = path
        self.columns = columns
        self.format = if let format { format } else { try SourceFormat(of: path) }
    }

    /// All texts of the file, at least one.
    ///
    /// - Throws: `InputError` with `.missingFile`, or with `.data` at `file:line` for what cannot be read, and for a file
    ///   of which no text is left.
    public func texts() throws(InputError) -> (texts: [SourceText], report: ReadingReport) {
        try collection().finished()
    }

    func collection() throws(InputError) -> SourceCollection {
        var collection = SourceCollection(path: path)
        switch format {
        case .synthpai: try SynthPAIFields.read(path, into: &collection)
        case .trajectories: try readTrajectories(into: &collection)
        case .spans: try SpanFields.read(path, into: &collection)
        case .conll: try CoNLLSentences.read(path, into: &collection)
        case .jsonl, .masked: try JSONRows(columns: columns).read(path, into: &collection)
        case .csv: try CSVRows.read(path, columns: columns, into: &collection)
        case .text: try PlainTexts.readFiles(path, into: &collection)
        case .lines: try PlainTexts.readLines(path, into: &collection)
        }
        return collection
    }

    private func readTrajectories(into collection: inout SourceCollection) throws(InputError) {
        let (trajectories, report) = try TrajectoryReader(path: path).trajectories()
        collection.report = report
        for trajectory in trajectories { collection.add(SourceText(trajectory), at: path) }
    }
}

extension SourceText {
    /// The original of a trajectory.
    init(_ trajectory: Trajectory) {
        self.init(
            id: trajectory.id, profile: trajectory.profile, text: trajectory.states[0].text, truth: trajectory.truth)
    }
}

extension SourceFormat {
    /// The format of a file, by the ending of its name and, for JSON, by the keys of its first object.
    ///
    /// - Throws: `InputError` with `.missingFile`, or `.data` where it cannot be told.
    public init(of path: String) throws(InputError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw InputError(.missingFile, at: path, "expected a file of texts, found no such file")
        }
        if isFolder.boolValue {
            self = .text
            return
        }
        switch Self.endings[URL(fileURLWithPath: path).pathExtension.lowercased()] {
        case .some(.some(let format)): self = format
        case .some(.none): self = try Self(ofObjectsIn: path)
        case .none:
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw InputError(
                .data, at: path,
                "expected a name that ends in .jsonl, .json, .csv, .tsv, .conll or .txt, or a format (\(known)), found none"
            )
        }
    }

    /// Endings of names and the formats they stand for; nil where the keys of the first object tell.
    private static let endings: [String: SourceFormat?] = [
        "csv": .csv, "tsv": .csv, "conll": .conll, "bio": .conll, "iob": .conll, "txt": .text, "md": .text,
        "json": .spans,
        "jsonl": nil, "ndjson": nil,
    ]

    /// Whether names with this ending, in small letters, have a format of their own.
    static func isEnding(_ ending: String) -> Bool { endings.keys.contains(ending) }

    private init(ofObjectsIn path: String) throws(InputError) {
        guard let first = try JSONRows.firstObject(of: path) else {
            self = .jsonl
            return
        }
        if (first["texts"] ?? first["rounds"])?.array != nil {
            self = .trajectories
        } else if first["profile"]?.members != nil {
            self = .synthpai
        } else if MaskedRow(first) != nil {
            self = .masked
        } else if (first["spans"] ?? first["privacy_mask"])?.array != nil {
            self = .spans
        } else {
            self = .jsonl
        }
    }
}
