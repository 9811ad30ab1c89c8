import Foundation
import TestSupport

@testable import Anonymization

/// Writes `content` to a file of that name and reads it.
func readSource(
    _ content: String, as name: String, format: SourceFormat? = nil, columns: SourceColumns = SourceColumns()
) throws -> (texts: [SourceText], report: ReadingReport) {
    try readSource(Data(content.utf8), as: name, format: format, columns: columns)
}

func readSource(
    _ content: Data, as name: String, format: SourceFormat? = nil, columns: SourceColumns = SourceColumns()
) throws -> (texts: [SourceText], report: ReadingReport) {
    let folder = try Fixtures.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent(name)
    try content.write(to: url)
    return try SourceReader(path: url.path, format: format, columns: columns).texts()
}

extension SourceText {
    /// What the spans cover, with their types.
    var spanTexts: [String] {
        let scalars = Array(text.unicodeScalars)
        return (spans ?? []).map { span in
            var covered = String.UnicodeScalarView()
            covered.append(contentsOf: scalars[span.range])
            return "\(span.type): \(String(covered))"
        }
    }
}
