import Diagnostics
import Files
import Foundation
import Synchronization

/// The file of anonymized texts: one JSON object a line in the order of the input, each on the disk as soon as it is written.
///
/// What all of them were made with stands beside it, in the same name with `.settings.json` behind it. A file that is
/// opened again is gone on with behind its last whole line; one that was made from other texts or with other settings, or
/// that another process writes, is refused, so that nothing is ever mixed.
public final class AnonymizationOutput: Sendable {
    /// How many texts were in the file when it was opened.
    public let done: Int
    private let file: Mutex<PosixFile>

    /// - Parameters:
    ///   - path: the file; it is made where there is none.
    ///   - records: the texts, in order.
    ///   - settings: by name, all that the results depend on beside the texts.
    /// - Throws: `InputError`: `.config` where the file holds something else, `.data` where it is damaged, `.tryAgain`
    ///   where it cannot be read or written.
    public init(path: String, records: [TextRecord], settings: [(name: String, value: String)]) throws(InputError) {
        let url = URL(fileURLWithPath: path)
        let settingsPath = path + ".settings.json"
        let file = try PosixFile(appendingToAndReading: url)
        try file.lock()
        if try file.byteCount() > 0 {
            try Self.compare(settings, with: settingsPath, of: path)
            done = try Self.keepWholeLines(of: file, path, records)
        } else {
            let json = JSONValue.object(settings.map { .init($0.name, .string($0.value)) })
            try AtomicFile.write(Array(json.prettyText.utf8), to: settingsPath)
            done = 0
        }
        self.file = Mutex(file)
    }

    /// Adds the next text's line.
    func append(_ line: String) throws(InputError) {
        let line = Array((line + "\n").utf8)
        try file.withLock { file throws(InputError) in
            try file.append(line)
            try file.synchronize()
        }
    }

    private static func compare(
        _ settings: [(name: String, value: String)], with settingsPath: String, of path: String
    ) throws(InputError) {
        let remedy = "; delete it or write to another file"
        guard FileManager.default.fileExists(atPath: settingsPath) else {
            throw InputError(
                .config, at: path, "expected a file that was begun here, found one without \(settingsPath)" + remedy)
        }
        let stored = try JSONNode(contentsOf: URL(fileURLWithPath: settingsPath)).value
        for (name, value) in settings where stored[name]?.string != value {
            let found = stored[name]?.string ?? "nothing"
            throw InputError(
                .config, at: path, "expected texts made with \(name) \(value), found some with \(found)" + remedy)
        }
    }

    /// Drops what a killed process left behind the last whole line; returns the number of lines.
    private static func keepWholeLines(
        of file: PosixFile, _ path: String, _ records: [TextRecord]
    ) throws(InputError) -> Int {
        let byteCount = try file.byteCount()
        var (count, end) = (0, 0)
        try LineReader(path: path, kind: "anonymized texts").forEachLine { line, number throws(InputError) in
            // The last line lacks its end: it was torn.
            guard end + line.count < byteCount else { return }
            end += line.count + 1
            let json = try JSONValue(parsing: line, file: path, firstLine: number)
            guard records.indices.contains(count), json["id"]?.string == records[count].id,
                isResult(json, of: records[count].text)
            else {
                throw InputError(
                    .config, at: "\(path):\(number)",
                    "expected what became of the input's text \(number), found another one; "
                        + "delete it or write to another file")
            }
            count += 1
        }
        if end < byteCount { try file.truncate(to: end) }
        return count
    }

    /// Whether a line was made of a text: it begins with it, or is the text with masks over the line's spans.
    private static func isResult(_ json: JSONValue, of text: String) -> Bool {
        if let rounds = json["rounds"]?.array { return rounds.first?["text"]?.string == text }
        guard let masked = MaskedRow(json) else { return false }
        return masked.fits(text)
    }
}
