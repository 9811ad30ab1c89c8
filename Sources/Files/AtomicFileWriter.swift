import Diagnostics
import Foundation

/// Writes a file so that its final name only ever stands for whole content.
///
/// The bytes go to a temporary file in the same folder; `publish()` flushes it to the disk, gives it its name and
/// flushes the folder. A writer that is dropped before that leaves nothing behind. All errors are
/// `InputError(.tryAgain)`s that name the destination.
package struct AtomicFileWriter: ~Copyable {
    /// Where the file will stand.
    package let destination: URL

    private let file: PosixFile
    private var isPublished = false

    private static let temporarySuffix = ".partial"

    /// Removes from a folder what writers have left whose process was killed.
    ///
    /// No other process may write to the folder meanwhile.
    package static func removeLeftovers(in folder: URL) throws(InputError) {
        for name in try Folder.regularFiles(in: folder) where name.hasPrefix(".") && name.hasSuffix(temporarySuffix) {
            guard UUID(uuidString: String(name.dropLast(temporarySuffix.count).suffix(36))) != nil else { continue }
            Folder.removeIfPossible(folder.appendingPathComponent(name))
        }
    }

    /// Creates the temporary file.
    package init(_ destination: URL) throws(InputError) {
        let name = ".\(destination.lastPathComponent).\(UUID().uuidString)\(Self.temporarySuffix)"
        let temporary = destination.deletingLastPathComponent().appendingPathComponent(name)
        file = try PosixFile(creating: temporary, name: destination.path)
        self.destination = destination
    }

    deinit {
        if !isPublished { Folder.removeIfPossible(file.url) }
    }

    /// Writes bytes at a position of the file.
    package borrowing func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(InputError) {
        try file.write(bytes, at: position)
    }

    /// Gives the file its final name, replacing what stood there.
    package consuming func publish() throws(InputError) {
        try AtomicFile.publish(file, as: destination)
        isPublished = true
    }
}
