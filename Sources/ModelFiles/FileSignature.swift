import Foundation

/// What the first bytes of a file say it is.
public enum FileSignature: Sendable {
    case gguf
    case hdf5
    /// A header's length in eight bytes, of which the upper ones are 0, and the `{` of the header.
    case safetensors

    /// Nil where the file cannot be read or begins with none of them.
    public init?(of url: URL) {
        guard let file = try? FileHandle(forReadingFrom: url), let start = try? file.read(upToCount: 9) else {
            return nil
        }
        if start.starts(with: Array("GGUF".utf8)) {
            self = .gguf
        } else if start.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .hdf5
        } else if start.count == 9, start[8] == UInt8(ascii: "{"), start[5..<8].allSatisfy({ $0 == 0 }) {
            self = .safetensors
        } else {
            return nil
        }
    }
}
