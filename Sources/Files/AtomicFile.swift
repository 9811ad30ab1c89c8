import Diagnostics
import Foundation

/// Files that change all at once or not at all.
package enum AtomicFile {
    /// Puts `bytes` in place of what the file held, or makes it.
    ///
    /// - Throws: `InputError(.tryAgain)` naming the file; what it held is untouched then.
    package static func write(_ bytes: [UInt8], to path: String) throws(InputError) {
        let writer = try AtomicFileWriter(URL(fileURLWithPath: path))
        try bytes.withUnsafeBufferPointer { bytes throws(InputError) in
            try writer.write(UnsafeRawBufferPointer(bytes), at: 0)
        }
        try writer.publish()
    }

    /// Gives a complete file its final name, in place of what stood there.
    ///
    /// The file is flushed to the disk before and its folder after: a crash or power cut at any moment leaves the old
    /// content under the name or the new.
    ///
    /// - Parameter file: a file in the same folder, under a name nobody reads.
    /// - Throws: `InputError(.tryAgain)` naming the destination; what stood under the name is then untouched, unless the
    ///   folder alone could not be flushed.
    package static func publish(_ file: PosixFile, as destination: URL) throws(InputError) {
        try file.synchronize()
        if rename(file.url.path, destination.path) != 0 {
            throw InputError.system(errno, action: .written, at: destination.path)
        }
        try PosixFile(folder: destination.deletingLastPathComponent()).synchronize()
    }
}
