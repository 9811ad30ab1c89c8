import Diagnostics
import Files
import Foundation

/// Reads texts that nothing is known about.
enum PlainTexts {
    /// A file as one text, or every file of a folder that ends in `.txt`, in the order of their names.
    static func readFiles(_ path: String, into collection: inout SourceCollection) throws(InputError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return try read(path, id: "1", into: &collection)
        }
        let folder = URL(fileURLWithPath: path)
        for name in try Folder.regularFiles(in: folder).sorted() where name.lowercased().hasSuffix(".txt") {
            try read(folder.appendingPathComponent(name).path, id: name, into: &collection)
        }
    }

    private static func read(_ path: String, id: String, into collection: inout SourceCollection) throws(InputError) {
        var lines: [String] = []
        try LineReader(path: path, kind: "a text file").forEachLine { line, number throws(InputError) in
            lines.append(try String(line: line, number: number, of: path))
        }
        let text = lines.joined(separator: "\n").trimming(while: \.isNewline)
        collection.add(SourceText(id: id, profile: id, text: text), at: path)
    }

    /// Every line that is not blank as a text, named by its number.
    static func readLines(_ path: String, into collection: inout SourceCollection) throws(InputError) {
        try LineReader(path: path, kind: "a text file").forEachLine { line, number throws(InputError) in
            let text = try String(line: line, number: number, of: path)
            guard text.contains(where: { !$0.isWhitespace }) else { return }
            collection.add(SourceText(id: "\(number)", profile: "\(number)", text: text), at: "\(path):\(number)")
        }
    }
}
