import Diagnostics
import Foundation

/// A file of lines that appears whole or not at all, however many lines there are.
package struct LineFile: ~Copyable {
    private let writer: AtomicFileWriter
    private var buffer: [UInt8] = []
    private var position = 0

    private static let bufferSize = 1 << 20

    /// Creates the file under a temporary name.
    package init(_ destination: URL) throws(InputError) { writer = try AtomicFileWriter(destination) }

    /// Writes a line; a newline is put behind it.
    package mutating func append(_ line: String) throws(InputError) {
        buffer.append(contentsOf: line.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Gives the file its name.
    package consuming func publish() throws(InputError) {
        try flush()
        try writer.publish()
    }

    private mutating func flush() throws(InputError) {
        try buffer.withUnsafeBufferPointer { bytes throws(InputError) in
            try writer.write(UnsafeRawBufferPointer(bytes), at: position)
        }
        position += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }
}
